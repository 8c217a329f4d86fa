"""Which hooks change what models read, so that a chunk would find other rows there than one run of dbt does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dbt_playbooks.backfill.checks.effects import (
    CATALOG,
    Effect,
    Thing,
    effects,
    table,
    things_of_plan,
    things_read,
    trees,
)
from dbt_playbooks.backfill.checks.hooks import Hook, on_one_line
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.chances import NONE, Chances, differs_each_time
from dbt_playbooks.interface import Project, Window


class Feeding(NamedTuple):
    """What hooks do to what models read. `against`: the first that does so for some of the chunks alone, and what the user is told of it;
    `made`: some do, be it in the same way for all."""

    against: tuple[Hook, str] | None = None
    made: bool = False


def hooks_that_feed(
    project: Project, targets: Sequence[Target], hooks: Sequence[Hook], first: Window, chances: Chances = NONE
) -> Feeding:
    """Which hooks change what models of the selection read. `chances`: what of the warehouse is another each time.

    A hook may make anew, before it is read, what depends on nothing that changes. What that is made from counts as read.
    """
    dialect = dialect_of(project.adapter_type)
    found = [(hook, each, effect) for hook in hooks for each in hook.statements for effect in effects(each, dialect)]
    doing = [(hook, each, effect, (hook.place, number)) for number, (hook, each, effect) in enumerate(found)]
    if not doing:
        return Feeding()
    models = [target.model for target in targets]
    views = [model for model in project.descendants(models) if model.materialized not in ("table", "incremental")]
    filled = [table(table_path(model.relation, dialect)) for model in (*models, *views)]
    left = [(thing, (place, 0)) for thing, place in _read_by(project, targets, first)]
    read: dict[Thing, tuple[float, int]] = {}
    made = False
    while left:
        thing, place = left.pop()
        if thing in read and read[thing] <= place:
            continue
        read[thing] = place
        for hook, statement, effect, when in doing:
            if not any(each.may_be(thing) for each in effect.changed):
                continue
            made = True
            # the same may have been done before that
            # what runs after a model is not there when rows are compared
            before = any(same == statement and at < place and not by.is_after for by, same, _, at in doing)
            late = (when >= place or hook.is_after) and not before
            varies = hook.varies or hook.by_moment or differs_each_time(effect.tree, dialect, chances)
            if not effect.anew or varies or late or _changes_itself(effect, filled):
                return Feeding((hook, _feeding(hook)), made=True)
            # behind views and functions
            resolved = project.tables_read(models[0], effect.queries) if effect.queries else []
            found_behind = list(things_of_plan(resolved or (), [effect.tree], dialect))
            if any(each.may_be(other) for each in found_behind for other in filled):
                return Feeding((hook, _feeding(hook)), made=True)
            left += [(each, when) for each in (*effect.read, *found_behind)]
    return Feeding(made=made)


def _feeding(hook: Hook) -> str:
    return (
        f"a hook changes with each {hook.each} what models of the selection read: {on_one_line(hook.told)}\n"
        "A chunk, or the next command, would find other rows there than one run of dbt does. "
        "Make it in a model of its own, or run it by hand before or after."
    )


def _changes_itself(effect: Effect, filled: Sequence[Thing]) -> bool:
    """Whether what it makes depends on what it made before, on what is filled, or on which tables there are."""
    return any(
        each == CATALOG or any(each.may_be(other) for other in (*filled, *effect.changed)) for each in effect.read
    )


def _read_by(project: Project, targets: Sequence[Target], first: Window) -> Iterator[tuple[Thing, float]]:
    """What each model reads, as it is written, as its Jinja asks and as the warehouse resolves it; and the number of the model."""
    dialect = dialect_of(project.adapter_type)
    for number, target in enumerate(targets):
        sql = project.compile(target.model, first)
        asked = [
            each for incremental in (False, True) for each in project.rendered(target.model, first, incremental).asked
        ]
        for query in dict.fromkeys((sql, *asked)):
            for tree in trees(query, dialect):
                yield from ((thing, number) for thing in things_read(tree, dialect))
        resolved = project.tables_read(target.model, [sql]) or []
        yield from ((thing, number) for thing in things_of_plan(resolved, trees(sql, dialect), dialect))
