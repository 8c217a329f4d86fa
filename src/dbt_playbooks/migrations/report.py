"""The changes in flight, for people and for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from dbt_playbooks.migrations.edits import Edit
from dbt_playbooks.migrations.parts import Step, Tried
from dbt_playbooks.migrations.readers import Reader
from dbt_playbooks.migrations.survey import Migration

NOTHING = """no change is in flight in {where}.
A change begins in a model, with one of these in its select list:
  {{{{ dbt_playbooks.renamed_column('user_type', 'user_segment', remove_after='{day}') }}}}
  {{{{ dbt_playbooks.retyped_column('user_id', 'integer', remove_after='{day}') }}}}
  {{{{ dbt_playbooks.deprecated_column('user_type', 'string', remove_after='{day}') }}}}
  {{{{ dbt_playbooks.added_column('source.region', 'region', 'unknown') }}}}
or with a model beside the old one that says whom it replaces: config(meta={{'dbt_playbooks_replaces': 'orders'}}).
Before: `dbt-playbooks impact MODEL --column NAME` says who would notice."""


def lines(migrations: Sequence[Migration], where: str, in_full: bool) -> Iterator[str]:
    """A line for each change, then each with who reads the old name and what comes next."""
    late = sum(each.overdue for each in migrations)
    many = len(migrations) != 1
    yield f"{len(migrations)} change{'s are' if many else ' is'} in flight in {where}" + (
        f", {late} overdue." if late else "."
    )
    yield ""
    rows = [("", "model", "change", "phase", "since", "last day", "read by")]
    yield from _aligned([*rows, *(_row(number, each) for number, each in enumerate(migrations, 1))])
    for number, each in enumerate(migrations, 1):
        yield ""
        yield from _detail(number, each, in_full)


def _row(number: int, migration: Migration) -> tuple[str, ...]:
    change = migration.change
    until = "" if change.until is None else str(change.until)
    late = f", {_days(migration.days_over)} over" if migration.overdue else ""
    readers = str(len(migration.readers.found)) + (
        f", {len(migration.readers.unread)} unread" if migration.readers.unread else ""
    )
    age = migration.since.day or str(migration.since.note)
    return f"{number}.", change.node.name, change.title, str(change.phase), age, until + late, readers


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _detail(number: int, migration: Migration, in_full: bool) -> Iterator[str]:
    change = migration.change
    yield f"{number}. {change.node.name}: {change.title}"
    yield f"   {change.path}:{change.line}, phase {change.phase}, since {migration.since}"
    if migration.overdue:
        what = "the day of the cutover" if change.replacement else f"the last day of {change.old}"
        yield f"   overdue for {_days(migration.days_over)}: {what} was {change.until}"
    for name, text in (change.unknown or {}).items():
        yield f"   not known: {name}, given as {text}, which is no literal"
    if migration.readers.found:
        yield f"   {'these read' if change.replacement else 'these still read'} {change.new if change.replacement else change.old}:"
        yield from (f"     {_reader(each)}" for each in migration.readers.found)
    if migration.readers.carriers:
        names = ", ".join(f"{node.name} ({node.path})" for node in migration.readers.carriers)
        yield f"   passed on by a star, so that who reads these loses it as well: {names}"
    for each in migration.readers.unread:
        yield f"   not known whether {each.node.kind} {each.node.name} ({each.node.path}) does: {each.reason}"
    yield from _steps(migration, in_full or change.replacement is not None)


def _steps(migration: Migration, in_full: bool) -> Iterator[str]:
    """In full those up to the first that has an edit, as asking someone may be all that is left before it."""
    written = False
    for index, step in enumerate(migration.steps):
        word = "next" if index == 0 else "then"
        if in_full or not written:
            yield from _step(word, step)
        else:
            yield f"   {word}: {step.title}"
        written = written or bool(step.edits)


def _reader(reader: Reader) -> str:
    names = f" as {', '.join(reader.keeps)}" if reader.keeps else ""
    how = ", ".join(use + names if use == "passes on" else use for use in reader.uses)
    gone = ", and it is gone" if reader.broken else ""
    return f"{reader.node.kind} {reader.node.name} ({reader.node.path}): {how}{gone}"


def _step(word: str, step: Step) -> Iterator[str]:
    yield f"   {word}: {step.title}"
    for edit in step.edits:
        yield from (f"     {line}" for line in _edit(edit))
    yield from (f"     $ {command}" for command in step.commands)
    yield from (f"     note: {note}" for note in step.notes)
    if step.tried is not None:
        yield f"     {_tried(step.tried)}"


def _tried(tried: Tried) -> str:
    if not tried.compiled:
        return f"not tried: {tried.why_not}" if tried.why_not else "tried on a copy of the project"
    found = f"tried on a copy of the project: {_many(tried.compiled, 'node')} compiled, {tried.described:,} described"
    more = f"; the others not: {tried.why_not}" if tried.why_not else ""
    waits = f"; {_many(tried.waits, 'node')} can be tried when what is left to you is done" if tried.waits else ""
    broken = "; does not build as it is: " + ", ".join(each.partition(":")[0] for each in tried.broken)
    return found + more + waits + (broken if tried.broken else "")


def _edit(edit: Edit) -> Iterator[str]:
    place = edit.path if edit.line is None else f"{edit.path}:{edit.line}"
    yield f"{place}{': ' + edit.note if edit.note else ''}"
    mark = "-" if edit.after is not None else " "
    yield from (f"  {mark} {line}" for line in edit.before)
    yield from (f"  + {line}" for line in edit.after or ())
    yield from (f"  left to you: {each}" for each in edit.left)
    yield from (f"  does not hold: {each}" for each in edit.fails)


def _days(number: int) -> str:
    return _many(number, "day")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def as_data(migration: Migration) -> dict[str, Any]:
    """A change as JSON has it."""
    change = migration.change
    return {
        "kind": change.kind,
        "model": change.node.name,
        "replacement": change.replacement.name if change.replacement else None,
        "old": change.old,
        "new": change.new,
        "phase": change.phase,
        "path": change.path,
        "line": change.line,
        "since": asdict(migration.since),
        "last_day": None if change.until is None else change.until.isoformat(),
        "days_overdue": max(migration.days_over, 0),
        "unknown": dict(change.unknown or {}),
        "readers": [
            {
                "name": each.node.name,
                "kind": each.node.kind,
                "path": each.node.path,
                "owners": list(each.node.owners),
                "column": each.column,
                "uses": list(each.uses),
                "keeps": list(each.keeps),
                "broken": each.broken,
            }
            for each in migration.readers.found
        ],
        "carriers": [{"name": each.name, "kind": each.kind, "path": each.path} for each in migration.readers.carriers],
        "unread": [
            {"name": each.node.name, "kind": each.node.kind, "path": each.node.path, "reason": each.reason}
            for each in migration.readers.unread
        ],
        "steps": [_step_as_data(step) for step in migration.steps],
    }


def _step_as_data(step: Step) -> dict[str, Any]:
    found = asdict(step)
    for edit in found["edits"]:
        del edit["pieces"]
    return found


def nothing(where: str, today: dt.date) -> str:
    return NOTHING.format(where=where, day=today + dt.timedelta(days=30))
