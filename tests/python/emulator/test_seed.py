"""A seed that dbt builds on the emulator, read by models that are backfilled: a merge, and static partitions that are overwritten."""

from __future__ import annotations

import pytest
from command import completed

from .conftest import RANGE, Shop

# a price for each of the three events of a day
PRICES = "amount,price\n0,1\n10,20\n20,300\n"
PRICED = """
select events.id, events.day, prices.price
from {{ source('raw', 'events') }} as events
inner join {{ ref('prices') }} as prices on events.amount = prices.amount
where {{ dbt_playbooks.backfill_filter('events.day', target_column='day') }}
"""
HEADERS = {
    "merge": """
{{ config(
    materialized='incremental', incremental_strategy='merge', unique_key='id', event_time='day',
    partition_by={'field': 'day', 'data_type': 'date'}
) }}
""",
    "insert_overwrite": """
{{ config(
    materialized='incremental', incremental_strategy='insert_overwrite', event_time='day',
    partition_by={'field': 'day', 'data_type': 'date'}, partitions=["'2024-01-11'"]
) }}
""",
}
EXPECTED = "select e.id, e.day, p.price from {events} as e inner join {prices} as p on e.amount = p.amount order by id"


@pytest.mark.parametrize("strategy", HEADERS)
def test_a_model_that_reads_a_seed_is_backfilled_and_a_killed_run_is_resumed(shop: Shop, strategy: str) -> None:
    shop.write("seeds/prices.csv", PRICES)
    shop.model("priced", HEADERS[strategy] + PRICED)
    shop.dbt("seed")
    assert shop.sql("select sum(price) from {prices}") == [(321,)]

    shop.start_run("priced", *RANGE, "--chunk", "10 day").until(completed(2)).kill()
    again = shop.start_run("priced", *RANGE, "--chunk", "10 day").said()
    assert again.code == 0, again.err
    assert again.events[-1]["completed_before"] >= 2
    assert shop.checkpoints("status") == [("completed",)] * 6
    assert shop.sql("select id, day, price from {priced} order by id") == shop.sql(EXPECTED)

    # a new price, for what is reprocessed only
    shop.write("seeds/prices.csv", PRICES.replace("300", "400"))
    shop.dbt("seed", "--full-refresh")
    february = ("--start", "2024-02-01", "--end", "2024-02-29")
    said = shop.run("priced", *february)
    assert said.code == 0, said.err
    prices = "select max(price) from {priced} where day between '%s' and '%s'"
    assert shop.sql(prices % ("2024-02-01", "2024-02-29")) == [(400,)]
    assert (
        shop.sql(prices % ("2024-03-01", "2024-03-10")) == shop.sql(prices % ("2024-01-11", "2024-01-31")) == [(300,)]
    )
