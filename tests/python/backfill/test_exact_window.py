"""After a chunk ran, its window holds what the source holds: no row that the source lost, none twice, nothing outside touched."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, STRATEGIES, Shop

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
def test_a_row_whose_date_moved_is_not_there_twice(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    assert shop.run("events", *RANGE).code == 0
    shop.sql("update raw.events set event_date = '2024-03-15' where id = 0")
    assert shop.run("events", "--start", "2024-03-01", "--end", "2024-03-31").code == 0
    assert shop.sql("select event_date::text from events where id = 0") == [("2024-03-15",)]


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
