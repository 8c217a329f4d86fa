"""The parts that steps of several kinds share: moving readers, the test that watches a change, the end of what goes."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations import commands, incremental
from dbt_playbooks.migrations.cautions import cautions
from dbt_playbooks.migrations.changes import Change, text_of
from dbt_playbooks.migrations.edits import Edit, Piece, edits, set_argument, together
from dbt_playbooks.migrations.moves import HOLDS_SQL
from dbt_playbooks.migrations.properties import added_test, column_place, removed_entry, removed_test
from dbt_playbooks.migrations.readers import Reader, Readers, compares, going, keeps_its_name


@dataclass(frozen=True)
class Tried:
    """What a step's edits were tried by, on a copy of the project.

    compiled, described   how many nodes dbt compiled, and of how many of them the warehouse said what they return
    why_not               why the others were not described, or nothing was tried
    waits                 how many nodes can't be judged before a person has done what is left to them
    broken                nodes that are not edited and do not build as it is, each with what is said of it
    """

    compiled: int = 0
    described: int = 0
    why_not: str | None = None
    waits: int = 0
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to do: write the edits, move the files, run the commands, mind the notes."""

    title: str
    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    moves: tuple[tuple[str, str], ...] = ()
    tried: Tried | None = None

    @property
    def can_be_tried(self) -> bool:
        return bool(self.moves) or any(edit.pieces for edit in self.edits)

    @property
    def paths(self) -> set[str]:
        """The files that it writes, or takes away."""
        return {edit.path for edit in self.edits} | {path for move in self.moves for path in move}


@dataclass(frozen=True)
class Situation:
    """All that the steps depend on."""

    graph: Graph
    root: Path
    change: Change
    readers: Readers
    today: dt.date

    @property
    def node(self) -> Node:
        return self.change.node

    @property
    def text(self) -> str:
        return text_of(self.root, self.change.path, self.node.raw_code)

    def text_at(self, path: str) -> str:
        """A file as it stands; of a node whose file is not there its code as dbt has it."""
        node = next((each for each in self.graph.nodes.values() if each.path == path), None)
        return text_of(self.root, path, node.raw_code if node is not None else "")

    def given(self, name: str) -> Any:
        return (self.change.given or {}).get(name)


def move(it: Situation, *first: str) -> list[Step]:
    change = it.change
    return leave_readers(it, f"move what still reads {change.old} to {change.new or 'the new column'}", *first)


def leave_readers(it: Situation, title: str, *first: str) -> list[Step]:
    """The edits of all that need the column; nothing when nobody does. `first` are commands to look before."""
    if not it.readers.found and not it.readers.unread:
        return []
    sure = it.readers.sure
    notes = [_may_note(each, it.change) for each in it.readers.found if each.may]
    notes += [f"whether {each.node.name} reads it could not be told: {each.reason}" for each in it.readers.unread]
    notes += [
        _without_a_name(each)
        for each in sure
        if not each.edits and each.node.kind in HOLDS_SQL and not _is_compared(it, each.node)
    ]
    notes += cautions(it.change, it.readers, commands.project_dialect(it.graph))
    built = [each.node.name for each in sure if each.node.kind in ("model", "snapshot")]
    builds = (commands.build(*(f"{name}+" for name in built)),) if built else ()
    title = title if sure else f"ask whether anyone still needs {it.change.old}"
    # what loses the column loses it for those below: these first, so that each file can be committed by itself
    ordered = sure[::-1] if it.change.kind == "remove" else sure
    return [Step(title, _edits_of(it, ordered), (*first, *builds, commands.notice(it.change)), tuple(notes))]


def _without_a_name(reader: Reader) -> str:
    """What to look for in the file of a reader in which the column's name was not found."""
    if "unites" in reader.uses:
        return (
            f"{reader.node.kind} {reader.node.name} takes {reader.column} by a star into a union by position: "
            "take that column out of the other side, too"
        )
    return (
        f"{reader.node.kind} {reader.node.name} reads {reader.column} and its file does not say so: "
        "look at the macros that it calls, at whole rows, and at its config"
    )


def _is_compared(it: Situation, node: Node) -> bool:
    return compares(it.graph, node, it.change)


def _may_note(reader: Reader, change: Change) -> str:
    owners = f" ({', '.join(reader.node.owners)})" if reader.node.owners else ""
    return f"{reader.node.kind} {reader.node.name}{owners} depends on {change.node.name}: ask whether it uses {reader.column}"


def _edits_of(it: Situation, readers: Sequence[Reader]) -> tuple[Edit, ...]:
    return together(it.text_at, (each for reader in readers for each in reader.edits))


def mend(it: Situation) -> list[Step]:
    """What names a column that is gone; the test that came with the change has a step of its own."""
    dropped = bool(_test_edits(it))
    broken = [each for each in it.readers.found if each.broken and not (dropped and _came_with_it(it, each.node))]
    if not broken:
        return []
    built = [f"{each.node.name}+" for each in broken if each.node.kind in ("model", "snapshot")]
    names = " and ".join(dict.fromkeys(each.column for each in broken))
    title = f"mend what reads {names}, which is gone: it does not build"
    own = [it.node.name] if not built or any("test" in each.node.kind for each in broken) else []
    return [Step(title, _edits_of(it, broken), (commands.build(*own, *built),))]


def _came_with_it(it: Situation, node: Node) -> bool:
    return bool(node.details.get("test_metadata")) and compares(it.graph, node, it.change)


def let_go(it: Situation, *first: str) -> Step:
    change = it.change
    made = set_argument(change.path, it.text, change.call, "phase", "'new'") if change.call else []
    made += [*_test_edits(it), *entry_edits(it)]
    return end(it, f"let {' and '.join(going(change)) or 'the old column'} go: set phase to 'new'", made, *first)


