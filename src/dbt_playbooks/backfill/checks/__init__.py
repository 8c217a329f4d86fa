"""Whether a selection can be backfilled exactly, asked before anything runs. Each refusal says what to use instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import NoReturn

from dbt_playbooks.backfill.checks.chances import chances_in
from dbt_playbooks.backfill.checks.columns import UnrunnableError, check_columns
from dbt_playbooks.backfill.checks.configuration import against_batches, against_configuration, warnings_of
from dbt_playbooks.backfill.checks.edges import EdgeOptions, check_edges
from dbt_playbooks.backfill.checks.feeding import Feeding, hooks_that_feed
from dbt_playbooks.backfill.checks.hook_rules import against_hooks, hook_that_is_unknown, hooks_in_each_others_way
from dbt_playbooks.backfill.checks.hooks import Hook, hooks_of, not_read, owner_of, run_hooks_of
from dbt_playbooks.backfill.checks.sql import against_sql
from dbt_playbooks.backfill.checks.targets import NO_COLUMN, Target, data_type, effective_strategy, keys_of, target_of
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.own_functions import seeing_more
from dbt_playbooks.interface import Model, Project, Window

__all__ = ["EdgeOptions", "Target", "check", "check_rows", "data_type", "effective_strategy", "keys_of"]


_NOT_EXACT = "this selection cannot be backfilled exactly, so nothing is run:"


def check(project: Project, models: Sequence[Model], windows: Sequence[Window]) -> tuple[list[Target], list[str]]:
    """The targets of a backfill and what its user should know. Raises UsageError with every reason against it."""
    if project.location == ":memory:":
        raise UsageError(
            f"target '{project.target_name}' is a DuckDB in memory: what is backfilled, and its state, would be gone when the "
            "command ends. Give the profile a path: to a file."
        )
    flags = project.unsafe_flags()
    if flags:
        raise UsageError(
            f"dbt is told to run with {', '.join(flags)} (an environment variable DBT_..., or `flags:` in dbt_project.yml), "
            "so a chunk would not hold its window. Unset it."
        )
    refused: list[str] = []
    targets: list[Target] = []
    hooks = run_hooks_of(project, models, windows[0])
    functions = _functions(project)
    unknown = hook_that_is_unknown(hooks)
    if unknown:
        # before anything is looked at as it is after them
        _refuse(*unknown)
    for number, model in enumerate(models):
        own_hooks: list[Hook] = []
        try:
            reason = against_configuration(project, model)
            own_hooks = [] if reason else hooks_of(project, model, windows, number)
            against = None if reason else against_hooks(own_hooks, [model], project.adapter_type, functions)
            reason = (
                reason
                or (against and against[1])
                or against_sql(project, model, windows[0])
                or against_batches(model, windows)
            )
        except UsageError as error:
            reason = f"dbt cannot compile it: {error}"
        named = owner_of(model)
        hooks += own_hooks
        target = None if reason else target_of(model)
        if reason or target is None:
            refused.append(f"{named}: {reason or NO_COLUMN.format(relation=model.relation)}")
        else:
            alone = hooks_in_each_others_way(own_hooks, model, project.adapter_type)
            targets.append(replace(target, alone=alone))
    if refused:
        raise UsageError(f"{_NOT_EXACT}\n  " + "\n  ".join(refused))
    found = against_hooks(hooks, models, project.adapter_type, functions)
    feeding = Feeding(found) if found else hooks_that_feed(project, targets, hooks, windows[0], chances_in(project))
    if feeding.against:
        _refuse(*feeding.against)
    targets = [replace(target, hooked=feeding.made) for target in targets]
    by_hand = [model.name for model in models if not model.is_microbatch and "backfill_filter" not in model.raw_code]
    warnings = [*not_read(hooks), *warnings_of(project, models)]
    if by_hand:
        warnings.append(
            f"{', '.join(by_hand)}: the model itself does not call backfill_filter. "
            "Check that its window includes the whole last day: rows that it leaves out are missing"
        )
    return targets, warnings


def _refuse(hook: Hook, why: str) -> NoReturn:
    raise UsageError(f"{_NOT_EXACT}\n  {hook.owner}: {why}")


def _functions(project: Project) -> set[str]:
    """Functions that users made in the warehouse and that see more than their arguments."""
    return seeing_more(project.call("_own_functions"), dialect_of(project.adapter_type))


def check_rows(
    project: Project,
    targets: Sequence[Target],
    windows: Sequence[Window],
    options: EdgeOptions | None,
    say: Callable[[str], None],
) -> tuple[list[Target], list[str]]:
    """The targets with the types of their date columns, and what their user should know of the rows that they return.

    Without `options` there is no chunk to run, so rows are not compared. Raises UsageError.
    """

    def checked() -> tuple[list[Target], list[str]]:
        found, warnings = check_columns(project, targets, windows[0])
        if not options:
            return found, warnings
        found, more = check_edges(project, found, windows, options, say)
        return found, warnings + more

    models = [target.model for target in targets]
    if project.bills_bytes:
        return checked()
    if any(target.hooked for target in targets):
        with ExitStack() as stack:
            try:
                stack.enter_context(project.rehearsed(models, hooks=True))
            except WarehouseError as error:
                raise UsageError(
                    f"a hook that makes what the selection reads fails when it is tried, so nothing is run: {error}"
                ) from None
            return checked()
    try:
        has_header = any(model.config.get("sql_header") for model in models)
        with project.rehearsed(models, hooks=False) if has_header else nullcontext():
            return checked()
    except (UnrunnableError, WarehouseError):
        # hooks may make what the SQL, or its header, calls
        if not project.has_hooks_before(models):
            raise
        with project.rehearsed(models, hooks=True):
            return checked()
