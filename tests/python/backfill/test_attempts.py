"""How often a chunk is run: once when it is completed, again after a pause while it fails and tries are left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dbt_playbooks.backfill.runner import Runner, RunOptions
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.interface import Window

CHUNK = Chunk(0, Window("2024-01-01", "2024-01-31"), attempt=2)


class Ended:
    """The progress, as far as it hears that a try has ended."""

    def __init__(self) -> None:
        self.tries: list[tuple[str, int, bool]] = []

    def ended(self, chunk: Chunk, again: bool) -> None:
        self.tries.append((chunk.status, chunk.attempt, again))


class Runs:
    """A runner whose chunks end as they are told to; it notes its tries and its pauses."""

    def __init__(self, retries: int, *ends: str, stopped_in: int | None = None) -> None:
        self.progress, self.pauses = Ended(), []
        ending: Iterator[str] = iter(ends)

        def attempt(_: Any, chunk: Chunk, __: Any) -> Chunk:
            return replace(chunk, status=next(ending))

        def wait(seconds: float) -> bool:
            self.pauses.append(seconds)
            return len(self.pauses) == stopped_in

        nothing: Any = None
        progress: Any = self.progress
        project: Any = SimpleNamespace(target_path="")
        state: Any = SimpleNamespace(redactor=None)
        runner = Runner(project, (), state, nothing, RunOptions(1, retries, fail_fast=False), progress)
        runner._attempt = attempt  # type: ignore[method-assign]
        runner._stop.wait = wait  # type: ignore[assignment,method-assign]
        self.chunk = runner._attempts(nothing, CHUNK)


@pytest.mark.parametrize("status", ["completed", "interrupted"])
def test_a_chunk_that_did_not_fail_is_run_once_however_many_tries_are_left(status: str) -> None:
    done = Runs(3, status)
    assert [(each, attempt) for each, attempt, _ in done.progress.tries] == [(status, 3)]
    assert done.pauses == []
    assert done.chunk.status == status


def test_a_chunk_that_fails_is_tried_again_until_it_is_completed() -> None:
    done = Runs(3, "failed", "failed", "completed")
    assert done.progress.tries[:2] == [("failed", 3, True), ("failed", 4, True)]
    assert done.progress.tries[2][:2] == ("completed", 5)
    assert done.pauses == [1, 2]
    assert (done.chunk.status, done.chunk.attempt) == ("completed", 5)


def test_a_chunk_that_fails_to_the_last_try_has_failed() -> None:
    done = Runs(1, "failed", "failed")
    assert done.progress.tries == [("failed", 3, True), ("failed", 4, False)]
    assert done.pauses == [1]
    assert done.chunk.status == "failed"


def test_without_retries_a_chunk_is_tried_once() -> None:
    done = Runs(0, "failed")
    assert (done.progress.tries, done.pauses) == ([("failed", 3, False)], [])


def test_pauses_double_up_to_a_minute() -> None:
    assert Runs(8, *["failed"] * 9).pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_run_that_is_stopped_does_not_try_again() -> None:
    done = Runs(5, "failed", "failed", stopped_in=2)
    assert [attempt for _, attempt, _ in done.progress.tries] == [3, 4]
    assert done.chunk.status == "failed"
