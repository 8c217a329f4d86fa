"""What the runner does with its chunks: in which order, on which threads, and what it records. The warehouse is a stand-in that notes
what it is asked to run; test_attempts.py is about tries, test_run.py about whole runs.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from running import ALL, DAYS, IDENTITY, Run, Warehouse, plan, target

from dbt_playbooks.backfill import runner as runner_module
from dbt_playbooks.backfill.checks.shape import Shape
from dbt_playbooks.backfill.request import Shard
from dbt_playbooks.backfill.runner import Result
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.errors import HeldError, UsageError, WarehouseError
from dbt_playbooks.interface import Hooks, Window


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path, "events", "below")


def test_chunks_run_in_their_order_and_models_in_theirs(warehouse: Warehouse) -> None:
    warehouse.rows = {"events": 5, "below": 2}
    run = Run(warehouse, target(), target("below"))
    result = run.of(plan(2))
    assert warehouse.ran == [
        ("events", "2024-01-01"), ("below", "2024-01-01"), ("events", "2024-01-02"), ("below", "2024-01-02"),
    ]  # fmt: skip
    assert warehouse.hooks == [ALL] * 4
    assert (result.completed, result.rows, result.bytes, result.failed) == (2, 14, 0, [])
    assert (result.interrupted, result.not_begun) == (False, 0)
    assert 0 <= result.seconds < 60
    assert run.lease.checks == 2
    assert run.state.under == {("history", "events", "this")}


def test_a_chunk_is_recorded_when_it_begins_and_when_it_ends(warehouse: Warehouse) -> None:
    warehouse.bytes = 2048
    run = Run(warehouse)
    result = run.of(plan(1))
    began, ended = run.state.recorded
    assert began == Chunk(0, DAYS[0], "running", 5)
    assert run.told.began_with == [began]
    assert (ended.status, ended.attempt, ended.rows, ended.bytes, ended.error) == ("completed", 5, 1, 2048, None)
    assert ended.seconds is not None
    assert 0 <= ended.seconds < 60
    assert result.bytes == 2048


def test_what_several_models_bill_is_added_and_nothing_is_not_zero(warehouse: Warehouse) -> None:
    warehouse.bytes = 100
    run = Run(warehouse, target(), target("below"))
    assert run.of(plan(2)).bytes == 400
    assert [chunk.bytes for chunk in run.state.ended] == [200, 200]
    warehouse.bytes = None
    run = Run(warehouse)
    run.of(plan(1))
    assert [chunk.bytes for chunk in run.state.ended] == [None]


def test_a_chunk_that_fails_ends_at_the_model_that_failed_and_others_go_on(warehouse: Warehouse) -> None:
    warehouse.during = lambda name, day: "secret: broken" if (name, day) == ("events", "2024-01-02") else None
    run = Run(warehouse, target(), target("below"))
    result = run.of(plan(3))
    assert ("below", "2024-01-02") not in warehouse.ran
    assert len(warehouse.ran) == 5
    failed = run.state.ended[1]
    assert result.failed == [failed]
    assert result.completed == 2
    assert (failed.status, failed.error, failed.rows) == ("failed", "events: secret: broken", None)
    assert failed.sql_path is not None
    assert Path(failed.sql_path).name == "2024-01-02_events.sql"
    assert Path(failed.sql_path).read_text() == "the SQL of events\n"
    assert [chunk.sql_path for chunk in run.state.ended if chunk.status == "completed"] == [None, None]


def test_a_model_that_cannot_be_run_or_counted_is_the_last_of_its_chunk(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(warehouse, target(), target("below"))
    with monkeypatch.context() as patched:
        patched.setattr(warehouse, "call", uncounted(warehouse, "events"))
        run.of(plan(1))
    assert [chunk.error for chunk in run.state.ended] == ["events ran, but gone"]
    assert warehouse.ran == [("events", "2024-01-01")]

    untyped = Warehouse(Path(warehouse.target_path))
    untyped.returned = {}
    run = Run(untyped, target(known=None), target("below"))
    run.of(plan(1))
    assert [(chunk.error or "")[:40] for chunk in run.state.ended] == ["events: what events returns has no colum"]
    assert untyped.ran == []


def uncounted(warehouse: Warehouse, table: str) -> Callable[..., Any]:
    """A macro that can't count one table."""
    call = warehouse.call

    def refusing(macro: str, **asked: Any) -> Any:
        if asked.get("table") == table:
            raise WarehouseError("gone")
        return call(macro, **asked)

    return refusing


