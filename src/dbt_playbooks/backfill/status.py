"""How far a backfill is, who runs it now and what failed: read from the warehouse, from any machine."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console

from dbt_playbooks.backfill.lease import describe, is_live
from dbt_playbooks.backfill.progress import duration, many
from dbt_playbooks.backfill.state import State


@dataclass(frozen=True)
class Failure:
    """A chunk whose latest state is failed."""

    start_date: str
    end_date: str
    attempt: int
    error: str


@dataclass(frozen=True)
class Status:
    """One backfill. `chunks` counts them by state; `seconds_left` is work for one thread, at the mean of the completed chunks."""

    id: str
    model: str
    start_date: str
    end_date: str
    chunk: str
    chunks: Mapping[str, int]
    rows: int
    share_done: float
    seconds_left: float | None
    held_by: Sequence[str]
    failed: Sequence[Failure]


def read_status(state: State, backfill_id: str) -> Status:
    """The state of one backfill that has left any."""
    runs = state.runs(backfill_id)
    newest = runs[-1]
    total = int(newest["chunks"])
    chunks = list(state.chunks(backfill_id).values())
    counts = Counter(chunk["status"] for chunk in chunks)
    if total > len(chunks):
        counts["pending"] = total - len(chunks)
    completed = [chunk for chunk in chunks if chunk["status"] == "completed"]
    seconds = [float(chunk["seconds"] or 0) for chunk in completed]
    return Status(
        id=backfill_id,
        model=newest["model"],
        start_date=newest["start_date"],
        end_date=newest["end_date"],
        chunk=newest["chunk"],
        chunks=dict(counts),
        rows=sum(int(chunk["rows"] or 0) for chunk in completed),
        share_done=len(completed) / total if total else 0.0,
        seconds_left=sum(seconds) / len(seconds) * (total - len(completed)) if seconds else None,
        held_by=[describe(run, backfill_id) for run in runs if is_live(run)],
        failed=[
            Failure(chunk["start_date"], chunk["end_date"], int(chunk["attempt"]), chunk["error"] or "")
            for chunk in chunks
            if chunk["status"] == "failed"
        ],
    )


def print_status(console: Console, found: Sequence[Status]) -> None:
    """Statuses for people."""
    if not found:
        console.print("no backfill has run here.")
    for each in found:
        counts = ", ".join(f"{many(number, 'chunk')} {name}" for name, number in each.chunks.items())
        console.print(
            f"{each.id}: {math.floor(each.share_done * 100)}% done ({counts}), {each.rows:,} rows", markup=False
        )
        console.print(f"  {each.model}, {each.start_date} to {each.end_date} by {each.chunk}", markup=False)
        for holder in each.held_by:
            console.print(f"  {holder}", markup=False)
        if not each.held_by and each.share_done < 1:
            console.print("  nobody runs it now. Run the same command again to go on.")
        if each.seconds_left:
            console.print(f"  about {duration(each.seconds_left)} of work left for one thread")
        for failure in each.failed:
            console.print(f"  failed: {failure.start_date} to {failure.end_date}: {failure.error}", markup=False)