def end(it: Situation, title: str, made: Sequence[Edit], *first: str) -> Step:
    """The edit that takes a column away, with a copy of the table from before to compare with."""
    change, node = it.change, it.node
    if change.until is not None and it.today <= change.until:
        title = f"after {change.until}, {title}"
    if node.materialized in ("table", "incremental") and commands.is_laid_out_by(node, change.old):
        return _replace(it, *first)
    lost = incremental.loses(node, it.root, going(change))
    after = [commands.build(f"{node.name}+")]
    if node.materialized in ("table", "incremental"):
        suffix = re.sub(r"\W", "_", f"with_{change.old}".lower())
        backup = commands.operation("backup_table", table=commands.table_name(node), suffix=suffix)
        kept = commands.table_of(node, f"_backup_{suffix}")
        after = [*first, *commands.outside(node), backup, *lost.commands, *after]
        after.append(commands.compare(kept, commands.table_name(node), node, it.graph, tuple(going(change))))
    after.append(commands.notice(change))
    return Step(title, together(it.text_at, (*made, *lost.edits)), tuple(after), lost.notes)


def _replace(it: Situation, *first: str) -> Step:
    """In place of the edit: no statement changes a column that a table is partitioned or clustered by, and the macros refuse it."""
    change, node = it.change, it.node
    name = plain_name(node)
    beside = f"{name}_v2"
    column = f"without {change.old}" if change.kind == "remove" else f"with phase='new' in the call for {change.old}"
    layout = change.new or "the column that takes its place"
    why = f"it is partitioned or clustered by {change.old}, and BigQuery renames, retypes and drops no such column"
    return Step(
        f"let another table take the place of {node.name}: {why}",
        commands=(*first, *commands.outside(node), commands.notice(change)),
        notes=(
            f"write a model beside {change.path}, for example {beside}: the same code {column}, its partition_by or cluster_by naming {layout}, "
            f"and meta={{'dbt_playbooks_replaces': '{node.name}'}}",
            f"from then on {shlex.join(['dbt-playbooks', 'migrations', '--model', beside])} shows how it is filled, compared and cut over",
        ),
    )


def drop_test(it: Situation) -> list[Step]:
    made = _test_edits(it)
    return [Step(f"take away the test that reads {it.change.old}, which is gone", tuple(made))] if made else []


def _test_edits(it: Situation) -> list[Edit]:
    name = {"rename": "columns_equal", "retype": "cast_failure_rate_below"}[it.change.kind]
    path = it.node.properties_path
    if path is None or keeps_its_name(it.change) or not has_test(it, name):
        return []
    column = it.change.old if it.change.kind == "retype" else None
    names = (str(it.change.old), str(it.change.new)) if column is None else ()
    return removed_test(path, text_of(it.root, path), plain_name(it.node), name, column, names)


def entry_edits(it: Situation) -> list[Edit]:
    """The entry of a column that goes gets the name of the one that is left, unless that has an entry: then it goes, as with a column that is removed.

    What the readers of a step before it, or the test that goes, have to do there is not done twice.
    """
    change, node = it.change, it.node
    path, old = node.properties_path, str(change.old)
    if path is None or "version" in node.details or old.lower() == str(change.new).lower():
        return []
    text, model = text_of(it.root, path), plain_name(node)
    place = column_place(text, model, old)
    edited = [piece for each in it.readers.found for edit in each.edits if edit.path == path for piece in edit.pieces]
    edited += [piece for edit in (_test_edits(it) if change.kind != "remove" else ()) for piece in edit.pieces]
    if (
        place is None
        or _is_reader_of_its_tests(it)
        or any(each.start < place[1] and place[0] < each.end for each in edited)
    ):
        return []
    if change.new and column_place(text, model, change.new) is None:
        return edits(path, text, [Piece(*place, change.new)])
    return removed_entry(path, text, model, old)


def _is_reader_of_its_tests(it: Situation) -> bool:
    """A test stands at the column still, and a step before this one says what becomes of it."""
    name = str(it.change.old).lower()
    return any(
        str(each.node.details.get("column_name")).lower() == name
        and each.node.details.get("attached_node") == it.node.unique_id
        for each in it.readers.found
    )


def by_hand(change: Change, note: str) -> Edit:
    return Edit(change.path, change.line, (), None, note)


def add_test(it: Situation, title: str, test: Any, column: str | None = None) -> Step:
    path = it.node.properties_path
    text = text_of(it.root, path) if path else ""
    edit = added_test(path, text, plain_name(it.node), test, column)
    if "version" in it.node.details:
        version = it.node.details["version"]
        edit = replace(edit, note=f"{edit.note}; in the entry of `v: {version}` if other versions lack the columns")
    filled = incremental.gets(it.node, it.root, it.change.new, it.today)
    return Step(title, (edit, *filled.edits), (*filled.commands, commands.build(it.node.name)), filled.notes)


def has_test(it: Situation, name: str, column: str | None = None) -> bool:
    """Whether the test that belongs to the change stands in YAML: the one of both names, or the one of the column."""
    change = it.change
    for test in commands.tests_of(it.graph, it.node):
        metadata = test.details["test_metadata"]
        if metadata.get("name") != name:
            continue
        given = {str(each).lower() for each in (metadata.get("kwargs") or {}).values()}
        on = str(test.details.get("column_name") or "").lower()
        wanted = {str(change.old).lower(), str(change.new).lower()}
        if (name == "columns_equal" and wanted <= given) or (
            name != "columns_equal" and on == str(column or change.old).lower()
        ):
            return True
    return False
