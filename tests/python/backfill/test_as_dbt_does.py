"""What works in `dbt run` works in a chunk: hooks, sql_header, new columns beside threads, microbatch's hooks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, MICROBATCH, RANGE, Shop

CALLS = FILTERED.replace("*", "* replace (main.twice(amount) as amount)")
MADE = "create or replace macro main.twice(x) as 2 * x"


def _doubled(shop: Shop) -> list[tuple[object, ...]]:
    return shop.difference("events", source="(select * replace (2 * amount as amount) from raw.events)")


def test_a_function_made_when_the_run_starts_is_there_for_the_check(shop: Shop) -> None:
    project = (shop.folder / "dbt_project.yml").read_text()
    shop.write("dbt_project.yml", project + f'on-run-start: ["{MADE}"]\n')
    shop.model("events", DELETE_INSERT + CALLS)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert _doubled(shop) == []


def test_what_sql_means_is_not_set_when_the_run_starts(shop: Shop) -> None:
    project = (shop.folder / "dbt_project.yml").read_text()
    shop.model("events", DELETE_INSERT + FILTERED)
    for setting, code in (("set threads = 2", 0), ("set global TimeZone = 'America/New_York'", 2)):
        shop.write("dbt_project.yml", project + f'on-run-start: ["{{# all #}} select 1; {setting}"]\n')
        said = shop.run("events", *RANGE, "--reprocess", "all")
        assert said.code == code, said.err
    assert f"on-run-start: a hook changes what SQL means ({setting})" in said.err


def test_a_function_made_by_a_pre_hook_is_there_for_the_check(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT.replace("unique_key", f'pre_hook="{MADE}", unique_key') + CALLS)
    assert shop.playbooks("backfill", "plan", "events", *RANGE).code == 0
    # the check leaves nothing behind
    assert shop.sql("select count(*) from duckdb_functions() where function_name = 'twice'") == [(0,)]
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert _doubled(shop) == []


def test_hooks_that_look_after_a_table_are_run(shop: Shop) -> None:
    hooks = [
        "create index if not exists by_id on {{ this }} (id)",
        "{% if is_incremental() %}analyze {{ this }}{% else %}select 1{% endif %}",
        "delete from {{ this }} where amount < 0",
        "copy {{ this }} to 'all.csv'",
        "create table if not exists main.audit (rows bigint)",
        "insert into main.audit select count(*) from {{ this }}",
    ]
    shop.model("events", DELETE_INSERT.replace("unique_key", f"post_hook={hooks}, unique_key") + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select count(*) from main.audit") == [(3,)]


def test_hooks_that_make_a_function_beside_threads(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT.replace("unique_key", f'pre_hook="{MADE}", unique_key') + CALLS)
    said = shop.run("events", *RANGE, "--chunk", "week", "--threads", "4")
    assert said.code == 0, said.err
    assert "warning: hooks of events change what hooks of its other chunks change" in said.err
    assert "so --threads 4 counts as 1" in said.err
    assert _doubled(shop) == []


def test_a_function_made_by_hooks_of_two_models_that_have_no_table(shop: Shop) -> None:
    hooked = DELETE_INSERT.replace("unique_key", f'pre_hook="{MADE}", unique_key')
    shop.model("events", hooked + CALLS)
    shop.model("below", hooked + CALLS.replace("{{ source('raw', 'events') }}", "{{ ref('events') }}"))
    said = shop.run("events", "below", *RANGE)
    assert said.code == 0, said.err
    assert _doubled(shop) == []
    assert shop.sql("select sum(b.amount - 2 * e.amount) from below as b join events as e using (id)") == [(0,)]


def test_a_function_made_by_sql_header_is_there_for_the_check(shop: Shop) -> None:
    header = "{% call set_sql_header(config) %}" + MADE + ";{% endcall %}\n"
    shop.model("events", DELETE_INSERT + header + CALLS)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert _doubled(shop) == []


def test_what_a_hook_commits_goes_when_it_was_only_rehearsed(shop: Shop) -> None:
    macro = (
        "{% macro prepared() %}{% if execute %}{% do run_query('create or replace table main.helper as select 1 as id') %}"
        "{% do adapter.commit() %}{% endif %}commit; create or replace table main.second as select 1 as id; commit{% endmacro %}"
    )
    shop.write("macros/prepared.sql", macro)
    project = (shop.folder / "dbt_project.yml").read_text()
    file = shop.folder / "left.csv"
    copy = f"copy (select 1 as id) to '{file}'"
    shop.write("dbt_project.yml", project + f'on-run-start: ["{copy}", "{{{{ prepared() }}}}"]\n')
    reads = FILTERED + " and id not in (select id from main.helper) and id not in (select id from main.second)"
    shop.model("events", DELETE_INSERT + reads + " and id not in (select id from {{ this }})")
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []
    assert not file.exists()
    shop.write("macros/prepared.sql", macro.replace("commit; create", "create").replace("; commit", ""))
    shop.model("events", DELETE_INSERT + reads)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select count(*) from events") == [(272,)]
    assert file.exists()


JINJA = {
    "changes what it reads": "run_query('update raw.counter set n = n + 1')",
    "makes a table": "run_query('create or replace table main.made as select 1 as n')",
    "behind a WITH": "run_query('with x as (select 1 as n) insert into raw.counter select n from x')",
    "by rows that go": "run_query('/* all */ delete from raw.counter')",
    "by the adapter": "adapter.create_schema(api.Relation.create(database='shop', schema='made'))",
}


@pytest.mark.parametrize("case", JINJA)
@pytest.mark.parametrize("head", [DELETE_INSERT, MICROBATCH])
def test_a_model_of_which_the_jinja_changes_the_warehouse_is_refused(shop: Shop, case: str, head: str) -> None:
    shop.sql("create table raw.counter as select 1 as n")
    sql = FILTERED if head == DELETE_INSERT else "select * from {{ source('raw', 'events') }}"
    shop.model("events", head + "{% if execute %}{% do " + JINJA[case] + " %}{% endif %}" + sql)
    before = shop.sql("select table_name from duckdb_tables() order by all")
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert "its Jinja changes the warehouse while it is compiled" in said.err
    assert shop.sql("select * from raw.counter") == [(1,)]
    assert shop.sql("select table_name from duckdb_tables() order by all") == before
    assert shop.sql("select count(*) from duckdb_schemas() where schema_name = 'made'") == [(0,)]


def test_comments_that_chunks_write_beside_threads(shop: Shop) -> None:
    shop.model(
        "events",
        DELETE_INSERT.replace("unique_key", "persist_docs={'relation': true, 'columns': true}, unique_key") + FILTERED,
    )
    shop.write(
        "models/events.yml",
        "models: [{name: events, description: all of them, columns: [{name: id, description: a number}]}]\n",
    )
    for again in ((), ("--reprocess", "all")):
        said = shop.run("events", *RANGE, "--chunk", "week", "--threads", "4", *again)
        assert said.code == 0, said.err
        assert "persist_docs of events writes comments with each chunk" in said.err
    assert shop.difference("events") == []


def test_sql_that_no_hook_mends_is_refused_before_anything_runs(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT.replace("unique_key", 'pre_hook="select 1", unique_key') + CALLS)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "does not run, so nothing was begun" in said.err


def test_a_hook_that_drops_a_column_between_chunks(shop: Shop) -> None:
    drop = 'post_hook="alter table {{ this }} drop column if exists more", unique_key'
    shop.model("events", DELETE_INSERT.replace("unique_key", drop) + FILTERED.replace("*", "*, 1 as more"))
    shop.sql("create table main.events as select *, 1 as more from raw.events limit 0")
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


def test_jinja_that_asks_for_the_columns_before_there_is_a_table(shop: Shop) -> None:
    asks = "{% set there = adapter.get_columns_in_relation(this) | length %}"
    shop.model("events", DELETE_INSERT + asks + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


def test_what_comes_between_two_chunks_is_seen_when_one_fails(shop: Shop) -> None:
    """The columns of a table are asked for once, and again after a chunk that failed."""
    breaks = " and case when event_date = '2024-02-15' and exists (select 1 from glob('broken')) then error('broken') is null else true end"
    shop.model("events", DELETE_INSERT + FILTERED + breaks)
    (shop.folder / "broken").touch()
    asked = Asked()
    with asked.counted():
        said = shop.run("events", *RANGE, "--chunk", "day")
    assert said.code == 1, said.err
    assert asked.times == 2
    assert shop.sql("select count(*) from events") == [(270,)]


class Asked:
    """How often dbt asks for the columns of the model's table."""

    def __init__(self) -> None:
        self.times = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        from dbt.adapters.duckdb.impl import DuckDBAdapter

        describe = DuckDBAdapter.get_columns_in_relation

        def columns(adapter: Any, relation: Any) -> Any:
            self.times += str(relation).endswith('"events"')
            return describe(adapter, relation)

        with mock.patch.object(DuckDBAdapter, "get_columns_in_relation", columns):
            yield


