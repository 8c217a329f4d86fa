"""What a table holds by day: missing dates, coverage and counts."""

from __future__ import annotations

import datetime as dt

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date


@pytest.fixture
def orders(table):
    """Makes a table of one row a date, in column `day_of_order`; '' is no date."""

    def make(*texts: str):
        return table(
            {"day_of_order": [text or None for text in texts], "amount": [1] * len(texts)},
            {"day_of_order": "date", "amount": "int64"},
        )

    return make


@pytest.fixture
def events(table):
    """Makes a table of one row an instant, in column `event_at`."""
    return lambda *texts: table({"event_at": list(texts)}, {"event_at": "timestamp"})


def missing(macro, table, date_column="day_of_order", **arguments):
    return [row[0] for row in macro("missing_dates_sql", table, date_column, **arguments).rows]


def test_days_without_a_row_between_the_first_and_the_last_are_missing(macro, orders):
    table = orders("2024-02-27", "2024-03-02", "2024-03-02")
    assert missing(macro, table) == [D(2024, 2, 28), D(2024, 2, 29), D(2024, 3, 1)]


def test_days_outside_of_the_tables_own_range_are_missing_when_the_range_says_so(macro, orders):
    table = orders("2024-01-02", "2024-01-04")
    found = missing(macro, table, start_date="2024-01-01", end_date="2024-01-05")
    assert found == [D(2024, 1, 1), D(2024, 1, 3), D(2024, 1, 5)]
    assert missing(macro, table, start_date="2024-01-01") == [D(2024, 1, 1), D(2024, 1, 3)]
    assert missing(macro, table, end_date="2024-01-03") == [D(2024, 1, 3)]


def test_a_row_in_the_last_second_of_a_day_is_a_row_of_that_day(macro, events):
    table = events("2024-01-01 00:00:00", "2024-01-02 23:59:59.999")
    assert missing(macro, table, "event_at", start_date="2024-01-01", end_date="2024-01-02") == []


def test_the_day_of_an_instant_is_the_day_of_the_time_zone(macro, events):
    table = events("2024-01-02 03:00:00")
    window = {"start_date": "2024-01-01", "end_date": "2024-01-02"}
    assert missing(macro, table, "event_at", **window) == [D(2024, 1, 1)]
    assert missing(macro, table, "event_at", **window, timezone="America/New_York") == [D(2024, 1, 2)]


def test_weekends_and_named_days_can_be_left_out(macro, orders):
    table = orders("2024-01-01")  # a Monday
    window = {"start_date": "2024-01-01", "end_date": "2024-01-08"}
    assert len(missing(macro, table, **window)) == 7
    weekdays = missing(macro, table, **window, exclude_weekends=True, exclude_dates=["2024-01-03", D(2024, 1, 4)])
    assert weekdays == [D(2024, 1, 2), D(2024, 1, 5), D(2024, 1, 8)]
    with macro.raises("a day of exclude_dates is '2024-1-3'"):
        missing(macro, table, **window, exclude_dates="2024-1-3")


def test_only_rows_that_meet_the_condition_count(macro, orders):
    table = orders("2024-01-01", "2024-01-02")
    window = {"start_date": "2024-01-01", "end_date": "2024-01-02"}
    assert missing(macro, table, **window, where="amount = 1 or true") == []
    assert len(missing(macro, table, **window, where="amount = 2")) == 2


@pytest.mark.parametrize("days", [[], [""]], ids=["no rows", "no date"])
def test_a_table_without_a_date_and_without_a_range_is_not_said_to_be_complete(macro, orders, days):
    table = orders(*days)
    assert missing(macro, table) == [None]
    assert "no date at all" in macro("missing_dates", table, "day_of_order").printed
    with macro.raises("no date at all"):
        macro("missing_dates", table, "day_of_order", fail=True)
    assert len(missing(macro, table, start_date="2024-01-01", end_date="2024-01-03")) == 3


