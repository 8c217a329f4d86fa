"""What `status` says of a backfill, from what is stored: the tables of the state are lists."""

from __future__ import annotations

import io
from typing import Any

import pytest

from dbt_playbooks.backfill.status import Failure, Status, print_status, read_status
from dbt_playbooks.terminal import Out

ELSEWHERE = {"host": "elsewhere/1/2", "process_id": 7, "process_started_at": "1.00", "started_by": "ada"}


def run(name: str, event: str = "release", generation: int | None = 0, **more: Any) -> dict[str, Any]:
    known = {"model": "events", "start_date": "2024-01-01", "end_date": "2024-03-31", "chunk": "month", "chunks": "3"}
    told = {"invocation_id": name, "event": event, "generation": generation, "shard": "1/1", "seconds_ago": 5}
    return {**ELSEWHERE, **known, **told, **more}


def chunk(month: int, status: str = "completed", name: str = "first", error: str | None = None) -> dict[str, Any]:
    day = f"2024-0{month}-01"
    about = {"start_date": day, "end_date": day, "attempt": "2", "error_message": error}
    return {**about, "status": status, "invocation_id": name}


def counted(
    status: str, chunks: int, rows: int | None = 0, done: object = "0.5", left: object = "90"
) -> dict[str, Any]:
    about = {"status": status, "chunks": str(chunks), "rows_processed": rows}
    return {**about, "share_done": done, "seconds_left": left}


class Stored:
    only_we_have_it = False

    def __init__(self, runs: list[Any], chunks: list[Any], progress: list[Any]) -> None:
        self._runs, self._chunks, self._progress = runs, chunks, progress

    def runs(self, _: str) -> list[Any]:
        return self._runs

    def chunks(self, _: str) -> dict[str, Any]:
        return {each["start_date"]: each for each in self._chunks}

    def progress(self, _: str) -> list[Any]:
        return self._progress


def read(runs: list[Any], chunks: list[Any], progress: list[Any]) -> Status:
    state: Any = Stored(runs, chunks, progress)
    return read_status(state, "history")


def test_a_status_holds_what_is_stored_with_its_types() -> None:
    progress = [counted("completed", 2, 10), counted("failed", 1, 5)]
    chunks = [chunk(1), chunk(2, "failed", error="no such table"), chunk(3, "failed")]
    found = read([run("first"), run("second", "heartbeat", chunk="week")], chunks, progress)
    assert (found.id, found.model, found.start_date, found.end_date) == (
        "history",
        "events",
        "2024-01-01",
        "2024-03-31",
    )
    assert found.chunk == "week"
    assert found.chunks == {"completed": 2, "failed": 1}
    assert (found.rows, found.share_done, found.seconds_left, found.reprocessed) == (10, 0.5, 90.0, None)
    assert found.failed == [
        Failure("2024-02-01", "2024-02-01", 2, "no such table"), Failure("2024-03-01", "2024-03-01", 2, ""),
    ]  # fmt: skip
    assert len(found.held_by) == 1
    assert found.held_by[0].startswith("backfill 'history' (shard 1/1) is held by ada on elsewhere, process 7")


def test_a_backfill_in_which_nothing_has_begun_has_a_status() -> None:
    found = read([run("first")], [], [])
    assert (found.rows, found.share_done, found.seconds_left, found.held_by) == (0, 0.0, None, [])
    found = read([run("first")], [], [counted("pending", 3, None, done=None, left=None)])
    assert (found.rows, found.share_done, found.seconds_left) == (0, 0.0, None)
    assert read([run("first")], [], [counted("completed", 3, None)]).rows == 0


@pytest.mark.parametrize(
    ("generations", "chunks", "reprocessed"),
    [
        ((0, 1), [chunk(1, name="second"), chunk(2), chunk(3)], 1),
        ((0, 1), [chunk(1), chunk(2), chunk(3)], 0),
        ((0, 1), [chunk(1, name="second"), chunk(2, "failed", name="second"), chunk(3)], 1),
        ((0, 1), [chunk(month, name="second") for month in (1, 2, 3)], None),
        ((0, 0), [chunk(1, name="second"), chunk(2)], None),
        ((None, 1), [chunk(1), chunk(2, name="second")], 1),
        ((1, 2), [chunk(1), chunk(2, name="second")], 1),
        ((1, None), [chunk(1), chunk(2, name="second")], 1),
    ],
)
def test_a_reprocessing_that_is_not_done_is_counted(
    generations: tuple[int | None, int | None], chunks: list[Any], reprocessed: int | None
) -> None:
    runs = [run(name, generation=number) for name, number in zip(("first", "second"), generations, strict=True)]
    assert read(runs, chunks, []).reprocessed == reprocessed


def status(**changed: Any) -> Status:
    known: dict[str, Any] = {
        "id": "history",
        "model": "events",
        "start_date": "2024-01-01",
        "end_date": "2024-03-31",
        "chunk": "month",
        "chunks": {"completed": 2, "running": 1},
        "rows": 1234,
        "share_done": 0.669,
        "seconds_left": None,
        "reprocessed": None,
        "held_by": (),
        "failed": (),
    }
    return Status(**{**known, **changed})


def printed(*statuses: Status) -> list[str]:
    stream = io.StringIO()
    print_status(Out(stream), statuses)
    return stream.getvalue().splitlines()


def test_what_nobody_runs_now_is_to_be_continued() -> None:
    assert printed(status()) == [
        "history: 66% done (2 chunks completed, 1 chunk started and not finished), 1,234 rows",
        "  events, 2024-01-01 to 2024-03-31 by month",
        "  not running now. Run the same command again to continue.",
    ]


def test_what_is_running_now_names_its_holder_and_the_time_left() -> None:
    assert printed(status(held_by=["held by ada"], seconds_left=90.0))[0].endswith("1 chunk running), 1,234 rows")
    assert printed(status(held_by=["held by ada"], seconds_left=90.0))[2:] == [
        "  held by ada",
        "  about 1 min 30 s left with one thread",
    ]


def test_what_is_done_says_so_and_no_more() -> None:
    assert printed(status(share_done=1.0, chunks={"completed": 1}, seconds_left=0.0)) == [
        "history: 100% done (1 chunk completed), 1,234 rows",
        "  events, 2024-01-01 to 2024-03-31 by month",
    ]


def test_a_reprocessing_and_each_failure_are_told() -> None:
    failures = [Failure("2024-01-01", "2024-01-31", 1, "\none\ntwo\n"), Failure("2024-02-01", "2024-02-01", 1, "x")]
    assert printed(status(reprocessed=0, failed=failures, share_done=1.0))[2:] == [
        "  --reprocess all has completed 0 of 3 chunks again. Run the same command to continue.",
        "  failed: 2024-01-01 to 2024-01-31", "    one", "    two",
        "  failed: 2024-02-01", "    x",
    ]  # fmt: skip


def test_without_a_backfill_that_is_said() -> None:
    assert printed() == ["no backfill has run here."]
    assert len(printed(status(), status())) == 6
