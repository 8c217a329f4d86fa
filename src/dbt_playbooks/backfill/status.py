"""How far a backfill is, who runs it now and what failed: read from the warehouse, from any machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from dbt_playbooks.backfill.lease import describe, is_live
from dbt_playbooks.backfill.plan import newest_generation
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
    reprocessed: int | None
    """Chunks that a `--reprocess all` which is not done yet has completed again; None when there is none."""
    held_by: Sequence[str]
    failed: Sequence[Failure]


def read_status(state: State, backfill_id: str) -> Status:
    """The state of one backfill that has left any."""
    runs = state.runs(backfill_id)
    newest = runs[-1]
    progress = state.progress(backfill_id)
    left = progress[0]["seconds_left"] if progress else None
    chunks = list(state.chunks(backfill_id).values())
    return Status(
        id=backfill_id,
        model=newest["model"],
        start_date=newest["start_date"],
        end_date=newest["end_date"],
        chunk=newest["chunk"],
        chunks={row["status"]: int(row["chunks"]) for row in progress},
        rows=sum(int(row["rows_processed"] or 0) for row in progress if row["status"] == "completed"),
        share_done=float(progress[0]["share_done"] or 0) if progress else 0.0,
        seconds_left=None if left is None else float(left),
        reprocessed=_reprocessed(runs, chunks, int(newest["chunks"])),
        held_by=[describe(run, backfill_id) for run in runs if is_live(run, state.only_we_have_it)],
        failed=[
            Failure(chunk["start_date"], chunk["end_date"], int(chunk["attempt"]), chunk["error_message"] or "")
            for chunk in chunks
            if chunk["status"] == "failed"
        ],
    )


def _reprocessed(runs: Sequence[Mapping[str, Any]], chunks: Sequence[Mapping[str, Any]], total: int) -> int | None:
    generation = newest_generation(runs)
    mine = {run["invocation_id"] for run in runs if int(run["generation"] or 0) == generation}
    done = sum(chunk["status"] == "completed" and chunk["invocation_id"] in mine for chunk in chunks)
    return done if generation > 0 and done < total else None


def print_status(console: Console, found: Sequence[Status]) -> None:
    """Statuses for people."""
    if not found:
        console.print("no backfill has run here.")
    for each in found:
        # nobody says of a run that was killed that its chunk ended
        names = {} if each.held_by else {"running": "begun and not ended"}
        counts = ", ".join(f"{many(number, 'chunk')} {names.get(name, name)}" for name, number in each.chunks.items())
        console.print(
            f"{each.id}: {math.floor(each.share_done * 100)}% done ({counts}), {each.rows:,} rows", markup=False
        )
        console.print(f"  {each.model}, {each.start_date} to {each.end_date} by {each.chunk}", markup=False)
        if each.reprocessed is not None:
            console.print(
                f"  --reprocess all has done {many(each.reprocessed, 'chunk')} of {sum(each.chunks.values())} again. The same command goes on."
            )
        for holder in each.held_by:
            console.print(f"  {holder}", markup=False)
        if not each.held_by and each.share_done < 1:
            console.print("  nobody runs it now. Run the same command again to go on.")
        if each.seconds_left:
            console.print(f"  about {duration(each.seconds_left)} of work left for one thread")
        for failure in each.failed:
            console.print(f"  failed: {failure.start_date} to {failure.end_date}: {failure.error}", markup=False)