def test_a_new_column_beside_threads_is_added_by_one_chunk(shop: Shop) -> None:
    appending = DELETE_INSERT.replace("unique_key", "on_schema_change='append_new_columns', unique_key")
    shop.model("events", appending + FILTERED)
    weekly = (*RANGE, "--chunk", "week", "--threads", "4")
    assert shop.run("events", *weekly).code == 0
    shop.model("events", appending + FILTERED.replace("*", "*, 1 as more"))
    said = shop.run("events", *weekly, "--reprocess", "all")
    assert said.code == 0, said.err
    assert shop.sql("select count(*), sum(more) from events") == [(273, 273)]


def test_a_microbatch_model_with_a_key_is_refused_where_dbt_refuses_it(shop: Shop) -> None:
    shop.model(
        "events",
        MICROBATCH.replace("event_time", "unique_key='id', event_time") + "select * from {{ source('raw', 'events') }}",
    )
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "dbt-duckdb refuses a unique_key with microbatch" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


@pytest.mark.parametrize("threads", ["1", "3"])
def test_hooks_of_a_microbatch_model_run_once_around_its_batches(shop: Shop, threads: str) -> None:
    shop.sql("create table main.hooked (hook text, rows_then bigint)")
    hooks = (
        "pre_hook=\"insert into main.hooked select 'before', count(*) from (select 1 from duckdb_tables() where table_name = 'events')\", "
        "post_hook=\"insert into main.hooked select 'after', count(*) from {{ this }}\", "
    )
    shop.model(
        "events",
        MICROBATCH.replace("event_time", hooks + "event_time", 1) + "select * from {{ source('raw', 'events') }}",
    )
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-10", "--threads", threads)
    assert said.code == 0, said.err
    assert shop.sql("select * from main.hooked order by all") == [("after", 30), ("before", 1)]


