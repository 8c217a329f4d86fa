"""The state of a backfill in the warehouse: what is read back of what was appended."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.targets("duckdb")

RUN = {
    "backfill_id": "orders 2024",
    "model": "shop.orders",
    "start_date": "2024-01-01",
    "end_date": "2024-01-10",
    "chunk": "day",
    "chunks": 10,
}
CHUNK = {
    "backfill_id": "orders 2024",
    "model": "shop.orders",
    "start_date": "2024-01-01",
    "end_date": "2024-01-02",
    "invocation_id": "run 1",
}


@pytest.fixture(autouse=True)
def _state(macro):
    macro("create_backfill_state")


def said(macro, event, invocation_id="run 1", shard="1/1", **changed):
    macro("record_run", run={**RUN, "invocation_id": invocation_id, "shard": shard, **changed}, event=event)


def runs(macro, backfill_id="orders 2024"):
    return [tuple(row)[:3] for row in macro("backfill_runs_sql", backfill_id=backfill_id).rows]


def states(macro):
    """First and last day, status and attempt of each chunk."""
    return [tuple(row)[:4] for row in macro("backfill_chunk_states_sql", backfill_id="orders 2024").rows]


def test_of_each_run_and_shard_the_newest_event_is_read_and_who_claimed_first_comes_first(macro):
    said(macro, "claim", "run 2")
    said(macro, "claim", "run 1", "1/2")
    said(macro, "claim", "run 1", "2/2")
    said(macro, "heartbeat", "run 2")
    said(macro, "heartbeat", "run 1", "1/2")
    said(macro, "claim", "elsewhere", backfill_id="it's another")
    assert runs(macro) == [("run 2", "heartbeat", "1/1"), ("run 1", "heartbeat", "1/2"), ("run 1", "claim", "2/2")]
    assert runs(macro, "it's another") == [("elsewhere", "claim", "1/1")]


def test_a_heartbeat_that_arrives_late_does_not_take_a_release_back(macro):
    for event in ("claim", "release", "heartbeat"):
        said(macro, event)
    assert runs(macro) == [("run 1", "release", "1/1")]


def test_a_run_is_read_back_as_it_was_recorded_and_its_silence_is_measured(macro):
    said(macro, "claim", generation=3, host="here", started_by="it's me", process_id=7)
    (row,) = macro("backfill_runs_sql", backfill_id="orders 2024").rows
    assert tuple(row)[:10] == (
        *("run 1", "claim", "1/1", "here", 7, None, "it's me", "shop.orders"),
        *("2024-01-01", "2024-01-10"),
    )
    assert tuple(row)[10:13] == ("day", 10, 3)
    assert 0 <= row[-1] < 60


def test_ids_are_listed_by_their_newest_event(macro):
    def ids():
        return [row[0] for row in macro("backfill_ids").value]

    said(macro, "claim", backfill_id="a")
    said(macro, "claim", backfill_id="b")
    assert ids() == ["b", "a"]
    said(macro, "heartbeat", backfill_id="a")
    assert ids() == ["a", "b"]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(1, "running"), (1, "completed")], ("completed", 1)),
        ([(1, "completed"), (1, "running")], ("completed", 1)),
        ([(1, "failed"), (2, "running")], ("running", 2)),
        ([(2, "running"), (1, "completed")], ("running", 2)),
        ([(1, "failed"), (1, "completed")], ("completed", 1)),
        ([(1, "completed"), (1, "failed")], ("failed", 1)),
    ],
)
def test_the_state_of_a_chunk_is_that_of_its_newest_attempt_once_it_has_ended(macro, events, expected):
    for attempt, status in events:
        macro("record_chunk", **CHUNK, attempt=attempt, status=status)
    assert states(macro) == [("2024-01-01", "2024-01-02", *expected)]


def test_chunks_come_by_day_and_those_of_another_backfill_do_not(macro):
    for start, backfill_id in (("2024-01-03", "orders 2024"), ("2024-01-01", "orders 2024"), ("2024-01-02", "another")):
        macro(
            "record_chunk",
            **{**CHUNK, "start_date": start, "end_date": start, "backfill_id": backfill_id},
            attempt=1,
            status="completed",
        )
    assert [state[0] for state in states(macro)] == ["2024-01-01", "2024-01-03"]


def test_what_became_of_a_chunk_is_read_back_as_it_was_recorded(macro):
    macro("record_chunk", **CHUNK, attempt=2, status="failed", rows=7, bytes=8, seconds=1.5, error="it's 'broken'")
    (row,) = macro("backfill_chunk_states_sql", backfill_id="orders 2024").rows
    assert tuple(row)[2:] == ("failed", 2, 7, 8, 1.5, "it's 'broken'", "run 1")


@pytest.mark.parametrize(
    ("length", "kept"), [(0, ""), (4000, "x" * 4000), (4001, "x" * 4000 + " [cut: 4001 characters]")]
)
def test_an_error_is_cut_after_4000_characters(macro, length, kept):
    macro("record_chunk", **CHUNK, attempt=1, status="failed", error="x" * length)
    assert macro("backfill_chunk_states_sql", backfill_id="orders 2024").rows[0][7] == kept


def test_the_size_of_a_backfill_is_what_its_newest_run_said(macro):
    said(macro, "claim", "run 1", chunks=10)
    said(macro, "claim", "run 2", chunks=4)
    macro("record_chunk", **CHUNK, attempt=1, status="completed", rows=1, seconds=1)
    rows = {row[2]: (row[3], float(row[5]), float(row[6])) for row in macro("backfill_progress").value}
    assert rows == {"completed": (1, 0.25, 0.25), "pending": (3, 0.75, 0.25)}


def test_a_backfill_without_an_event_is_pending_as_a_whole(macro):
    said(macro, "claim", chunks=10)
    ((name, model, status, chunks, rows, share, done, left),) = macro("backfill_progress").value
    assert (name, model, status, chunks, rows) == ("orders 2024", "shop.orders", "pending", 10, None)
    assert (float(share), float(done), left) == (1, 0, None)


def test_rows_and_the_time_left_are_sums_over_the_chunks_of_a_status(macro):
    said(macro, "claim", chunks=4)
    for day, rows, seconds in ((1, 10, 1), (3, 30, 5)):
        dates = {"start_date": f"2024-01-0{day}", "end_date": f"2024-01-0{day + 1}"}
        macro("record_chunk", **{**CHUNK, **dates}, attempt=1, status="completed", rows=rows, seconds=seconds)
    found = {row[2]: row for row in macro("backfill_progress").value}
    assert (found["completed"][4], float(found["completed"][7])) == (40, 6)
