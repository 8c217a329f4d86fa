"""What stands where the state would be is told before anything is made, and the state is made wholly or not at all."""

from __future__ import annotations

import pytest
from shop import RANGE, STRATEGIES, Shop

RECIPE = "create table backfill_checkpoints (date_processed date, status varchar, rows_processed bigint, processed_at timestamp)"
LOG = "backfill_id varchar, invocation_id varchar, status varchar, more varchar"
IN_THE_WAY = {
    "the table of the recipe": (
        RECIPE,
        '"backfill_checkpoints" is not made by dbt_playbooks: it is a table, not a view; it lacks the columns backfill_id, model,',
    ),
    "a view of the users": (
        "create view backfill_checkpoints as select 1 as n",
        '"backfill_checkpoints" is not made by dbt_playbooks: it lacks the columns backfill_id,',
    ),
    "a table called like the log": (
        "create table Backfill_Log (id int)",
        '"backfill_log" is not made by dbt_playbooks: it lacks the columns backfill_id,',
    ),
    "a table called like the runs": (
        "create table backfill_runs (id int)",
        '"backfill_runs" is not made by dbt_playbooks: it lacks the columns backfill_id,',
    ),
    "a log of another version": (
        f"create table backfill_log ({LOG})",
        "it has columns that are not of the state: more",
    ),
}


def _names(shop: Shop) -> list[str]:
    return [
        row[0]
        for row in shop.sql(
            "select table_name from duckdb_tables() union all select view_name from duckdb_views() where not internal"
        )
    ]


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_not_ours_is_told_and_nothing_is_made(shop: Shop, case: str) -> None:
    statement, message = IN_THE_WAY[case]
    shop.model("events", STRATEGIES["merge"])
    shop.sql(statement)
    before = sorted(_names(shop))
    for words in (["plan", "events", *RANGE], ["run", "events", *RANGE], ["status"]):
        said = shop.playbooks("backfill", *words)
        assert said.code == 2, said.err
        assert message in said.err
        assert "vars: {dbt_playbooks_schema: playbooks}" in said.err
    assert sorted(_names(shop)) == before
    assert shop.run("events", *RANGE, "--vars", "{dbt_playbooks_schema: playbooks}").code == 0
    assert len(shop.sql("select * from playbooks.backfill_checkpoints")) == 3


def test_the_operations_tell_it_too(shop: Shop) -> None:
    from command import each_dbt

    shop.sql(RECIPE)
    operations = [
        ("run-operation", f"dbt_playbooks.{name}")
        for name in ("backfill_progress", "backfill_ids", "create_backfill_state")
    ]
    said = each_dbt(shop.folder, *operations)
    assert said.out.count("it is a table, not a view") >= 3
    assert said.out.count("dbt_playbooks_schema") >= 3
    assert sorted(_names(shop)) == ["backfill_checkpoints", "events"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("alter table backfill_runs drop column generation", "it lacks the columns generation"),
        ("alter table backfill_runs add column cost double", "it has columns that are not of the state: cost"),
    ],
)
def test_the_state_of_another_version_is_told_with_the_columns_that_differ(
    shop: Shop, change: str, message: str
) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    shop.sql(change)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert f'"backfill_runs" is of another version of dbt_playbooks: {message}' in said.err
