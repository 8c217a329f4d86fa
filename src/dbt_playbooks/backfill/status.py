"""How far a backfill is, who runs it now and what failed: read from the warehouse, from any machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from dbt_playbooks.backfill.lease import describe, is_live
from dbt_playbooks.backfill.plan import newest_generation
from dbt_playbooks.backfill.progress import duration, many
from dbt_playbooks.backfill.state import State
from dbt_playbooks.interface import Window
from dbt_playbooks.terminal import Out


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


def print_status(out: Out, found: Sequence[Status]) -> None:
    """Statuses for people."""
    if not found:
        out.say("no backfill has run here.")
    for each in found:
        # nobody says of a run that was killed that its chunk ended
        names = {} if each.held_by else {"running": "started and not finished"}
        counts = ", ".join(f"{many(number, 'chunk')} {names.get(name, name)}" for name, number in each.chunks.items())
        out.say(f"{each.id}: {math.floor(each.share_done * 100)}% done ({counts}), {many(each.rows, 'row')}")
        out.say(f"  {each.model}, {each.start_date} to {each.end_date} by {each.chunk}")
        if each.reprocessed is not None:
            out.say(
                f"  --reprocess all has completed {each.reprocessed:,} of {many(sum(each.chunks.values()), 'chunk')} again. Run the same command to continue."
            )
        for holder in each.held_by:
            out.say(f"  {holder}")
        if not each.held_by and each.share_done < 1:
            out.say("  not running now. Run the same command again to continue.")
        if each.seconds_left:
            out.say(f"  about {duration(each.seconds_left)} left with one thread")
        for failure in each.failed:
            out.say(f"  failed: {Window(failure.start_date, failure.end_date)}")
            out.say(indent(failure.error.strip(), "    "))