def test_missing_dates_as_a_gate_names_the_first(macro, orders):
    table = orders("2024-01-01", "2024-01-04")
    with macro.raises("2 missing dates in day_of_order, the first on 2024-01-02. Load them"):
        macro("missing_dates", table, "day_of_order", fail=True)
    assert macro("missing_dates", table, "day_of_order").rows == [[D(2024, 1, 2)], [D(2024, 1, 3)]]


@pytest.mark.targets("duckdb", "bigquery")
def test_a_range_is_written_as_half_open_literals_of_the_columns_type(macro, events):
    table = events("2024-01-01 00:00:00")

    def asked(**arguments):
        sql = macro("missing_dates_sql", table, "event_at", **arguments).text
        return sql.replace("`", '"').replace("+00:00'", "'")

    window = """where "event_at" >= timestamp '2024-01-01 00:00:00' and "event_at" < timestamp '2024-02-01 00:00:00'"""
    assert window in asked(start_date="2024-01-01", end_date="2024-01-31")
    assert """where "event_at" >= date '2024-01-01'\n""" in asked(start_date="2024-01-01", data_type="date")


@pytest.mark.emulator_differs("date_trunc_is_a_datetime")
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
def test_every_expected_period_has_a_row_even_when_it_is_empty(macro, orders, period, expected):
    table = orders("2024-01-31", "2024-01-31", "2024-03-31")
    window = {"start_date": "2024-01-30", "end_date": "2024-04-01"}
    rows = macro("partition_coverage_sql", table, "day_of_order", period=period, **window).rows
    assert [(row[0], row[1], row[4], row[5]) for row in rows] == expected


@pytest.mark.emulator_differs("isoweek_is_missing")
def test_weeks_begin_on_monday_and_count_the_days_of_the_range_only(macro, orders):
    table = orders("2024-01-03", "2024-01-08")
    assert macro("partition_coverage_sql", table, "day_of_order", period="week").rows == [
        [D(2024, 1, 1), 1, D(2024, 1, 3), D(2024, 1, 3), 1, 5],
        [D(2024, 1, 8), 1, D(2024, 1, 8), D(2024, 1, 8), 1, 1],
    ]


def test_how_full_each_period_is_counts_the_same_everywhere(macro, orders):
    table = orders("2024-01-31", "2024-01-31", "2024-03-31")
    rows = macro("partition_coverage_sql", table, "day_of_order", start_date="2024-01-30", end_date="2024-04-01").rows
    assert [list(row[1:]) for row in rows] == [
        [2, D(2024, 1, 31), D(2024, 1, 31), 1, 2],
        [0, None, None, 0, 29],
        [1, D(2024, 3, 31), D(2024, 3, 31), 1, 31],
        [0, None, None, 0, 1],
    ]


def test_an_unknown_period_is_refused_with_those_that_are_known(macro, orders):
    with macro.raises("period 'decade' is not known. Allowed: day, week, month, quarter, year"):
        macro("partition_coverage_sql", orders("2024-01-03"), "day_of_order", period="decade")


@pytest.mark.emulator_differs("date_trunc_is_a_datetime")
def test_coverage_is_printed_as_an_aligned_table(macro, orders):
    printed = macro("partition_coverage", orders("2024-01-31", "2024-03-31"), "day_of_order").printed
    assert printed.splitlines()[1:] == [
        "period_start  row_count  first_date  last_date   days_with_rows  days_expected",
        "-" * 78,
        "2024-01-01            1  2024-01-31  2024-01-31               1              1",
        "2024-02-01            0  -           -                        0             29",
        "2024-03-01            1  2024-03-31  2024-03-31               1             31",
    ]


