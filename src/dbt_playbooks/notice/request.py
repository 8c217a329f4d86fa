"""What a notice is asked to be about: options as values, and what the project says of a change that it has begun."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.columns import columns_of, known_column
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change, day_of
from dbt_playbooks.migrations.commands import notice
from dbt_playbooks.migrations.survey import Migration
from dbt_playbooks.notice import KINDS

HAS_COLUMNS = ("model", "seed", "snapshot")


@dataclass(frozen=True)
class Request:
    """The options of the command; None was not given."""

    kind: str | None = None
    column: str | None = None
    to: str | None = None
    new_column: str | None = None
    reason: str | None = None
    planned_date: str | None = None
    remove_after: str | None = None
    channel: str | None = None
    contact: str | None = None


@dataclass(frozen=True)
class Subject:
    """The change that a notice tells of.

    change     as `migrations` knows it; of one that has not begun it is made from the options
    data_type  the new type of a retype
    begins     the day on which both columns are there, or the table is replaced
    in_flight  the project has begun it
    remarks    what whoever sends the notice should know
    """

    change: Change
    data_type: str | None
    begins: dt.date | None
    in_flight: bool
    remarks: Sequence[str] = ()

    @property
    def over(self) -> bool:
        """The old column is gone already."""
        return self.change.phase == "new"


def subject_of(graph: Graph, node: Node, migrations: Sequence[Migration], request: Request, today: dt.date) -> Subject:
    """The one change that is meant. Raises UsageError with what to type when there is none, or more than one."""
    if node.kind not in HAS_COLUMNS:
        raise UsageError(
            f"'{node.name}' is no table that this project makes, but of kind {node.kind}. Give a model, a seed or a snapshot."
        )
    wanted = _lower(request)
    fitting = [each for each in migrations if _fits(each.change, wanted)]
    if request.kind is None and len(fitting) != 1:
        raise UsageError(_which(node, fitting or migrations))
    if len(fitting) > 1:
        raise UsageError(_which(node, fitting))
    if fitting:
        return _checked(_in_flight(graph, fitting[0], request), request, today)
    return _checked(_planned(graph, node, request), request, today)


def _lower(request: Request) -> Request:
    return replace(request, column=request.column and request.column.lower(), to=request.to and request.to.lower())


def _fits(change: Change, wanted: Request) -> bool:
    """Whether a change in flight is one that the options may mean; a name that is no literal may be any."""
    names = {str(name).lower() for name in (change.old, change.new) if name}
    named = change.new if change.kind == "add" else change.old
    return (
        wanted.kind in (None, change.kind)
        and (wanted.column is None or change.kind == "repartition" or named is None or wanted.column in names)
        and (wanted.to is None or change.kind == "retype" or change.new is None or wanted.to in names)
    )


def _which(node: Node, migrations: Sequence[Migration]) -> str:
    if not migrations:
        return (
            f"no change of '{node.name}' is in flight in the project, so say which one the notice is about: "
            f"--change {'|'.join(KINDS)}, with --column and --to. For example: "
            f"dbt-playbooks notice {node.name} --change rename --column user_type --to user_segment"
        )
    listed = "\n".join(f"  {notice(each.change)}" for each in migrations)
    return f"'{node.name}' has more than one change in flight, or none that fits. Say which one:\n{listed}"


def _in_flight(graph: Graph, migration: Migration, request: Request) -> Subject:
    """What the project says; a date that is given goes before it. Of what is no literal there the options have to tell."""
    change, remarks = migration.change, []
    data_type = _text((change.given or {}).get("to"))
    if change.kind == "retype" and data_type is None:
        data_type = _told(change, "to", "--to", request.to)
    if change.new is None and change.kind == "rename":
        change = replace(change, new=_told(change, "new_name", "--to", request.to))
    if change.new is None and change.kind == "add":
        change = replace(change, new=_told(change, "name", "--column", request.column))
    if (
        change.new is None
        and change.kind == "retype"
        and (request.new_column or "typed_name" in (change.unknown or {}))
    ):
        change = replace(change, new=_told(change, "typed_name", "--new-column", request.new_column))
    if change.old is None and change.kind in _OLD:
        change = replace(change, old=_told(change, _OLD[change.kind], "--column", request.column))
        if change.phase != "new":
            known_column(graph, change.node, str(change.old))
    begins = _day("--planned-date", request.planned_date)
    until = _day("--remove-after", request.remove_after)
    if begins is None and change.kind == "repartition":
        begins = change.until
    elif begins is None and migration.since.day:
        begins = dt.date.fromisoformat(migration.since.day)
    elif begins is None:
        remarks.append(
            f"since when the change is there is not known ({migration.since.note}). --planned-date says when it begins."
        )
    if until and change.until and until != change.until and change.kind != "repartition":
        remarks.append(
            f"the project says remove_after='{change.until}' ({change.path}:{change.line}), and the notice {until}. Let them agree."
        )
    by_option = {"old_name", "new_name", "name", "column", "typed_name", "to"} | ({"remove_after"} if until else set())
    for name, text in (change.unknown or {}).items():
        what = "the notice says what the option says" if name in by_option else "it is not in the notice"
        remarks.append(f"{name} is {text} ({change.path}:{change.line}), which is no literal: {what}.")
    if change.kind != "repartition":
        change = replace(change, until=until or change.until)
    return Subject(change, data_type, begins, True, remarks)


_OLD = {"rename": "old_name", "retype": "column", "remove": "name"}


def _told(change: Change, parameter: str, option: str, given: str | None) -> str:
    """What an option says of what the project does not say as a literal."""
    if not given:
        text = (change.unknown or {}).get(parameter, "not known")
        raise UsageError(
            f"{parameter} of the {change.kind} is {text} ({change.path}:{change.line}), which is known only when dbt compiles the model, "
            f"and a notice has to say it. Give it with {option}."
        )
    return given


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _planned(graph: Graph, node: Node, request: Request) -> Subject:
    """A change that has not begun, from the options alone."""
    kind = str(request.kind)
    known, complete = columns_of(graph, node)
    old, new, replacement = request.column, request.to, None
    if kind == "repartition":
        replacement = graph.find(request.to) if request.to else None
        old, new = node.name, replacement.name if replacement else None
    elif not request.column:
        raise UsageError(f"--change {kind} needs --column: the column that {'comes' if kind == 'add' else 'changes'}.")
    elif kind == "add":
        _refuse_existing(request.column, "--column", node, known)
        old, new = None, request.column
    else:
        known_column(graph, node, request.column)
        new = request.new_column if kind == "retype" else new if kind == "rename" else None
    if kind in ("rename", "retype") and not request.to:
        what = "the new name" if kind == "rename" else "the new type"
        raise UsageError(f"--change {kind} needs --to: {what} of '{request.column}'.")
    if kind in ("rename", "retype") and new:
        _refuse_existing(new, "--to" if kind == "rename" else "--new-column", node, known)
    until = _day("--remove-after", request.remove_after)
    begins = _day("--planned-date", request.planned_date)
    unchecked = not complete and kind != "repartition"
    remarks = (
        [f"not all columns of '{node.name}' are known, so the names could not all be checked."] if unchecked else []
    )
    change = Change(kind, node, None, old, new, node.path, 1, until, None, replacement)
    return Subject(change, request.to if kind == "retype" else None, begins, False, remarks)


def _refuse_existing(column: str, option: str, node: Node, known: Mapping[str, str]) -> None:
    if column.lower() in known:
        raise UsageError(
            f"{option} '{column}': '{node.name}' has a column of that name already. Give a name that it does not have."
        )


def _checked(subject: Subject, request: Request, today: dt.date) -> Subject:
    """Dates in their order, and options that mean nothing for the kind refused."""
    change, remarks = subject.change, list(subject.remarks)
    if change.kind in ("add", "repartition") and request.remove_after:
        raise UsageError(
            f"--remove-after: nothing is removed by --change {change.kind}. Leave it out; --planned-date says when it comes."
        )
    if change.kind in ("add", "remove") and request.to:
        raise UsageError(f"--to means nothing for --change {change.kind}. Leave it out.")
    if request.new_column and change.kind != "retype":
        raise UsageError(f"--new-column is for --change retype. The new name of a {change.kind} is --to.")
    if request.new_column and change.new and request.new_column.lower() != change.new.lower():
        raise UsageError(
            f"--new-column '{request.new_column}', but the project calls it '{change.new}' ({change.path}:{change.line}). Leave --new-column out."
        )
    if (
        change.kind == "retype"
        and subject.in_flight
        and request.to
        and request.to.lower() != str(subject.data_type).lower()
    ):
        raise UsageError(
            f"--to '{request.to}', but the project casts '{change.old}' to {subject.data_type} ({change.path}:{change.line}). Leave --to out."
        )
    until = None if change.kind == "repartition" else change.until
    if subject.begins and until and until < subject.begins:
        raise UsageError(
            f"the old column would go (after {until}) before the change begins ({subject.begins}). "
            "Give a --remove-after that lies behind --planned-date, best by a week or two."
        )
    if subject.begins is None and not subject.in_flight:
        remarks.append("without --planned-date the notice says that the day is to be announced.")
    if request.planned_date and subject.begins and subject.begins < today:
        remarks.append(f"--planned-date {subject.begins} is in the past.")
    if until and until < today and not subject.over:
        remarks.append(f"the last day of '{change.old}', {until}, is in the past.")
    return replace(subject, remarks=remarks)


def _day(option: str, text: str | None) -> dt.date | None:
    day = day_of(text)
    if text is not None and day is None:
        raise UsageError(f"{option} '{text}' is no day. Write it as YYYY-MM-DD: {option} 2024-02-01.")
    return day
