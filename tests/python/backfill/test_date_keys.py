"""Dates that are texts or integers: filled exactly when the model says so, refused before anything runs when it does not."""

from __future__ import annotations

import pytest
from shop import RANGE, Shop

KEYS = {
    "integer": "cast(strftime(event_date, '%Y%m%d') as integer)",
    "text": "cast(event_date as varchar)",
    "text with a time": "strftime(event_ts, '%Y-%m-%d %H:%M:%S')",
}
STRATEGIES = {"integer": "delete+insert", "text": "merge", "text with a time": "delete+insert"}


def keyed(shop: Shop, key: str, more: str = "") -> None:
    """`raw.keyed`: the events with a date key, and rows whose key is no day."""
    shop.sql(f"create table raw.keyed as select *, {KEYS[key]} as day from raw.events; {more}")
    yml = (shop.folder / "models/raw.yml").read_text()
    shop.write("models/raw.yml", yml + "      - name: keyed\n")


def model(shop: Shop, said: str, strategy: str = "delete+insert", select: str = "*", name: str = "events") -> None:
    config = f"{{{{ config(materialized='incremental', incremental_strategy='{strategy}', unique_key='id') }}}}\n"
    data_type = f", data_type='{said}'" if said else ""
    source = "{{ source('raw', 'keyed') }}"
    shop.model(
        name, f"{config}select {select} from {source}\nwhere {{{{ dbt_playbooks.backfill_filter('day'{data_type}) }}}}"
    )


@pytest.mark.parametrize(("key", "strategy"), STRATEGIES.items())
def test_a_date_key_is_filled_exactly(shop: Shop, key: str, strategy: str) -> None:
    keyed(shop, key)
    model(shop, key.split()[0], strategy)
    said = shop.run("events", *RANGE, "--chunk", "week", "--compare-to", "raw.keyed")
    assert said.code == 0, said.err
    assert "events: 273 rows from 2024-01-01 to 2024-03-31, no day is missing." in said.err
    assert "compared to raw.keyed by chunk: no difference." in said.err
    assert shop.difference("events", source="raw.keyed") == []
    # what the source lost goes, and nothing beside it
    shop.sql("delete from raw.keyed where id % 7 = 0; delete from raw.keyed where event_date = date '2024-02-10'")
    said = shop.run("events", *RANGE, "--chunk", "week", "--reprocess", "all")
    assert "1 day without rows: 2024-02-10" in said.err
    assert shop.difference("events", source="raw.keyed") == []


@pytest.mark.parametrize(("key", "wrong"), [("integer", "20240299"), ("text", "'20240215'")])
def test_keys_that_are_no_days_are_counted_apart(shop: Shop, key: str, wrong: str) -> None:
    """Both lie somewhere in the range, as dbt compares them; they are days of no chunk when rows are counted by day."""
    keyed(
        shop,
        key,
        f"insert into raw.keyed select 5000, event_date, event_ts, note, amount, {wrong} from raw.events limit 1",
    )
    model(shop, key)
    assert shop.run("events", "--start", "2024-01-01", "--end", "2024-12-31").code == 0
    assert shop.difference("events", source="raw.keyed") == []
    shop.sql("create table raw.other as select * from raw.keyed where id <> 5000")
    said = shop.run("events", "--start", "2024-01-01", "--end", "2024-12-31", "--compare-to", "raw.other")
    assert said.code == 1
    assert "date is NULL: 1 rows here, 0 there" in said.err


def test_rows_that_no_window_holds_are_seen_in_the_comparison(shop: Shop) -> None:
    keyed(
        shop,
        "text",
        "insert into raw.keyed select 5000, event_date, event_ts, note, amount, 'n/a' from raw.events limit 1",
    )
    model(shop, "text")
    said = shop.run("events", *RANGE, "--compare-to", "raw.keyed")
    assert said.code == 1
    assert "date is NULL: 0 rows here, 1 there" in said.err


