"""What came of a backfill: coverage and missing dates of its range, a comparison by chunk, and what to type next."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from dbt_playbooks.backfill.checks import Target, data_type
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.progress import Progress, duration, headline, many, without_days
from dbt_playbooks.backfill.runner import Result
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.cost import money, size
from dbt_playbooks.errors import DONE, INTERRUPTED, SOME_FAILED, UsageError
from dbt_playbooks.interface import Project, Window


@dataclass(frozen=True)
class Coverage:
    """Rows of one model in the backfill's range, and the days of the range that have none."""

    model: str
    rows: int
    missing: Sequence[dt.date]


@dataclass(frozen=True)
class Difference:
    """Rows of a chunk here and in the table that was compared to. `window` is None for rows whose date is NULL."""

    window: Window | None
    rows: int
    other_rows: int


def coverage(project: Project, target: Target, start_date: str, end_date: str) -> Coverage:
    """Ask the package for the rows of the range and its missing days."""
    column = {"date_column": target.column, "timezone": target.timezone, "data_type": data_type(project, target)}
    asked = {"table": project.relation(target.model), "start_date": start_date, "end_date": end_date, **column}
    with project.connected():
        rows = project.query(project.call("window_row_count_sql", **asked))
        missing = project.query(project.call("missing_dates_sql", **asked))
    return Coverage(target.model.name, int(rows[0]["row_count"]), [row["missing_date"] for row in missing])


@dataclass(frozen=True)
class Comparison:
    """The table to compare with, resolved before anything runs, and its date column."""

    name: str
    relation: Any
    column: str


def find_comparison(project: Project, target: Target, name: str) -> Comparison:
    """Raises UsageError when there is no such table, or it has no column of the target's or of its backfill_filter's name."""
    relation = project.call("_relation", table=name)
    columns = {column.lower(): column for column in project.columns(relation)}
    wanted = [target.column, *(str(column).split(".")[-1] for column, _, _ in target.model.filters)]
    for column in wanted:
        if column.lower() in columns:
            # one that can't be counted by day is refused before anything runs
            project.call("_kind_of", table=relation, column=columns[column.lower()], data_type=target.said)
            return Comparison(name, relation, columns[column.lower()])
    raise UsageError(
        f"--compare-to {name}: it has no column '{wanted[0]}' to count its rows by. Its columns: {', '.join(columns.values())}."
    )


def compare(project: Project, target: Target, other: Comparison, plan: Plan) -> list[Difference]:
    """Row counts by chunk in the target and in another table, only where they differ; a side without rows counts 0."""
    start, end = plan.identity.start_date, plan.identity.end_date
    windows = [chunk.window for chunk in plan.chunks]
    asked = {"start_date": start, "end_date": end, "timezone": target.timezone}
    # a local time is one on both sides; texts and integers are what the catalogue says of each side
    said = (
        "datetime" if data_type(project, target) == "datetime" else None if target.said == "datetime" else target.said
    )
    here, there = (
        _by_window(project, windows, table=table, date_column=column, **asked, data_type=said)
        for table, column in ((project.relation(target.model), target.column), (other.relation, other.column))
    )
    return [
        Difference(window, here[window], there[window]) for window in [*windows, None] if here[window] != there[window]
    ]


def _by_window(project: Project, windows: Sequence[Window], **asked: Any) -> Counter[Window | None]:
    """Rows of each window of a table, and under None those whose date is NULL."""
    firsts = [window.start_date for window in windows]
    counts: Counter[Window | None] = Counter()
    with project.connected():
        for row in project.query(project.call("row_counts_by_day_sql", **asked)):
            window = None if row["day"] is None else windows[bisect_right(firsts, str(row["day"])) - 1]
            counts[window] += int(row["row_count"])
    return counts


@dataclass(frozen=True)
class Mismatch:
    """A completed chunk whose window does not hold the rows that were recorded for it. `lost`: the backfill itself is not what it says."""

    window: Window
    recorded: int
    rows: int
    lost: bool


