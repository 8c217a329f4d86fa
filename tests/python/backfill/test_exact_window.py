"""After a chunk ran, its window holds what the source holds: no row that the source lost, none twice, nothing outside touched."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, RANGE, STRATEGIES, Shop

AGAIN = (*RANGE, "--reprocess", "all")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_rows_that_the_source_lost_are_gone(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("delete from raw.events where event_date between '2024-02-10' and '2024-02-12' or id % 7 = 0")
    shop.sql("update raw.events set amount = 99 where id % 5 = 0")
    said = shop.run("events", *AGAIN)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_month_that_the_source_lost_whole_is_gone(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("delete from raw.events where month(event_date) = 2")
    assert shop.run("events", *AGAIN).code == 0
    assert shop.difference("events") == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_rows_outside_of_the_window_stay_as_they_are(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("delete from raw.events")
    assert shop.run("events", "--start", "2024-02-01", "--end", "2024-02-29", "--chunk", "day").code == 0
    assert shop.sql("select month(event_date), count(*) from events group by 1 order by 1") == [(1, 93), (3, 93)]


@pytest.mark.parametrize("strategy", ["delete+insert", "merge"])
def test_a_row_whose_date_moved_is_not_taken_from_another_window(shop: Shop, strategy: str) -> None:
    """The chunk that gets it can't know whether the other window still has it: it fails, and goes on once that one was filled."""
    shop.model("events", STRATEGIES[strategy])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("update raw.events set event_date = '2024-01-05' where id = 700")
    before = shop.sql("select * from events order by id")
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-31", "--id", "january")
    assert said.code == 1
    assert (
        "the key (id) of rows of this chunk is also in rows outside of its window 2024-01-01 to 2024-01-31" in said.err
    )
    assert (
        "For example: 700 on 2024-03-11. Nothing was changed. If rows moved to another day, fill that day too"
        in said.err
    )
    assert shop.sql("select * from events order by id") == before
    assert shop.run("events", *AGAIN).code == 1
    assert shop.run("events", *AGAIN).code == 0
    assert shop.difference("events") == []


@pytest.mark.parametrize("strategy", ["delete+insert", "merge"])
def test_rows_without_a_key_are_not_doubled(shop: Shop, strategy: str) -> None:
    shop.sql("update raw.events set id = null where id % 10 = 1")
    shop.model("events", STRATEGIES[strategy])
    for words in (RANGE, AGAIN):
        assert shop.run("events", *words).code == 0
    assert shop.difference("events") == []


def test_a_composite_key_and_a_predicate_of_the_model_are_kept_to(shop: Shop) -> None:
    shop.model(
        "events",
        "{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['id', 'event_date'],"
        " incremental_predicates=[\"DBT_INTERNAL_DEST.event_date >= date '2024-01-01'\"]) }}\n" + FILTERED,
    )
    assert shop.run("events", *RANGE).code == 0
    shop.sql("delete from raw.events where id % 4 = 0")
    assert shop.run("events", *AGAIN).code == 0
    assert shop.difference("events") == []


def test_columns_that_a_merge_keeps_stay_kept(shop: Shop) -> None:
    shop.model(
        "events",
        "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id',"
        " merge_exclude_columns=['note']) }}\n" + FILTERED,
    )
    assert shop.run("events", *RANGE).code == 0
    shop.sql("update raw.events set note = 'new', amount = 99")
    shop.sql("delete from raw.events where id = 10")
    assert shop.run("events", *AGAIN).code == 0
    assert shop.sql("select count(*), count(distinct amount), count(*) filter (note = 'new') from events") == [
        (272, 1, 0)
    ]


def test_a_column_called_order_in_a_schema_with_a_dash_is_replaced_exactly(shop: Shop) -> None:
    shop.sql('create schema "raw-data"')
    shop.sql('create table "raw-data".orders as select id, event_date as "order", amount from raw.events')
    shop.write(
        "models/orders.yml", "sources:\n  - name: raw_data\n    schema: raw-data\n    tables: [{name: orders}]\n"
    )
    shop.model(
        "orders",
        DELETE_INSERT.replace("unique_key", "schema='the-marts', event_time='order', unique_key")
        + "select * from {{ source('raw_data', 'orders') }} where {{ dbt_playbooks.backfill_filter('order') }}",
    )
    assert shop.run("orders", *RANGE).code == 0
    shop.sql('delete from "raw-data".orders where id % 3 = 0')
    said = shop.run("orders", *AGAIN, "--compare-to", "raw-data.orders")
    assert said.code == 0, said.err
    assert "compared to raw-data.orders by chunk: no difference." in said.err
    assert shop.difference('"main_the-marts".orders', source='"raw-data".orders') == []


