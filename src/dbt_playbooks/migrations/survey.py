"""Puts together what is known of each change: what it is, since when, whether it is overdue, who still reads the old name, what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.migrations import changes, commands, replacements
from dbt_playbooks.migrations.changes import Change, text_of
from dbt_playbooks.migrations.edits import line_of
from dbt_playbooks.migrations.history import Since, Trace, since
from dbt_playbooks.migrations.parts import Situation, Step
from dbt_playbooks.migrations.readers import Readers, readers_of
from dbt_playbooks.migrations.steps import steps_of
from dbt_playbooks.project.models import macro_calls

_LAST = dt.date.max


@dataclass(frozen=True)
class Migration:
    """A change in flight and where it stands."""

    change: Change
    since: Since
    readers: Readers
    steps: Sequence[Step]
    days_over: int
    """For how many days the old name should have been gone; 0 or less when it is not overdue."""

    @property
    def overdue(self) -> bool:
        return self.days_over > 0


def survey(graph: Graph, root: Path, today: dt.date) -> list[Migration]:
    """Every change in flight, the most urgent first: what does not build, what is longest overdue, what is due next."""
    found = [*changes.column_changes(graph, root), *replacements.replacements(graph, root)]
    traces = [Trace(change.path, partial(_stands_in, change)) for change in found]
    migrations = []
    for change, age in zip(found, since(root, traces), strict=True):
        readers = readers_of(graph, root, change, commands.project_dialect(graph))
        steps = steps_of(Situation(graph, root, change, readers, today))
        if steps:
            migrations.append(Migration(change, age, readers, steps, change.days_over(today)))
    return sorted(migrations, key=_urgency)


def _stands_in(change: Change, text: str) -> bool:
    return replacements.stands_in(text, change) if change.replacement else changes.stands_in(text, change)


def _urgency(migration: Migration) -> tuple[bool, dt.date, bool, str, int]:
    change = migration.change
    broken = any(reader.broken for reader in migration.readers.found)
    until = change.until if change.until and change.phase != "new" else _LAST
    return not broken, until, change.kind == "add", change.path, change.line


def of_model(migrations: Sequence[Migration], graph: Graph, name: str) -> list[Migration]:
    """The changes of one model, also those in which it is the replacement. Raises UsageError when there is no such model."""
    models = {node.name for node in graph.nodes.values() if node.kind in ("model", "seed", "snapshot")}
    if name not in models:
        raise UsageError(f"there is no model '{name}' in project '{graph.project}'.\n{graph.suggestion(name, models)}")
    return [
        each
        for each in migrations
        if name in (each.change.node.name, each.change.replacement.name if each.change.replacement else None)
    ]


def not_followed(root: Path) -> list[str]:
    """Macros of the project that call ours for the models that call them: which columns those change is not looked into."""
    try:
        settings = yaml.safe_load(text_of(root, "dbt_project.yml")) or {}
    except yaml.YAMLError:
        settings = {}
    found = []
    for folder in settings.get("macro-paths") or ["macros"]:
        for path in sorted((root / folder).rglob("*.sql")):
            name = path.relative_to(root).as_posix()
            text = text_of(root, name)
            calls = macro_calls(text, dict.fromkeys(changes.KIND_OF, ()))
            found += [f"{name}:{line_of(text, call.start)} calls {call.macro}" for call in calls]
    return found
