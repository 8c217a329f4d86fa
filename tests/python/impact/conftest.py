"""The project `market`, read once; and small projects of a test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from shop import Shop

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.load import load_graph
from dbt_playbooks.interface import Options
from impact.truth import MARKET


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project in a folder of its own, without a database: nothing was ever built."""
    folder = tmp_path_factory.mktemp("market") / "market"
    shutil.copytree(MARKET, folder, ignore=shutil.ignore_patterns("target", "logs"))
    return folder


@pytest.fixture(scope="session")
def graph(market: Path) -> Graph:
    """All that is known of it. The project keeps it: commands that run there do not open dbt again."""
    return load_graph(Options(project_dir=str(market), profiles_dir=str(market)), say=lambda _: None)


@pytest.fixture
def in_market(market: Path, graph: Graph) -> Shop:
    """The command runs there."""
    assert graph.nodes
    return Shop(market)


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project whose macros dbt has parsed: the copies take them from its partial parse."""
    shop = Shop(tmp_path_factory.mktemp("parsed"))
    shop.write("dbt_project.yml", "name: small\nversion: '1.0'\nprofile: small\n")
    shop.write("profiles.yml", "small: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n")
    shop.model("one", "select 1 as id")
    assert shop.playbooks("impact", "one").code == 0
    shutil.rmtree(shop.folder / "target" / "dbt_playbooks")
    return shop.folder


@pytest.fixture
def project(parsed: Path, tmp_path: Path) -> Callable[..., Shop]:
    """A project of the given models on DuckDB, without our dbt package."""

    def make(models: dict[str, str], **files: str) -> Shop:
        shop = Shop(tmp_path / "project")
        shutil.copytree(parsed, shop.folder)
        (shop.folder / "models" / "one.sql").unlink()
        for name, sql in models.items():
            shop.model(name, sql)
        for name, text in files.items():
            shop.write(name, text)
        return shop

    return make
