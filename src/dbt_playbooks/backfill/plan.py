"""Which chunks there are, what became of each, and which of them a run would do now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from dbt_playbooks.backfill.request import Identity, Request, Shard
from dbt_playbooks.backfill.state import Chunk, State
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Project, Window


@dataclass(frozen=True)
class Plan:
    """All chunks of a backfill, oldest first, and the ones to do, in the order to do them."""

    identity: Identity
    chunks: Sequence[Chunk]
    todo: Sequence[Chunk]
    shard: Shard = field(default_factory=Shard)

    @property
    def skipped(self) -> int:
        """Chunks of this shard that are not to be done."""
        return sum(self.shard.holds(chunk.index) for chunk in self.chunks) - len(self.todo)

    @property
    def kept(self) -> int:
        """Chunks that are completed and stay as they are."""
        todo = {chunk.index for chunk in self.todo}
        return sum(chunk.status == "completed" and chunk.index not in todo for chunk in self.chunks)

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
    return [
        Window(**each)
        for each in project.call("backfill_chunks", start_date=start_date, end_date=end_date, chunk=chunk)
    ]


def make_plan(request: Request, identity: Identity, found: Sequence[Window], state: State) -> Plan:
    """Put the stored state of each chunk beside it and pick what to do: with `reprocess`

    none    chunks that never ended (never begun, or begun by a run that died)
    failed  those, and the ones that failed
    all     every chunk
    """
    _refuse_another(identity, state)
    stored = state.chunks(identity.backfill_id)
    chunks = []
    for index, window in enumerate(found):
        chunk = Chunk(index, window)
        before = stored.get(window.start_date)
        if before:
            chunk = replace(
                chunk,
                status=before["status"],
                attempt=int(before["attempt"]),
                rows=None if before["rows"] is None else int(before["rows"]),
                bytes=None if before["bytes"] is None else int(before["bytes"]),
                seconds=None if before["seconds"] is None else float(before["seconds"]),
                error=before["error"],
            )
        chunks.append(chunk)

    skipped = {"none": {"completed", "failed"}, "failed": {"completed"}, "all": set()}[request.reprocess]
    todo = [chunk for chunk in chunks if request.shard.holds(chunk.index) and chunk.status not in skipped]
    return Plan(identity, chunks, todo[::-1] if request.reverse else todo, request.shard)


def _refuse_another(identity: Identity, state: State) -> None:
    """The same id with another model, range, chunk or vars would mix two backfills."""
    for stored in state.runs(identity.backfill_id)[-1:]:
        differences = identity.differences(stored)
        if differences:
            raise UsageError(
                f"the backfill id '{identity.backfill_id}' is already another backfill:\n  "
                + "\n  ".join(differences)
                + "\nRun the old command again to go on with it, or give this one another --id."
            )


def code_has_changed(identity: Identity, plan: Plan, state: State) -> bool:
    """Whether chunks that are done were done by other code than the project now holds."""
    runs = state.runs(identity.backfill_id)[-1:]
    return plan.completed > 0 and any(stored["code_digest"] != identity.code_digest for stored in runs)
