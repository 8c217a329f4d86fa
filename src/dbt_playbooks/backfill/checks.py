"""Whether a selection can be backfilled exactly, asked before anything runs. Each refusal says what to use instead."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlparse

from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Model, Project, Window

_INSTEAD = {
    "table": "it is built whole each time. Make it incremental with a backfill_filter, or leave it out and build it afterwards: dbt run --select {name}",
    "view": "it holds no rows. Leave it out; if it is new, build it first: dbt run --select {name}",
    "ephemeral": "it is part of the models that read it. Leave it out of the selection",
    "materialized_view": "the warehouse refreshes it. Leave it out of the selection",
}
_HANDLED_WHEN_FROZEN = {"partitions"}
_STRATEGIES = {
    "duckdb": ("delete+insert", "merge", "microbatch"),
    "bigquery": ("merge", "insert_overwrite", "microbatch"),
}


@dataclass(frozen=True)
class Target:
    """A model that may be backfilled, and the column of its table that a window is cut in."""

    model: Model
    column: str
    timezone: str
    datetimes: bool = False
    """The filter says that the column's timestamps are local ones, without a zone."""

    def config(self, window: Window, data_type: str) -> dict[str, Any]:
        """What the model's config says while one chunk runs (see macros/backfill/overrides/)."""
        config: dict[str, Any] = {
            "backfill_window": {
                "column": self.column,
                "data_type": data_type,
                "timezone": self.timezone,
                "start_date": window.start_date,
                "end_date": window.end_date,
            }
        }
        partition_by = self.model.config.get("partition_by")
        if self.model.strategy in ("insert_overwrite", "microbatch") and isinstance(partition_by, Mapping):
            # any static list keeps dbt on the path of one MERGE; what is replaced is the window.
            # copy_partitions would be a job a partition, not atomic
            config["partitions"] = [f"'{window.start_date}'"]
            config["partition_by"] = {**partition_by, "copy_partitions": False}
        return config


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
    for model in models:
        try:
            reason = _reason_against(project, model, windows[0]) or _against_its_batches(model, windows)
        except UsageError as error:
            reason = f"dbt cannot compile it: {error}"
        target = None if reason else _target(model)
        if reason or target is None:
            refused.append(f"{model.name} ({model.path}): {reason or _NO_COLUMN.format(relation=model.relation)}")
        else:
            targets.append(target)
    if refused:
        raise UsageError("this selection cannot be backfilled exactly, so nothing is run:\n  " + "\n  ".join(refused))
    by_hand = [model.name for model in models if not model.is_microbatch and "backfill_filter" not in model.raw_code]
    warnings = _warnings(project, models)
    if by_hand:
        warnings.append(
            f"{', '.join(by_hand)}: the model itself does not call backfill_filter. "
            "Check that its window includes the whole last day: rows that it leaves out are missing"
        )
    return targets, warnings


def effective_strategy(model: Model, adapter_type: str) -> str:
    """The strategy that dbt runs: without a key, strategies that work by key only add rows."""
    default = "merge" if adapter_type == "bigquery" else "delete+insert"
    strategy = model.strategy or default
    by_key = strategy in ("merge", "delete+insert")
    has_key = model.config.get("unique_key") or model.config.get("merge_on_using_columns")
    return "append" if by_key and not has_key else strategy


def _reason_against(project: Project, model: Model, first: Window) -> str | None:
    return _against_its_configuration(project, model) or _against_its_sql(project, model, first)


