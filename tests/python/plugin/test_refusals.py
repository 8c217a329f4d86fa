"""What BigQuery refuses and GoogleSQL's analyzer alone takes: each statement with what is said of it and the column at which; and what is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.errors import SqlError
from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL

pytest.importorskip("zetasql", reason="GoogleSQL's analyzer is not installed: pip install 'dbt-playbooks[googlesql]'")

FOLDER = Path(__file__).parent / "refusals"
TABLES = {
    ("p", "d", "t"): {
        "id": "int64", "name": "string", "day": "date", "ts": "timestamp", "amount": "numeric", "tags": "array<string>",
        "address": "struct<street string, zip int64>", "items": "array<struct<sku string, qty int64>>", "j": "json",
        "_PARTITIONTIME": "timestamp",
    },
    ("p", "d", "u"): {"id": "int64", "name": "string"},
    ("p", "d", "g"): {"id": "int64", "g": "geography", "f": "float64", "v": "array<float64>"},
    ("p", "d", "events_2024"): {"id": "int64"},
}  # fmt: skip


def read(name: str) -> list[Any]:
    return yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))


WRONG = [(each["sql"], each["said"]) for name in ("queries", "tables", "others", "more") for each in read(name)]


@pytest.fixture(scope="module")
def googlesql() -> GoogleSQL:
    return GoogleSQL("p")


@pytest.fixture(scope="module")
def tables() -> dict[tuple[str, ...], Any]:
    return {path: as_columns(each) for path, each in TABLES.items()}


@pytest.mark.parametrize(("sql", "said"), WRONG)
def test_what_bigquery_refuses_is_refused_at_its_place(googlesql: GoogleSQL, tables: Any, sql: str, said: str) -> None:
    with pytest.raises(SqlError) as raised:
        googlesql.analyze(sql, tables)
    assert f"GoogleSQL refuses it, line 1, column {said}" in str(raised.value)


@pytest.mark.parametrize("sql", read("none"))
def test_what_bigquery_takes_is_not_refused(googlesql: GoogleSQL, tables: Any, sql: str) -> None:
    assert googlesql.analyze(sql, tables) is not None


TWICE = [
    "select 1 as a, 2 as A",
    "select t.id, u.id from p.d.t as t, p.d.u as u",
    "with x as (select 1 as a) select a, a from x;\n",
]


@pytest.mark.parametrize("sql", TWICE)
def test_two_columns_of_one_name_are_refused_where_a_table_will_hold_them(
    googlesql: GoogleSQL, tables: Any, sql: str
) -> None:
    assert googlesql.analyze(sql, tables)
    with pytest.raises(SqlError, match=r"Duplicate column names in the result are not supported\. Found duplicate"):
        googlesql.analyze(sql, tables, stored=True)


def test_a_query_inside_of_a_script_or_of_an_expression_is_not_what_is_stored(
    googlesql: GoogleSQL, tables: Any
) -> None:
    assert googlesql.analyze(
        "declare x int64 default (select 1 as a); select 1 as a, 2 as a; select x as b", tables, stored=True
    )


def test_a_column_that_a_table_of_the_script_needs_is_neither_dropped_nor_renamed(
    googlesql: GoogleSQL, tables: Any
) -> None:
    made = "create table p.d.n (a date, b int64, c int64, e int64, primary key (c) not enforced) partition by a cluster by b; "
    for name in ("a", "b", "c"):
        for change in (f"drop column {name}", f"rename column {name} to z"):
            with pytest.raises(SqlError, match="because the table is partitioned or clustered by it"):
                googlesql.analyze(f"{made}alter table p.d.n {change}", tables)
    assert googlesql.analyze(f"{made}alter table p.d.n drop column e", tables)
