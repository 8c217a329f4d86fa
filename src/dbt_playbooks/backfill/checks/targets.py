"""A model that may be backfilled: its date column, by which windows are cut, that column's type, and the config of a chunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_playbooks.backfill.checks.shape import Shape
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model, Project, Window


@dataclass(frozen=True)
class Target:
    """A model that may be backfilled, and the date column of its table, by which windows are cut."""

    model: Model
    column: str
    timezone: str
    said: str | None = None
    """The type that the filters of the model name: what a TIMESTAMP, a text or an integer means."""
    data_type: str | None = None
    """The column's type, of the table or of what the model returns; None while the model reads a table that does not exist yet."""
    alone: bool = False
    """Its hooks change what those of its other chunks change, so on DuckDB one chunk runs at a time."""
    hooked: bool = False
    """Hooks make what models of the selection read, so rows are looked at as they are after these."""
    shape: Shape | None = None
    """The SQL that each chunk must have, apart from its days; None where the SQL of each chunk was checked."""

    def refuses(self, window: Window, sql: str) -> str | None:
        """Why a chunk's SQL must not run; None when it may."""
        return self.shape.reason_against(sql, window) if self.shape else None

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


def effective_strategy(model: Model, adapter_type: str) -> str:
    """The strategy that dbt runs: without a key, strategies that work by key only add rows."""
    default = "merge" if adapter_type == "bigquery" else "delete+insert"
    strategy = model.strategy or default
    by_key = strategy in ("merge", "delete+insert")
    has_key = model.config.get("unique_key") or model.config.get("merge_on_using_columns")
    return "append" if by_key and not has_key else strategy


def unquoted(name: str) -> str:
    """A name, or a part of one, without its quotes and in lower case."""
    return name.strip('"`').lower()


def keys_of(model: Model) -> list[str]:
    """The columns or expressions of a model's key."""
    named = model.config.get("merge_on_using_columns") or model.config.get("unique_key") or []
    return [named] if isinstance(named, str) else list(named)


NO_COLUMN = (
    "which column of {relation} holds the date is not known. Say so in the model: config(event_time='<date column>'), "
    "or give backfill_filter one literal column of that name."
)


def target_of(model: Model) -> Target | None:
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
    # what a type of the warehouse does not say by itself
    types = {str(kind).lower() for _, kind, _ in model.filters} - {"date", "timestamp", "timestamptz"}
    said = "datetime" if "datetime" in types else min(types, default=None)
    return Target(model, str(column).split(".")[-1], "UTC" if model.is_microbatch else timezone, said)


def data_type(project: Project, target: Target) -> str:
    """The type of a target's date column in the warehouse. Raises UsageError when its table has no such column."""
    return type_in(project, target, project.columns(project.relation(target.model)), target.model.relation)


def type_in(project: Project, target: Target, columns: Mapping[str, str], owner: str) -> str:
    """The type of a target's date column among the columns of `owner`, a table or a query. Raises UsageError when it is not one of them."""
    for name, found in columns.items():
        if name.lower() == unquoted(target.column):
            return _stored_type(project, target, found)
    if target.column.upper() in ("_PARTITIONTIME", "_PARTITIONDATE"):
        return "timestamp" if target.column.upper() == "_PARTITIONTIME" else "date"
    raise UsageError(
        f"{owner} has no column '{target.column}', so its windows cannot be replaced. Its columns: {', '.join(columns)}.\n"
        f"Say which one holds the date, in {target.model.path}: config(event_time='<date column>')."
    )


def _stored_type(project: Project, target: Target, found: str) -> str:
    """The type of a target's date column as windows are cut in it. Raises UsageError for one in which they can't be."""
    what = f"column '{target.column}' of {target.model.name} ({target.model.path})"
    kind = project.call("_stored_kind", data_type=found, said=target.said, what=what)
    local = kind == "timestamp" and target.said == "datetime" and project.adapter_type == "duckdb"
    return "datetime" if local else found


def default_chunk(models: Sequence[Model]) -> str:
    """The batch of microbatch models, the largest of several, as dbt fills them; else a month."""
    sizes = ("day", "month", "year")
    batches = [str(model.config.get("batch_size") or "day") for model in models if model.is_microbatch]
    return max((each if each in sizes else "day" for each in batches), key=sizes.index, default="month")
