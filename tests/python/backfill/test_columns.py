"""What is refused or told of the columns that a model returns, from plain data: the warehouse is a stand-in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.columns import UnrunnableError, check_columns
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Model, Rendering, Window

FIRST = Window("2024-01-01", "2024-01-31")


def target(name: str = "events", strategy: str | None = "merge", **config: Any) -> Target:
    made = Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=name, materialized="incremental",
        strategy=strategy, config=config, checksum="", raw_code="", filters=(),
    )  # fmt: skip
    return Target(made, "day", "UTC")


class Warehouse:
    """What models return and what their tables hold, by name; a model without columns does not run."""

    adapter_type = "bigquery"
    bills_bytes = True

    def __init__(
        self, returns: Mapping[str, Mapping[str, str]], tables: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self.returns = returns
        self.tables = tables or {}
        self.headers: list[str | None] = []
        self.refreshed: list[str] = []
        self.below: list[Model] = []

    def exists(self, model: Model, refresh: bool = False) -> bool:
        if refresh:
            self.refreshed.append(model.name)
        return model.name in self.tables

    def relation(self, model: Model) -> str:
        return model.name

    def columns(self, name: str) -> Mapping[str, str]:
        return self.tables[name]

    def compile(self, model: Model, window: Window) -> str:
        assert window == FIRST
        return f"select * from raw.{model.name}"

    def columns_of(self, sql: str, header: str | None) -> Mapping[str, str]:
        name = sql.rpartition(".")[2]
        self.headers.append(header)
        if name not in self.returns:
            raise WarehouseError("no such column: x")
        return self.returns[name]

    def descendants(self, _: Sequence[Model]) -> list[Model]:
        return self.below

    def rendered(self, model: Model, *_: Any) -> Rendering:
        return Rendering(f"select * from raw.{model.name}")

    def tables_read(self, *_: Any) -> None:
        return None

    def call(self, _: str, **asked: Any) -> str:
        return str(asked["data_type"])

    def window_vars(self, _: Model, window: Window) -> dict[str, str]:
        return window.vars


HAS = {"id": "int64", "day": "date"}


def checked(warehouse: Any, *targets: Target) -> tuple[list[str | None], list[str]]:
    """The types that targets get, and the warnings."""
    typed, warnings = check_columns(warehouse, targets, FIRST)
    assert [each.model for each in typed] == [each.model for each in targets]
    return [each.data_type for each in typed], warnings


def test_the_type_of_the_date_is_that_of_the_table_or_of_what_the_model_returns() -> None:
    assert checked(Warehouse({"events": HAS}, {"events": {**HAS, "day": "timestamp"}}), target()) == (["timestamp"], [])
    assert checked(Warehouse({"events": HAS}), target()) == (["date"], [])


def test_a_model_without_a_date_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^what events \(models/events\.sql\) returns has no column 'day'"):
        checked(Warehouse({"events": {"id": "int64"}}), target())
    with pytest.raises(UsageError, match=r"^events has no column 'day'"):
        checked(Warehouse({"events": HAS}, {"events": {"id": "int64"}}), target())


@pytest.mark.parametrize("partition_by", [None, ["day"], {"field": "day"}])
def test_a_table_of_ingestion_time_is_to_be_created_first(partition_by: Any) -> None:
    by_ingestion = target(partition_by={"field": "day", "time_ingestion_partitioning": True})
    with pytest.raises(UsageError) as refused:
        checked(Warehouse({"events": HAS}), by_ingestion)
    assert str(refused.value) == (
        "events (models/events.sql) is partitioned by ingestion time and has no table yet. "
        "Create it empty first: dbt run --select events --empty"
    )
    assert checked(Warehouse({"events": HAS}, {"events": HAS}), by_ingestion)[0] == ["date"]
    assert checked(Warehouse({"events": HAS}), target(partition_by=partition_by))[0] == ["date"]


@pytest.mark.parametrize(
    ("strategy", "config", "missing"),
    [
        ("merge", {"unique_key": "id"}, None),
        ("merge", {"unique_key": "ID"}, None),
        ("merge", {"unique_key": ["`id`", '"Day"']}, None),
        ("merge", {"unique_key": "key"}, "key"),
        ("merge", {"unique_key": ["id", "`key`"]}, "`key`"),
        ("merge", {"merge_on_using_columns": ["key", "other"]}, "key"),
        ("merge", {"unique_key": "id || key"}, None),
        ("microbatch", {"unique_key": "key"}, None),
        ("merge", {}, None),
    ],
)
def test_a_key_that_the_model_does_not_return_is_refused(
    strategy: str, config: dict[str, Any], missing: str | None
) -> None:
    warehouse = Warehouse({"events": HAS})
    if missing is None:
        assert checked(warehouse, target(strategy=strategy, **config)) == (["date"], [])
        return
    said = f"returns no column '{missing}', which its unique_key names. It returns: id, day."
    with pytest.raises(UsageError, match=re.escape(said)):
        checked(warehouse, target(strategy=strategy, **config))


def test_columns_that_the_table_lacks_are_told_unless_they_are_added() -> None:
    warehouse = Warehouse(
        {"events": {**HAS, "New": "string", "more": "string"}}, {"events": {"ID": "int64", "Day": "date"}}
    )
    for change in (None, "ignore", "fail"):
        assert checked(warehouse, target(on_schema_change=change))[1] == [
            "events returns columns that its table lacks: New, more. They are left out, or its chunks fail. "
            "on_schema_change: append_new_columns adds them"
        ]
    for change in ("append_new_columns", "sync_all_columns"):
        assert checked(warehouse, target(on_schema_change=change))[1] == []
    assert checked(Warehouse({"events": HAS}, {"events": {**HAS, "more": "date"}}), target())[1] == []


def test_warnings_of_several_models_are_all_told() -> None:
    returns = {"events": {**HAS, "a": "date"}, "below": {**HAS, "b": "date"}}
    warnings = checked(Warehouse(returns, {"events": HAS, "below": HAS}), target(), target("below"))[1]
    assert [each.partition(" They")[0] for each in warnings] == [
        "events returns columns that its table lacks: a.", "below returns columns that its table lacks: b.",
    ]  # fmt: skip


def test_sql_that_the_warehouse_refuses_is_refused_with_what_tries_it() -> None:
    warehouse = Warehouse({}, {"events": HAS})
    with pytest.raises(UnrunnableError) as refused:
        checked(warehouse, target())
    assert str(refused.value) == (
        "events (models/events.sql) does not run, so nothing was begun: no such column: x\n"
        "Fix it, and try it with: dbt show --select events --vars "
        """'{"dbt_playbooks_start_date": "2024-01-01", "dbt_playbooks_end_date": "2024-01-31"}'"""
    )
    # it was asked whether the warehouse is there at all
    assert warehouse.refreshed == ["events"]


def test_sql_that_reads_a_table_which_the_first_chunk_makes_is_not_judged() -> None:
    # the other has no table yet
    def reading(*tables: str) -> Warehouse:
        warehouse = Warehouse({"events": HAS}, dict.fromkeys(tables, HAS))
        warehouse.below = [target("below").model]
        return warehouse

    assert checked(reading(), target(), target("below", unique_key="id")) == (["date", None], [])
    assert checked(reading("below"), target(), target("below"))[0] == ["date", "date"]
    # its own missing table is no excuse, nor is that of a model which it does not read
    for warehouse in (reading("events"), Warehouse({"events": HAS})):
        with pytest.raises(UnrunnableError):
            checked(warehouse, target(), target("below"))


def test_what_stands_before_a_models_sql_is_analyzed_with_it_on_bigquery() -> None:
    warehouse = Warehouse({"events": HAS})
    checked(warehouse, target(sql_header="declare x int64;"))
    warehouse.bills_bytes = False
    checked(warehouse, target(sql_header="declare x int64;"))
    assert warehouse.headers == ["declare x int64;", None]
