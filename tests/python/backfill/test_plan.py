"""Which chunks a run does, from what is stored of them: no warehouse, the tables of the state are lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dbt_playbooks.backfill.plan import Plan, done_by_other_code, make_plan, newest_generation, windows
from dbt_playbooks.backfill.request import Identity, Request, Shard
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Window

IDENTITY = Identity("history", "events", "2024-01-01", "2024-01-06", "day", "main.events", "{}", "new code")
WINDOWS = [Window(f"2024-01-0{day}", f"2024-01-0{day}") for day in range(1, 7)]
STATUSES = {1: "completed", 2: "failed", 3: "running", 4: "interrupted", 5: "completed"}


class Stored:
    """The tables of the state."""

    def __init__(self, statuses: Mapping[int, str] = STATUSES, runs: tuple[dict[str, Any], ...] = ()) -> None:
        self._runs = runs or (run("first"),)
        self._chunks = {f"2024-01-0{day}": chunk(status) for day, status in statuses.items()}

    def chunk(self, day: int, **changed: Any) -> Stored:
        self._chunks[f"2024-01-0{day}"].update(changed)
        return self

    def runs(self, backfill_id: str) -> list[dict[str, Any]]:
        assert backfill_id == "history"
        return list(self._runs)

    def chunks(self, backfill_id: str) -> dict[str, dict[str, Any]]:
        assert backfill_id == "history"
        return self._chunks


def run(name: str, generation: int | None = 0, code: str = "new code", **changed: Any) -> dict[str, Any]:
    return {**vars(IDENTITY), "invocation_id": name, "generation": generation, "code_digest": code, **changed}


def chunk(status: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("rows_processed", "bytes_processed", "duration_seconds", "error_message"))
    return {**nothing, "status": status, "attempt": 1, "invocation_id": "first"}


def plan_of(stored: Stored, **asked: Any) -> Plan:
    return make_plan(Request("2024-01-01", "2024-01-06", **asked), IDENTITY, WINDOWS, stored)  # type: ignore[arg-type]


def todo(plan: Plan) -> list[int]:
    return [chunk.index + 1 for chunk in plan.todo]


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ({"reprocess": "none"}, [3, 4, 6]),
        ({"reprocess": "failed"}, [2, 3, 4, 6]),
        ({"reprocess": "all"}, [1, 2, 3, 4, 5, 6]),
        ({}, [2, 3, 4, 6]),
        ({"reverse": True}, [6, 4, 3, 2]),
        ({"shard": Shard(2, 2)}, [2, 4, 6]),
        ({"shard": Shard(1, 2), "reprocess": "all"}, [1, 3, 5]),
        ({"shard": Shard(1, 2), "reprocess": "all", "reverse": True}, [5, 3, 1]),
    ],
)
def test_what_is_done_follows_from_what_became_of_each_chunk(asked: dict[str, Any], days: list[int]) -> None:
    plan = plan_of(Stored(), **asked)
    assert todo(plan) == days
    assert plan.shard == asked.get("shard", Shard())
    assert len(plan.chunks) == 6


def test_what_is_not_done_is_counted_by_what_it_is() -> None:
    plan = plan_of(Stored(), reprocess="none")
    assert (plan.skipped, plan.kept, plan.left_failed, plan.completed) == (3, 2, 1, 2)
    plan = plan_of(Stored())
    assert (plan.skipped, plan.kept, plan.left_failed, plan.completed) == (2, 2, 0, 2)
    plan = plan_of(Stored(), reprocess="all")
    assert (plan.skipped, plan.kept, plan.left_failed, plan.completed) == (0, 0, 0, 2)


def test_chunks_of_other_shards_are_not_counted_as_skipped_kept_or_failed() -> None:
    plan = plan_of(
        Stored({1: "completed", 2: "completed", 3: "failed", 4: "failed"}), reprocess="none", shard=Shard(1, 2)
    )
    assert (todo(plan), plan.skipped, plan.kept, plan.left_failed) == ([5], 2, 1, 1)
    assert plan.completed == 2


def test_what_is_stored_of_a_chunk_stands_in_the_plan_with_its_types() -> None:
    numbers = {"rows_processed": "7", "bytes_processed": "2048", "duration_seconds": "1.5"}
    stored = Stored().chunk(2, **numbers, attempt="3", error_message="broken")
    known, never_begun = plan_of(stored).chunks[1], plan_of(stored).chunks[5]
    assert (known.index, known.window, known.status, known.attempt) == (1, WINDOWS[1], "failed", 3)
    assert (known.rows, known.bytes, known.seconds) == (7, 2048, 1.5)
    assert (known.error, known.invocation_id) == ("broken", "first")
    assert (never_begun.status, never_begun.attempt, never_begun.rows, never_begun.bytes) == ("pending", 0, None, None)
    without_numbers = plan_of(stored).chunks[0]
    assert (without_numbers.rows, without_numbers.bytes, without_numbers.seconds) == (None, None, None)


def again(*done: int, code: str = "new code", generation: int = 1) -> Stored:
    """All chunks were completed, and then some of them once more by `--reprocess all`, which was cut off."""
    stored = Stored(dict.fromkeys(range(1, 7), "completed"), (run("first"), run("second", generation, code)))
    for day in done:
        stored.chunk(day, invocation_id="second")
    return stored


def test_a_reprocessing_that_was_cut_off_goes_on_with_what_it_has_not_done() -> None:
    plan = plan_of(again(1, 2, 3), reprocess="all")
    assert (todo(plan), plan.generation, plan.kept) == ([4, 5, 6], 1, 3)


def test_a_chunk_that_the_reprocessing_began_and_did_not_complete_is_done_again() -> None:
    assert todo(plan_of(again(1, 2, 3).chunk(3, status="failed"), reprocess="all")) == [3, 4, 5, 6]


def test_a_reprocessing_that_was_completed_begins_anew() -> None:
    plan = plan_of(again(1, 2, 3, 4, 5, 6), reprocess="all")
    assert (todo(plan), plan.generation) == ([1, 2, 3, 4, 5, 6], 2)


def test_the_first_reprocessing_is_a_generation_of_its_own() -> None:
    plan = plan_of(Stored(), reprocess="all")
    assert (len(plan.todo), plan.generation) == (6, 1)
    assert plan_of(Stored()).generation == 0
    assert Plan(IDENTITY, (), ()).generation == 0


def test_a_reprocessing_by_other_code_does_all_chunks_again_in_its_generation() -> None:
    plan = plan_of(again(1, 2, 3, code="old code"), reprocess="all")
    assert (todo(plan), plan.generation) == ([1, 2, 3, 4, 5, 6], 1)


def test_a_reprocessing_does_again_what_a_run_did_that_nobody_knows() -> None:
    assert todo(plan_of(again(1, 2, 3).chunk(2, invocation_id=None), reprocess="all")) == [2, 4, 5, 6]


def test_an_earlier_reprocessing_does_not_count_for_a_later_one() -> None:
    stored = Stored(dict.fromkeys(range(1, 7), "completed"), (run("first", 1), run("second", 2)))
    stored.chunk(6, invocation_id="second")
    plan = plan_of(stored, reprocess="all")
    assert (todo(plan), plan.generation) == ([1, 2, 3, 4, 5], 2)


def test_the_newest_generation_is_the_highest_and_none_is_zero() -> None:
    assert newest_generation([]) == 0
    assert newest_generation([run("a", None)]) == 0
    assert newest_generation([run("a", 3), run("b", 2)]) == 3


def test_the_id_of_another_backfill_is_refused_by_what_differs() -> None:
    other = Stored({}, (run("first"), run("second", start_date="2023-01-01", relations="main.others")))
    with pytest.raises(UsageError) as refused:
        plan_of(other)
    assert str(refused.value) == (
        "the backfill id 'history' is already in use for another backfill:\n"
        "  start: it was 2023-01-01, now it is 2024-01-01\n  table: it was main.others, now it is main.events\n"
        "To continue that one, repeat its command. To start this one, give it another --id."
    )
    # only the newest run says what it is
    plan_of(Stored({}, (run("first", start_date="2023-01-01"), run("second", chunk="week"), run("third"))))


def test_chunks_that_other_code_did_and_that_stay_are_counted() -> None:
    stored = Stored(dict.fromkeys(range(1, 6), "completed"), (run("first", code="old code"), run("second")))
    stored.chunk(5, invocation_id="second")
    assert done_by_other_code(IDENTITY, plan_of(stored), stored) == 4  # type: ignore[arg-type]
    assert done_by_other_code(IDENTITY, plan_of(stored, reprocess="all"), stored) == 0  # type: ignore[arg-type]
    stored.chunk(1, status="failed")
    assert done_by_other_code(IDENTITY, plan_of(stored, reprocess="none"), stored) == 3  # type: ignore[arg-type]


class Chunks:
    """A project whose macro `backfill_chunks` answers, or fails."""

    def __init__(self, fails: str = "") -> None:
        self._fails = fails

    def call(self, macro: str, **arguments: str) -> list[dict[str, str]]:
        assert (macro, arguments) == (
            "backfill_chunks",
            {"start_date": "2024-01-01", "end_date": "2024-01-31", "chunk": "month"},
        )
        if self._fails:
            raise UsageError(self._fails)
        return [{"start_date": "2024-01-01", "end_date": "2024-01-31"}]


def test_windows_come_from_the_macro_and_its_errors_speak_of_options() -> None:
    asked = ("2024-01-01", "2024-01-31", "month")
    assert windows(Chunks(), *asked) == [Window("2024-01-01", "2024-01-31")]  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"^--start is after --end$"):
        windows(Chunks("dbt_playbooks: start_date is after end_date"), *asked)  # type: ignore[arg-type]