def _against_its_configuration(project: Project, model: Model) -> str | None:
    if model.materialized != "incremental":
        instead = _INSTEAD.get(model.materialized, "dbt does not fill it by windows. Leave it out of the selection")
        return f"it is materialized as {model.materialized}: {instead.format(name=model.name)}."
    strategy = effective_strategy(model, project.adapter_type)
    allowed = ", ".join(_STRATEGIES.get(project.adapter_type, ()))
    if strategy == "append":
        what = "its strategy is append" if model.strategy == strategy else "without a unique_key its strategy appends"
        return (
            f"{what}, so a chunk that is run again would duplicate its rows. "
            f"Use one of {allowed}, with a unique_key where the strategy works by key."
        )
    if strategy not in allowed.split(", "):
        return (
            f"a window cannot be replaced exactly with the strategy '{strategy}' on {project.adapter_type}. "
            f"Use one of {allowed}."
        )
    if strategy == "insert_overwrite" and not model.config.get("partition_by"):
        return "insert_overwrite needs the partition_by config."
    if model.is_microbatch and not model.config.get("event_time"):
        return "microbatch needs the event_time config."
    if model.config.get("full_refresh"):
        return "full_refresh: true would rebuild the table in every chunk. Remove it from the model's config."
    if model.config["language"] != "sql":
        return f"it is written in {model.config['language']}; a window can only be checked in SQL."
    if project.disables_transactions:
        return "the profile sets disable_transactions, so a chunk would not be atomic. Remove it from profiles.yml."
    hidden = project.hidden_strategies()
    if hidden:
        return (
            f"the project overrides {', '.join(hidden)}, which {'makes' if len(hidden) == 1 else 'make'} a chunk exact. "
            "Rename the override, or call dbt_playbooks' macro of that name from it."
        )
    return None


def _against_its_sql(project: Project, model: Model, first: Window) -> str | None:
    other = _another(first)
    frozen = [key for key in project.frozen_by_window(model, first, other) if key not in _HANDLED_WHEN_FROZEN]
    if frozen:
        return (
            f"the window's vars decide its {' and '.join(frozen)}, and dbt reads those only once, when it parses the project: "
            "every chunk would get the first one's. Take var('start_date') and var('end_date') out of "
            "config(), ref() and source()."
        )
    sql = project.compile(model, first)
    if sql == project.compile(model, other):
        if model.is_microbatch:
            return (
                "no input of this microbatch model has an event_time, so every chunk would read everything. "
                "Set event_time on the ref or source that it reads."
            )
        if "is_incremental" in model.raw_code:
            return (
                "its window sits inside `if is_incremental()`, so the first run would read everything. "
                "Move backfill_filter out of that block; it handles first runs itself."
            )
        return (
            "it ignores the window: its SQL is the same for two windows. "
            "Add `where {{ dbt_playbooks.backfill_filter('<date column>') }}`."
        )
    if model.relation in sqlparse.format(sql, strip_comments=True):
        return (
            f"it reads itself ({model.relation}) inside a window that is replaced as a whole, so rows it finds "
            "there would be lost. Read the past from another model."
        )
    return None


def _against_its_batches(model: Model, windows: Sequence[Window]) -> str | None:
    """dbt's microbatch models are written for whole batches."""
    size = str(model.config.get("batch_size", ""))
    if not model.is_microbatch or size not in ("month", "year"):
        return None
    for window in windows:
        after = dt.date.fromisoformat(window.end_date) + dt.timedelta(days=1)
        days = (dt.date.fromisoformat(window.start_date), after)
        if any(day.day != 1 or (size == "year" and day.month != 1) for day in days):
            return f"its batch_size is {size}, and the chunk {window} is not made of whole {size}s. Give such a range and --chunk {size}."
    return None


_NO_COLUMN = (
    "which column of {relation} holds the date is not known. Say so in the model: config(event_time='<date column>'), "
    "or give backfill_filter one literal column of that name."
)


def _target(model: Model) -> Target | None:
    """The date column of the model's own table: its event_time, its partition, or what its backfill_filter names."""
    timezones = {timezone for _, _, timezone in model.filters}
    timezone = timezones.pop() if len(timezones) == 1 else "UTC"
    partition_by = model.config.get("partition_by")
    partition = None
    if isinstance(partition_by, Mapping):
        # a table that is partitioned by ingestion time does not keep the field itself
        by_ingestion = partition_by.get("time_ingestion_partitioning")
        partition = "_PARTITIONTIME" if by_ingestion else partition_by.get("field")
    named = {str(column).split(".")[-1] for column, _, _ in model.filters if column}
    column = model.config.get("event_time") or partition or (named.pop() if len(named) == 1 else None)
    if not column or "(" in str(column):
        return None
    datetimes = any(kind == "datetime" for _, kind, _ in model.filters)
    return Target(model, str(column).split(".")[-1], "UTC" if model.is_microbatch else timezone, datetimes)


