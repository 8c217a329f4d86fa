"""Which hooks change what models of a selection read, from plain text: the project is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.hooks import Hook, hook_that_feeds, read_hook
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.interface import HookText, Model, Window

JANUARY = Window("2024-01-01", "2024-01-31")
READS = "select * from raw.orders join main.seen using (id) where file in (select n from read_csv('in/a.csv')) and b in (select n from 'b*.parquet')"


def model(name: str, materialized: str = "incremental") -> Model:
    return Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f'"shop"."main"."{name}"',
        materialized=materialized, strategy=None, config={}, checksum="", raw_code="", filters=(),
    )  # fmt: skip


class Project:
    """`events` reads READS, of which `main.seen` is a view over `deep.inside`; the view `of_events` and the table `later` read it."""

    def __init__(self, adapter_type: str = "duckdb") -> None:
        self.adapter_type = adapter_type
        self.compiled = 0

    def compile(self, _: Model, window: Window) -> str:
        assert window == JANUARY
        self.compiled += 1
        return READS

    def tables_read(self, _: Model, queries: Sequence[str]) -> list[str] | None:
        assert queries == [READS]
        return ["shop.raw.orders", "shop.deep.inside"] if self.adapter_type == "duckdb" else None

    def descendants(self, _: Sequence[Model]) -> list[Model]:
        return [model("of_events", "view"), model("later", "table"), model("next"), model("inner", "ephemeral")]


def fed(*hooks: Hook, adapter: str = "duckdb") -> str | None:
    project: Any = Project(adapter)
    return hook_that_feeds(
        project, [Target(model("events"), "day", "UTC")], [("events (a.sql)", each) for each in hooks], JANUARY
    )


def hook(sql: str, windowed: bool = False) -> Hook:
    other = HookText(sql, (sql + " ",)) if windowed else HookText(sql, (sql,))
    return read_hook("duckdb", model("events"), HookText(sql, (sql,)), other)


@pytest.mark.parametrize(
    "sql",
    [
        "insert into raw.orders select 1",
        "insert into orders select 1",
        "insert into shop.raw.orders select 1",
        "update main.seen set id = 1",
        "update deep.inside set id = 1",
        "delete from deep.inside where id = 1",
        "merge into raw.orders using x on raw.orders.id = x.id when matched then delete",
        "truncate table deep.inside",
        "copy raw.orders from 'more.csv'",
        "alter table raw.orders add column a integer",
        "create or replace table deep.inside as select max(id) as id from events",
        "create or replace table raw.orders as select * from main.of_events",
        "create or replace view deep.inside as select * from inner",
        "copy (select 1) to 'in/a.csv'",
        "copy (select 1) to 'out/c.parquet'",
        "set variable n = (select max(id) from events)",
        "set variable n = (select max(id) from shop.main.of_events)",
        "set variable n = getvariable('n') + 1",
        "set variable n = nextval('s')",
        "call refresh('raw.orders')",
        "execute later_on(main.events)",
        "update raw.orders sett a :: = 1 )",
    ],
)
def test_what_models_read_is_changed(sql: str) -> None:
    assert (
        fed(hook(sql))
        == f"events (a.sql): a hook changes with each chunk what models of the selection read: {sql[:80]}"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "insert into audit.log select count(*) from events",
        "insert into other.orders select 1",
        "create or replace table deep.inside as select 1 as id",
        "create or replace table deep.inside as select * from main.later",
        "create table copied as select * from events",
        "create or replace macro twice(x) as 2 * x",
        "drop table if exists deep.inside",
        "set variable n = 1",
        "set variable n = (select max(id) from raw.customers)",
        "set threads = 4",
        "copy events to 'out/c.csv.gz'",
        "select * from raw.orders",
        "with a as (select 1) select * from a",
        "grant select on raw.orders to reader",
        "call refresh('audit')",
        "",
    ],
)
def test_what_models_read_stays(sql: str) -> None:
    assert fed(hook(sql)) is None


@pytest.mark.parametrize(
    "sql",
    [
        "create or replace table deep.inside as select 1 as id",
        "drop table if exists deep.inside",
        "create or replace macro twice(x) as 2 * x",
        "set variable n = 1",
        "call refresh('audit')",
    ],
)
def test_what_depends_on_the_window_is_another_with_each_chunk(sql: str) -> None:
    assert fed(hook(sql, windowed=True))
    assert fed(hook("select 1"), hook("insert into audit.log select 1", windowed=True)) is None


def test_names_that_jinja_writes_may_be_any_table() -> None:
    def said(written: str) -> bool:
        unread = read_hook("duckdb", model("events"), HookText(written, error="no such macro"))
        return bool(fed(unread))

    assert said("insert into {{ table_of('x') }} select 1")
    assert said("insert into raw.{{ table_of('x') }} select 1")
    assert said("insert into {{ schema_of('x') }}.orders select 1")
    assert said("create or replace table deep.inside as select * from {{ table_of('x') }}")
    assert said("set variable n = (select max(id) from {{ table_of('x') }})")
    assert not said("insert into {{ schema_of('x') }}.log select 1")
    assert not said("create or replace table deep.inside as select {{ value() }} as id")


def test_on_bigquery_names_are_read_as_they_are_written() -> None:
    assert fed(hook("insert into `shop.raw.orders` (id) values (1)"), adapter="bigquery")
    assert fed(hook("update deep.inside set id = 1 where true"), adapter="bigquery") is None
    # a variable of a script is over when that ends
    assert fed(hook("set n = 1", windowed=True), adapter="bigquery") is None


def test_models_are_compiled_only_where_a_hook_changes_something() -> None:
    project: Any = Project()
    targets = [Target(model("events"), "day", "UTC")]
    assert hook_that_feeds(project, targets, [("events", hook("select 1"))], JANUARY) is None
    assert project.compiled == 0
    assert hook_that_feeds(project, targets, [("events", hook("update audit set a = 1"))], JANUARY) is None
    assert project.compiled == 1


def test_the_hook_is_told_as_it_is_written_on_one_line() -> None:
    written = "{{ kept(\n  'a' * 200) }}" + " " * 3 + "-- " + "x" * 100
    long = read_hook("duckdb", model("events"), HookText(written, ("insert into raw.orders select 1",)))
    assert fed(long) == (
        "events (a.sql): a hook changes with each chunk what models of the selection read: "
        + " ".join(written.split())[:80]
    )
