"""What hooks change by files, databases, variables, settings and cursors, and what a plan leaves of it: nothing."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop, hooked, hooked_by, refused

FEEDS = "a hook changes with each chunk what models of the selection read"
OWN = "a hook changes its own table"
MEANING = "a hook changes what SQL means"
COUNTS = FILTERED + " and id > (select count(*) from TABLE)"


@pytest.mark.parametrize(
    ("hook", "kind", "rest", "why"),
    [
        ("import database 'imp'", "post_hook", COUNTS.replace("TABLE", "audit.log"), "it is not known what a hook does"),
        ("\u200binsert into audit.log select 1", "post_hook", COUNTS.replace("TABLE", "audit.log"), "it is not known what a hook does"),
        ("explain analyze insert into {{ this }} (id) select -1", "post_hook", FILTERED, OWN),
        ("export database 'exp'", "post_hook", COUNTS.replace("TABLE", "read_csv('exp/*.csv')"), FEEDS),
        ("copy (select 1) to 'counts'", "post_hook", COUNTS.replace("TABLE", "read_csv('counts')"), FEEDS),
        ("copy (select 1) to 'counts.csv'", "post_hook", COUNTS.replace("TABLE", "audit.in_a_file"), FEEDS),
        ("attach '{{ 'b' if is_incremental() else 'a' }}.duckdb' as aux", "pre_hook", COUNTS.replace("TABLE", "aux.t"), FEEDS),
        ("select setseed(0.4)", "pre_hook", FILTERED.replace("*", "*, random() as r"), MEANING),
        ("set home_directory = '/{{ is_incremental() }}'", "pre_hook", FILTERED, MEANING),
        ("set variable t = '{{ modules.datetime.datetime.now() }}'", "pre_hook", FILTERED.replace("*", "*, getvariable('t') as t"), FEEDS),
        ("set variable t = '{{ invocation_id }}'", "pre_hook", FILTERED.replace("*", "*, getvariable('t') as t"), FEEDS),
        ("{% if is_incremental() %}delete from {{ this }} where amount > 10{% endif %}", "pre_hook", FILTERED, OWN),
        ("{% if is_incremental() %}delete from {{ this }} where amount > 10{% endif %}", "post_hook", FILTERED, OWN),
        ("create or replace table audit.log as from raw.events using sample 3 rows", "pre_hook", COUNTS.replace("TABLE", "audit.log"), FEEDS),
        ("create or replace table audit.log as from raw.events where main.coin()", "pre_hook", COUNTS.replace("TABLE", "audit.log"), FEEDS),
        ("create or replace table audit.log as from audit.tossed", "pre_hook", COUNTS.replace("TABLE", "audit.log"), FEEDS),
        ("drop schema if exists audit cascade", "post_hook", COUNTS.replace("TABLE", "audit.log"), FEEDS),
        ("set variable t = now()", "pre_hook", FILTERED.replace("*", "*, getvariable('t') as t"), FEEDS),
    ],
)  # fmt: skip
def test_it_is_refused_before_anything_is_changed(shop: Shop, hook: str, kind: str, rest: str, why: str) -> None:
    shop.sql(
        f"create schema audit; create table audit.log as select 1 as n limit 0; copy (select 1 as n) to '{shop.folder}/counts.csv';"
        "create macro main.coin() as random() < 0.5; create view audit.tossed as select * from raw.events where random() < 0.5;"
        f"create view audit.in_a_file as select * from read_csv('{shop.folder}/counts.csv')"
    )
    shop.model("events", hooked(hook, kind=kind) + rest)
    refused(shop, why)


@pytest.mark.parametrize("read", ["duckdb_tables()", "information_schema.tables", "(show tables)", "audit.tables"])
def test_a_model_that_reads_the_catalogue_isrefused(shop: Shop, read: str) -> None:
    shop.sql("create schema audit; create view audit.tables as select * from duckdb_tables()")
    shop.model("events", DELETE_INSERT + COUNTS.replace("TABLE", read))
    refused(shop, "it reads the warehouse's catalogue, where its own table")


@pytest.mark.parametrize(
    "last",
    [
        "set variable last_day = (select max(event_date) from {{ this }})",
        "create or replace temp macro last_day() as (select max(event_date) from main.events)",
    ],
)
def test_a_delete_by_what_another_hook_makes_isrefused(shop: Shop, last: str) -> None:
    by = "getvariable('last_day')" if "variable" in last else "last_day()"
    shop.model("events", hooked(last, f"delete from {{{{ this }}}} where event_date = {by}") + FILTERED)
    refused(shop, OWN)


@pytest.mark.parametrize("transaction", ["true", "false"])
def test_rows_are_compared_as_they_are_after_the_hooks(shop: Shop, transaction: str) -> None:
    """A table that a hook makes anew decides how many rows there are."""
    shop.sql("create schema audit; create table audit.numbers as select 100000 as n")
    hook = f"{{'sql': 'create or replace table audit.numbers as select 5 as n', 'transaction': {transaction}}}"
    shop.model("events", hooked_by(hook, "pre_hook") + FILTERED + " order by id limit (select n from audit.numbers)")
    said = shop.run("events", *RANGE)
    assert (said.code, "LIMIT counts rows of each window" in said.err) == (2, True), said.err
    assert shop.sql("from audit.numbers") == [(100000,)]


def test_what_a_hook_outside_of_the_transaction_makes_is_there(shop: Shop) -> None:
    hook = "{'sql': 'create table if not exists main.made as select -1 as id', 'transaction': false}"
    shop.model("events", hooked_by(hook, "pre_hook") + FILTERED + " and id not in (select id from main.made)")
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


def test_hooks_of_a_window_stand_beside_those_that_make_what_is_read(shop: Shop) -> None:
    shop.sql("create schema audit; create table audit.log (day varchar)")
    hooks = [
        "create or replace table main.made as select -1 as id",
        "insert into audit.log values ('{{ var('dbt_playbooks_start_date') }}')",
    ]
    head = hooked(*hooks, kind="pre_hook")
    shop.model("events", head + FILTERED + " and id not in (select id from main.made)")
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("from audit.log order by all") == [("2024-01-01",), ("2024-02-01",), ("2024-03-01",)]


@pytest.mark.parametrize("where", ["in a hook", "in the model"])
def test_a_cursor_sends_no_more_than_a_macro_may(shop: Shop, where: str) -> None:
    shop.sql("create schema audit; create table audit.log as select 1 as n limit 0")
    shop.write(
        "macros/sent.sql",
        "{% macro sent() %}{% if execute %}{% set got = adapter.add_query('select 1', auto_begin=false) %}"
        "{% do got[1].execute('insert into audit.log select 1') %}{% endif %}{% endmacro %}",
    )
    in_hook = where == "in a hook"
    head = hooked("{{ sent() }}", kind="pre_hook") if in_hook else DELETE_INSERT + "{{ sent() }}"
    shop.model("events", head + COUNTS.replace("TABLE", "audit.log"))
    refused(shop, FEEDS if in_hook else "its Jinja changes the warehouse")
    assert shop.sql("select count(*) from audit.log") == [(0,)]


def test_nothing_that_another_statement_carries_out_is_left_by_a_plan(shop: Shop) -> None:
    file = shop.folder / "out.csv"
    hooks = [
        "create or replace table main.made as select -1 as id",
        f"explain analyze copy (select 1) to '{file}'",
        f"prepare p as copy (select 1) to '{file}'",
    ]
    head = hooked(*hooks, kind="pre_hook")
    shop.model("events", head + FILTERED + " and id not in (select id from main.made)")
    said = shop.playbooks("backfill", "plan", "events", *RANGE)
    assert said.code == 0, said.err
    assert not file.exists()


def test_an_attached_file_that_is_not_there_is_not_made_by_a_plan(shop: Shop) -> None:
    made = "create or replace table main.made as select -1 as id"
    attach = f"attach if not exists 'file:{shop.folder}/new.duckdb' as aux"
    shop.model("events", hooked(attach, made, kind="pre_hook") + FILTERED + " and id not in (select id from main.made)")
    said = shop.playbooks("backfill", "plan", "events", *RANGE)
    assert said.code == 0, said.err
    assert not (shop.folder / "new.duckdb").exists()


SOURCES = "sources:\n  - name: raw\n    tables: [{name: events}, {name: picked}, {name: numbered}]\n"


@pytest.mark.parametrize(
    "read",
    [
        "main.rnd() < 0.5",
        "id in (select id from raw.picked)",
        "id in (select id from {{ source('raw', 'picked') }})",
        "id in (select id from {{ source('raw', 'numbered') }} as n where n.r < 0.999)",
        "id in (select id from {{ ref('stg') }})",
        "id in (select id from main.sampled())",
    ],
)
def test_random_numbers_behind_a_function_or_a_view_pick_no_rows(shop: Shop, read: str) -> None:
    shop.sql(
        "create macro main.rnd() as random(); create view raw.picked as select id from raw.events order by random() limit 9;"
        "create view raw.numbered as select *, random() as r from raw.events;"
        "create macro main.sampled() as table select * from raw.events using sample 99%"
    )
    shop.write("models/raw.yml", SOURCES)
    shop.model(
        "stg", "{{ config(materialized='view') }}select * from {{ source('raw', 'events') }} where random() < 0.999"
    )
    if "stg" in read:
        shop.dbt("run", "--select", "stg")
    shop.model("events", DELETE_INSERT + FILTERED + " and " + read)
    refused(shop, "by chance")


def test_a_random_number_of_a_view_may_be_a_value_of_the_rows(shop: Shop) -> None:
    shop.sql("create view raw.numbered as select *, uuid() as key from raw.events")
    shop.model("events", DELETE_INSERT + FILTERED.replace("{{ source('raw', 'events') }}", "raw.numbered"))
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    "made",
    [
        "select id from {{ source('raw', 'picked') }}",
        "select max(id) as id from main.sampled()",
        "select current_localtime() as id",
    ],
)
def test_what_a_hook_makes_of_chance_is_not_read(shop: Shop, made: str) -> None:
    shop.sql(
        "create schema audit; create table audit.log as select 1 as id; create macro main.sampled() as table select * from raw.events using sample 1 rows;"
        "create view raw.picked as select id from raw.events order by random() limit 1"
    )
    shop.write("models/raw.yml", SOURCES)
    hook = "create or replace table audit.log as " + made
    shop.model("events", hooked(hook, kind="pre_hook") + COUNTS.replace("TABLE", "audit.log"))
    refused(shop, FEEDS)
