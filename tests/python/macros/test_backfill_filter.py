"""The condition on dates in a model: when it applies, what it lets through, what it refuses."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_playbooks.errors import UsageError

JANUARY = {"start_date": "2024-01-01", "end_date": "2024-01-31"}


def condition(macros, column="day", window=None, incremental=False, this=None, config=None, **arguments):
    """What `backfill_filter` says in a model; `window` holds the vars."""
    stubs = {"is_incremental": lambda: incremental, "this": this, "config": config or {}}
    return macros("backfill_filter", dbt_vars=window or {}, stubs=stubs, date_column=column, **arguments)


@pytest.mark.parametrize("incremental", [True, False], ids=["incremental run", "first run or full refresh"])
def test_a_window_that_was_asked_for_always_applies(duckdb_macros, incremental):
    assert (
        condition(duckdb_macros, window=JANUARY, incremental=incremental)
        == "\"day\" >= date '2024-01-01' and \"day\" < date '2024-02-01'"
    )


def test_without_a_window_a_first_run_takes_everything(duckdb_macros):
    assert condition(duckdb_macros) == "true"


@pytest.mark.parametrize(("given", "missing"), [("start_date", "end_date"), ("end_date", "start_date")])
def test_one_var_alone_is_refused(duckdb_macros, given, missing):
    with pytest.raises(UsageError, match=f"var '{given}' is given and var '{missing}' is not. A window needs both"):
        condition(duckdb_macros, window={given: "2024-01-01"})


@pytest.mark.parametrize(
    "wrong",
    ["2013-02-30", "2013-1-1", "", "2013-01-01 00:00:00", "2013-01-01'", "'; drop table x; --", "2013-13-01", "2013-00-10", "2013-01-00",
     "0000-01-01", "20130101", "today", "2013/01/01", " 2013-01-01", "2013-01-01\n", "\u0662\u0660\u0661\u0663-01-01", 20130101, ["2013-01-01"]],
)  # fmt: skip
@pytest.mark.parametrize("side", ["start_date", "end_date"])
def test_what_is_no_iso_day_is_refused_and_shown(duckdb_macros, wrong, side):
    with pytest.raises(
        UsageError, match=rf"{side} is '{re.escape(str(wrong))}', which is (no date|not in the calendar)"
    ):
        condition(duckdb_macros, window={**JANUARY, side: wrong})


def test_a_day_after_the_end_of_a_month_says_how_long_the_month_is(duckdb_macros):
    with pytest.raises(UsageError, match="that month has days 01 to 28"):
        condition(duckdb_macros, window={**JANUARY, "start_date": "2013-02-30"})


def test_a_start_after_its_end_is_refused(duckdb_macros):
    with pytest.raises(UsageError, match="start_date 2024-02-01 is after end_date 2024-01-31"):
        condition(duckdb_macros, window={**JANUARY, "start_date": "2024-02-01"})


def test_dates_that_yaml_made_of_the_vars_are_taken(duckdb_macros):
    days = {"start_date": dt.date(2024, 1, 1), "end_date": dt.date(2024, 1, 31)}
    assert condition(duckdb_macros, window=days) == condition(duckdb_macros, window=JANUARY)


@pytest.mark.parametrize(
    "data_type", ["datetime", "timestamp", "TIMESTAMP_NS", "timestamptz", "timestamp with time zone"]
)
def test_the_last_day_is_taken_to_its_end(duck, data_type):
    sql_type = "timestamp" if data_type == "datetime" else data_type
    zone = "+00" if data_type.startswith("timestamp") and ("tz" in data_type or "zone" in data_type) else ""
    table = duck.table(
        "events",
        f"""
        select x::{sql_type} as "event at" from (values
          ('2023-12-31 23:59:59.999{zone}'), ('2024-01-01 00:00:00{zone}'), ('2024-01-31 23:59:59.999{zone}'), ('2024-02-01 00:00:00{zone}'), (null)) v(x)
    """,
    )
    where = condition(duck, "event at", window=JANUARY, data_type=data_type)
    assert duck.sql(f"select count(*) from {table} where {where}") == [[2]]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [("2024-03-31", "Europe/Berlin", 23), ("2024-10-27", "Europe/Berlin", 25), ("2024-03-10", "America/New_York", 23),
     ("2024-01-15", "Asia/Kolkata", 24), ("2024-01-15", "UTC", 24), ("2024-09-08", "America/Santiago", 23)],
)  # fmt: skip
@pytest.mark.parametrize("data_type", ["timestamp", "timestamptz"])
def test_a_day_of_a_time_zone_has_the_hours_that_it_has_there(duck, day, zone, hours, data_type):
    first = dt.datetime.fromisoformat(day) - dt.timedelta(days=1)
    table = duck.table(
        "hours",
        f"""
        select cast(timestamptz '{first}+00' + to_hours(cast(i as integer)) as {data_type}) as happened_at from range(72) r(i)
    """
        if data_type == "timestamptz"
        else f"select timestamp '{first}' + to_hours(cast(i as integer)) as happened_at from range(72) r(i)",
    )
    window = {"start_date": day, "end_date": day}
    where = condition(duck, "happened_at", window=window, data_type=data_type, timezone=zone)
    assert duck.sql(f"select count(*) from {table} where {where}") == [[hours]]


def edges(macros, day, zone):
    """The instants between which a day lies."""
    window = {"start_date": str(day), "end_date": str(day)}
    where = condition(macros, window=window, data_type="timestamp", timezone=zone)
    return [
        dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)
        for text in re.findall(r"timestamp '([^']*)'", where)
    ]


# Clocks that change at midnight: it comes twice in Havana and on the Azores, and never in Santiago, Beirut and Asuncion.
@pytest.mark.parametrize(
    ("day", "zone"),
    [
        ("2024-11-03", "America/Havana"),
        ("2024-10-27", "Atlantic/Azores"),
        ("2024-09-08", "America/Santiago"),
        ("2024-03-31", "Asia/Beirut"),
    ],
)
def test_a_day_whose_midnight_comes_twice_or_never_is_whole(duckdb_macros, day, zone):
    check_edges(duckdb_macros, dt.date.fromisoformat(day), zone)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    day=st.dates(dt.date(1971, 1, 1), dt.date(2036, 12, 30)),
    zone=st.sampled_from(
        [
            "Europe/Berlin",
            "America/New_York",
            "Asia/Tokyo",
            "Australia/Lord_Howe",
            "America/Havana",
            "Atlantic/Azores",
            "America/Asuncion",
        ]
    ),
)
def test_a_day_begins_with_its_first_instant_and_ends_where_the_next_begins(duckdb_macros, day, zone):
    check_edges(duckdb_macros, day, zone)


def test_a_day_that_a_time_zone_left_out_is_empty(duckdb_macros):
    begin, end = edges(duckdb_macros, dt.date(2011, 12, 30), "Pacific/Apia")
    assert begin == end == edges(duckdb_macros, dt.date(2011, 12, 29), "Pacific/Apia")[1]
    check_edges(duckdb_macros, dt.date(2011, 12, 31), "Pacific/Apia")


def check_edges(macros, day, zone):
    begin, end = edges(macros, day, zone)
    assert begin.astimezone(ZoneInfo(zone)).date() == day
    assert (begin - dt.timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day
    assert end == edges(macros, day + dt.timedelta(days=1), zone)[0]


def test_an_unknown_time_zone_is_refused(duckdb_macros):
    with pytest.raises(UsageError, match="'Europe/Berln' is no time zone"):
        condition(duckdb_macros, window=JANUARY, data_type="timestamp", timezone="Europe/Berln")


def test_an_unknown_type_is_refused_with_those_that_are_known(duckdb_macros):
    with pytest.raises(UsageError, match=r"'integer' is no type .* Allowed: date, datetime, timestamp, timestamptz"):
        condition(duckdb_macros, window=JANUARY, data_type="integer")


@pytest.mark.parametrize(
    ("column", "quoted"),
    [("order", '"order"'), ("Order Date", '"Order Date"'), ("order-date", '"order-date"'), ("e.order", '"e"."order"'),
     ('"Order Date"', '"Order Date"'), ("cast(day_text as date)", "cast(day_text as date)")],
)  # fmt: skip
def test_any_column_name_and_expressions_work(duck, column, quoted):
    where = condition(duck, column, window=JANUARY)
    assert where.startswith(f"{quoted} >= ")
    columns = """date '2024-01-15' as "order", date '2024-01-15' as "Order Date", date '2024-01-15' as "order-date", '2024-01-15' as day_text"""
    assert duck.sql(f"select count(*) from (select {columns}) as e where {where}") == [[1]]


def test_an_empty_column_name_is_refused(duckdb_macros):
    with pytest.raises(UsageError, match="a column name is empty"):
        condition(duckdb_macros, " ", window=JANUARY)


@pytest.mark.parametrize("schema", ["main", "my-schema"])
@pytest.mark.parametrize(("lookback", "since"), [(0, "2024-01-15"), (3, "2024-01-12"), (20, "2023-12-26")])
def test_an_incremental_run_takes_the_newest_day_and_the_days_before_it_as_a_literal(duck, schema, lookback, since):
    this = duck.table("target", "select date '2024-01-15' as day union all select date '2024-01-10'", schema=schema)
    where = condition(duck, incremental=True, this=this, lookback_days=lookback)
    assert where == f"\"day\" >= date '{since}'"


@pytest.mark.parametrize("content", ["select date '2024-01-15' as day where false", "select cast(null as date) as day"])
def test_an_empty_target_takes_everything(duck, content):
    assert condition(duck, incremental=True, this=duck.table("target", content)) == "true"


def test_the_newest_day_is_one_of_the_time_zone(duck):
    this = duck.table("target", "select timestamp '2024-01-15 03:00:00' as happened_at")
    where = condition(
        duck, "happened_at", incremental=True, this=this, data_type="timestamp", timezone="America/New_York"
    )
    assert where == "\"happened_at\" >= timestamp '2024-01-14 05:00:00'"


def test_the_targets_column_may_have_another_name_and_type(duck):
    this = duck.table("target", "select timestamp '2024-01-15 12:00:00' as loaded_at, date '2024-01-03' as event_day")
    assert condition(duck, incremental=True, this=this, target_column="loaded_at") == "\"day\" >= date '2024-01-15'"
    assert (
        condition(duck, incremental=True, this=this, config={"event_time": "event_day"})
        == "\"day\" >= date '2024-01-03'"
    )


def test_a_target_without_the_column_is_refused_with_its_columns(duck):
    this = duck.table("target", "select date '2024-01-15' as event_day, 1 as id")
    with pytest.raises(UsageError, match=r"has no column 'day'\. Its columns: event_day, id\. Name the column"):
        condition(duck, incremental=True, this=this)