def mismatches(
    project: Project, targets: Sequence[Target], plan: Plan, states: Mapping[str, Mapping[str, Any]], invocation_id: str
) -> list[Mismatch]:
    """Completed chunks beside what the tables hold now. Rows that came after an earlier run are told; any other difference is an error."""
    start, end = plan.identity.start_date, plan.identity.end_date
    windows = [chunk.window for chunk in plan.chunks]
    counts: Counter[Window | None] = Counter()
    for target in targets:
        counts += _by_window(
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
            found.append(Mismatch(window, recorded, rows, state["invocation_id"] == invocation_id or rows < recorded))
    return found


def print_report(
    progress: Progress,
    plan: Plan,
    result: Result,
    covered: Sequence[Coverage],
    differences: Mapping[str, Sequence[Difference]],
    mismatched: Sequence[Mismatch],
    again: str,
) -> int:
    """Say what happened and what to type next; the exit code."""
    failed = result.failed or []
    progress.note("")
    progress.note(
        f"backfill '{plan.identity.backfill_id}': {many(result.completed, 'chunk')} completed now ({result.rows:,} rows, {duration(result.seconds)}), "
        f"{plan.kept} before, {len(failed)} failed, {_cancelled(plan, result)}{result.not_begun} not begun, of {_all(plan)}."
    )
    for error, chunks in _by_error(failed).items():
        first, last = chunks[0].window, chunks[-1].window
        where = str(first) if len(chunks) == 1 else f"{len(chunks)} chunks, the first {first}, the last {last}"
        progress.note(f"  failed: {where}: {error}")
    for each in covered:
        progress.note(
            f"{each.model}: {each.rows:,} rows from {plan.identity.start_date} to {plan.identity.end_date}, {_missing(each.missing)}"
        )
    for table, found in differences.items():
        progress.note(
            f"compared to {table} by chunk: "
            + ("no difference." if not found else f"{many(len(found), 'chunk')} differ.")
        )
        for difference in found[:50]:
            progress.note(
                f"  {difference.window or 'date is NULL'}: {difference.rows:,} rows here, {difference.other_rows:,} there"
            )
    _print_mismatches(progress, mismatched)
    if result.interrupted:
        progress.note(f"Interrupted; what was done is kept. To go on: {again}")
        return INTERRUPTED
    if plan.left_failed:
        progress.note(
            f"{many(plan.left_failed, 'chunk')} failed before and stayed as they are. --reprocess failed tries them again."
        )
    if failed or result.not_begun:
        progress.note(f"To go on with what is left: {again}")
        return SOME_FAILED
    lost = any(each.lost for each in mismatched)
    return SOME_FAILED if any(differences.values()) or plan.left_failed or lost else DONE


def _print_mismatches(progress: Progress, mismatched: Sequence[Mismatch]) -> None:
    for lost, kind, text in (
        (
            True,
            "error",
            "does not hold the rows that were reported: something else wrote to the table, or chunks undid each other",
        ),
        (False, "warning", "holds more rows than when it was filled"),
    ):
        told = [each for each in mismatched if each.lost == lost]
        for each in told[:10]:
            progress.note(f"{kind}: {each.window} {text}: {each.recorded:,} reported, {each.rows:,} there")
        if len(told) > 10:
            progress.note(f"  and {many(len(told) - 10, 'chunk')} more")
    if any(each.lost for each in mismatched):
        progress.note("To fill them again: the same command with --reprocess all")


def _cancelled(plan: Plan, result: Result) -> str:
    """Chunks that a second Ctrl-C rolled back."""
    number = len(plan.todo) - result.completed - len(result.failed or []) - result.not_begun
    return f"{number} interrupted, " if number > 0 else ""


def _all(plan: Plan) -> str:
    mine = sum(plan.shard.holds(chunk.index) for chunk in plan.chunks)
    return f"{len(plan.chunks)}" if plan.shard.of == 1 else f"{mine} of shard {plan.shard} ({len(plan.chunks)} in all)"


def _by_error(failed: Sequence[Chunk]) -> dict[str, list[Chunk]]:
    """Failed chunks by what they said, oldest first: a broken model says the same in each."""
    grouped: dict[str, list[Chunk]] = {}
    for chunk in sorted(failed, key=lambda chunk: chunk.index):
        grouped.setdefault(without_days(chunk.error or ""), []).append(chunk)
    return {headline(chunks[0].error or "", longest=1000): chunks for chunks in grouped.values()}


def _missing(days: Sequence[dt.date]) -> str:
    if not days:
        return "no day is missing."
    runs = runs_of_days(days)
    shown = ", ".join(str(Window(first.isoformat(), last.isoformat())) for first, last in runs[:10])
    return f"{many(len(days), 'day')} without rows: {shown}{', ...' if len(runs) > 10 else ''}"


def runs_of_days(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Consecutive days put together, as (first, last)."""
    runs: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if runs and day - runs[-1][1] == dt.timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def plan_table(plan: Plan, estimates: Mapping[int, int | None], price_per_tib: float) -> Table:
    """The chunks of a plan, for people."""
    billed = any(value is not None for value in estimates.values())
    columns = ["chunk", "state", "attempts", "rows", "now"] + (["bytes", "cost"] if billed else [])
    table = Table(*columns, title=f"backfill '{plan.identity.backfill_id}' of {plan.identity.model}")
    todo = {chunk.index for chunk in plan.todo}
    for chunk in plan.chunks:
        row = [
            str(chunk.window),
            chunk.status,
            str(chunk.attempt or ""),
            "" if chunk.rows is None else f"{chunk.rows:,}",
            "runs" if chunk.index in todo else "skipped",
        ]
        if billed:
            estimated = estimates.get(chunk.index)
            row += ["", ""] if estimated is None else [size(estimated), money(estimated, price_per_tib)]
        table.add_row(*row)
    return table
