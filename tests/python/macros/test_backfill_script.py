"""The script for a console: it can be stopped and run again, and replaces exactly its days."""

from __future__ import annotations

import re

import pytest

from dbt_playbooks.errors import UsageError

ASK = {
    "source_table": "source", "target_table": "target", "date_column": "event at",
    "start_date": "2024-01-01", "end_date": "2024-01-31", "chunk": "10 day",
}  # fmt: skip
SELECT = """select timestamp '2023-12-31 12:00:00' + to_hours(cast(12 * i as integer)) as "event at", i as id from range(70) r(i)"""


@pytest.fixture
def target(duck):
    """The source holds two rows a day, 2023-12-31 12:00 to 2024-02-04; the target a stale row in and one out of the range."""
    duck.table("source", SELECT)
    return duck.table(
        "target",
        """
        select -1 as id, timestamp '2024-01-31 23:59:59.999' as "event at" union all select -2, timestamp '2024-02-01 00:00:00'
    """,
    )


def test_the_script_replaces_its_days_exactly_however_often_it_runs(duck, target):
    script = duck("backfill_script_sql", **ASK)
    for _ in range(2):
        duck.sql(script)
        assert duck.sql(f"select id from {target} order by id") == [[-2], *([i] for i in range(1, 63))]


def test_a_script_that_stops_in_a_step_leaves_that_step_as_it_was(duck, target):
    script = duck("backfill_script_sql", **ASK)
    duck.sql(script, "update main.source set id = id + 1000")
    step_2 = r"""from \S*"source"(?=\nwhere "event at" >= timestamp '2024-01-11)"""
    broken, replaced = re.subn(step_2, "from no_such_table", script)
    assert replaced == 1
    with pytest.raises(Exception, match="no_such_table"):
        duck.sql(*broken.split(";"))
    assert duck.sql(f"select count(*), count(*) filter (id > 1000) from {target}") == [[63, 20]]
    duck.sql(script)
    assert duck.sql(f"select count(*), count(*) filter (id > 1000) from {target}") == [[63, 62]]


def test_the_script_says_what_it_does_and_where_it_is(duck, target):
    script = duck("backfill_script_sql", **ASK)
    assert script.startswith(
        f'-- Fills {target} from "shop"."main"."source", 2024-01-01 to 2024-01-31, in 4 steps of 10 day.\n'
    )
    assert "run one after another, never in parallel" in script
    assert "run again from its beginning or from any step" in script
    assert re.findall(r"^-- Step (.*)$", script, flags=re.MULTILINE) == [
        "1 of 4: 2024-01-01 to 2024-01-10", "2 of 4: 2024-01-11 to 2024-01-20", "3 of 4: 2024-01-21 to 2024-01-30", "4 of 4: 2024-01-31 to 2024-01-31",
    ]  # fmt: skip
    assert "select 4 as step, 4 as steps, '2024-01-31 to 2024-01-31' as days;" in script


def test_columns_that_the_source_lacks_are_named(duck, target):
    duck.sql(f"alter table {target} add column note varchar")
    with pytest.raises(UsageError, match=r'"source" lacks columns of "shop"."main"."target": note'):
        duck("backfill_script_sql", **ASK)
    assert 'insert into "shop"."main"."target" ("id", "event at")' in duck(
        "backfill_script_sql", **ASK, columns=["id", "event at"]
    )


@pytest.mark.usefixtures("target")
def test_a_script_longer_than_bigquery_takes_is_refused(duck):
    with pytest.raises(
        UsageError, match=r"8797 steps make .* more than 1000000 characters.*Use a larger chunk than 'day'"
    ):
        duck("backfill_script_sql", **{**ASK, "start_date": "2000-01-01", "chunk": "day"})
