"""What comes next in a change: steps in their order, each with the exact edits and the commands that follow them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations import commands, incremental
from dbt_playbooks.migrations.changes import Change, text_of
from dbt_playbooks.migrations.edits import Edit, remove_item, replace_expression, set_argument
from dbt_playbooks.migrations.properties import added_test, removed_test
from dbt_playbooks.migrations.readers import Reader, Readers, going


@dataclass(frozen=True)
class Step:
    """One thing to do: write the edits, run the commands, mind the notes."""

    title: str
    edits: tuple[Edit, ...] = ()
    commands: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


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

    def given(self, name: str) -> Any:
        return (self.change.given or {}).get(name)


def steps_of(it: Situation) -> list[Step]:
    """The steps from here to the end of the change; the first is the next one."""
    if it.change.unknown and (it.change.phase is None or not (it.change.old or it.change.new)):
        return [_unknown(it.change)]
    of_kind: dict[str, Callable[[Situation], list[Step]]] = {
        "rename": _rename,
        "retype": _retype,
        "remove": _remove,
        "add": _add,
        "repartition": _repartition,
    }
    return of_kind[it.change.kind](it)


def _unknown(change: Change) -> Step:
    written = ", ".join(f"{name} is {text}" for name, text in (change.unknown or {}).items())
    return Step(f"look at {change.path}:{change.line}: {written}, which is known only when dbt compiles the model")


def _rename(it: Situation) -> list[Step]:
    change = it.change
    if change.phase == "new":
        return [*_mend(it), *_drop_test(it), *_write_out(it)]
    steps = []
    if not _has_test(it, "columns_equal"):
        test = {"dbt_playbooks.columns_equal": {"arguments": {"a": change.old, "b": change.new}}}
        steps.append(_test_step(it, f"let a test see that {change.old} and {change.new} stay equal", test))
    return [*steps, *_move(it), _let_go(it)]


def _retype(it: Situation) -> list[Step]:
    change = it.change
    if change.phase == "new":
        return _mend(it)
    options = {name: it.given(name) for name in ("format", "trim", "blank_as_null") if it.given(name)}
    if it.given("data_type") not in (None, "string"):
        options["data_type"] = it.given("data_type")
    steps = []
    if not _has_test(it, "cast_failure_rate_below"):
        test = {"dbt_playbooks.cast_failure_rate_below": {"arguments": {"to": it.given("to"), **options}}}
        step = _test_step(it, f"let a test see how many values of {change.old} can't be cast", test, change.old)
        steps.append(step)
    if it.readers.found:
        arguments = {"table": it.node.name, "column": change.old, "to": it.given("to"), **options}
        look = commands.operation("cast_report", **arguments)
        steps.append(Step(f"see which values of {change.old} fail, and which lose something", commands=(look,)))
    return [*steps, *_move(it), _let_go(it)]


def _remove(it: Situation) -> list[Step]:
    change = it.change
    edits = remove_item(change.path, it.text, change.call) if change.call else []
    readers = _readers_step(it, f"take {change.old} out of what still reads it: it holds NULLs now")
    last = _end(it, f"remove {change.old}", edits or [_by_hand(change, f"without {change.old}")])
    return [*readers, last]


def _add(it: Situation) -> list[Step]:
    """A column whose rows from before were not filled yet is NULL there, which `not_null` sees."""
    change = it.change
    title = f"describe {change.new}, and let a test see that no row lacks it"
    return [_test_step(it, title, "not_null", change.new)] if not _has_test(it, "not_null", change.new) else []


def _repartition(it: Situation) -> list[Step]:
    old, new = it.node, it.change.replacement
    assert new is not None
    tables = {"table": old.name, "replacement": new.name}
    fill = commands.fill(new, it.today) if new.materialized == "incremental" else commands.build(new.name)
    notes = [_FIRST_DAY_NOTE] if commands.FIRST_DAY in fill else []
    return [
        Step(f"fill {new.name}", commands=(fill,), notes=tuple(notes)),
        Step(f"compare it with {old.name}", commands=(commands.compare(old.name, new.name, new, it.graph),)),
        Step("tell those who read the table", commands=(commands.notice(old.name),)),
        Step(
            "see the plan of the cutover, then let it run",
            commands=(
                commands.operation("cutover", **tables),
                commands.operation("cutover", **tables, dry_run=False),
            ),
            notes=(f"deploy the next step together with it: the code of {old.name} still makes the old table",),
        ),
        Step(
            f"let {old.name} be made by the code of {new.name}",
            edits=(*_renamed_refs(it, new), _by_hand(it.change, "without dbt_playbooks_replaces")),
            commands=(f"git mv -f {new.path} {old.path}", commands.build(f"{old.name}+")),
            notes=(f"what YAML says of {new.name} goes" + (f": {new.properties_path}" if new.properties_path else ""),),
        ),
    ]


_FIRST_DAY_NOTE = f"{commands.FIRST_DAY} is the first day that the table is to have"


def _renamed_refs(it: Situation, new: Node) -> list[Edit]:
    """What reads the replacement reads the table itself afterwards."""
    return [edit for reader in it.readers.found for edit in reader.edits if reader.node.unique_id != new.unique_id]


def _move(it: Situation) -> list[Step]:
    change = it.change
    return _readers_step(it, f"move what still reads {change.old} to {change.new or 'the new column'}")


def _readers_step(it: Situation, title: str) -> list[Step]:
    if not it.readers.found and not it.readers.unread:
        return []
    sure = it.readers.sure
    notes = [_may_note(each, it.change) for each in it.readers.found if each.may]
    notes += [f"whether {each.node.name} reads it could not be told: {each.reason}" for each in it.readers.unread]
    built = [each.node.name for each in sure if each.node.kind in ("model", "snapshot")]
    builds = (commands.build(*(f"{name}+" for name in built)),) if built else ()
    title = title if sure else f"ask whether anyone still needs {it.change.old}"
    return [Step(title, _edits_of(sure), (*builds, commands.notice(it.node.name)), tuple(notes))]


def _may_note(reader: Reader, change: Change) -> str:
    owners = f" ({', '.join(reader.node.owners)})" if reader.node.owners else ""
    return f"{reader.node.kind} {reader.node.name}{owners} depends on {change.node.name}: ask whether it uses {reader.column}"


def _edits_of(readers: Sequence[Reader]) -> tuple[Edit, ...]:
    found = {(each.path, each.line): each for reader in readers for each in reader.edits}
    return tuple(found.values())


def _mend(it: Situation) -> list[Step]:
    broken = [each for each in it.readers.found if each.broken]
    if not broken:
        return []
    built = [f"{each.node.name}+" for each in broken if each.node.kind in ("model", "snapshot")]
    title = f"mend what reads {it.change.old}, which is gone: it does not build"
    return [Step(title, _edits_of(broken), (commands.build(*built),) if built else ())]


def _let_go(it: Situation) -> Step:
    change = it.change
    edits = set_argument(change.path, it.text, change.call, "phase", "'new'") if change.call else []
    edits += _test_edits(it)
    return _end(it, f"let {' and '.join(going(change)) or 'the old column'} go: set phase to 'new'", edits)


def _end(it: Situation, title: str, edits: Sequence[Edit]) -> Step:
    """The edit that takes a column away, with a copy of the table from before to compare with."""
    change, node = it.change, it.node
    if change.until is not None and it.today <= change.until:
        title = f"after {change.until}, {title}"
    lost = incremental.loses(node, it.root, going(change))
    after = [commands.build(f"{node.name}+")]
    if node.materialized in ("table", "incremental"):
        suffix = re.sub(r"\W", "_", f"with_{change.old}".lower())
        backup = commands.operation("backup_table", table=node.name, suffix=suffix)
        kept = commands.table_of(node, f"_backup_{suffix}")
        after = [backup, *lost.commands, *after]
        after.append(commands.compare(kept, node.name, node, it.graph, tuple(going(change))))
    after.append(commands.notice(node.name))
    return Step(title, (*edits, *lost.edits), tuple(after), lost.notes)


def _write_out(it: Situation) -> list[Step]:
    """A rename ends when its call does."""
    change = it.change
    written = f"{it.given('expression') or change.old} as {change.new}"
    edits = replace_expression(change.path, it.text, change.call, written) if change.call else []
    edits = edits or [_by_hand(change, f"{written} in place of the call")]
    title = "write the column itself in place of the call, and the change is over"
    return [Step(title, tuple(edits), (commands.build(f"{it.node.name}+"),))]


def _drop_test(it: Situation) -> list[Step]:
    edits = _test_edits(it)
    return [Step(f"take away the test that reads {it.change.old}, which is gone", tuple(edits))] if edits else []


def _test_edits(it: Situation) -> list[Edit]:
    name = {"rename": "columns_equal", "retype": "cast_failure_rate_below"}[it.change.kind]
    path = it.node.properties_path
    if path is None or not _has_test(it, name):
        return []
    column = it.change.old if it.change.kind == "retype" else None
    return removed_test(path, text_of(it.root, path), it.node.name, name, column)


def _by_hand(change: Change, note: str) -> Edit:
    return Edit(change.path, change.line, (), None, note)


def _test_step(it: Situation, title: str, test: Any, column: str | None = None) -> Step:
    path = it.node.properties_path
    text = text_of(it.root, path) if path else ""
    edit = added_test(path, text, it.node.name, test, column)
    filled = incremental.gets(it.node, it.root, it.change.new, it.today)
    return Step(title, (edit, *filled.edits), (*filled.commands, commands.build(it.node.name)), filled.notes)


def _has_test(it: Situation, name: str, column: str | None = None) -> bool:
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
