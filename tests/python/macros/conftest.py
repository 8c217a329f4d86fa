"""Macros are called in this process: on a DuckDB of their own, and rendered for a BigQuery that nothing ever connects to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dbt_playbooks.interface import Options
from dbt_playbooks.project import open_project
from macros.harness import Macros, write_project


@pytest.fixture(scope="session")
def project_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("shop"))


@contextlib.contextmanager
def opened(project_dir: Path, target: str) -> Iterator[Macros]:
    folder = str(project_dir)
    with open_project(Options(project_dir=folder, profiles_dir=folder, target=target)) as project:
        yield Macros(project)


@pytest.fixture(scope="session")
def duckdb_macros(project_dir: Path) -> Iterator[Macros]:
    with opened(project_dir, "duckdb") as macros:
        yield macros


class NoClient:
    """Stands for BigQuery's client: a query would hang for minutes, so whatever is asked of it fails at once."""

    def close(self) -> None:
        """dbt closes what it never used."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"a macro under test asked BigQuery ({name}), which tests never reach")


@pytest.fixture(scope="session")
def bigquery(project_dir: Path) -> Iterator[Macros]:
    """Renders for BigQuery."""
    pytest.importorskip("dbt.adapters.bigquery")
    with opened(project_dir, "bigquery") as macros:

        def connect(connection: Any) -> Any:
            connection.state, connection.handle = "open", NoClient()
            return connection

        macros.adapter.connections.open = connect
        yield macros


@pytest.fixture
def duck(duckdb_macros: Macros) -> Iterator[Macros]:
    """DuckDB, emptied after each test."""
    yield duckdb_macros
    relations = duckdb_macros.sql(
        "select table_schema, table_name, table_type from information_schema.tables order by table_type desc"
    )
    for schema, name, kind in relations:
        duckdb_macros.sql(f'drop {"view" if kind == "VIEW" else "table"} "{schema}"."{name}"')
    duckdb_macros.adapter.cache.clear()
