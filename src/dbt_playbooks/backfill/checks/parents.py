"""Models that read what the same backfill fills: a chunk finds the rows of its own window there, and of others only those that came before it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from dbt_playbooks.backfill.checks.sql import asked_statements
from dbt_playbooks.backfill.checks.targets import Target, unquoted
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.by_window import Reading
from dbt_playbooks.impact.reading.self_reads import is_end, reads
from dbt_playbooks.interface import Project, Window


def unfilled_parents(project: Project, target: Target, targets: Sequence[Target], first: Window) -> list[Target]:
    """Models of the selection that this one reads: what is in them is not yet what the backfill puts there."""
    others = [other for other in targets if other is not target]
    if not others:
        return []
    sql = [project.compile(target.model, first), *_asked(project, target, first)]
    resolved = _tables(project, target, sql, targets, first)
    dialect = dialect_of(project.adapter_type)
    paths = {id(other): table_path(other.model.relation, dialect) for other in others}
    return [
        other
        for other in others
        if _is_above(project, other, target)
        or ".".join(paths[id(other)]) in resolved
        or any(reads(each, dialect, paths[id(other)]) for each in sql)
    ]


def _tables(
    project: Project, target: Target, queries: Sequence[str], targets: Sequence[Target], first: Window
) -> list[str]:
    """The tables that a target reads, as the warehouse resolves them when every target has a table; none where it does not tell."""
    others = [(other.model, project.compile(other.model, first)) for other in targets if other is not target]
    return project.tables_read(target.model, queries, others) or []


def _asked(project: Project, target: Target, window: Window) -> list[str]:
    return asked_statements(
        project, [project.rendered(target.model, window, incremental) for incremental in (False, True)]
    )


def _is_above(project: Project, parent: Target, target: Target) -> bool:
    return any(below.unique_id == target.model.unique_id for below in project.descendants([parent.model]))


def beside_parents(
    project: Project, target: Target, parents: Sequence[Target], first: Window, reading: Reading | str
) -> str | None:
    """Why chunks may not give the rows of one run while this backfill fills `parents`; None when each chunk reads no more of them than
    its own window. `reading`: what is found in the model's SQL, or why that is not known."""
    reasons = [reading] if isinstance(reading, str) else list(reading.doubts)
    if isinstance(reading, Reading):
        resolved = _tables(project, target, [project.compile(target.model, first)], parents, first)
        asked = _asked(project, target, first)
        found = [_reads_beside(project, reading, parent, first, resolved, target, asked) for parent in parents]
        reasons += [reason for reason in found if reason]
    if not reasons:
        return None
    names = ", ".join(parent.model.name for parent in parents)
    return f"{'; '.join(dict.fromkeys(reasons))}. It reads {names}, which this backfill fills: fill that first, then this model alone"


def _reads_beside(
    project: Project,
    reading: Reading,
    parent: Target,
    first: Window,
    resolved: Sequence[str],
    reader: Target,
    asked: Sequence[str],
) -> str | None:
    """How rows of a parent outside of the window may be read."""
    if not _is_above(project, parent, reader):
        return f"it reads {parent.model.name} without ref(), so dbt may run it before that"
    dialect = dialect_of(project.adapter_type)
    path = table_path(parent.model.relation, dialect)
    for below in project.descendants([parent.model]):
        kept = below.materialized in ("ephemeral", "table", "incremental") or below.unique_id == reader.model.unique_id
        names = [*reading.whole, *(name for name, _ in reading.filtered)]
        if not kept and any(is_end(name, table_path(below.relation, dialect)) for name in names):
            return f"it reads {parent.model.name} through {below.name}"
    if any(reads(statement, dialect, path) for statement in asked):
        return f"its Jinja asks {parent.model.name} while it is compiled"
    for name in reading.whole:
        behind = project.call("_all_of_sql", parts=list(name))
        if not is_end(name, path) and ".".join(path) in _tables(project, reader, [behind], [parent], first):
            return f"it reads {parent.model.name} through {'.'.join(name)}"
    if any(is_end(name, path) for name in reading.whole):
        return f"it reads {parent.model.name} without the window"
    filters = [found for name, found in reading.filtered if is_end(name, path)]
    for found in filters:
        days = tuple(map(_as_day, found.days))
        if found.column != unquoted(parent.column):
            return f"it reads {parent.model.name} by {found.column}, and that is filled by {parent.column}"
        if not found.cut.by_value:
            return f"it reads {parent.model.name} by what it makes of {found.column}, and that is filled by {parent.column} as it is"
        if days != (first.start_date, next_day(first).start_date):
            return f"it reads {parent.model.name} by another window, {found.cut.bounds}, than that is filled by"
    if ".".join(path) in resolved and not filters:
        return f"it reads {parent.model.name} by another name"
    return None


def _as_day(text: str) -> str:
    """A day as a literal of a filter has it, when it stands for midnight UTC; else the text."""
    digits = re.sub(r"\D", "", text)
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if not digits[8:].strip("0") else text


def next_day(window: Window) -> Window:
    day = (dt.date.fromisoformat(window.end_date) + dt.timedelta(days=1)).isoformat()
    return Window(day, day)
