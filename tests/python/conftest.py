"""What tests of every part share: a small shop as a dbt project on DuckDB, fresh for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from shop import ROOT, Shop

TAKE_LONGEST = ["schema_evolution", "repo"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin first: with several workers none is left alone with one at the end."""
    items.sort(key=lambda item: [*TAKE_LONGEST, item.path.parent.name].index(item.path.parent.name))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with our package installed and its data loaded, to copy."""
    folder = tmp_path_factory.mktemp("template")
    shop = Shop(folder)
    shop.write("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models]\n")
    shop.write(
        "profiles.yml", "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, threads: 1}\n"
    )
    shop.write(
        "models/raw.yml",
        "sources:\n  - name: raw\n    tables:\n      - name: events\n        config: {event_time: event_date}\n",
    )
    packages = folder / "dbt_packages"
    packages.mkdir()
    (packages / "dbt_playbooks").symlink_to(ROOT)
    shop.write("packages.yml", f"packages:\n  - local: {ROOT}\n")
    shop.sql(
        """
        create schema raw;
        create table raw.events as
        select
            day_number * 10 + n as id,
            date '2024-01-01' + cast(day_number as integer) as event_date,
            timestamp '2024-01-01' + to_days(cast(day_number as integer)) + to_hours(11 * n) as event_ts,
            'it''s ' || n as note,
            cast(n as integer) as amount
        from range(91) as days(day_number), range(3) as numbers(n)
        """
    )
    # dbt parses our macros once here; the copies take the rest from its partial parse
    assert shop.playbooks("backfill", "status").code == 0
    return folder


@pytest.fixture
def shop(template: Path, tmp_path: Path) -> Shop:
    """A fresh copy of the template."""
    folder = tmp_path / "shop"
    shutil.copytree(template, folder, symlinks=True)
    return Shop(folder)


@pytest.fixture
def make_shop(template: Path, tmp_path: Path) -> Callable[[str], Shop]:
    """More than one project in a test."""

    def make(name: str) -> Shop:
        folder = tmp_path / name
        shutil.copytree(template, folder, symlinks=True)
        return Shop(folder)

    return make
