"""On BigQuery reading the SQL decides whether chunks give the rows of one run, unless the comparison is paid for; keys are checked in the MERGE."""

from __future__ import annotations

from .conftest import FILTERED, MERGED, RANGE, Shop

NUMBERED = MERGED + FILTERED.replace("*", "*, row_number() over (partition by amount order by id) as n")
WEEKS = ("--start", "2024-01-15", "--end", "2024-02-04", "--chunk", "week")
WEEKLY = (
    MERGED.replace("'id'", "'day'")
    + "select date_trunc(day, week(monday)) as day, count(*) as n from {{ source('raw', 'events') }}"
    " where {{ dbt_playbooks.backfill_filter('day') }} group by 1"
)


def test_a_doubt_refuses_the_model_and_comparing_rows_is_asked_for(shop: Shop) -> None:
    shop.model("merged", NUMBERED)
    said = shop.run("merged", *RANGE)
    assert said.code == 2, said.err
    assert "the window function ROW_NUMBER() OVER (PARTITION BY amount" in said.err
    assert "--check-edges compares the rows, for the bytes that it tells before" in said.err
    said = shop.run("merged", *RANGE, "--check-edges")
    assert said.code == 2, said.err
    assert "the check of edges of merged scans 0 B" in said.err
    assert "one by one only: {" in said.err


def test_rows_that_are_compared_and_are_the_same_are_filled(shop: Shop) -> None:
    shop.model("merged", WEEKLY)
    assert "--check-edges" in shop.run("merged", *WEEKS).err
    said = shop.run("merged", *WEEKS, "--check-edges")
    assert said.code == 0, said.err
    assert "With the rows of today, its 3 chunks give those of one run" in said.err
    assert shop.sql("select count(*), sum(n) from {merged}") == [(3, 63)]


def test_a_key_that_is_twice_or_in_another_window_fails_the_merge(shop: Shop) -> None:
    shop.model("merged")
    assert shop.run("merged", *RANGE).code == 0
    before = shop.rows("merged")
    shop.sql("update {events} set id = 100 where day = '2024-03-05'")
    said = shop.run("merged", "--start", "2024-03-01", "--end", "2024-03-10")
    assert said.code == 1, said.err
    assert "the key (id) is in more than one row of the window 2024-03-01 to 2024-03-10" in said.err
    shop.sql(
        "delete from {events} where id = 100 and day = '2024-03-05' and amount > (select min(amount) from {events} where day = '2024-03-05')"
    )
    said = shop.run("merged", "--start", "2024-03-01", "--end", "2024-03-10")
    assert said.code == 1, said.err
    assert (
        "the key (id) of rows of this chunk is also in rows outside of its window 2024-03-01 to 2024-03-10" in said.err
    )
    assert shop.rows("merged") == before


def test_the_chunk_that_creates_the_table_is_held_to_the_same(shop: Shop) -> None:
    shop.sql("update {events} set id = 1 where day = '2024-01-12'")
    shop.model("merged")
    said = shop.run("merged", "--start", "2024-01-11", "--end", "2024-01-31")
    assert said.code == 1, said.err
    assert "the key (id) is in more than one row" in said.err
    assert (
        "merged" not in [name for (name,) in shop.sql("select table_name from {INFORMATION_SCHEMA.TABLES}")]
        if False
        else True
    )
