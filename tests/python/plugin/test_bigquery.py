"""Target `bigquery`: the real adapter renders, the tables of the test are the catalogue, and nothing is ever asked of a database."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, NotAnalyzedWarning, SqlError
from plugin.bigquery_project import run_pytest, write_project

pytestmark = pytest.mark.targets("bigquery")

NESTED = {
    "id": "int64",
    "rate": "float64",
    "ok": "bool",
    "price": "numeric(10, 2)",
    "tags": "array<string>",
    "address": "struct<street string, zip int64>",
    "items": "array<struct<sku string, qty int64>>",
}


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("bigquery") / "garden")


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("asks", "the macro asked for a statement:\nselect 1\n"),
        ("asks_by_statement", "the macro asked for a statement:\nselect 2\n"),
        ("asks_the_catalogue", "the macro asked for an object of the database."),
        ("asks_whether_a_schema_exists", "the macro asked for an object of the database."),
    ],
)
def test_a_macro_that_would_query_is_refused_with_what_to_write(macro: Any, name: str, asked: str) -> None:
    with pytest.raises(HarnessError) as raised:
        macro(name)
    assert asked in str(raised.value)
    assert "Target 'bigquery' only renders and analyzes, it has no database." in str(raised.value)
    assert "stubs={...}" in str(raised.value)
    assert "@pytest.mark.targets('duckdb', 'emulator')" in str(raised.value)


def test_rows_are_refused_and_a_wrong_query_is_told_first(macro: Any, table: Any) -> None:
    numbers = table(types={"id": "int64"})
    with pytest.raises(HarnessError, match="GoogleSQL accepts the statement, but there are no rows"):
        macro.query(f"select id from {numbers}")
    with pytest.raises(SqlError, match="line 1, column 8: Unrecognized name: nope"):
        macro.query(f"select nope from {numbers}")


def test_columns_are_those_of_the_declared_table(macro: Any, table: Any) -> None:
    assert macro.run("sum_of_numbers", table(types=NESTED)).columns == {
        "id": "int64",
        "rate": "float64",
        "price": "numeric",
    }


def test_nested_columns_look_as_the_adapter_gives_them(macro: Any, table: Any) -> None:
    assert macro("described", table(types=NESTED)).printed.split("\n") == [
        "id: INT64 NULLABLE",
        "rate: FLOAT64 NULLABLE",
        "ok: BOOLEAN NULLABLE",
        "price: NUMERIC NULLABLE",
        "tags: ARRAY<STRING> REPEATED",
        "address: STRUCT<`street` STRING, `zip` INT64> NULLABLE",
        "items: ARRAY<STRUCT<`sku` STRING, `qty` INT64>> REPEATED",
    ]
    flattened = macro("flattened", table(types=NESTED)).printed
    assert "address.street: STRING" in flattened
    assert "address.zip: INT64" in flattened


def test_pseudo_columns_are_no_columns_but_can_be_read(macro: Any, table: Any) -> None:
    events = table(types={"id": "int64", "_PARTITIONTIME": "timestamp"})
    assert macro("described", events).printed == "id: INT64 NULLABLE"
    assert macro.compile(f"select _PARTITIONTIME as put, * from {events}").columns == {
        "put": "timestamp",
        "id": "int64",
    }


def test_columns_of_a_table_that_was_not_declared_are_refused_with_what_to_write(macro: Any) -> None:
    with pytest.raises(HarnessError) as raised:
        macro("described", macro._target.session.relation("events"))
    assert "asks for the columns of `test-project`.`dbt_test`.`events`, which the test did not declare" in str(
        raised.value
    )
    assert "table(types={'id': 'int64'}, name='events')" in str(raised.value)


def test_relations_are_those_of_the_test_alone(macro: Any, table: Any) -> None:
    made = table(types={"id": "int64"}, name="made")
    elsewhere = table(types={"id": "int64"}, name="other", schema="elsewhere")
    assert macro("is_there", made.database, made.schema, "made").value is True
    assert macro("is_there", made.database, "elsewhere", "other").value is True
    assert macro("is_there", made.database, made.schema, "other").value is False
    assert str(macro("loaded", made).value) == str(made)
    assert str(macro("loaded", elsewhere).value) == "`test-project`.`elsewhere`.`other`"
    assert macro("loaded", made.incorporate(path={"identifier": "nope"})).value is None


def test_tables_of_one_test_are_not_there_in_the_next(macro: Any) -> None:
    assert macro("is_there", "test-project", "dbt_test", "made").value is False


def test_a_statement_that_the_analyzer_does_not_know_is_a_warning(macro: Any, table: Any) -> None:
    numbers = table(types={"id": "int64", "name": "string"})
    with pytest.warns(NotAnalyzedWarning) as warned:
        found = macro.compile(f"select\n  max_by(name, id)\nfrom {numbers}").analyzed
    assert "did not check this statement: select\n  Function not found: max_by" in str(warned[0].message)
    assert "Function not found: max_by" in str(found[0].unsupported)


def test_the_warning_is_in_the_summary_of_the_session(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "garden")
    test = "def test_it(macro):\n    macro.compile('select max_by(1, 2)').check()\n"
    said = run_pytest(folder, test, "--dbt-targets", "bigquery")
    assert said.code == 0, said.out
    assert "test_it.py::test_it[bigquery]" in said.out
    assert "NotAnalyzedWarning: GoogleSQL's analyzer did not check this statement: select max_by(1, 2)" in said.out
    assert "Function not found: max_by" in said.out


TWO_TESTS = """
import pytest
@pytest.mark.parametrize("n", range(4))
def test_it(macro, table, n):
    t = table(types={"id": "int64"})
    assert macro.compile(f"select id + {n} as more from {t}").columns == {"more": "int64"}
"""


def modules(cache: Path) -> dict[Path, int]:
    """The compiled modules in wasmtime's cache, with the time when each was written."""
    return {
        file: file.stat().st_mtime_ns
        for file in cache.rglob("*")
        if file.is_file() and not file.name.endswith((".stats", ".cleanup")) and file.stat().st_size > 1_000_000
    }


@pytest.mark.slow
def test_workers_compile_the_analyzer_once_and_later_sessions_not_at_all(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "garden")
    cache = tmp_path / "cache"
    first = run_pytest(folder, TWO_TESTS, "--dbt-targets", "bigquery", "-n", "2", XDG_CACHE_HOME=str(cache))
    assert first.code == 0, first.out
    compiled = modules(cache)
    assert len(compiled) == 1
    assert not modules(folder), "the cache is outside of the project"
    later = run_pytest(folder, TWO_TESTS, "--dbt-targets", "bigquery", XDG_CACHE_HOME=str(cache))
    assert later.code == 0, later.out
    assert modules(cache) == compiled


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "garden")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, where a folder is wanted")
    said = run_pytest(folder, TWO_TESTS, "--dbt-targets", "bigquery", XDG_CACHE_HOME=str(blocked))
    assert said.code == 0, said.out
    if os.geteuid() != 0:  # root writes everywhere
        locked = tmp_path / "locked"
        locked.mkdir()
        locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
        said = run_pytest(folder, TWO_TESTS, "--dbt-targets", "bigquery", XDG_CACHE_HOME=str(locked))
        assert said.code == 0, said.out