def test_rows_by_day_have_a_row_for_those_without_a_date_when_there_are_any(macro, orders):
    table = orders("2024-01-01", "2024-01-01", "2024-01-03", "2024-02-01", "")
    window = {"start_date": "2024-01-01", "end_date": "2024-01-31"}
    found = macro("row_counts_by_day_sql", table, "day_of_order", **window).rows
    # NULL comes last on DuckDB and first on BigQuery
    assert sorted(found, key=lambda row: row[0] or D.max) == [(D(2024, 1, 1), 2), (D(2024, 1, 3), 1), (None, 1)]
    dated = macro("row_counts_by_day_sql", table, "day_of_order", **window, where="day_of_order is not null")
    assert len(dated.rows) == 2


WINDOW = {"date_column": "order", "start_date": "2024-01-01", "end_date": "2024-01-31"}


@pytest.mark.parametrize("data_type", ["date", "datetime", "timestamp"])
def test_rows_in_a_window_are_counted_to_the_end_of_its_last_day(macro, table, data_type):
    last = "2024-01-31" if data_type == "date" else "2024-01-31 23:59:59.999"
    events = table({"order": ["2024-01-01", last, "2024-02-01", None]}, {"order": data_type})
    assert macro("window_row_count_sql", events, **WINDOW).rows == [[2]]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("data_type", ["timestamptz", "timestamp_ns"])
def test_rows_in_a_window_are_counted_in_every_type_of_duckdb(macro, made, data_type):
    values = "('2024-01-01'), ('2024-01-31 23:59:59.999'), ('2024-02-01'), (null)"
    events = made(f'select cast(x as {data_type}) as "order" from (values {values}) v(x)')
    assert macro("window_row_count_sql", events, **WINDOW).rows == [[2]]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("days", "title"),
    [
        (["2024-01-01", "2024-01-02"], "no missing dates in day_of_order"),
        (["2024-01-01", "2024-01-03"], "1 missing date in day_of_order"),
        (["2024-01-01", "2024-01-04"], "2 missing dates in day_of_order"),
    ],
)
def test_missing_dates_are_printed_below_how_many_they_are(macro, orders, days, title):
    first, *below = macro("missing_dates", orders(*days), "day_of_order").printed.splitlines()
    assert first.endswith(f": {title}")
    missing_days = int(days[1][-1]) - 2
    assert len(below) == (2 + missing_days if missing_days else 0)


@pytest.mark.targets("duckdb")
def test_a_gate_is_open_when_nothing_is_missing_and_closed_by_one_day(macro, orders):
    assert macro("missing_dates", orders("2024-01-01", "2024-01-02"), "day_of_order", fail=True).rows == []
    with macro.raises("1 missing date in day_of_order, the first on 2024-01-02. Load them"):
        macro("missing_dates", orders("2024-01-01", "2024-01-03"), "day_of_order", fail=True)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("given", [{"start_date": "2024-01-01"}, {"end_date": "2024-01-03"}])
def test_one_end_of_a_range_does_not_make_an_empty_table_complete(macro, orders, given):
    assert missing(macro, orders(), **given) == [None]


@pytest.mark.targets("duckdb")
def test_what_may_be_missing_is_taken_out_of_a_range_alone(macro, orders):
    window = {"start_date": "2024-01-05", "end_date": "2024-01-08"}
    table = orders("2024-01-05")  # a Friday
    assert missing(macro, table, **window, exclude_weekends=True) == [D(2024, 1, 8)]
    assert missing(macro, table, **window, exclude_dates="2024-01-08") == [D(2024, 1, 6), D(2024, 1, 7)]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    "macro_name", ["missing_dates_sql", "partition_coverage_sql", "affected_partitions_sql", "row_counts_by_day_sql"]
)
def test_a_range_that_ends_before_it_begins_is_refused(macro, orders, macro_name):
    more = {"condition": "true"} if macro_name.startswith("affected") else {}
    with macro.raises("is after end_date"):
        macro(macro_name, orders("2024-01-01"), "day_of_order", start_date="2024-01-02", end_date="2024-01-01", **more)
