"""What hooks change by files, databases, variables, settings and cursors, and what stands in the place of dbt's own macros."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop

from dbt_playbooks.interface import Options
from dbt_playbooks.project import open_project

FEEDS = "a hook changes with each chunk what models of the selection read"
OWN = "a hook changes its own table"
MEANING = "a hook changes what SQL means"
COUNTS = FILTERED + " and id > (select count(*) from TABLE)"


def _hooked(hook: str, kind: str = "post_hook") -> str:
    return DELETE_INSERT.replace("unique_key", f"{kind}={hook}, unique_key")


def _refused(shop: Shop, why: str) -> None:
    there = "select table_schema, table_name from information_schema.tables order by all"
    before, files = shop.sql(there), sorted(path.name for path in shop.folder.iterdir())
    said = shop.run("events", *RANGE)
    assert (said.code, why in said.err) == (2, True), said.err
    assert (shop.sql(there), sorted(path.name for path in shop.folder.iterdir())) == (before, files)


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
        ("set variable t = now()", "pre_hook", FILTERED.replace("*", "*, getvariable('t') as t"), FEEDS),
    ],
)  # fmt: skip
def test_it_is_refused_before_anything_is_changed(shop: Shop, hook: str, kind: str, rest: str, why: str) -> None:
    shop.sql(
        f"create schema audit; create table audit.log as select 1 as n limit 0; copy (select 1 as n) to '{shop.folder}/counts.csv';"
        f"create view audit.in_a_file as select * from read_csv('{shop.folder}/counts.csv')"
    )
    shop.model("events", _hooked(f'"{hook}"', kind) + rest)
    _refused(shop, why)


@pytest.mark.parametrize("read", ["duckdb_tables()", "information_schema.tables", "(show tables)", "audit.tables"])
def test_a_model_that_reads_the_catalogue_is_refused(shop: Shop, read: str) -> None:
    shop.sql("create schema audit; create view audit.tables as select * from duckdb_tables()")
    shop.model("events", DELETE_INSERT + COUNTS.replace("TABLE", read))
    _refused(shop, "it reads the warehouse's catalogue, where its own table")


@pytest.mark.parametrize(
    "last",
    [
        "set variable last_day = (select max(event_date) from {{ this }})",
        "create or replace temp macro last_day() as (select max(event_date) from main.events)",
    ],
)
def test_a_delete_by_what_another_hook_makes_is_refused(shop: Shop, last: str) -> None:
    by = "getvariable('last_day')" if "variable" in last else "last_day()"
    shop.model("events", _hooked(f'["{last}", "delete from {{{{ this }}}} where event_date = {by}"]') + FILTERED)
    _refused(shop, OWN)


@pytest.mark.parametrize("transaction", ["true", "false"])
def test_rows_are_compared_as_they_are_after_the_hooks(shop: Shop, transaction: str) -> None:
    """A table that a hook makes anew decides how many rows there are."""
    shop.sql("create schema audit; create table audit.numbers as select 100000 as n")
    hook = f"{{'sql': 'create or replace table audit.numbers as select 5 as n', 'transaction': {transaction}}}"
    shop.model("events", _hooked(hook, "pre_hook") + FILTERED + " order by id limit (select n from audit.numbers)")
    said = shop.run("events", *RANGE)
    assert (said.code, "LIMIT counts rows of each window" in said.err) == (2, True), said.err
    assert shop.sql("from audit.numbers") == [(100000,)]


def test_what_a_hook_outside_of_the_transaction_makes_is_there(shop: Shop) -> None:
    hook = "{'sql': 'create table if not exists main.made as select -1 as id', 'transaction': false}"
    shop.model("events", _hooked(hook, "pre_hook") + FILTERED + " and id not in (select id from main.made)")
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


def test_hooks_of_a_window_stand_beside_those_that_make_what_is_read(shop: Shop) -> None:
    shop.sql("create schema audit; create table audit.log (day varchar)")
    hooks = [
        "create or replace table main.made as select -1 as id",
        "insert into audit.log values ('{{ var('dbt_playbooks_start_date') }}')",
    ]
    head = _hooked("[" + ", ".join(f'"{hook}"' for hook in hooks) + "]", "pre_hook")
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
    head = _hooked('"{{ sent() }}"', "pre_hook") if in_hook else DELETE_INSERT + "{{ sent() }}"
    shop.model("events", head + COUNTS.replace("TABLE", "audit.log"))
    _refused(shop, FEEDS if in_hook else "its Jinja changes the warehouse")
    assert shop.sql("select count(*) from audit.log") == [(0,)]


@pytest.mark.parametrize(
    ("name", "arguments", "sql", "refused"),
    [
        ("run_hooks", "hooks, inside_transaction=True", "{% do run_query('insert into audit.log select 1') %}", True),
        ("create_indexes", "relation", "{% do kept(relation) %}", True),
        ("default__persist_docs", "relation, model, for_relation=true, for_columns=true", "{# insert nothing #}", False),
        ("apply_grants", "relation, grant_config, should_revoke", "{% do log('granted') %}", False),
        ("generate_alias_name", "custom_alias_name=none, node=none", "{{ node.name }}{# delete #}", False),
    ],
)  # fmt: skip
def test_macros_of_dbt_that_the_project_replaces(
    shop: Shop, name: str, arguments: str, sql: str, refused: bool
) -> None:
    shop.sql("create schema audit; create table audit.log as select 1 as n limit 0")
    shop.write("macros/own.sql", f"{{% macro {name}({arguments}) %}}{sql}{{% endmacro %}}")
    shop.write(
        "macros/kept.sql", "{% macro kept(r) %}{% do run_query('delete from ' ~ r ~ ' where id = 1') %}{% endmacro %}"
    )
    shop.model("events", DELETE_INSERT + FILTERED)
    if refused:
        _refused(shop, f"the project overrides {name}, which dbt calls while it builds a model, and writes rows there")
    else:
        said = shop.run("events", *RANGE)
        assert said.code == 0, said.err


@pytest.mark.parametrize("name", ["should_full_refresh", "is_incremental"])
def test_macros_that_decide_what_a_chunk_replaces_are_dbts_own(shop: Shop, name: str) -> None:
    shop.write("macros/own.sql", f"{{% macro {name}() %}}{{{{ return(true) }}}}{{% endmacro %}}")
    shop.model("events", DELETE_INSERT + FILTERED)
    _refused(shop, f"the project overrides {name}, which makes a chunk exact")


def test_nothing_that_another_statement_carries_out_is_left_by_a_plan(shop: Shop) -> None:
    file = shop.folder / "out.csv"
    hooks = [
        "create or replace table main.made as select -1 as id",
        f"explain analyze copy (select 1) to '{file}'",
        f"prepare p as copy (select 1) to '{file}'",
    ]
    head = _hooked("[" + ", ".join(f'"{hook}"' for hook in hooks) + "]", "pre_hook")
    shop.model("events", head + FILTERED + " and id not in (select id from main.made)")
    said = shop.playbooks("backfill", "plan", "events", *RANGE)
    assert said.code == 0, said.err
    assert not file.exists()


def test_random_numbers_behind_a_function_pick_no_rows(shop: Shop) -> None:
    shop.sql("create macro main.rnd() as random()")
    shop.model("events", DELETE_INSERT + FILTERED + " and main.rnd() < 0.5")
    _refused(shop, "picks its rows by chance")


def test_a_project_without_macros_of_its_own_replaces_none(shop: Shop) -> None:
    folder = str(shop.folder)
    shop.model("events", DELETE_INSERT + FILTERED)
    with open_project(Options(project_dir=folder, profiles_dir=folder), ("events",)) as project:
        assert (project.writing_overrides(), project.hidden_strategies()) == ([], [])