def data_type(project: Project, target: Target) -> str:
    """The type of a target's date column in the warehouse. Raises UsageError when its table has no such column."""
    columns = project.columns(project.relation(target.model))
    for name, found in columns.items():
        if name.lower() == target.column.strip('"`').lower():
            kind = project.call("_date_kind", data_type=found)
            return (
                "datetime" if kind == "timestamp" and target.datetimes and project.adapter_type == "duckdb" else found
            )
    if target.column.upper() in ("_PARTITIONTIME", "_PARTITIONDATE"):
        return "timestamp" if target.column.upper() == "_PARTITIONTIME" else "date"
    raise UsageError(
        f"{target.model.relation} has no column '{target.column}', so its windows cannot be replaced. Its columns: {', '.join(columns)}.\n"
        f"Say which one holds the date, in {target.model.path}: config(event_time='<date column>')."
    )


def check_sql(project: Project, models: Sequence[Model], first: Window) -> None:
    """The checks of the models' SQL again, once their tables exist. Raises UsageError."""
    for model in models:
        reason = _against_its_sql(project, model, first)
        if reason:
            raise UsageError(f"the run was stopped after its first chunk: {model.name} ({model.path}): {reason}")


def check_columns(project: Project, targets: Sequence[Target], first: Window) -> list[str]:
    """Whether the warehouse accepts each target's SQL, and its columns: the date, the key, and those of its table. What its user should know."""
    warnings: list[str] = []
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
            data_type(project, target)
            warnings += _about_new_columns(target, columns, project.columns(project.relation(target.model)))
        elif (
            columns
            and target.column.strip('"`').lower() not in {name.lower() for name in columns}
            and not target.column.startswith("_PARTITION")
        ):
            raise UsageError(
                f"{target.model.name} ({target.model.path}) returns no column '{target.column}', so its windows could not be replaced. "
                f"It returns: {', '.join(columns)}.\nSay which one holds the date: config(event_time='<date column>')."
            )
    return warnings


def _check_key(target: Target, columns: Mapping[str, str]) -> None:
    config = target.model.config
    named = config.get("unique_key") or config.get("merge_on_using_columns") or []
    # an expression is for the warehouse to judge
    keys = [key for key in ([named] if isinstance(named, str) else named) if key.strip('"`').isidentifier()]
    returned = {name.lower() for name in columns}
    missing = [key for key in keys if key.strip('"`').lower() not in returned]
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
        return project.columns_of(project.compile(target.model, first))
    except WarehouseError as error:
        if any(not project.exists(other.model) for other in targets if other is not target):
            return {}
        project.exists(target.model, refresh=True)  # a warehouse that is gone says so itself
        raise UsageError(
            f"{target.model.name} ({target.model.path}) does not run, so nothing was begun: {error}\n"
            f"Mend it, and try it with: dbt show --select {target.model.name} --vars '{json.dumps(first.vars)}'"
        ) from error


def _warnings(project: Project, models: Sequence[Model]) -> list[str]:
    below = project.descendants(models)
    rebuilt = [model.name for model in below if model.materialized == "table"]
    incremental = [model.name for model in below if model.materialized == "incremental"]
    names = " ".join(f"{model.name}+" for model in models)
    warnings = []
    if rebuilt:
        read = (
            "reads what is backfilled, and dbt rebuilds it as a whole"
            if len(rebuilt) == 1
            else ("read what is backfilled, and dbt rebuilds them as a whole")
        )
        warnings.append(f"{', '.join(rebuilt)} {read}. When the backfill is complete: dbt run --select {names}")
    if incremental:
        miss = "is incremental and misses" if len(incremental) == 1 else "are incremental and miss"
        them = "it" if len(incremental) == 1 else "them"
        warnings.append(
            f"{', '.join(incremental)} {miss} changes of old rows. Add {them} to the selection, to backfill {them} too"
        )
    return warnings


def _another(window: Window) -> Window:
    """A window that differs from the given one in both days."""
    return (
        Window("1970-01-02", "1970-01-03") if window.start_date != "1970-01-02" else Window("1971-02-03", "1971-02-04")
    )
