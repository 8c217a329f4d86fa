"""How far a backfill is, whatever happened to its chunks."""

from __future__ import annotations

import datetime as dt

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = pytest.mark.targets("duckdb", "emulator")

RUN = {
    "invocation_id": "run 1",
    "model": "shop.orders",
    "start_date": "2024-01-01",
    "end_date": "2024-01-10",
    "chunk": "day",
    "chunks": 10,
}
COLUMNS = ("backfill_id", "model", "status", "chunks", "rows_processed", "share", "share_done", "seconds_left")


@pytest.fixture
def state(macro):
    """Records what became of a chunk: its day, its status, the attempt."""
    macro("create_backfill_state")

    def record(day: int, status: str, attempt: int = 1, backfill_id: str = "orders 2024", **more):
        date = dt.date(2024, 1, day).isoformat()
        macro(
            "record_chunk",
            backfill_id=backfill_id,
            model="shop.orders",
            start_date=date,
            end_date=date,
            attempt=attempt,
            status=status,
            invocation_id="run 1",
            **more,
        )

    return record


def progress(macro, **arguments):
    rows = macro("backfill_progress", **arguments).value
    return [dict(zip(COLUMNS, map(plain, row), strict=True)) for row in rows]


def plain(value):
    return value if value is None or isinstance(value, str) else float(value)


def test_each_status_has_a_row_and_the_chunks_without_an_event_are_pending(macro, state):
    macro("record_run", run={**RUN, "backfill_id": "orders 2024"}, event="claim")
    for day in (1, 2, 3, 4):
        state(day, "completed", rows=100, seconds=2.5)
    state(5, "failed", error="it's broken")
    state(6, "running")
    found = {row["status"]: row for row in progress(macro)}
    assert {status: row["chunks"] for status, row in found.items()} == {
        "completed": 4,
        "failed": 1,
        "running": 1,
        "pending": 4,
    }
    assert found["completed"]["rows_processed"] == 400
    assert found["pending"]["share"] == 0.4
    assert {row["share_done"] for row in found.values()} == {0.4}
    assert {row["seconds_left"] for row in found.values()} == {15.0}


def test_a_retried_chunk_counts_once(macro, state):
    macro("record_run", run={**RUN, "backfill_id": "orders 2024", "chunks": 1}, event="claim")
    state(1, "failed", attempt=1, rows=0, seconds=1)
    state(1, "completed", attempt=2, rows=100, seconds=1)
    assert progress(macro) == [
        {
            "backfill_id": "orders 2024",
            "model": "shop.orders",
            "status": "completed",
            "chunks": 1,
            "rows_processed": 100,
            "share": 1,
            "share_done": 1,
            "seconds_left": 0,
        }
    ]


def test_a_backfill_that_has_not_done_a_chunk_has_no_time_left_to_tell(macro, state):
    macro("record_run", run={**RUN, "backfill_id": "orders 2024"}, event="claim")
    state(1, "failed")
    assert [(row["status"], row["share_done"], row["seconds_left"]) for row in progress(macro)] == [
        ("failed", 0, None),
        ("pending", 0, None),
    ]


def test_one_backfill_can_be_asked_for(macro, state):
    for backfill_id in ("a", "it's b"):
        macro("record_run", run={**RUN, "backfill_id": backfill_id, "chunks": 1}, event="claim")
        state(1, "completed", backfill_id=backfill_id, rows=1, seconds=1)
    assert len(progress(macro)) == 2
    assert [row["backfill_id"] for row in progress(macro, backfill_id="it's b")] == ["it's b"]
    assert "There is no backfill 'c'" in macro("backfill_progress", backfill_id="c").printed


def test_where_no_backfill_ever_ran_it_says_so(macro):
    assert progress(macro) == []
    assert "No backfill ever ran here" in macro("backfill_progress").printed


@pytest.mark.targets("duckdb")
def test_a_state_that_cannot_be_made_wholly_is_not_made_at_all(macro):
    broken = {"backfill_checkpoints_sql": "select error('the view cannot be made')"}
    with pytest.raises(SqlError, match="the view cannot be made"):
        macro("create_backfill_state", stubs=broken, vars={"dbt_playbooks_schema": "playbooks"})
    made = "select table_name from duckdb_tables() where schema_name = 'playbooks'"
    assert macro.query(made) == []
    assert macro.query("select 1 from duckdb_schemas() where schema_name = 'playbooks'") == []


@pytest.mark.parametrize("asked", ["backfill_progress", "backfill_ids", "create_backfill_state"])
def test_a_table_of_the_users_own_under_a_name_of_the_state_is_told(macro, table, asked):
    table({"date_processed": ["2024-01-01"], "status": ["completed"]}, name="backfill_checkpoints")
    with pytest.raises(
        MacroError, match="it is a table, not a view; it lacks the columns backfill_id, model,"
    ) as raised:
        macro(asked)
    assert "vars: {dbt_playbooks_schema: playbooks}" in str(raised.value)


def test_where_no_backfill_ever_ran_there_are_no_ids(macro):
    assert macro("backfill_ids").value == []


@pytest.mark.parametrize("missing", ["", "backfill_log", "backfill_runs", "backfill_checkpoints"])
def test_a_state_of_which_a_part_is_missing_does_not_exist(macro, table, missing):
    table({"id": [1]})  # its schema is there
    for statement in macro("create_backfill_state_sql").value:
        macro.query(statement)
    if missing:
        relation = macro("_backfill_relation", name=missing).value
        macro.query(f"drop {relation.type} {relation}")
    assert macro("backfill_state_exists").value is (not missing)
