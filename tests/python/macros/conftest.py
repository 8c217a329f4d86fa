"""What tests of the package's macros share. The package is the dbt project itself: `dbt_project` of pyproject.toml."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def made(macro: Any, table: Any) -> Callable[..., Any]:
    """A table from a query in the target's own SQL, for what literal rows cannot say. Returns its relation."""

    def make(select: str, name: str | None = None, schema: str | None = None) -> Any:
        relation = table({"id": [1]}, name=name, schema=schema)
        macro.query(f"create or replace table {relation} as {select}")
        return relation

    return make


@pytest.fixture
def names(macro: Any) -> Callable[[str], list[str]]:
    """The tables and views of the test's schema whose names begin so."""

    def begin_with(beginning: str = "") -> list[str]:
        schema = macro.compile("{{ target.schema }}").text
        catalogue = f"{schema}.INFORMATION_SCHEMA.TABLES"
        where = "true"
        if macro.target == "duckdb":
            catalogue, where = "information_schema.tables", f"table_schema = '{schema}'"
        found = macro.query(f"select table_name from {catalogue} where {where}")
        return sorted(name for (name,) in found if name.startswith(beginning))

    return begin_with


@pytest.fixture
def dying_at(macro: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """From now on the statement of that number, of those that change something, fails in the warehouse, and it alone."""

    def arm(step: int) -> None:
        connections = macro._target.session._adapter.connections
        execute, seen = connections.execute, itertools.count()

        def dying(sql: str, *more: Any, **named: Any) -> Any:
            changes = re.match(r"\s*(create|delete|insert|merge)\b", sql) is not None
            if changes and next(seen) == step:
                sql = "select error('the connection is gone')"
            return execute(sql, *more, **named)

        monkeypatch.setattr(connections, "execute", dying)

    return arm


@pytest.fixture(scope="module")
def googlesql() -> Any:
    """For `macros.reference.evaluated`."""
    pytest.importorskip("zetasql", reason="GoogleSQL is not installed: pip install 'dbt-playbooks[googlesql]'")
    from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL

    return GoogleSQL("p")
