"""What a table holds by day: missing dates, coverage, counts, and the generic test."""

from __future__ import annotations

import datetime as dt

import pytest

from dbt_playbooks.errors import UsageError

D = dt.date


def days(*texts: str) -> str:
    """A query of one row a date in column `day_of_order`."""
    values = ", ".join(f"({f'{text!r}' if text else 'null'})" for text in texts)
    return f"select cast(d as date) as day_of_order, 1 as amount from (values {values}) v(d)"


def missing(duck, **arguments):
    return [row[0] for row in duck.sql(duck("missing_dates_sql", **arguments))]


def test_days_without_a_row_between_the_first_and_the_last_are_missing(duck):
    table = duck.table("orders_by_day", days("2024-02-27", "2024-03-02", "2024-03-02"))
    assert missing(duck, table=table, date_column="day_of_order") == [D(2024, 2, 28), D(2024, 2, 29), D(2024, 3, 1)]


def test_days_outside_of_the_tables_own_range_are_missing_when_the_range_says_so(duck):
    table = duck.table("orders_by_day", days("2024-01-02", "2024-01-04"))
    found = missing(duck, table=table, date_column="day_of_order", start_date="2024-01-01", end_date="2024-01-05")
    assert found == [D(2024, 1, 1), D(2024, 1, 3), D(2024, 1, 5)]
    assert missing(duck, table=table, date_column="day_of_order", start_date="2024-01-01") == [
        D(2024, 1, 1),
        D(2024, 1, 3),
    ]
    assert missing(duck, table=table, date_column="day_of_order", end_date="2024-01-03") == [D(2024, 1, 3)]


def test_a_row_in_the_last_second_of_a_day_is_a_row_of_that_day(duck):
    table = duck.table(
        "events", "select timestamp '2024-01-01 00:00:00' as at union all select timestamp '2024-01-02 23:59:59.999'"
    )
    assert missing(duck, table=table, date_column="at", start_date="2024-01-01", end_date="2024-01-02") == []


def test_the_day_of_an_instant_is_the_day_of_the_time_zone(duck):
    table = duck.table("events", "select timestamp '2024-01-02 03:00:00' as at")
    arguments = {"table": table, "date_column": "at", "start_date": "2024-01-01", "end_date": "2024-01-02"}
    assert missing(duck, **arguments) == [D(2024, 1, 1)]
    assert missing(duck, **arguments, timezone="America/New_York") == [D(2024, 1, 2)]


def test_weekends_and_named_days_can_be_left_out(duck):
    table = duck.table("orders_by_day", days("2024-01-01"))  # a Monday
    arguments = {"table": table, "date_column": "day_of_order", "start_date": "2024-01-01", "end_date": "2024-01-08"}
    assert len(missing(duck, **arguments)) == 7
    weekdays = missing(duck, **arguments, exclude_weekends=True, exclude_dates=["2024-01-03", D(2024, 1, 4)])
    assert weekdays == [D(2024, 1, 2), D(2024, 1, 5), D(2024, 1, 8)]
    with pytest.raises(UsageError, match="a day of exclude_dates is '2024-1-3'"):
        missing(duck, **arguments, exclude_dates="2024-1-3")


def test_only_rows_that_meet_the_condition_count(duck):
    table = duck.table("orders_by_day", days("2024-01-01", "2024-01-02"))
    assert (
        missing(
            duck,
            table=table,
            date_column="day_of_order",
            start_date="2024-01-01",
            end_date="2024-01-02",
            where="amount = 1 or true",
        )
        == []
    )
    assert (
        len(
            missing(
                duck,
                table=table,
                date_column="day_of_order",
                start_date="2024-01-01",
                end_date="2024-01-02",
                where="amount = 2",
            )
        )
        == 2
    )


@pytest.mark.parametrize("content", [days("2024-01-01") + " where false", days("")])
def test_a_table_without_a_date_and_without_a_range_is_not_said_to_be_complete(duck, content):
    table = duck.table("orders_by_day", content)
    assert missing(duck, table=table, date_column="day_of_order") == [None]
    assert "no date at all" in duck.printed("missing_dates", table=table, date_column="day_of_order")
    with pytest.raises(UsageError, match="no date at all"):
        duck("missing_dates", table=table, date_column="day_of_order", fail=True)
    assert (
        len(missing(duck, table=table, date_column="day_of_order", start_date="2024-01-01", end_date="2024-01-03")) == 3
    )


