"""A key that lies in two windows, or twice in one, makes chunks undo each other: the chunk fails, names keys, and changes nothing."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, RANGE, Shop

BY_LINE = "select (id % 3) as line_no, event_date, amount from {{ source('raw', 'events') }} where {{ dbt_playbooks.backfill_filter('event_date') }}"


@pytest.mark.parametrize("config", [DELETE_INSERT, MERGE], ids=["delete+insert", "merge"])
def test_a_key_of_two_windows_fails_every_chunk_but_the_first(shop: Shop, config: str) -> None:
    shop.model("events", config.replace("'id'", "'line_no'") + BY_LINE)
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-05", "--chunk", "day", "--json")
    assert said.code == 1
    assert "the key (line_no) of rows of this chunk is also in rows outside of its window 2024-01-02" in said.err
    assert "A model that keeps the latest row of a key cannot be filled by windows" in said.err
    assert [status for _, status in shop.checkpoints()] == ["completed"] + ["failed"] * 4
    assert said.events[-1]["rows"] == 3
    assert shop.sql("select count(*), min(event_date)::text, max(event_date)::text from events") == [
        (3, "2024-01-01", "2024-01-01")
    ]


def test_the_latest_state_of_a_key_is_not_put_back_by_a_chunk_of_the_past(shop: Shop) -> None:
    shop.sql("create table raw.orders as select id % 30 as order_id, event_date, amount from raw.events")
    shop.write("models/orders.yml", "sources:\n  - name: raw\n    tables: [{name: orders}]\n")
    (shop.folder / "models/raw.yml").unlink()
    latest = (
        "select * from {{ source('raw', 'orders') }} where {{ dbt_playbooks.backfill_filter('event_date') }}"
        " qualify row_number() over (partition by order_id order by event_date desc) = 1"
    )
    shop.model("orders", MERGE.replace("'id'", "'order_id'") + latest)
    said = shop.run("orders", *RANGE)
    assert said.code == 2
    assert "the window function ROW_NUMBER() OVER (PARTITION BY order_id" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


def test_a_key_that_a_merge_would_meet_twice_is_refused_in_the_chunk_that_creates_the_table(shop: Shop) -> None:
    shop.sql(
        "insert into raw.events select id, event_date, event_ts, 'again', amount from raw.events where id in (10, 11)"
    )
    shop.model("events", MERGE + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 1
    assert "the key (id) is in more than one row of the window 2024-01-01 to 2024-01-31" in said.err
    assert "10 (2 rows); 11 (2 rows)" in said.err
    # nothing of January is left, and the other months are whole
    assert shop.sql("select count(*) from events where event_date < '2024-02-01'") == [(0,)]
    shop.sql("delete from raw.events where note = 'again'")
    assert shop.run("events", *RANGE).code == 0
    shop.sql("insert into raw.events select id, event_date, event_ts, 'again', amount from raw.events where id = 10")
    said = shop.run("events", *RANGE, "--reprocess", "all")
    assert said.code == 1
    assert "10 (2 rows)" in said.err
    assert shop.sql("select count(*) from events where id = 10") == [(1,)]


def test_a_key_twice_in_a_chunk_is_right_where_whole_windows_are_replaced(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT.replace("'id'", "'event_date'") + FILTERED)
    for more in ((), ("--reprocess", "all")):
        assert shop.run("events", *RANGE, "--chunk", "week", *more).code == 0
        assert shop.difference("events") == []


@pytest.mark.parametrize("key", ["['id', 'amount']", "\"id || '-' || amount\""])
def test_keys_of_several_columns_and_expressions_are_looked_at(shop: Shop, key: str) -> None:
    if "||" in key:
        shop.model("events", DELETE_INSERT.replace("'id'", key) + FILTERED)
    else:
        shop.model("events", MERGE.replace("'id'", key) + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    assert shop.difference("events") == []
    shop.sql("update raw.events set id = 15 where id = 811")
    shop.sql("update raw.events set id = 15, amount = 1, event_date = '2024-01-02' where id = 11")
    shop.sql("update raw.events set amount = 1 where id = 15")
    said = shop.run("events", "--start", "2024-02-01", "--end", "2024-03-31", "--reprocess", "all", "--id", "again")
    assert said.code in (0, 1)


def test_rows_whose_key_is_null_meet_nobody(shop: Shop) -> None:
    shop.sql("update raw.events set id = null where amount = 1")
    shop.model("events", MERGE + FILTERED)
    for more in ((), ("--reprocess", "all")):
        said = shop.run("events", *RANGE, *more)
        assert said.code == 0, said.err
        assert shop.difference("events") == []


def test_rows_that_something_else_removed_are_told_and_fail_the_run(shop: Shop) -> None:
    shop.model("events", MERGE + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    shop.sql("delete from events where id = 10")
    said = shop.run("events", *RANGE, "--json")
    assert said.code == 1
    assert "error: 2024-01-01 to 2024-01-31 does not hold the rows that were reported" in said.err
    assert "93 reported, 92 there" in said.err
    assert said.events[-1]["mismatches"][0]["rows"] == 92
    assert shop.run("events", *RANGE, "--reprocess", "all").code == 0


def test_rows_that_came_later_are_told_and_are_no_error(shop: Shop) -> None:
    shop.model("events", MERGE + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    shop.sql("insert into events select 9999, date '2024-01-03', null, 'late', 1")
    said = shop.run("events", *RANGE)
    assert said.code == 0
    assert (
        "warning: 2024-01-01 to 2024-01-31 holds more rows than when it was filled: 93 reported, 94 there" in said.err
    )


def test_a_key_of_two_columns_in_one_text_is_dbts_tuple(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT.replace("'id'", "'id, event_date'") + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    assert shop.run("events", *RANGE, "--reprocess", "all", "--reverse").code == 0
    assert shop.difference("events") == []
