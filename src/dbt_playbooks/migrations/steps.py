"""What comes next in a change: steps in their order, each with the exact edits and the commands that follow them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace

from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations import commands
from dbt_playbooks.migrations.changes import Change
from dbt_playbooks.migrations.edits import Edit, edits, identifier, remove_item, replace_expression, together
from dbt_playbooks.migrations.moves import renamed_refs
from dbt_playbooks.migrations.parts import (
    Situation,
    Step,
    add_test,
    by_hand,
    drop_test,
    end,
    entry_edits,
    has_test,
    leave_readers,
    let_go,
    mend,
    move,
)
from dbt_playbooks.migrations.replacements import META


def steps_of(it: Situation) -> list[Step]:
    """The steps from here to the end of the change; the first is the next one."""
    if not _is_readable(it.change):
        return [_unknown(it.change)]
    of_kind: dict[str, Callable[[Situation], list[Step]]] = {
        "rename": _rename,
        "retype": _retype,
        "remove": _remove,
        "add": _add,
        "repartition": _repartition,
    }
    return of_kind[it.change.kind](it)


def _is_readable(change: Change) -> bool:
    """Whether the call says enough to know what comes next; a cast has to be known in full as long as it is tested and reported."""
    cast = ("to", "data_type", "format", "trim", "blank_as_null", "failures_name") if change.phase == "both" else ()
    needed = {
        "rename": (change.old, change.new),
        "retype": (change.old, not set(cast) & set(change.unknown or {})),
        "remove": (change.old,),
        "add": (change.new,),
    }
    return change.phase is not None and all(needed.get(change.kind, ()))


def _unknown(change: Change) -> Step:
    written = ", ".join(f"{name} is {text}" for name, text in (change.unknown or {}).items())
    return Step(f"look at {change.path}:{change.line}: {written}, which is known only when dbt compiles the model")


def _rename(it: Situation) -> list[Step]:
    change = it.change
    if change.phase == "new":
        return [*mend(it), *drop_test(it), *_write_out(it)]
    steps = []
    if not has_test(it, "columns_equal"):
        test = {"dbt_playbooks.columns_equal": {"arguments": {"a": change.old, "b": change.new}}}
        steps.append(add_test(it, f"let a test see that {change.old} and {change.new} stay equal", test))
    return [*steps, *move(it), let_go(it)]


def _retype(it: Situation) -> list[Step]:
    change = it.change
    if change.phase == "new":
        return [*mend(it), *drop_test(it)]
    options = {name: it.given(name) for name in ("format", "trim", "blank_as_null") if it.given(name)}
    if it.given("data_type") not in (None, "string"):
        options["data_type"] = it.given("data_type")
    steps = []
    if not has_test(it, "cast_failure_rate_below"):
        test = {"dbt_playbooks.cast_failure_rate_below": {"arguments": {"to": it.given("to"), **options}}}
        step = add_test(it, f"let a test see how many values of {change.old} can't be cast", test, change.old)
        steps.append(step)
    look = commands.operation(
        "cast_report", table=commands.table_name(it.node), column=change.old, to=it.given("to"), **options
    )
    return [*steps, *move(it, look), let_go(it, look)]


def _remove(it: Situation) -> list[Step]:
    change = it.change
    taken_out = remove_item(change.path, it.text, change.call) if change.call else []
    readers = leave_readers(it, f"take {change.old} out of what still reads it: it holds NULLs now")
    last = end(
        it, f"remove {change.old}", [*(taken_out or [by_hand(change, f"without {change.old}")]), *entry_edits(it)]
    )
    return [*readers, last]


def _add(it: Situation) -> list[Step]:
    """A column whose rows from before were not filled yet is NULL there, which `not_null` sees."""
    change = it.change
    title = f"describe {change.new}, and let a test see that no row lacks it"
    return [add_test(it, title, "not_null", change.new)] if not has_test(it, "not_null", change.new) else []


def _repartition(it: Situation) -> list[Step]:
    old, new = it.node, it.change.replacement
    assert new is not None
    key, by = commands.key_of(it.graph, new), commands.date_column(new)
    names = {"table": commands.table_name(old), "replacement": commands.table_name(new)}
    tables = {**names, **({"key": key} if key else {}), **({"by": by} if by else {})}
    otherwise = commands.on_bigquery(old) and commands.layout(old) != commands.layout(new)
    swap = {"accept": ["layout"], "strategy": "rename"} if otherwise else {}
    fill = commands.fill(new, it.today) if new.materialized == "incremental" else commands.build(new.name)
    notes = [_FIRST_DAY_NOTE] if commands.FIRST_DAY in fill else []
    return [
        Step(f"fill {new.name}", commands=(fill,), notes=tuple(notes)),
        Step(
            f"compare it with {old.name}",
            commands=(commands.compare(names["table"], names["replacement"], new, it.graph),),
        ),
        Step("tell those who read the table", commands=(commands.notice(it.change),)),
        Step(
            "see the plan of the cutover, then let it run",
            commands=(
                commands.operation("cutover", **tables, **swap),
                commands.operation("cutover", **tables, **swap, dry_run=False),
            ),
            notes=(
                *([_GAP_NOTE] if otherwise else []),
                f"deploy the next step together with it: the code of {old.name} still makes the old table",
                f"the way back: {commands.operation('cutover', **names, undo=True)}",
            ),
        ),
        _take_over(it, new),
    ]


def _take_over(it: Situation, new: Node) -> Step:
    """A file takes the other's place only where both hold the code of one model and no more. What the new code reads of the old table is made
    by the old code still, under another name: a model that reads itself is a cycle."""
    old = it.node
    whole = (
        all(each.kind == "model" and each.path.endswith(".sql") for each in (old, new)) and old.package == new.package
    )
    between = [each for each in _between(it, new) if each.language == "sql"]
    kept = _free_name(it, f"{plain_name(old)}_before") if between and whole else None
    notes = []
    if not whole:
        notes.append(
            f"{old.kind} {old.name} ({old.path}) goes, and model {new.name} ({new.path}) gets its name: move it by hand"
        )
    if between:
        names = " and ".join(each.name for each in between)
        notes.append(
            f"{names} {'reads' if len(between) == 1 else 'read'} {old.name}, and what makes {new.name} can't read itself: "
            + (
                f"the code of {old.name} stays as {kept}. Or write there what {old.name} reads"
                if kept
                else f"write there what {old.name} reads"
            )
        )
    moves = []
    if kept:
        moves.append((old.path, f"{old.path.rpartition('/')[0]}/{kept}.sql".removeprefix("/")))
    if whole:
        moves.append((new.path, old.path))
    edits = [*_renamed_refs(it, new), *(_of_the_kept(it, between, kept) if kept else ())]
    return Step(
        f"let {old.name} be made by the code of {new.name}",
        edits=(*together(it.text_at, edits), by_hand(it.change, f"without {META}")),
        commands=(
            *(shlex.join(["git", "mv", "-f", *move]) for move in moves),
            commands.build(*([f"{kept}+"] if kept else []), f"{old.name}+"),
        ),
        notes=(
            *notes,
            f"what YAML says of {new.name} goes" + (f": {new.properties_path}" if new.properties_path else ""),
        ),
        moves=tuple(moves),
    )


def _between(it: Situation, new: Node) -> list[Node]:
    """What reads the replaced table so that the replacement is made of it: the replacement itself, or what is above it."""
    below = {it.node.unique_id: it.graph.downstream(it.node.unique_id)}
    if new not in below[it.node.unique_id]:
        return []
    direct = [it.graph.nodes[each] for each in sorted(it.graph.children[it.node.unique_id])]
    return [each for each in direct if each == new or new in it.graph.downstream(each.unique_id)]


def _free_name(it: Situation, name: str) -> str:
    taken = {plain_name(node) for node in it.graph.nodes.values()}
    return next(each for each in (name, *(f"{name}_{number}" for number in range(2, 1000))) if each not in taken)


def _of_the_kept(it: Situation, between: Sequence[Node], kept: str) -> list[Edit]:
    before = replace(it.node, name=kept, details={})
    found = []
    for node in between:
        text = it.text_at(node.path)
        found += edits(node.path, text, list(renamed_refs(text, it.node, before)))
    return found


_GAP_NOTE = (
    "it is partitioned or clustered otherwise, so BigQuery can't replace the table by a copy in one step: between two renames, for seconds, "
    "queries do not find it (strategy: rename); and that its layout changes is accepted (accept: [layout])"
)
_FIRST_DAY_NOTE = f"{commands.FIRST_DAY} is the first day that the table is to have"


def _renamed_refs(it: Situation, new: Node) -> list[Edit]:
    """What reads the replacement reads the table itself afterwards."""
    return [edit for reader in it.readers.found for edit in reader.edits if reader.node.unique_id != new.unique_id]


def _write_out(it: Situation) -> list[Step]:
    """A rename ends when its call does."""
    change = it.change
    dialect = commands.project_dialect(it.graph)
    old, new = (identifier(str(name), dialect) for name in (change.old, change.new))
    told = (change.unknown or {}).get("expression")
    written = f"{it.given('expression') or old} as {new}" if told is None else f"the value of {told}, as {new},"
    made = replace_expression(change.path, it.text, change.call, written) if change.call and told is None else []
    made = made or [by_hand(change, f"{written} in place of the call")]
    title = "write the column itself in place of the call, and the change is over"
    return [Step(title, tuple(made), (commands.build(f"{it.node.name}+"),))]
