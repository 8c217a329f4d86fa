"""What came of a backfill: coverage and missing dates of its range, a comparison by chunk, and what to type next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import indent
from typing import Any

from dbt_playbooks.backfill.checks import Target, data_type
from dbt_playbooks.backfill.kept_sql import shown
from dbt_playbooks.backfill.mismatches import Mismatch, print_mismatches
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.progress import Progress, duration, many, without_days
from dbt_playbooks.backfill.runner import Result
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.backfill.windows import rows_by_window
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
        rows_by_window(project, windows, table=table, date_column=column, **asked, data_type=said)
        for table, column in ((project.relation(target.model), target.column), (other.relation, other.column))
    )
    return [
        Difference(window, here[window], there[window]) for window in [*windows, None] if here[window] != there[window]
    ]


def print_report(
    progress: Progress,
    plan: Plan,
    result: Result,
    covered: Sequence[Coverage],
    differences: Mapping[str, Sequence[Difference]],
    mismatched: Sequence[Mismatch],
    again: str,
) -> int:
    """Say what happened, what to type next, and in the last line what it comes to; the exit code."""
    failed = result.failed
    progress.note("")
    progress.note(f"backfill '{plan.identity.backfill_id}': {many(result.rows, 'row')} in {duration(result.seconds)}.")
    for chunks in _by_error(failed):
        _print_failure(progress, chunks)
    for each in covered:
        progress.note(
            f"{each.model}: {each.rows:,} rows from {plan.identity.start_date} to {plan.identity.end_date}, {_missing(each.missing)}",
            "yellow" if each.missing else None,
        )
    for table, found in differences.items():
        progress.note(f"compared to {table} by chunk: {_differ(found)}", "red" if found else None)
        for difference in found[:50]:
            progress.note(
                f"  {difference.window or 'date is NULL'}: {difference.rows:,} rows here, {difference.other_rows:,} there"
            )
    print_mismatches(progress, mismatched)
    if plan.left_failed and not result.interrupted:
        stay = (
            "1 chunk that failed before stays"
            if plan.left_failed == 1
            else f"{plan.left_failed:,} chunks that failed before stay"
        )
        progress.note(f"{stay} failed. --reprocess failed tries {'it' if plan.left_failed == 1 else 'them'} again.")
    if result.interrupted or failed or result.not_begun:
        progress.note(f"To continue: {again}")
    code = _exit_code(plan, result, differences, mismatched)
    progress.note(summary(plan, result, differences, mismatched), "green" if code == DONE else "red")
    return code


def _exit_code(
    plan: Plan, result: Result, differences: Mapping[str, Sequence[Difference]], mismatched: Sequence[Mismatch]
) -> int:
    if result.interrupted:
        return INTERRUPTED
    left = result.failed or result.not_begun or plan.left_failed
    wrong = any(differences.values()) or any(each.lost for each in mismatched)
    return SOME_FAILED if left or wrong else DONE


def summary(
    plan: Plan,
    result: Result,
    differences: Mapping[str, Sequence[Difference]],
    mismatched: Sequence[Mismatch] = (),
) -> str:
    """`Completed with 1 failure: 11 completed, 1 failed, 0 skipped, 12 in all`. The counts add up to the chunks of the shard."""
    failed = len(result.failed) + plan.left_failed
    cancelled = len(plan.todo) - result.completed - len(result.failed) - result.not_begun
    counts = [f"{result.completed:,} completed", f"{failed:,} failed"]
    # rolled back by a second Ctrl-C
    counts += [f"{cancelled:,} interrupted"] if cancelled > 0 else []
    counts += [f"{result.not_begun:,} not started"] if result.not_begun else []
    counts += [f"{plan.skipped - plan.left_failed:,} skipped", f"{_all(plan)} in all"]
    differing = sum(map(len, differences.values())) + sum(each.lost for each in mismatched)
    problems = [many(number, word) for number, word in ((failed, "failure"), (differing, "difference")) if number]
    ending = "Interrupted" if result.interrupted else "Stopped" if result.not_begun else "Completed"
    if problems:
        ending += f" with {' and '.join(problems)}"
    return f"{ending}: {', '.join(counts)}"


def _print_failure(progress: Progress, chunks: Sequence[Chunk]) -> None:
    """The whole error of chunks that failed with it, in its own lines, and where their SQL is."""
    first, last = chunks[0], chunks[-1]
    where = str(first.window)
    if len(chunks) > 1:
        where = f"{many(len(chunks), 'chunk')}, the first {first.window}, the last {last.window}"
    progress.note(f"failed: {where}")
    progress.note(indent(shortened(first.error or "").strip(), "  "))
    if first.sql_path:
        progress.note(f"  SQL{'' if len(chunks) == 1 else ' of the first'}: {shown(first.sql_path)}")


def shortened(text: str, longest: int = 4000) -> str:
    """A text as it is, or its beginning and how much is missing."""
    left = len(text) - longest
    return text if left <= 0 else f"{text[:longest]}... [{left:,} more characters]"


def _differ(differences: Sequence[Difference]) -> str:
    if not differences:
        return "no difference."
    return "1 chunk differs." if len(differences) == 1 else f"{len(differences):,} chunks differ."


def _all(plan: Plan) -> str:
    mine = sum(plan.shard.holds(chunk.index) for chunk in plan.chunks)
    return f"{mine:,}" if plan.shard.of == 1 else f"{mine:,} of shard {plan.shard} ({len(plan.chunks):,} chunks)"


def _by_error(failed: Sequence[Chunk]) -> list[list[Chunk]]:
    """Failed chunks by what they said, oldest first: a broken model says the same in each."""
    grouped: dict[str, list[Chunk]] = {}
    for chunk in sorted(failed, key=lambda chunk: chunk.index):
        grouped.setdefault(without_days(chunk.error or ""), []).append(chunk)
    return list(grouped.values())


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


def plan_lines(
    plan: Plan, estimates: Mapping[int, int | None], price_per_tib: float, width: int | None
) -> Iterator[str]:
    """The chunks of a plan for people, a line each below a heading. What a narrow screen has no room for is left out, the least needed first.

    By hand: rich's table takes seconds for some thousand rows, and breaks cells into lines.
    """
    todo = {chunk.index for chunk in plan.todo}
    columns: dict[str, list[str]] = {
        "chunk": [str(chunk.window) for chunk in plan.chunks],
        "state": [chunk.status for chunk in plan.chunks],
        "now": ["runs" if chunk.index in todo else "skipped" for chunk in plan.chunks],
        "attempts": [str(chunk.attempt or "") for chunk in plan.chunks],
        "rows": ["" if chunk.rows is None else f"{chunk.rows:,}" for chunk in plan.chunks],
    }
    if any(value is not None for value in estimates.values()):
        known = [estimates.get(chunk.index) for chunk in plan.chunks]
        columns["bytes"] = ["" if value is None else size(value) for value in known]
        columns["cost"] = ["" if value is None else money(value, price_per_tib) for value in known]
    widths = {name: max(map(len, [name, *cells])) for name, cells in columns.items() if any(cells)}
    for name in ("attempts", "rows", "state"):
        if width and sum(widths.values()) + 2 * (len(widths) - 1) > width:
            widths.pop(name, None)
    numbers = {"attempts", "rows", "bytes", "cost"}
    for cells in zip(*([name, *columns[name]] for name in widths), strict=True):
        padded = (
            cell.rjust(widths[name]) if name in numbers else cell.ljust(widths[name])
            for name, cell in zip(widths, cells, strict=True)
        )
        yield "  ".join(padded).rstrip()