def test_no_row_is_no_row(warehouse: Warehouse) -> None:
    warehouse.rows = {"events": 0}
    run = Run(warehouse)
    assert (run.of(plan(2)).rows, run.state.ended[0].rows) == (0, 0)


def test_a_run_and_its_chunks_say_how_long_they_took(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(runner_module, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def during(*_: str) -> None:
        now[0] += 10

    warehouse.during = during
    run = Run(warehouse)
    assert run.of(plan(2)).seconds == 20
    assert [chunk.seconds for chunk in run.state.ended] == [10, 10]


def test_what_is_known_of_the_tables_is_not_asked_again(warehouse: Warehouse) -> None:
    Run(warehouse, target(), target("below")).of(plan(4))
    assert warehouse.refreshed == [False, False]


def test_of_one_model_an_error_is_as_the_warehouse_says_it(warehouse: Warehouse) -> None:
    warehouse.during = lambda *_: "broken"
    run = Run(warehouse)
    run.of(plan(1))
    [failed] = run.state.ended
    assert failed.error == "broken"
    assert failed.sql_path is not None
    kept = Path(failed.sql_path)
    assert kept.name == "2024-01-01.sql"
    # once it is completed, the SQL of the failed attempt says nothing any more
    warehouse.during = lambda *_: None
    Run(warehouse).of(plan(1))
    assert not kept.exists()


def test_the_first_failure_ends_a_run_that_is_to_fail_fast(warehouse: Warehouse) -> None:
    warehouse.during = lambda _, day: "broken" if day == "2024-01-02" else None
    result = Run(warehouse, fail_fast=True).of(plan(4))
    assert (result.completed, len(result.failed), result.not_begun) == (1, 1, 2)
    assert not result.interrupted


@pytest.mark.parametrize("failure", [UsageError("no such column"), WarehouseError("gone")])
def test_rows_that_cannot_be_counted_fail_the_chunk(warehouse: Warehouse, failure: Exception) -> None:
    def query(_: str) -> list[dict[str, Any]]:
        raise failure

    warehouse.query = query  # type: ignore[method-assign]
    run = Run(warehouse)
    run.of(plan(1))
    assert [chunk.error for chunk in run.state.ended] == [f"events ran, but {failure}"]


def test_a_type_that_is_not_known_fails_the_chunk_before_its_model_runs(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.returned = {"other": "date"}
    run = Run(warehouse, target(known=None))
    run.of(plan(1))
    [failed] = run.state.ended
    assert warehouse.ran == []
    assert (failed.error or "").startswith("events: what events returns has no column 'day'")


@pytest.mark.parametrize(
    ("tables", "known", "types"),
    [
        (["events"], "text", ["date", "date"]),
        ([], "text", ["text", "date"]),
        ([], None, ["timestamp", "date"]),
    ],
)
def test_a_window_is_cut_in_the_type_of_the_table_or_of_what_the_model_returns(
    tmp_path: Path, tables: list[str], known: str | None, types: list[str]
) -> None:
    warehouse = Warehouse(tmp_path, *tables)
    Run(warehouse, target(known=known)).of(plan(2))
    assert [config["backfill_window"]["data_type"] for config in warehouse.configs] == types
    assert [config["backfill_window"]["start_date"] for config in warehouse.configs] == ["2024-01-01", "2024-01-02"]
    assert [asked["data_type"] for asked in warehouse.counted] == ["date", "date"]


def test_hooks_of_a_microbatch_model_run_once_around_all_of_its_batches(warehouse: Warehouse) -> None:
    run = Run(warehouse, target(strategy="microbatch"), target("below"))
    run.of(plan(4, done=1))
    assert [hooks for (name, _), hooks in zip(warehouse.ran, warehouse.hooks, strict=True) if name == "events"] == [
        Hooks(before=True, after=False), Hooks(before=False, after=False), Hooks(before=False, after=True),
    ]  # fmt: skip
    assert [hooks for (name, _), hooks in zip(warehouse.ran, warehouse.hooks, strict=True) if name == "below"] == [
        ALL
    ] * 3


class Together:
    """How many chunks run at the same time, and which: each waits a moment for another one. The second is quick, so that not all end at once."""

    def __init__(self, warehouse: Warehouse, slow: float = 0.2) -> None:
        self._lock = threading.Lock()
        self._slow = slow
        self._now: set[str] = set()
        self.most = 0
        self.alone: set[str] = set()
        self._shared: set[str] = set()
        warehouse.during = self

    def __call__(self, _: str, day: str) -> None:
        with self._lock:
            self._now.add(day)
            self._note()
        time.sleep(self._slow / 2 if day == "2024-01-02" else self._slow)
        with self._lock:
            self._note()
            self._now.discard(day)
            if day not in self._shared:
                self.alone.add(day)

    def _note(self) -> None:
        self.most = max(self.most, len(self._now))
        if len(self._now) > 1:
            self._shared |= self._now


def test_as_many_chunks_as_threads_run_at_the_same_time(warehouse: Warehouse) -> None:
    together = Together(warehouse)
    result = Run(warehouse, threads=2).of(plan(4))
    assert (result.completed, together.most, together.alone) == (4, 2, set())
    together = Together(warehouse)
    assert Run(warehouse, threads=3).of(plan(6)).completed == 6
    assert together.most == 3


def test_one_thread_runs_one_chunk_at_a_time(warehouse: Warehouse) -> None:
    together = Together(warehouse, slow=0.02)
    Run(warehouse).of(plan(3))
    assert together.most == 1


def test_the_chunk_that_makes_the_table_runs_alone(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    together = Together(warehouse)
    Run(warehouse, threads=2).of(plan(5))
    assert (together.most, together.alone) == (2, {"2024-01-01"})
    # of two models one has a table: the other's is to be made
    warehouse = Warehouse(tmp_path, "events")
    together = Together(warehouse)
    Run(warehouse, target(), target("below"), threads=2).of(plan(5))
    assert together.alone == {"2024-01-01"}


@pytest.mark.parametrize("change", ["append_new_columns", "sync_all_columns"])
def test_the_chunk_that_may_change_the_columns_runs_alone(warehouse: Warehouse, change: str) -> None:
    together = Together(warehouse)
    Run(warehouse, target(on_schema_change=change), threads=2).of(plan(5))
    assert (together.most, together.alone) == (2, {"2024-01-01"})


def test_other_changes_of_columns_need_no_chunk_alone(warehouse: Warehouse) -> None:
    together = Together(warehouse)
    Run(warehouse, target(on_schema_change="ignore"), threads=2).of(plan(4))
    assert together.alone == set()


def test_the_first_and_the_last_chunk_of_a_microbatch_model_run_alone(warehouse: Warehouse) -> None:
    together = Together(warehouse)
    Run(warehouse, target(strategy="microbatch"), threads=2).of(plan(4))
    assert (together.most, together.alone) == (2, {"2024-01-01", "2024-01-04"})


class Creating:
    """Who may create the tables: in the place of a lease of that."""

    def __init__(
        self, mine: bool, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        self.asked: list[Any] = []
        self._mine = mine
        self._meanwhile = meanwhile
        self.released = 0
        monkeypatch.setattr(runner_module, "creating", self)

    @contextmanager
    def __call__(self, *asked: Any) -> Iterator[bool]:
        self.asked.append(asked)
        self._meanwhile()
        yield self._mine
        self.released += 1


def test_a_shard_creates_the_tables_when_it_is_its_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    creating, warehouse = Creating(True, monkeypatch), Warehouse(tmp_path)
    run = Run(warehouse)
    assert run.of(plan(3, shard=Shard(1, 2))).completed == 3
    [(state, identity, note, stopped)] = creating.asked
    assert (state, identity) == (run.state, IDENTITY)
    assert (note, stopped) == (run.told.note, run.runner._stop.wait)
    assert creating.released == 1
    # another shard may have made them meanwhile: what was known is asked anew
    assert warehouse.refreshed[:2] == [False, True]
    assert True not in warehouse.refreshed[2:]


def test_a_shard_whose_turn_never_comes_has_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Creating(False, monkeypatch)
    warehouse = Warehouse(tmp_path)
    result = Run(warehouse).of(plan(3, shard=Shard(1, 2)))
    assert (result.completed, result.not_begun, warehouse.ran) == (0, 3, [])
    assert True not in warehouse.refreshed


def test_without_shards_and_with_tables_nobody_waits(
    tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    creating = Creating(True, monkeypatch)
    assert Run(Warehouse(tmp_path)).of(plan(2)).completed == 2
    assert Run(warehouse).of(plan(2, shard=Shard(1, 2))).completed == 2
    assert creating.asked == []


def test_a_lost_lease_ends_the_run_when_its_chunks_have_ended(warehouse: Warehouse) -> None:
    run = Run(warehouse, threads=2)
    Together(warehouse)
    run.lease.lost_at = 2
    with pytest.raises(HeldError, match="lost"):
        run.of(plan(4))
    assert [chunk.status for chunk in run.state.ended] == ["completed"]
    assert run.runner._stop.is_set()


def test_what_cannot_be_recorded_ends_the_run(warehouse: Warehouse) -> None:
    def record(*_: Any) -> Chunk:
        raise WarehouseError("read only")

    run = Run(warehouse)
    run.state.record = record  # type: ignore[method-assign]
    with pytest.raises(WarehouseError, match="read only"):
        run.of(plan(4))
    assert warehouse.ran == []


def pressed(times: int) -> Callable[[str, str], str | None]:
    """Ctrl-C so many times while the second chunk runs, which is then rolled back if it was pressed twice."""

    def during(_: str, day: str) -> str | None:
        if day != "2024-01-02":
            return None
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.4)  # the main thread looks five times a second
        return "rolled back" if times > 1 else None

    return during


STOPPING = (
    "stopping when the running chunks have finished. Press Ctrl-C again to cancel them: the warehouse rolls them back."
)


def test_the_first_ctrl_c_lets_the_running_chunk_end(warehouse: Warehouse) -> None:
    warehouse.during = pressed(1)
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    run = Run(warehouse)
    result = run.of(plan(4))
    assert (result.completed, result.interrupted, result.not_begun) == (2, True, 2)
    assert run.told.notes == [STOPPING]
    assert not warehouse.cancelled.is_set()
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_chunk_that_fails_after_the_first_ctrl_c_has_failed(warehouse: Warehouse) -> None:
    stop = pressed(1)
    warehouse.during = lambda name, day: stop(name, day) or ("broken" if day == "2024-01-02" else None)
    result = Run(warehouse).of(plan(4))
    assert [chunk.status for chunk in result.failed] == ["failed"]


@pytest.mark.parametrize("times", [2, 3])
def test_the_second_ctrl_c_cancels_the_running_chunk(warehouse: Warehouse, times: int) -> None:
    warehouse.during = pressed(times)
    run = Run(warehouse)
    result = run.of(plan(4))
    assert (result.completed, result.failed, result.interrupted, result.not_begun) == (1, [], True, 2)
    assert [chunk.status for chunk in run.state.ended] == ["completed", "interrupted"]
    assert run.told.notes == [STOPPING, "cancelling the running chunks."]
    assert warehouse.cancelled.wait(5)


def test_a_warehouse_that_cannot_cancel_is_not_an_error(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)

    def cancel() -> None:
        raise WarehouseError("gone")

    warehouse.cancel = cancel  # type: ignore[method-assign]
    warehouse.during = pressed(2)
    Run(warehouse).of(plan(2))
    assert raised == []


def test_a_terminated_run_stops_as_an_interrupted_one(warehouse: Warehouse) -> None:
    warehouse.during = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
    assert Run(warehouse).of(plan(3)).interrupted


def test_outside_of_the_main_thread_signals_are_left_alone(warehouse: Warehouse) -> None:
    before, during = signal.getsignal(signal.SIGINT), []
    warehouse.during = lambda *_: during.append(signal.getsignal(signal.SIGINT))  # type: ignore[func-returns-value]
    results: list[Result] = []
    thread = threading.Thread(target=lambda: results.append(Run(warehouse).of(plan(2))))
    thread.start()
    thread.join(10)
    assert [result.completed for result in results] == [2]
    assert during == [before, before]


def test_a_chunk_runs_no_other_sql_than_that_which_was_checked(warehouse: Warehouse) -> None:
    window = Window("2024-01-01", "2024-01-01")
    runs = [Run(warehouse, replace(target(), shape=Shape(sql, window))) for sql in ("the SQL of events", "another SQL")]
    results = [run.of(plan(2)) for run in runs]
    assert [result.completed for result in results] == [2, 0]
    assert all("is other SQL than for 2024-01-01" in (chunk.error or "") for chunk in results[1].failed)
