"""Whether what was reported is there: the numbers of rows of completed chunks beside those of the tables at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dbt_playbooks.backfill.checks import Target, data_type
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.progress import Progress, many
from dbt_playbooks.backfill.state import State
from dbt_playbooks.backfill.windows import rows_by_window, rows_of
from dbt_playbooks.interface import Project, Window


@dataclass(frozen=True)
class Mismatch:
    """A completed chunk whose window holds another number of rows than was recorded for it. `lost`: this is an error, not a warning."""

    window: Window
    recorded: int
    rows: int
    lost: bool


def mismatches(
    project: Project, targets: Sequence[Target], plan: Plan, states: Mapping[str, Mapping[str, Any]], invocation_id: str
) -> list[Mismatch]:
    """Completed chunks whose windows hold another number of rows now. More than an earlier run recorded is a warning, any other an error."""
    start, end = plan.identity.start_date, plan.identity.end_date
    windows = [chunk.window for chunk in plan.chunks]
    counts: Counter[Window | None] = Counter()
    for target in targets:
        counts += rows_by_window(
            project,
            windows,
            table=project.relation(target.model),
            date_column=target.column,
            start_date=start,
            end_date=end,
            timezone=target.timezone,
            data_type=data_type(project, target),
        )
    found = []
    for window in windows:
        state = states.get(window.start_date)
        if state is None or state["status"] != "completed" or state["rows_processed"] is None:
            continue
        recorded, rows = int(state["rows_processed"]), counts[window]
        if recorded != rows:
            # a text or an integer that is no day lies in a window by its value, and is counted under no day
            rows = sum(rows_of(project, target, window, data_type(project, target)) for target in targets)
        if recorded != rows:
            found.append(Mismatch(window, recorded, rows, state["invocation_id"] == invocation_id or rows < recorded))
    return found


def recorded_again(state: State, plan: Plan, invocation_id: str, mismatched: Sequence[Mismatch]) -> list[Mismatch]:
    """Record the differences that the post_hook of a microbatch model made, which runs once after all of its batches. Returns the rest."""
    states = state.chunks(plan.identity.backfill_id)
    rest = []
    for each in mismatched:
        before = states[each.window.start_date]
        if before["invocation_id"] != invocation_id:
            rest.append(each)
            continue
        chunk = next(chunk for chunk in plan.chunks if chunk.window == each.window)
        seconds, billed = before["duration_seconds"], before["bytes_processed"]
        state.record(
            plan.identity.backfill_id,
            plan.identity.model,
            invocation_id,
            replace(
                chunk,
                status="completed",
                attempt=int(before["attempt"]),
                rows=each.rows,
                seconds=None if seconds is None else float(seconds),
                bytes=None if billed is None else int(billed),
                error=None,
            ),
        )
    return rest


def print_mismatches(progress: Progress, mismatched: Sequence[Mismatch]) -> None:
    """At most ten of each kind, and what to type."""
    lost, more = ([each for each in mismatched if each.lost == kind] for kind in (True, False))
    texts = (
        (
            lost,
            "error",
            "red",
            "does not hold the rows that were reported: something else wrote to the table, or chunks undid each other",
        ),
        (more, "warning", "yellow", "holds more rows than when it was filled"),
    )
    for told, kind, colour, text in texts:
        for each in told[:10]:
            progress.note(f"{kind}: {each.window} {text}: {each.recorded:,} reported, {each.rows:,} there", colour)
        if len(told) > 10:
            progress.note(f"  and {many(len(told) - 10, 'chunk')} more")
    if lost:
        progress.note("To fill them again: the same command with --reprocess all")