def test_missing_dates_as_a_gate_names_the_first(duck):
    table = duck.table("orders_by_day", days("2024-01-01", "2024-01-04"))
    with pytest.raises(UsageError, match=r"2 missing dates in day_of_order, the first on 2024-01-02\. Load them"):
        duck("missing_dates", table=table, date_column="day_of_order", fail=True)
    assert duck("missing_dates", table=table, date_column="day_of_order") == [[D(2024, 1, 2)], [D(2024, 1, 3)]]


def test_a_range_is_written_as_half_open_literals_of_the_columns_type(duck):
    table = duck.table("events", "select timestamp '2024-01-01 00:00:00' as at")
    sql = duck("missing_dates_sql", table=table, date_column="at", start_date="2024-01-01", end_date="2024-01-31")
    assert """where "at" >= timestamp '2024-01-01 00:00:00' and "at" < timestamp '2024-02-01 00:00:00'""" in sql
    sql = duck("missing_dates_sql", table=table, date_column="at", start_date="2024-01-01", data_type="date")
    assert """where "at" >= date '2024-01-01'\n""" in sql


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (
            "month",
            [(D(2024, 1, 1), 2, 1, 2), (D(2024, 2, 1), 0, 0, 29), (D(2024, 3, 1), 1, 1, 31), (D(2024, 4, 1), 0, 0, 1)],
        ),
        ("quarter", [(D(2024, 1, 1), 3, 2, 62), (D(2024, 4, 1), 0, 0, 1)]),
        ("year", [(D(2024, 1, 1), 3, 2, 63)]),
    ],
)
def test_every_expected_period_has_a_row_even_when_it_is_empty(duck, period, expected):
    table = duck.table("orders_by_day", days("2024-01-31", "2024-01-31", "2024-03-31"))
    sql = duck(
        "partition_coverage_sql",
        table=table,
        date_column="day_of_order",
        start_date="2024-01-30",
        end_date="2024-04-01",
        period=period,
    )
    assert [(row[0], row[1], row[4], row[5]) for row in duck.sql(sql)] == expected


def test_weeks_begin_on_monday_and_count_the_days_of_the_range_only(duck):
    table = duck.table("orders_by_day", days("2024-01-03", "2024-01-08"))
    rows = duck.sql(duck("partition_coverage_sql", table=table, date_column="day_of_order", period="week"))
    assert rows == [
        [D(2024, 1, 1), 1, D(2024, 1, 3), D(2024, 1, 3), 1, 5],
        [D(2024, 1, 8), 1, D(2024, 1, 8), D(2024, 1, 8), 1, 1],
    ]


def test_an_unknown_period_is_refused_with_those_that_are_known(duck):
    table = duck.table("orders_by_day", days("2024-01-03"))
    with pytest.raises(UsageError, match=r"period 'decade' is not known. Allowed: day, week, month, quarter, year"):
        duck("partition_coverage_sql", table=table, date_column="day_of_order", period="decade")


def test_coverage_is_printed_as_an_aligned_table(duck):
    table = duck.table("orders_by_day", days("2024-01-31", "2024-03-31"))
    printed = duck.printed("partition_coverage", table=table, date_column="day_of_order")
    assert printed.splitlines()[1:] == [
        "period_start  row_count  first_date  last_date   days_with_rows  days_expected",
        "-" * 78,
        "2024-01-01            1  2024-01-31  2024-01-31               1              1",
        "2024-02-01            0  -           -                        0             29",
        "2024-03-01            1  2024-03-31  2024-03-31               1             31",
    ]


def test_rows_by_day_have_a_row_for_those_without_a_date_when_there_are_any(duck):
    table = duck.table("orders_by_day", days("2024-01-01", "2024-01-01", "2024-01-03", "2024-02-01", ""))
    arguments = {"table": table, "date_column": "day_of_order", "start_date": "2024-01-01", "end_date": "2024-01-31"}
    assert duck.sql(duck("row_counts_by_day_sql", **arguments)) == [[D(2024, 1, 1), 2], [D(2024, 1, 3), 1], [None, 1]]
    assert len(duck.sql(duck("row_counts_by_day_sql", **arguments, where="day_of_order is not null"))) == 2


@pytest.mark.parametrize("data_type", ["date", "timestamp", "timestamptz", "timestamp_ns"])
def test_rows_in_a_window_are_counted_to_the_end_of_its_last_day(duck, data_type):
    last = "2024-01-31" if data_type == "date" else "2024-01-31 23:59:59.999"
    table = duck.table(
        "events",
        f"select cast(x as {data_type}) as \"order\" from (values ('2024-01-01'), ('{last}'), ('2024-02-01'), (null)) v(x)",
    )
    sql = duck("window_row_count_sql", table=table, date_column="order", start_date="2024-01-01", end_date="2024-01-31")
    assert duck.sql(sql) == [[2]]
