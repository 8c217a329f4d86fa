"""What a model returns, as the warehouse says: whether its SQL runs at all, its date, its key, and the columns that its table lacks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from dbt_playbooks.backfill.checks.parents import unfilled_parents
from dbt_playbooks.backfill.checks.targets import Target, data_type, keys_of, type_in, unquoted
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Project, Window


class UnrunnableError(UsageError):
    """The warehouse refuses a model's SQL."""


def check_columns(project: Project, targets: Sequence[Target], first: Window) -> tuple[list[Target], list[str]]:
    """The targets with the types of their dates, and what their user should know of their columns.

    Raises UsageError when the warehouse refuses a target's SQL, or a target returns no column of its date or key.
    """
    warnings: list[str] = []
    typed: list[Target] = []
    for target in targets:
        exists = project.exists(target.model)
        partition_by = target.model.config.get("partition_by")
        if not exists and isinstance(partition_by, Mapping) and partition_by.get("time_ingestion_partitioning"):
            # dbt fills a new one with a plain INSERT, which could land twice when its sender is killed
            raise UsageError(
                f"{target.model.name} ({target.model.path}) is partitioned by ingestion time and has no table yet. "
                f"Create it empty first: dbt run --select {target.model.name} --empty"
            )
        columns = _columns_of_its_sql(project, target, targets, first)
        _check_key(target, columns)
        if exists:
            typed.append(replace(target, data_type=data_type(project, target)))
            warnings += _about_new_columns(target, columns, project.columns(project.relation(target.model)))
        elif not columns:
            typed.append(target)
        else:
            returned = f"what {target.model.name} ({target.model.path}) returns"
            kind = type_in(project, target, columns, returned)
            typed.append(replace(target, data_type=kind))
    return typed, warnings


def _check_key(target: Target, columns: Mapping[str, str]) -> None:
    # the warehouse judges an expression
    keys = [key for key in keys_of(target.model) if unquoted(key).isidentifier()]
    returned = {name.lower() for name in columns}
    missing = [key for key in keys if unquoted(key) not in returned]
    if columns and missing and not target.model.is_microbatch:
        raise UsageError(
            f"{target.model.name} ({target.model.path}) returns no column '{missing[0]}', which its unique_key names. "
            f"It returns: {', '.join(columns)}."
        )


def _about_new_columns(target: Target, columns: Mapping[str, str], table: Mapping[str, str]) -> list[str]:
    existing = {name.lower() for name in table}
    new = [name for name in columns if name.lower() not in existing]
    if not new or target.model.config.get("on_schema_change") in ("append_new_columns", "sync_all_columns"):
        return []
    return [
        f"{target.model.name} returns columns that its table lacks: {', '.join(new)}. They are left out, or its chunks fail. "
        "on_schema_change: append_new_columns adds them"
    ]


def _columns_of_its_sql(
    project: Project, target: Target, targets: Sequence[Target], first: Window
) -> Mapping[str, str]:
    """The columns that a target's SQL returns; none where it reads a table that the first chunk makes."""
    try:
        header = target.model.config.get("sql_header") if project.bills_bytes else None
        return project.columns_of(project.compile(target.model, first), header)
    except WarehouseError as error:
        if any(not project.exists(parent.model) for parent in unfilled_parents(project, target, targets, first)):
            return {}
        project.exists(target.model, refresh=True)  # a warehouse that is gone says so itself
        raise UnrunnableError(
            f"{target.model.name} ({target.model.path}) does not run, so nothing was begun: {error}\n"
            f"Fix it, and try it with: dbt show --select {target.model.name} --vars '{json.dumps(project.window_vars(target.model, first))}'"
        ) from error
