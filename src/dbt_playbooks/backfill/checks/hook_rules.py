"""Which hooks rule out a backfill: those that write to the table of a model, set what SQL means, or do what is not known. They would run with each
chunk, and once in one run of dbt."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from sqlglot import exp

from dbt_playbooks.backfill.checks.effects import UNKNOWN, Thing, effects, tables_written, text_of, trees
from dbt_playbooks.backfill.checks.hooks import AFTER, Hook, on_one_line, owner_of
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.interface import Model
from dbt_playbooks.statements import begins_a_change, ends_the_chunk, is_known, is_setting, sets_meaning


def against_hooks(
    hooks: Sequence[Hook], models: Sequence[Model], adapter_type: str, functions: Collection[str] = ()
) -> tuple[Hook, str] | None:
    """The hook that rules out a backfill of these models, and why; None when none does. `functions`: those of the
    warehouse that see more than their arguments."""
    unknown = hook_that_is_unknown(hooks)
    if unknown:
        return unknown
    found = hook_that_changes(hooks, models, adapter_type, functions)
    if found:
        hook, statement, model = found
        whose = "its own table" if hook.owner == owner_of(model) else f"the table of {model.name}"
        return hook, (
            f"a hook changes {whose} ({statement}): it would run with each {hook.each}, and once in one run of dbt. "
            "Do it in the model's SQL, or by hand when the backfill is complete."
        )
    before = [
        hook
        for hook in hooks
        if hook.place < AFTER and (not hook.is_header or _leaks(hook, hooks, models, adapter_type))
    ]
    setting = hook_that_sets(before, adapter_type)
    if setting:
        hook, statement = setting
        return hook, (
            f"its sql_header changes what SQL of other models and of hooks means, too ({statement}). "
            "Fill it by a command of its own, or set that in the profile."
            if hook.is_header
            else f"a hook changes what SQL means ({statement}), and chunks are checked without that. Set it in the profile, or in sql_header."
        )
    return None


def _leaks(header: Hook, hooks: Sequence[Hook], models: Sequence[Model], adapter_type: str) -> bool:
    """Whether what a header sets, which on DuckDB stays set, is there for other models, or for hooks that in one run came before it."""
    dialect = dialect_of(adapter_type)
    earlier = (each for hook in hooks if hook.place < header.place and not hook.is_header for each in hook.statements)
    return adapter_type == "duckdb" and (
        len(models) > 1 or any(True for each in earlier for _ in effects(each, dialect))
    )


def hook_that_is_unknown(hooks: Sequence[Hook]) -> tuple[Hook, str] | None:
    """A hook with a statement that undoes the chunk, or begins as none that is known does, and why that rules out a backfill."""
    for hook, statement in [(each, statement) for each in hooks for statement in each.statements]:
        if ends_the_chunk(statement):
            return (
                hook,
                f"a hook ends the transaction of the chunk ({on_one_line(statement)}), and what the chunk wrote is gone. Remove it.",
            )
        # what Jinja writes there is told elsewhere, and a text that it puts together begins as none
        if not is_known(statement) and not re.match(rf"""['"(\d]|\S*{UNKNOWN}""", statement):
            return hook, (
                f"it is not known what a hook does ({on_one_line(statement)}): it would do it with each {hook.each}, and once in one run of dbt. "
                "Do it by hand before or after."
            )
    return None


def hook_that_changes(
    hooks: Sequence[Hook], models: Sequence[Model], adapter_type: str, functions: Collection[str] = ()
) -> tuple[Hook, str, Model] | None:
    """A hook, its statement and the model into whose table it writes rows: it would do so with each chunk or, of a microbatch model, with each command."""
    dialect = dialect_of(adapter_type)
    paths = {model.unique_id: table_path(model.relation, dialect) for model in models}
    made = _made_by(hooks, dialect)
    for hook in hooks:
        for statement in hook.statements:
            for model in models:
                once = hook.varies or hook.asks or not _runs_last(hook, model)
                for thing in tables_written(statement, dialect, once, functions, made):
                    if thing.holds(paths[model.unique_id]):
                        return hook, on_one_line(statement), model
    return None


def _made_by(hooks: Sequence[Hook], dialect: str | None) -> list[Thing]:
    """Variables and functions, of which the meaning is known when the hooks run."""
    done = (effect for hook in hooks for each in hook.statements for effect in effects(each, dialect))
    return [thing for effect in done for thing in effect.changed if thing.kind in ("variable", "function")]


def hook_that_sets(hooks: Sequence[Hook], adapter_type: str) -> tuple[Hook, str] | None:
    """A hook and its statement that changes what SQL of the session means, as a time zone does: the checks run without it."""
    dialect = dialect_of(adapter_type)
    for hook, statement in ((one, each) for one in hooks for each in one.statements):
        sets = sets_meaning(statement) or any(isinstance(tree, exp.Use) for tree in trees(statement, dialect))
        # what reads the same by one setting need not by another
        sets = sets or (hook.varies and is_setting(statement))
        # on BigQuery a variable of a script is over when that ends
        if sets and (dialect != "bigquery" or "@@" in statement):
            return hook, on_one_line(statement)
    return None


def hooks_in_each_others_way(hooks: Sequence[Hook], model: Model, adapter_type: str) -> bool:
    """Whether hooks that run with each chunk change what those of other chunks change: DuckDB lets one transaction at a time do that."""
    dialect = dialect_of(adapter_type)
    path = table_path(model.relation, dialect)
    return not model.is_microbatch and any(
        hook.unread
        or any(_may_conflict(tree, dialect, path) for each in hook.statements for tree in trees(each, dialect))
        for hook in hooks
        if not hook.is_header
    )


def _may_conflict(tree: Any, dialect: str | None, path: tuple[str, ...]) -> bool:
    if isinstance(tree, exp.Insert):
        return bool(tree.args.get("conflict") or tree.args.get("alternative"))
    if isinstance(tree, exp.Delete):
        return not any(is_end(name, path) for _, name in list(tables_in(tree, dialect))[:1])
    if isinstance(tree, exp.Create) and tree.find(exp.TemporaryProperty):
        return False
    if isinstance(tree, exp.Command) and not begins_a_change(text_of(tree)):
        return False
    return isinstance(tree, (exp.Create, exp.Drop, exp.Alter, exp.Update, exp.Merge, exp.TruncateTable, exp.Command))


def _runs_last(hook: Hook, model: Model) -> bool:
    """Whether nothing of the model is written after it in one run: what it would delete is not there in the end."""
    return hook.place == AFTER or (hook.owner == owner_of(model) and hook.is_after)
