"""Which chunks there are, what became of each, and which of them a run would do now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_playbooks.backfill.request import Identity, Request, Shard
from dbt_playbooks.backfill.state import Chunk, State
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Project, Window


@dataclass(frozen=True)
class Plan:
    """All chunks of a backfill, oldest first, and the ones to run, in the order in which to run them."""

    identity: Identity
    chunks: Sequence[Chunk]
    todo: Sequence[Chunk]
    shard: Shard = field(default_factory=Shard)
    generation: int = 0
    """How often `--reprocess all` has begun this backfill anew. A chunk belongs to the generation of the run that last changed it."""

    @property
    def skipped(self) -> int:
        """Chunks of this shard that are not to be run."""
        return sum(self.shard.holds(chunk.index) for chunk in self.chunks) - len(self.todo)

    @property
    def kept(self) -> int:
        """Chunks of this shard that are completed and stay as they are."""
        todo = {chunk.index for chunk in self.todo}
        return sum(
            chunk.status == "completed" and chunk.index not in todo and self.shard.holds(chunk.index)
            for chunk in self.chunks
        )

    @property
    def left_failed(self) -> int:
        """Chunks of this shard that failed before and are not to be tried again."""
        todo = {chunk.index for chunk in self.todo}
        return sum(
            chunk.status == "failed" and chunk.index not in todo and self.shard.holds(chunk.index)
            for chunk in self.chunks
        )

    @property
    def completed(self) -> int:
        return sum(chunk.status == "completed" for chunk in self.chunks)


def windows(project: Project, start_date: str, end_date: str, chunk: str) -> list[Window]:
    """The chunks of a range; their arithmetic lives in the macro `backfill_chunks`. Raises UsageError for what is no date or chunk."""
    try:
        found = project.call("backfill_chunks", start_date=start_date, end_date=end_date, chunk=chunk)
    except UsageError as error:
        # the macro's words for what was typed as options
        said = str(error).replace("dbt_playbooks: ", "").replace("start_date", "--start").replace("end_date", "--end")
        raise UsageError(said) from error
    return [Window(**each) for each in found]


def make_plan(request: Request, identity: Identity, found: Sequence[Window], state: State) -> Plan:
    """Put the stored state of each chunk beside it and pick what to do: with `reprocess`

    none    chunks that neither completed nor failed (not started, or started by a run that died)
    failed  those, and chunks that failed
    all     every chunk; a reprocessing by the same code that was interrupted goes on
    """
    runs = {run["invocation_id"]: run for run in state.runs(identity.backfill_id)}
    _refuse_another(identity, runs.values())
    stored = state.chunks(identity.backfill_id)
    chunks = []
    for index, window in enumerate(found):
        chunk = Chunk(index, window)
        before = stored.get(window.start_date)
        if before:
            rows, billed, seconds = (before[name] for name in ("rows_processed", "bytes_processed", "duration_seconds"))
            chunk = replace(
                chunk,
                status=before["status"],
                attempt=int(before["attempt"]),
                rows=None if rows is None else int(rows),
                bytes=None if billed is None else int(billed),
                seconds=None if seconds is None else float(seconds),
                error=before["error_message"],
                invocation_id=before["invocation_id"],
            )
        chunks.append(chunk)

    generation = newest_generation(runs.values())
    if request.reprocess == "all":
        anew = [chunk for chunk in chunks if not _done_again(chunk, runs, generation, identity.code_digest)]
        if generation == 0 or not anew:
            generation, anew = generation + 1, chunks
        todo = [chunk for chunk in anew if request.shard.holds(chunk.index)]
    else:
        skipped = {"none": {"completed", "failed"}, "failed": {"completed"}}[request.reprocess]
        todo = [chunk for chunk in chunks if request.shard.holds(chunk.index) and chunk.status not in skipped]
    return Plan(identity, chunks, todo[::-1] if request.reverse else todo, request.shard, generation)


def newest_generation(runs: Iterable[Mapping[str, Any]]) -> int:
    return max((int(run["generation"] or 0) for run in runs), default=0)


def _done_again(chunk: Chunk, runs: Mapping[str, Mapping[str, Any]], generation: int, code_digest: str) -> bool:
    """Whether the reprocessing of this generation, by this code, has completed a chunk."""
    run = runs.get(chunk.invocation_id or "")
    return (
        chunk.status == "completed"
        and run is not None
        and int(run["generation"] or 0) == generation
        and run["code_digest"] == code_digest
    )


def _refuse_another(identity: Identity, runs: Iterable[Mapping[str, Any]]) -> None:
    """The same id with another model, range, chunk or vars would mix two backfills."""
    for stored in list(runs)[-1:]:
        differences = identity.differences(stored)
        if differences:
            raise UsageError(
                f"the backfill id '{identity.backfill_id}' is already in use for another backfill:\n  "
                + "\n  ".join(differences)
                + "\nTo continue that one, repeat its command. To start this one, give it another --id."
            )


def done_by_other_code(identity: Identity, plan: Plan, state: State) -> int:
    """How many chunks stay completed although the project's code has changed since."""
    code = {run["invocation_id"]: run["code_digest"] for run in state.runs(identity.backfill_id)}
    todo = {chunk.index for chunk in plan.todo}
    kept = [chunk for chunk in plan.chunks if chunk.status == "completed" and chunk.index not in todo]
    return sum(code.get(chunk.invocation_id) != identity.code_digest for chunk in kept)