def test_hooks_of_other_models_run_with_each_chunk_as_with_each_run_of_dbt(shop: Shop) -> None:
    shop.sql("create table main.hooked (hook text)")
    shop.model(
        "events",
        MERGE.replace("unique_key", "post_hook=\"insert into main.hooked values ('after')\", unique_key") + FILTERED,
    )
    assert shop.run("events", *RANGE).code == 0
    assert shop.sql("select count(*) from main.hooked") == [(3,)]


@pytest.mark.parametrize("option", ["merge_update_columns=['amount']", "merge_exclude_columns=['note']"])
def test_columns_that_a_merge_keeps_are_kept_as_dbt_keeps_them_and_that_is_said(shop: Shop, option: str) -> None:
    shop.model("events", MERGE.replace("unique_key", f"{option}, unique_key") + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    shop.sql("update raw.events set note = 'new', amount = amount + 5")
    said = shop.run("events", *RANGE, "--reprocess", "all", "--reverse")
    assert said.code == 0, said.err
    assert f"events: {option.split('=')[0]} (" in said.err
    assert "keep the values of rows that are there already, as in dbt run" in said.err
    filled = shop.sql("select * from events order by all")
    shop.dbt("run", "--vars", "{start_date: 2024-01-01, end_date: 2024-03-31}")
    assert shop.sql("select * from events order by all") == filled
    assert shop.sql("select count(*) from events where note = 'new'") == [(0,)]


def test_a_hook_that_writes_elsewhere_beside_its_own_table_is_fine(shop: Shop) -> None:
    shop.sql("create table main.log (n bigint)")
    hook = "insert into main.log select count(*) from {{ this }}"
    shop.model("events", MERGE.replace("unique_key", f'post_hook="{hook}", unique_key') + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    assert shop.sql("select count(*) from main.log") == [(3,)]
