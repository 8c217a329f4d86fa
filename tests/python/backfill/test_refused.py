"""What cannot be backfilled exactly is refused before anything runs, with the reason and what to use."""

from __future__ import annotations

import re

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, MICROBATCH, RANGE, Shop

_ALL = "select * from {{ source('raw', 'events') }}"


def _config(**config: str) -> str:
    return "{{ config(" + ", ".join(f"{key}={value}" for key, value in config.items()) + ") }}\n"


REFUSED = {
    "append": (
        _config(materialized="'incremental'", incremental_strategy="'append'") + FILTERED,
        "its strategy is append, so a chunk that is run again would duplicate its rows. "
        "Use one of delete+insert, merge, microbatch",
    ),
    "no key": (
        _config(materialized="'incremental'", incremental_strategy="'delete+insert'") + FILTERED,
        "without a unique_key its strategy appends",
    ),
    "the default strategy without a key": (
        _config(materialized="'incremental'") + FILTERED,
        "without a unique_key its strategy appends",
    ),
    "a table": (_config(materialized="'table'") + FILTERED, "materialized as table: it is built whole each time"),
    "a view": (_config(materialized="'view'") + FILTERED, "materialized as view: it holds no rows"),
    "full_refresh": (
        _config(materialized="'incremental'", unique_key="'id'", full_refresh="true") + FILTERED,
        "full_refresh: true would rebuild the table in every chunk",
    ),
    **{
        f"a merge of its own: {option.split('=')[0]}": (
            MERGE.replace("unique_key", f"{option}, unique_key") + FILTERED,
            f"its {option.split('=')[0]} decides which rows a merge keeps",
        )
        for option in (
            "merge_clauses={'when_matched': [{'action': 'delete'}]}",
            "merge_insert_condition='DBT_INTERNAL_SOURCE.amount > 0'",
            "merge_update_condition='DBT_INTERNAL_SOURCE.amount > 0'",
            "merge_update_set_expressions={'amount': 'DBT_INTERNAL_DEST.amount + 1'}",
        )
    },
    **{
        f"a hook that changes its table: {change}": (
            DELETE_INSERT.replace("unique_key", f'post_hook="{change}", unique_key') + FILTERED,
            f"a hook changes its own table ({seen}",
        )
        for change, seen in (
            ("update {{ this }} set amount = amount + 1", 'update "shop"."main"."events" set'),
            ("insert into {{ this }} (id) select -1", 'insert into "shop"."main"."events" (id)'),
            ("create or replace table {{ this }} as select 1 as id", 'create or replace table "shop"."main"."events"'),
            ("drop table {{ this }}", 'drop table "shop"."main"."events"'),
            ("alter table other rename to events", "alter table other rename to events"),
            ("truncate table {{- this -}}", 'truncate table"shop"."main"."events"'),
            (
                "select 1; -- a note\ninsert into {{ this.schema }}.{{ this.identifier }} (id) select -1",
                "insert into main.events (id)",
            ),
            ("insert into {{ this.include(database=false) }} (id) select -1", 'insert into "main"."events"'),
            ("with x as (select -1 as id) insert into main.events (id) select * from x", "with x as"),
            (
                "{% if true %}merge into events using (select 1 as id) as s on false when matched then delete{% endif %}",
                "merge into events",
            ),
        )
    },
    **{
        f"a hook that feeds it: {hook}": (
            '{% set hooks = ["'
            + hook
            + '"] %}'
            + DELETE_INSERT.replace("unique_key", "pre_hook=hooks, unique_key")
            + FILTERED
            + " and id not in (select coalesce(max(id), 0) + 1000 from raw.seen)"
            + (" and id not in (select n from read_csv('s*.csv'))" if "csv" in hook else "")
            + "".join(f" and getvariable('{name}') is null" for name in re.findall(r"set variable (\w+)", hook)),
            "a hook changes with each chunk what models of the selection read",
        )
        for hook in (
            "update raw.events set amount = amount + 1",
            "insert into raw.seen select 1",
            "create or replace table raw.seen as select max(id) as id from {{ this }}",
            "create or replace table raw.seen as select id from raw.events where event_date >= '{{ var('start_date', '') }}'",
            "set variable first_day = '{{ var('dbt_playbooks_start_date', '') }}'",
            "set variable newest = (select max(id) from {{ this }})",
            "{% if is_incremental() %}set variable n = (select max(id) from {{ this }}){% else %}set variable n = -1{% endif %}",
            "set variable loads = coalesce(getvariable('loads'), 0) + 1",
            "copy (select count(*) as n from {{ this }}) to 'seen.csv'",
            "insert into {{ source('raw', 'looked_up') }} select 1",
            "insert into raw.se{{ 'en' }} select 1",
        )
    },
    **{
        f"a hook that changes what its SQL means: {hook}": (
            DELETE_INSERT.replace("unique_key", f'pre_hook="{hook}", unique_key') + FILTERED,
            f"a hook changes what SQL means ({hook})",
        )
        for hook in (
            "set TimeZone = 'America/New_York'",
            "use other",
            "reset search_path",
            "pragma default_null_order='nulls_first'",
        )
    },
    "a merge by an expression": (
        MERGE.replace("'id'", "\"id || '-' || event_date\"") + FILTERED,
        "dbt merges by columns, and its unique_key is an expression: id || '-' || event_date",
    ),
    "the window is ignored": (MERGE + _ALL, "it ignores the window: its SQL is the same for two windows"),
    "the window sits inside is_incremental": (
        MERGE + _ALL + "{% if is_incremental() %} where {{ dbt_playbooks.backfill_filter('event_date') }} {% endif %}",
        "its window sits inside `if is_incremental()`",
    ),
    "a microbatch model whose input has no event_time": (
        MICROBATCH + "select * from {{ source('raw', 'events').render() }}",
        "no input of this microbatch model has an event_time",
    ),
    "tags from the window": (
        _config(materialized="'incremental'", unique_key="'id'", tags="[var('dbt_playbooks_start_date', 'none')]")
        + FILTERED,
        "the window's vars decide its tags, and dbt reads those only once",
    ),
    "an input from the window": (
        MERGE
        + "select * from {{ source('raw', 'events') if var('dbt_playbooks_start_date', '') < '2000' else source('raw', 'others') }}"
        " where {{ dbt_playbooks.backfill_filter('event_date') }}",
        "the window's vars decide its source",
    ),
    "it reads itself": (
        MERGE + FILTERED + " and id not in (select id from {{ this }})",
        "it reads itself",
    ),
    "a column is misspelt": (
        MERGE + FILTERED.replace("*", "id, event_date, amuont"),
        "does not run, so nothing was begun",
    ),
    "the key is misspelt": (
        MERGE.replace("'id'", "'event_idd'") + FILTERED,
        "returns no column 'event_idd', which its unique_key names. It returns: id, event_date,",
    ),
    "a macro is misspelt": (
        MERGE + FILTERED.replace("backfill_filter", "backfil_filter"),
        "events (models/events.sql): dbt cannot compile it: 'dict object' has no attribute 'backfil_filter'",
    ),
    "no date column is named": (
        MERGE + _ALL + " where {{ dbt_playbooks.backfill_filter('cast(event_ts as date)') }}",
        "is not known. Say so in the model: config(event_time='<date column>')",
    ),
    "the date column is not in the target": (
        MERGE
        + "select id, amount from {{ source('raw', 'events') }} where {{ dbt_playbooks.backfill_filter('event_date') }}",
        "what events (models/events.sql) returns has no column 'event_date', so its windows cannot be replaced. Its columns: id, amount.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_model_is_refused_with_the_reason(shop: Shop, case: str) -> None:
    sql, reason = REFUSED[case]
    shop.write(
        "models/raw.yml",
        (shop.folder / "models/raw.yml").read_text()
        + "      - name: others\n      - {name: looked_up, identifier: seen}\n",
    )
    shop.sql("create table raw.seen (id bigint)")
    shop.model("events", sql)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert reason in said.err, said.err
    assert "events" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


def test_an_ephemeral_model_is_refused(shop: Shop) -> None:
    shop.model("events", _config(materialized="'ephemeral'") + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "ephemeral" in said.err


_BY_HAND = "select * from {{ source('raw', 'events') }} where event_date between '{{ var('start_date') }}' and '{{ var('end_date') }}'"


@pytest.mark.parametrize(
    ("var", "sql"), [("dbt_playbooks_start_date", FILTERED), ("start_date", _BY_HAND)], ids=["ours", "by hand"]
)
def test_vars_in_the_yaml_config_are_found_too(shop: Shop, var: str, sql: str) -> None:
    shop.model("events", MERGE + sql)
    shop.write(
        "models/events.yml", f"models:\n  - name: events\n    config: {{tags: [\"{{{{ var('{var}', 'none') }}}}\"]}}\n"
    )
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "the window's vars decide its tags" in said.err


def test_every_reason_is_given_at_once(shop: Shop) -> None:
    shop.model("one", _config(materialized="'table'") + FILTERED)
    shop.model("two", MERGE + _ALL)
    said = shop.run("one", "two", *RANGE)
    assert said.code == 2
    assert "one (models/one.sql): it is materialized as table" in said.err
    assert "two (models/two.sql): it ignores the window" in said.err


def test_a_profile_without_transactions_is_refused(shop: Shop) -> None:
    profiles = (shop.folder / "profiles.yml").read_text()
    shop.write("profiles.yml", profiles.replace("threads: 1", "threads: 1, disable_transactions: true"))
    shop.model("events", MERGE + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "disable_transactions" in said.err


def test_a_duckdb_in_memory_is_refused(shop: Shop) -> None:
    profiles = (shop.folder / "profiles.yml").read_text()
    shop.write("profiles.yml", profiles.replace("path: shop.duckdb", "path: ':memory:'"))
    shop.model("events", MERGE + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "is a DuckDB in memory" in said.err


def test_an_override_that_hides_our_strategy_is_refused(shop: Shop) -> None:
    shop.write(
        "macros/override.sql",
        "{% macro default__get_incremental_delete_insert_sql(arg_dict) %}"
        "{{ return(get_delete_insert_merge_sql(arg_dict['target_relation'], arg_dict['temp_relation'], arg_dict['unique_key'],"
        " arg_dict['dest_columns'], arg_dict['incremental_predicates'])) }}{% endmacro %}",
    )
    shop.model("events", DELETE_INSERT + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "the project overrides default__get_incremental_delete_insert_sql" in said.err


def test_models_that_are_rebuilt_from_the_target_are_warned_about(shop: Shop) -> None:
    shop.model("events", MERGE + FILTERED)
    shop.model("daily", _config(materialized="'table'") + "select * from {{ ref('events') }}")
    shop.model(
        "weekly", MERGE + "select * from {{ ref('daily') }} where {{ dbt_playbooks.backfill_filter('event_date') }}"
    )
    said = shop.run("events", *RANGE)
    assert said.code == 0
    assert (
        "warning: daily reads what is backfilled, and dbt rebuilds it as a whole. When the backfill is complete: dbt run --select events+"
        in said.err
    )
    assert "warning: weekly is incremental and misses changes of old rows. Add it to the selection" in said.err


def test_partitions_from_the_window_are_handled(shop: Shop) -> None:
    """BigQuery's static `partitions` would be frozen to the first chunk's; the runner replaces the window instead."""
    shop.model(
        "events",
        _config(materialized="'incremental'", unique_key="'id'", partitions="[var('dbt_playbooks_start_date', 'none')]")
        + FILTERED,
    )
    assert shop.run("events", *RANGE).code == 0
