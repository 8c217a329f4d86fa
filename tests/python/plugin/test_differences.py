"""The list of differences between the emulator and BigQuery is true: the emulator still answers so, and GoogleSQL does not."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.columns import as_columns
from dbt_playbooks.pytest_plugin.differences import DIFFERENCES, Difference
from dbt_playbooks.pytest_plugin.errors import SqlError
from plugin.bigquery_project import run_pytest, write_project


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("differences") / "garden")


@pytest.mark.targets("emulator")
@pytest.mark.parametrize("name", DIFFERENCES)
def test_the_emulator_still_differs(macro: Any, table: Any, name: str) -> None:
    met = DIFFERENCES[name]
    events = table({"id": [1, 2], "name": ["a", "b"]}, name="events")
    for statement in met.before:
        macro.query(statement.replace("{dataset}", events.schema))
    try:
        rows = macro.query(met.shown_by.replace("{dataset}", events.schema))
    except SqlError:
        found = "error"
    else:
        found = "no rows" if not rows else "NULL" if rows[0][0] is None else str(rows[0][0])
    assert found == met.emulator, f"the emulator has changed: correct '{name}' in differences/, or remove it"
    assert met.emulator != met.bigquery


STANDS_ALONE = [
    name
    for name, each in DIFFERENCES.items()
    if "{dataset}" not in each.shown_by
    and each.shown_by.startswith("select")
    and "INFORMATION_SCHEMA" not in each.shown_by
]


@pytest.mark.parametrize("name", STANDS_ALONE)
def test_googlesqls_reference_implementation_answers_as_bigquery_is_said_to(googlesql: Any, name: str) -> None:
    from zetasql.core.exceptions import ZetaSQLError

    from dbt_playbooks.pytest_plugin.googlesql.catalog import Scope

    met = DIFFERENCES[name]
    options = copy.copy(googlesql.options)
    options.system_variables = []
    try:
        answer = googlesql.service.evaluate_query(
            sql=f"select cast(({met.shown_by}) as string)",
            options=options,
            registered_catalog_id=googlesql._catalogs.registered(Scope("p")),
        )
    except ZetaSQLError:
        found = "error"
    else:
        text = answer.content.table_data.row[0].cell[0].string_value
        found = "NULL" if text is None else text
    assert found == met.bigquery


REFUSED_WHEN_READ = ["dml_without_where", "types_change_at_will", "partition_time_is_everywhere"]


@pytest.mark.parametrize("name", REFUSED_WHEN_READ)
def test_googlesql_refuses_what_bigquery_is_said_to_refuse(googlesql: Any, name: str) -> None:
    with pytest.raises(SqlError):
        _analyze(googlesql, DIFFERENCES[name])
    assert DIFFERENCES[name].bigquery == "error"


@pytest.mark.parametrize(
    "name", [name for name, each in DIFFERENCES.items() if each.emulator == "error" and name not in STANDS_ALONE]
)
def test_googlesql_takes_what_only_the_emulator_refuses(googlesql: Any, name: str) -> None:
    assert _analyze(googlesql, DIFFERENCES[name])


@pytest.fixture(scope="module")
def googlesql() -> Any:
    pytest.importorskip("zetasql", reason="GoogleSQL is not installed: pip install 'dbt-playbooks[googlesql]'")
    from dbt_playbooks.pytest_plugin.googlesql import GoogleSQL

    return GoogleSQL("p")


def _analyze(googlesql: Any, met: Difference) -> Any:
    tables = {("p", "d", "events"): as_columns({"id": "int64", "name": "string"})}
    return googlesql.analyze(";\n".join([*met.before, met.shown_by]).replace("{dataset}", "p.d"), tables)


@pytest.mark.targets("emulator")
def test_a_dry_run_on_the_emulator_says_nothing_of_bytes(macro: Any, table: Any) -> None:
    from google.cloud.bigquery import QueryJobConfig

    events = table({"id": [1, 2]})
    job = macro._target.client.query(f"select * from {events}", job_config=QueryJobConfig(dry_run=True))
    assert not job.total_bytes_processed


MARKED = """
import pytest

@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.emulator_differs("doubled_quote")
def test_met(macro):
    assert macro.query("select 'it''s' as said") == [("it's",)]

@pytest.mark.targets("emulator")
@pytest.mark.emulator_differs("doubled_quote")
def test_not_met(macro):
    assert macro.query("select 1 as one") == [(1,)]
"""


@pytest.mark.targets("emulator")
@pytest.mark.usefixtures("dbt_target")
def test_a_marked_test_is_expected_to_fail_there_and_told_when_it_does_not(tmp_path: Path) -> None:
    said = run_pytest(write_project(tmp_path / "garden"), MARKED, "-rxXf")
    assert said.code == 1, said.out
    assert "PASSED" not in said.out
    assert "duckdb: 1 passed" in said.out
    assert "emulator: 1 failed, 1 xfailed" in said.out or "emulator: 1 xfailed, 1 failed" in said.out, said.out
    assert (
        "XFAIL test_it.py::test_met[emulator] - the emulator is not BigQuery here: `'it''s'` is read as two texts"
        in said.out
    )
    assert "[XPASS(strict)] the emulator is not BigQuery here" in said.out


def test_a_mark_with_a_name_that_is_not_on_the_list_is_refused_with_the_names(tmp_path: Path) -> None:
    test = MARKED.replace("doubled_quote", "doubled_quotes")
    said = run_pytest(write_project(tmp_path / "garden"), test, "--dbt-targets", "emulator")
    if "off  emulator" in said.out:
        pytest.skip("emulator: it can't run here")
    assert said.code != 0
    assert "mark emulator_differs: it takes one of safe_cast_rounds, " in said.out