def test_a_source_by_integers_may_fill_a_table_by_dates(shop: Shop) -> None:
    keyed(shop, "integer")
    model(shop, "integer", select="* replace (event_date as day)")
    said = shop.run("events", *RANGE, "--compare-to", "raw.keyed")
    assert "compared to raw.keyed by chunk: no difference." in said.err
    assert said.code == 0
    assert shop.sql("select count(*), count(distinct day) from events") == [(273, 91)]


@pytest.mark.parametrize(
    ("said", "select", "reason"),
    [
        (
            "date",
            "* exclude (day), cast(day as double) as day",
            "is of type DOUBLE, in which no date window can be cut",
        ),
        (
            "date",
            "* exclude (day), cast(event_date as varchar) as day",
            "If it holds ISO days as text (2024-01-15), say so: data_type='text'",
        ),
        (
            "date",
            "* exclude (day), cast(20240115 as bigint) as day",
            "If it holds days as numbers (20240115), say so: data_type='integer'",
        ),
        ("text", "* exclude (day), cast(20240115 as bigint) as day", "data_type is 'text'"),
    ],
)
@pytest.mark.parametrize("exists", [False, True])
def test_what_is_no_date_is_refused_before_anything_runs(
    shop: Shop, said: str, select: str, reason: str, exists: bool
) -> None:
    key = "text" if said == "text" else "integer"
    shop.sql(
        f"create table raw.keyed as select * replace (event_date as event_date), {'event_date' if said == 'date' else KEYS[key]} as day from raw.events"
    )
    yml = (shop.folder / "models/raw.yml").read_text()
    shop.write("models/raw.yml", yml + "      - name: keyed\n")
    select = select.replace("cast(day as double)", "cast(epoch(event_date) as double)")
    model(shop, said, select=select)
    if exists:
        shop.sql(f"create table events as select {select} from raw.keyed limit 0")
    refused = shop.run("events", *RANGE)
    assert refused.code == 2
    assert "column 'day' of events (models/events.sql)" in refused.err
    assert reason in refused.err
    assert "Allowed: date, datetime, timestamp, timestamptz, text (ISO days), integer (20240115)." in refused.err
    tables = shop.sql("select table_name from information_schema.tables where table_schema = 'main'")
    assert tables == ([("events",)] if exists else [])


def test_a_type_that_is_known_only_afterwards_leaves_no_chunk_running(shop: Shop) -> None:
    """The second model reads the first, whose table the chunk makes: what its SQL returns is not known before."""
    keyed(shop, "integer")
    model(shop, "integer", name="first")
    shop.model(
        "second",
        "{{ config(materialized='incremental', unique_key='id') }}\nselect id, cast(day as double) as day from {{ ref('first') }}\n"
        "where {{ dbt_playbooks.backfill_filter('day', data_type='integer') }}",
    )
    said = shop.run("first", "second", *RANGE)
    assert said.code == 1
    assert "is of type DOUBLE, in which no date window can be cut" in said.err
    assert [status for _, status in shop.checkpoints()] == ["failed"] * 3
    assert shop.sql("select table_name from information_schema.tables where table_name = 'second'") == []


@pytest.mark.parametrize("key", ["integer", "text"])
def test_an_ordinary_run_goes_on_from_the_newest_day(shop: Shop, key: str) -> None:
    keyed(shop, key)
    model(shop, key)
    assert shop.run("events", "--start", "2024-01-01", "--end", "2024-02-10").code == 0
    shop.sql("delete from events where id = 10")
    shop.dbt("run", "--select", "events")
    assert shop.difference("events", "id <> 10", "raw.keyed") == []
    assert shop.sql("select count(*) from events where id = 10") == [(0,)]


def test_a_table_to_compare_with_that_has_no_days_is_refused_before_anything_runs(shop: Shop) -> None:
    keyed(shop, "integer")
    model(shop, "integer")
    shop.sql("create table raw.other as select id, 1.5 as day from raw.keyed")
    said = shop.run("events", *RANGE, "--compare-to", "raw.other")
    assert (said.code, "is of type DECIMAL(2,1), in which no date window can be cut" in said.err) == (2, True)
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []
