"""What a model's config says of its backfill: its date column and that column's type, what a chunk's config adds, how large a chunk is."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_playbooks.backfill.checks.targets import (
    Target,
    data_type,
    default_chunk,
    effective_strategy,
    target_of,
    type_in,
)
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model, Window

MONTH = Window("2024-01-01", "2024-01-31")


def model(*filters: tuple[Any, ...], strategy: str | None = None, **config: Any) -> Model:
    return Model(
        unique_id="model.shop.events", name="events", path="models/events.sql", relation="main.events",
        materialized="incremental", strategy=strategy, config=config, checksum="", raw_code="", filters=filters,
    )  # fmt: skip


def found(*filters: tuple[Any, ...], strategy: str | None = None, **config: Any) -> tuple[str, str, str | None] | None:
    """The column, the timezone and the type that a model names."""
    made = target_of(model(*filters, strategy=strategy, **config))
    return None if made is None else (made.column, made.timezone, made.said)


@pytest.mark.parametrize(
    ("filters", "config", "column"),
    [
        ([], {"event_time": "at"}, "at"),
        ([], {"event_time": "t.at"}, "at"),
        ([("other", "date", "UTC")], {"event_time": "at", "partition_by": {"field": "day"}}, "at"),
        ([("other", "date", "UTC")], {"partition_by": {"field": "day"}}, "day"),
        ([], {"partition_by": {"field": "day", "time_ingestion_partitioning": True}}, "_PARTITIONTIME"),
        ([], {"partition_by": {"field": "day", "time_ingestion_partitioning": False}}, "day"),
        ([("day", "date", "UTC")], {"partition_by": ["day", "id"]}, "day"),
        ([("db.t.day", "date", "UTC")], {}, "day"),
        ([("a.day", "date", "UTC"), ("b.day", "date", "UTC")], {}, "day"),
        ([("day", "date", "UTC"), ("other", "date", "UTC")], {}, None),
        ([("day", "date", "UTC"), (None, "date", "UTC")], {}, "day"),
        ([(None, "date", "UTC")], {}, None),
        ([], {}, None),
        ([("date(at)", "date", "UTC")], {}, None),
        ([("date(at)", "date", "UTC")], {"event_time": "at"}, "at"),
    ],
)
def test_the_date_column_is_what_the_model_says_first(
    filters: list[tuple[Any, ...]], config: dict[str, Any], column: str | None
) -> None:
    said = found(*filters, **config)
    assert (said[0] if said else None) == column


@pytest.mark.parametrize(
    ("timezones", "strategy", "timezone"),
    [
        (["Europe/Berlin"], "merge", "Europe/Berlin"),
        (["Europe/Berlin", "Europe/Berlin"], None, "Europe/Berlin"),
        (["Europe/Berlin", "UTC"], None, "UTC"),
        (["Europe/Berlin", "Asia/Tokyo"], None, "UTC"),
        (["Europe/Berlin"], "microbatch", "UTC"),
        ([], None, "UTC"),
    ],
)
def test_days_are_of_the_timezone_of_all_filters_and_batches_of_utc(
    timezones: list[str], strategy: str | None, timezone: str
) -> None:
    said = found(*(("day", "date", each) for each in timezones), strategy=strategy, event_time="day")
    assert said == ("day", timezone, None)


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (["date"], None),
        (["TIMESTAMP"], None),
        (["timestamptz"], None),
        (["DateTime"], "datetime"),
        (["date", "string"], "string"),
        (["string", "datetime", "int64"], "datetime"),
        (["string", "int64"], "int64"),
        ([], None),
    ],
)
def test_a_type_counts_where_the_warehouse_does_not_say_it(types: list[str], said: str | None) -> None:
    assert found(*(("day", each, "UTC") for each in types), event_time="day") == ("day", "UTC", said)


@pytest.mark.parametrize(
    ("strategy", "adapter", "config", "effective"),
    [
        (None, "bigquery", {"unique_key": "id"}, "merge"),
        (None, "duckdb", {"unique_key": "id"}, "delete+insert"),
        (None, "bigquery", {}, "append"),
        (None, "duckdb", {}, "append"),
        ("merge", "duckdb", {"merge_on_using_columns": ["id"]}, "merge"),
        ("merge", "duckdb", {"unique_key": []}, "append"),
        ("delete+insert", "duckdb", {}, "append"),
        ("insert_overwrite", "bigquery", {}, "insert_overwrite"),
        ("microbatch", "bigquery", {}, "microbatch"),
    ],
)
def test_what_works_by_key_only_adds_rows_without_one(
    strategy: str | None, adapter: str, config: dict[str, Any], effective: str
) -> None:
    assert effective_strategy(model(strategy=strategy, **config), adapter) == effective


def test_a_chunks_config_holds_its_window() -> None:
    config = Target(model(strategy="merge", partition_by={"field": "day"}), "day", "Asia/Tokyo").config(MONTH, "date")
    assert config == {
        "backfill_window": {
            "column": "day", "data_type": "date", "timezone": "Asia/Tokyo",
            "start_date": "2024-01-01", "end_date": "2024-01-31",
        }
    }  # fmt: skip


@pytest.mark.parametrize("strategy", ["insert_overwrite", "microbatch"])
def test_a_chunk_that_replaces_partitions_is_one_merge(strategy: str) -> None:
    partition_by = {"field": "day", "copy_partitions": True}
    config = Target(model(strategy=strategy, partition_by=partition_by), "day", "UTC").config(MONTH, "date")
    assert config["partitions"] == ["'2024-01-01'"]
    assert config["partition_by"] == {"field": "day", "copy_partitions": False}
    for other in (None, ["day"]):
        made = Target(model(strategy=strategy, partition_by=other), "day", "UTC").config(MONTH, "date")
        assert list(made) == ["backfill_window"]


class Kinds:
    """A project whose macro says each type in small letters, and 'timestamp' of all that look like one."""

    def __init__(self, adapter_type: str = "duckdb") -> None:
        self.adapter_type = adapter_type
        self.asked: list[Any] = []

    def call(self, macro: str, **asked: Any) -> str:
        self.asked.append((macro, asked))
        return "timestamp" if "TIMESTAMP" in asked["data_type"] else str(asked["data_type"]).lower()

    def relation(self, of: Model) -> str:
        return of.relation

    def columns(self, relation: str) -> dict[str, str]:
        return {"day": "DATE"} if relation == "main.events" else {}


def test_the_type_of_a_column_is_looked_up_without_its_case_and_quotes() -> None:
    project: Any = Kinds()
    columns = {"id": "INT", "Day": "DATE"}
    for name in ("day", "DAY", '"Day"', "`day`"):
        assert type_in(project, Target(model(), name, "UTC", "string"), columns, "it") == "DATE"
    what = "column 'day' of events (models/events.sql)"
    assert project.asked[0] == ("_stored_kind", {"data_type": "DATE", "said": "string", "what": what})
    assert data_type(project, Target(model(), "day", "UTC")) == "DATE"


@pytest.mark.parametrize(
    ("adapter", "said", "stored", "kind"),
    [
        ("duckdb", "datetime", "TIMESTAMP", "datetime"),
        ("duckdb", "datetime", "DATE", "DATE"),
        ("duckdb", None, "TIMESTAMP", "TIMESTAMP"),
        ("duckdb", "string", "TIMESTAMP", "TIMESTAMP"),
        ("bigquery", "datetime", "TIMESTAMP", "TIMESTAMP"),
    ],
)
def test_a_timestamp_is_a_local_time_where_the_model_says_so_and_the_warehouse_has_no_other(
    adapter: str, said: str | None, stored: str, kind: str
) -> None:
    project: Any = Kinds(adapter)
    assert type_in(project, Target(model(), "day", "UTC", said), {"day": stored}, "it") == kind


def test_the_partition_of_ingestion_is_in_no_list_of_columns() -> None:
    project: Any = Kinds("bigquery")
    assert type_in(project, Target(model(), "_PARTITIONTIME", "UTC"), {"id": "INT64"}, "it") == "timestamp"
    assert type_in(project, Target(model(), "_partitiontime", "UTC"), {}, "it") == "timestamp"
    assert type_in(project, Target(model(), "_PartitionDate", "UTC"), {}, "it") == "date"


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    project: Any = Kinds()
    with pytest.raises(UsageError) as refused:
        type_in(project, Target(model(), "at", "UTC"), {"id": "INT", "day": "DATE"}, "main.events")
    assert str(refused.value) == (
        "main.events has no column 'at', so its windows cannot be replaced. Its columns: id, day.\n"
        "Say which one holds the date, in models/events.sql: config(event_time='<date column>')."
    )


@pytest.mark.parametrize(
    ("sizes", "chunk"),
    [
        ([], "month"),
        (["day"], "day"),
        (["month"], "month"),
        (["day", "year", "month"], "year"),
        (["hour"], "day"),
        (["hour", "month"], "month"),
        ([None], "day"),
    ],
)
def test_a_chunk_is_the_largest_batch_and_else_a_month(sizes: list[str | None], chunk: str) -> None:
    batches = [model(strategy="microbatch", batch_size=size) for size in sizes]
    assert default_chunk([model(strategy="merge", batch_size="year"), *batches]) == chunk
