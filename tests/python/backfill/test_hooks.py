"""Which hooks are taken for ones that write into the model's own table, from plain text: no project, no warehouse."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_playbooks.backfill.checks.hooks import (
    hook_that_changes,
    hook_that_sets,
    hooks_in_each_others_way,
    hooks_not_read,
    start_that_sets,
)
from dbt_playbooks.interface import Model

OWN = '"shop"."main"."events"'


def model(*hooks: Any, relation: str = OWN, strategy: str = "merge", kind: str = "post-hook") -> Model:
    return Model(
        unique_id="model.shop.events", name="events", path="models/events.sql", relation=relation,
        materialized="incremental", strategy=strategy, config={kind: hooks}, checksum="", raw_code="", filters=(),
    )  # fmt: skip


def changes(*hooks: Any, adapter: str = "duckdb", **more: Any) -> str | None:
    return hook_that_changes(model(*hooks, **more), adapter)


def not_read(*hooks: Any, **more: Any) -> list[str]:
    return hooks_not_read(model(*hooks, **more), "duckdb")


@pytest.mark.parametrize(
    "hook",
    [
        "insert into {{ this }} select * from later",
        "INSERT INTO {{this}} values (1)",
        "update {{- this -}} set a = 1",
        "update {{ this.schema }}.{{ this.identifier }} set a = 1",
        "update {{ this.database }}.{{ this.schema }}.{{ this.table }} set a = 1",
        "update {{ this.name }} set a = 1",
        "update {{ this.include(database=false) }} set a = 1",
        "update {{ this.render() }} set a = 1",
        "update {{ this.quote(identifier=false) }} set a = 1",
        "update main.events set a = 1",
        "update Events set a = 1",
        "merge into {{ this }} as t using late as s on t.id = s.id when matched then update set a = s.a",
        "truncate table {{ this }}",
        "copy {{ this }} from 'more.csv'",
        "with late as (select 1 as a) insert into {{ this }} select a from late",
        "{% if true %}update {{ this }} set a = 1{% endif %}",
        "{# for all #} update {{ this }} set a = 1",
        "-- once\nupdate {{ this }} set a = 1",
        "update {{ this }} set a = {{ value }}",
        "delete from {{ this }} where a = (select max(a) from {{ this }})",
        "delete from {{ this }} where exists (select 1 from gone where gone.id = events.id)",
        "delete from {{ this }} using gone where gone.id = events.id",
        "delete from {{ this }} where day < '{{ var('start_date') }}'",
        "delete from {{ this }} wher ( a",
        "update {{ ref('events') }} set a = 1",
        'update {{ ref("shop", "events") }} set a = 1',
        "update {{ source('own', 'events') }} set a = 1",
    ],
)
def test_a_hook_that_writes_into_its_own_table_is_found(hook: str) -> None:
    assert changes(hook)
    assert changes({"sql": hook, "transaction": True})
    assert changes(hook, kind="pre-hook")
    # once a command: also for each shard
    assert changes(hook, strategy="microbatch")


@pytest.mark.parametrize(
    "hook",
    [
        "insert into other select * from {{ this }}",
        "insert into audit.events_log select 'events'",
        "insert into audit.events select * from {{ this }}",
        "update other set a = (select max(a) from {{ this }})",
        "update {{ this.schema }}.other set a = 1",
        "update {{ this.type }} set a = 1",
        "update {{ ref('other') }} set a = 1",
        "merge into other using {{ this }} as s on other.id = s.id when matched then update set a = s.a",
        "delete from {{ this }} where a is null",
        "copy {{ this }} to 'all.csv'",
        "copy (select * from {{ this }}) to 'all.parquet' (format parquet)",
        "select * from {{ this }}",
        "create index i on {{ this }} (a)",
        "grant select on {{ this }} to reader",
        "-- update {{ this }} set a = 1\nselect 1",
        "{# update {{ this }} #}",
        "{{ log('done') }}",
        "",
    ],
)
def test_other_hooks_are_none_of_its_business(hook: str) -> None:
    assert changes(hook) is None


def test_each_statement_of_each_hook_is_read_and_told_in_a_line() -> None:
    assert changes("select 1; update {{ this }}\n  set a = 1; select 2") == f"update {OWN} set a = 1;"
    assert changes("select 1", "update {{ this }} set a = 1") == f"update {OWN} set a = 1"
    assert changes("insert into other select ';'", "select 1;") is None
    long = changes("update {{ this }} set " + ", ".join(f"column_{n} = {n}" for n in range(20)))
    assert long is not None
    assert len(long) == 80


@pytest.mark.parametrize(
    ("hook", "found"),
    [
        ("merge into {{ this }} using late on magic matched as ever", True),
        ("/* late */ merge into {{ this }} using late on magic matched as ever", True),
        ("merge into Main.Events using late on magic matched as ever", True),
        ("merge into other using late on magic matched as ever", False),
        ("update {{ this }} sett a :: = 1 )", True),
        ("with late as (select 1) insert into {{ this }} selekt ( from", True),
        ("\n insert into {{ this }} selekt ( from", True),
        ("truncate {{ this }} ( restart", True),
        ("copy {{ this }} from ( nowhere", True),
        ("vacuum {{ this }} ( fully", False),
        ("select ( update from {{ this }}", False),
        ("with late as (select 1)\n update {{ this }} sett ( a", True),
        ("updated {{ this }} sett ( a", False),
    ],
)
def test_a_statement_that_cannot_be_read_is_judged_by_its_first_word_and_its_names(hook: str, found: bool) -> None:
    assert bool(changes(hook)) == found


def test_names_as_bigquery_quotes_them() -> None:
    def said(hook: str, relation: str = "`shop-1`.`main`.`events`") -> bool:
        return bool(changes(hook, adapter="bigquery", relation=relation))

    assert said("insert into `shop-1.main.events` (a) values (1)")
    assert said("insert into {{ this }} (a) values (1)")
    assert said("update {{ this.schema }}.{{ this.name }} set a = 1 where true")
    assert not said("insert into `shop-1.other.events` (a) values (1)")
    assert said("merge into `shop-1`.main.events using late on magic matched as ever")
    assert said("merge into {{ this }} using late on magic matched as ever")


def test_a_relation_of_two_parts_has_its_name_alone() -> None:
    assert changes("update {{ this.name }} set a = 1", relation="main.events")
    assert changes("update {{ this.table }} set a = 1", relation="main.events")
    assert changes("update {{ this.include(database=false) }} set a = 1", relation="main.events")
    assert changes("update {{ this.schema }} set a = 1", relation="main.events") is None
    assert changes("update {{ this.schema }}.{{ this.identifier }} set a = 1", relation="main.events") is None


@pytest.mark.parametrize(
    ("hook", "adapter", "found"),
    [
        ("set TimeZone = 'Europe/Berlin'", "duckdb", True),
        ("select 1; RESET search_path", "duckdb", True),
        ("use other", "duckdb", True),
        ("pragma default_null_order = 'nulls_first'", "duckdb", True),
        ("set threads = 4", "duckdb", False),
        ("set session memory_limit = '1GB'", "duckdb", False),
        ("set variable n = 1", "duckdb", False),
        ("update other set a = 1", "duckdb", False),
        ("declare n int64; set n = 1; select n", "bigquery", False),
        ("set @@time_zone = 'Europe/Berlin'", "bigquery", True),
    ],
)
def test_hooks_that_set_what_sql_means(hook: str, adapter: str, found: bool) -> None:
    relation = OWN if adapter == "duckdb" else "`shop`.`main`.`events`"
    assert bool(hook_that_sets(model(hook, relation=relation), adapter)) == found
    assert bool(start_that_sets([hook], adapter)) == found


@pytest.mark.parametrize(
    ("hook", "found"),
    [
        ("create or replace macro twice(x) as 2 * x", True),
        ("select 1; drop table if exists main.copied", True),
        ("alter table main.other add column n integer", True),
        ("update main.audit set runs = runs + 1", True),
        ("merge into other using x on magic matched as ever", True),
        ("insert into main.audit select 1", False),
        ("delete from {{ this }} where amount < 0", False),
        ("select 1", False),
        ("", False),
    ],
)
def test_hooks_that_chunks_cannot_run_side_by_side(hook: str, found: bool) -> None:
    assert hooks_in_each_others_way(model(hook), "duckdb") == found
    assert not hooks_in_each_others_way(model(hook, strategy="microbatch"), "duckdb")


@pytest.mark.parametrize(
    "hook",
    [
        "{{ update_late_rows(this) }}",
        "  {{- maintain() -}} ",
        "/* late */ {{ maintain() }}",
        "insert into {{ target_of('x') }} select 1",
        "update {{ audited('other') }} set a = 1",
        "merge into {{ audited('other') }} using x",
        "truncate {{ audited('other') }}",
        "TRUNCATE TABLE {{ audited('other') }}",
        "update {{ ref(name) }} set a = 1",
        "{% do prepare() %}{{ maintain() }}",
        "select 1; {{ maintain() }}",
    ],
)
def test_a_hook_that_is_wholly_jinja_is_told(hook: str) -> None:
    assert not_read(hook) == [hook]
    assert not_read({"sql": hook}) == [hook]
    assert not_read(hook, kind="pre-hook") == [hook]
    assert not_read(hook, strategy="microbatch") == [hook]


@pytest.mark.parametrize(
    "hook",
    [
        "select {{ maintain() }}",
        "insert into audit.log select {{ run_started_at }}",
        "update {{ this }} set a = {{ value }}",
        "{{ this }}",
        "{# {{ maintain() }} #}",
        "{% do maintain() %}",
        "delete from {{ audited('other') }}",
        "update {{ ref('other') }} set a = 1",
        "update {{ ref('shop', 'other') }} set a = 1",
        "merge into {{ source('raw', 'other') }} using x",
        "truncate {{ ref('other', v=2) }}",
        "",
    ],
)
def test_a_hook_of_which_the_statement_can_be_seen_is_not_told(hook: str) -> None:
    assert not_read(hook) == []


def test_the_same_hook_is_told_once_and_in_order() -> None:
    assert not_read("{{ b() }}; {{ b() }}", "{{ a() }}", "{{ b() }}; {{ b() }}") == [
        "{{ b() }}; {{ b() }}",
        "{{ a() }}",
    ]


def test_hooks_before_and_after_are_both_read() -> None:
    made = model("select 1", kind="pre-hook")
    made.config["post-hook"] = None
    assert hook_that_changes(made, "duckdb") is None
    made.config["post-hook"] = ["update {{ this }} set a = 1"]
    assert hook_that_changes(made, "duckdb")