@pytest.mark.parametrize("strategy", ["delete+insert", "merge"])
def test_a_chunk_that_fails_leaves_the_window_as_it_was(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    assert shop.run("events", *RANGE).code == 0
    # the window is emptied before dbt inserts: what fails after that must bring it back
    broken = STRATEGIES[strategy].replace("unique_key='id'", "unique_key='id', post_hook='select * from nowhere'")
    shop.model("events", broken)
    shop.sql("delete from raw.events where id % 2 = 0")
    said = shop.run("events", *AGAIN)
    assert said.code == 1
    assert "nowhere" in said.err
    assert shop.sql("select count(*) from events") == [(273,)]


def test_an_ordinary_dbt_run_is_not_changed_by_our_macros(shop: Shop) -> None:
    """The window is the runner's to set: dbt's own incremental run with vars works by key, as it always did."""
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("delete from raw.events where id = 10")
    shop.dbt("run", "--vars", "{start_date: 2024-01-01, end_date: 2024-01-31}")
    assert shop.sql("select count(*) from events where id = 10") == [(1,)]


AT_NIGHT = "backfill_filter('event_ts', 'timestamp', timezone={zone})"
LOSING = {
    "a time zone that is not known before it runs": (
        MERGE.replace("unique_key", "event_time='event_ts', unique_key")
        + FILTERED.replace("backfill_filter('event_date')", AT_NIGHT.format(zone="var('zone', 'America/New_York')")),
        "event_ts",
    ),
    "an event_time that is another date": (
        MERGE.replace("unique_key", "event_time='due_date', unique_key")
        + FILTERED.replace("*", "*, event_date + 20 as due_date"),
        "due_date",
    ),
}


@pytest.mark.parametrize("case", LOSING)
def test_a_model_whose_rows_are_not_of_its_window_fails_and_nothing_is_lost(shop: Shop, case: str) -> None:
    sql, column = LOSING[case]
    shop.model("events", sql)
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-31", "--chunk", "week")
    assert said.code == 1
    assert f"column '{column}'" in said.err
    assert "rows outside of the window 2024-01-01 to 2024-01-07" in said.err
    # the chunk that would create the table is held to the same, so nothing is left of it
    assert {status for _, status in shop.checkpoints()} == {"failed"}
    assert (
        shop.sql(
            "select table_name from information_schema.tables where table_schema = 'main' and table_name = 'events'"
        )
        == []
    )


def test_a_microbatch_of_a_month_takes_whole_months(shop: Shop) -> None:
    shop.model("events", STRATEGIES["microbatch"].replace("batch_size='day'", "batch_size='month'"))
    said = shop.run("events", *RANGE, "--chunk", "week")
    assert said.code == 2
    assert "its batch_size is month, and the chunk 2024-01-01 to 2024-01-07 is not made of whole months" in said.err
    assert shop.run("events", *RANGE, "--chunk", "month").code == 0
    assert shop.difference("events") == []


@pytest.mark.parametrize("variable", ["DBT_FULL_REFRESH", "DBT_EMPTY"])
def test_flags_of_the_environment_that_would_change_a_chunk_are_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    monkeypatch.setenv(variable, "1")
    said = shop.run("events", "--start", "2024-01-10", "--end", "2024-01-10")
    assert said.code == 2
    assert f"dbt is told to run with {variable.removeprefix('DBT_').lower()}" in said.err
    assert shop.difference("events") == []


def test_an_incremental_branch_that_takes_less_is_found_before_there_is_a_table(shop: Shop) -> None:
    newer = " {% if is_incremental() %} and event_date > (select max(event_date) from {{ this }}) {% endif %}"
    shop.model("events", STRATEGIES["merge"] + newer)
    said = shop.run("events", *RANGE, "--reverse")
    assert said.code == 2
    assert "it reads itself" in said.err
    assert (
        shop.sql(
            "select table_name from information_schema.tables where table_schema = 'main' and table_name = 'events'"
        )
        == []
    )


def test_a_table_that_is_gone_is_not_taken_for_done(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("drop table events")
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "although 3 chunks are recorded as completed in backfill 'events_2024-01-01_2024-03-31_month'" in said.err
    assert shop.run("events", *RANGE, "--reprocess", "all").code == 0
    assert shop.difference("events") == []


def test_a_state_that_two_targets_share_does_not_take_one_for_the_other(shop: Shop) -> None:
    shop.write("dbt_project.yml", (shop.folder / "dbt_project.yml").read_text() + "vars: {dbt_playbooks_schema: ops}\n")
    profiles = (shop.folder / "profiles.yml").read_text()
    shop.write("profiles.yml", profiles + "    prod: {type: duckdb, path: shop.duckdb, schema: prod}\n")
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    said = shop.run("events", *RANGE, "--target", "prod")
    assert said.code == 2
    assert 'table: it was "shop"."main"."events", now it is "shop"."prod"."events"' in said.err


def test_a_view_of_the_models_name_is_replaced_by_one_chunk_alone(shop: Shop) -> None:
    shop.sql("create view events as select * from raw.events limit 0")
    shop.model("events", STRATEGIES["delete+insert"])
    said = shop.run("events", *RANGE, "--threads", "3", "--retries", "2")
    assert said.code == 0, said.err
    assert shop.difference("events") == []


def test_a_timestamp_without_a_zone_keeps_its_days(shop: Shop) -> None:
    days = FILTERED.replace("'event_date'", "'event_ts', 'datetime', timezone='America/New_York'")
    shop.model("events", MERGE + days)
    assert shop.run("events", *RANGE).code == 0
    assert shop.run("events", "--start", "2024-02-01", "--end", "2024-02-10", "--chunk", "week").code == 0
    assert shop.difference("events") == []


def test_a_materialization_of_the_projects_own_is_refused(shop: Shop) -> None:
    shop.write(
        "macros/incremental.sql",
        "{% materialization incremental, adapter='duckdb' %}{{ return({'relations': [this]}) }}{% endmaterialization %}",
    )
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "the materialization incremental (package shop)" in said.err
