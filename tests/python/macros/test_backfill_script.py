"""The script for a console: it can be stopped and run again, and replaces exactly its days."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = pytest.mark.targets("duckdb", "emulator")

ASK = {
    "source_table": "source", "target_table": "target", "date_column": "event at",
    "start_date": "2024-01-01", "end_date": "2024-01-31", "chunk": "10 day",
}  # fmt: skip
FIRST = dt.datetime(2023, 12, 31, 12)
TYPES = {"event at": "timestamp"}


@pytest.fixture
def source(table):
    """Two rows a day, 2023-12-31 12:00 to 2024-02-04."""
    instants = [FIRST + dt.timedelta(hours=12 * i) for i in range(70)]
    return table({"event at": instants, "id": list(range(70))}, TYPES, name="source")


@pytest.fixture
def target(table, source):  # noqa: ARG001 a script reads it
    """A stale row in and one out of the range."""
    instants = ["2024-01-31 23:59:59.999", "2024-02-01 00:00:00"]
    return table({"id": [-1, -2], "event at": instants}, TYPES, name="target")


def ids(macro, target):
    return [number for (number,) in macro.query(f"select id from {target} order by id")]


def test_the_script_replaces_its_days_exactly_however_often_it_runs(macro, target):
    script = macro("backfill_script_sql", **ASK).value
    for _ in range(2):
        macro.query(script)
        assert ids(macro, target) == [-2, *range(1, 63)]


def test_a_script_that_stops_in_a_step_leaves_that_step_as_it_was(macro, source, target):
    script = macro("backfill_script_sql", **ASK).value
    macro.query(script)
    macro.query(f"update {source} set id = id + 1000 where true")
    step_2 = r"""from \S*["`]source["`](?=\s+where ["`]event at["`] >= timestamp '2024-01-11)"""
    broken, replaced = re.subn(step_2, f"from {target.schema}.no_such_table", script)
    assert replaced == 1
    with pytest.raises(SqlError, match="no_such_table"):
        macro.query(broken)
    assert [(number > 1000) for number in ids(macro, target)].count(True) == 20
    assert len(ids(macro, target)) == 63
    macro.query(script)
    assert [(number > 1000) for number in ids(macro, target)].count(True) == 62
    assert len(ids(macro, target)) == 63


def test_the_script_says_what_it_does_and_where_it_is(macro, source, target):
    script = macro("backfill_script_sql", **ASK).value
    assert script.startswith(f"-- Fills {target} from {source}, 2024-01-01 to 2024-01-31, in 4 steps of 10 day.\n")
    assert "run one after another, never in parallel" in script
    assert "run again from its beginning or from any step" in script
    assert re.findall(r"^-- Step (.*)$", script, flags=re.MULTILINE) == [
        "1 of 4: 2024-01-01 to 2024-01-10", "2 of 4: 2024-01-11 to 2024-01-20", "3 of 4: 2024-01-21 to 2024-01-30", "4 of 4: 2024-01-31 to 2024-01-31",
    ]  # fmt: skip
    assert "select 4 as step, 4 as steps, '2024-01-31 to 2024-01-31' as days;" in script


def test_columns_that_the_source_lacks_are_named(macro, table, source):
    target = table(types={"id": "int64", "event at": "timestamp", "note": "string"}, name="target")
    with macro.raises(f"{source} lacks columns of {target}: note"):
        macro("backfill_script_sql", **ASK)
    script = macro("backfill_script_sql", **ASK, columns=["id", "event at"]).text
    written = f'insert into {target} ("id", "event at")' if macro.target == "duckdb" else "insert (`id`, `event at`)"
    assert written in script
    assert "note" not in script


@pytest.mark.usefixtures("target")
def test_a_script_longer_than_bigquery_takes_is_refused(macro):
    with pytest.raises(
        MacroError, match=r"8797 steps make .* more than 1000000 characters.*Use a larger chunk than 'day'"
    ):
        macro("backfill_script_sql", **{**ASK, "start_date": "2000-01-01", "chunk": "day"})
