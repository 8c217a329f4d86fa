"""The quick health check: freshness, the trend of rows and rates of NULL, from one query. The clock stands at noon of 2024-01-04."""

from __future__ import annotations

import datetime as dt

import pytest

from macros.cases import NOON

pytestmark = pytest.mark.targets("duckdb", "emulator")


def check(macro, *table, **options):
    return macro("health_check", *table, stubs=NOON, **options)


@pytest.fixture
def events(table):
    """Makes a table of events at these times; every second one has no email."""

    def make(*times, kind="timestamp", name=None):
        emails = [None if i % 2 else "a" for i in range(len(times))]
        return table({"at": list(times), "email": emails}, {"at": kind, "email": "string"}, name=name)

    return make


def test_age_trend_and_rates_are_printed_from_one_query(macro, events):
    table = events(
        "2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02", "2024-01-02", "2024-01-04 11:38:10", name="events"
    )
    result = check(macro, table, "at", columns=["email"], days=4)
    assert [sql.count(f"from {table}") for sql in macro.statements if "column_name" not in sql] == [1]
    head, *lines = result.printed.splitlines()
    assert head == f"{table}: 21 minutes stale in at; 6 rows in the last 4 days of UTC, today until now included"
    assert [line.split()[:5] for line in lines] == [
        ["day", "is_partial", "row_count", "row_change", "email_null_rate"],
        ["-" * len(lines[1])],
        ["2024-01-01", "False", "2", "-", "0.5"],
        ["2024-01-02", "False", "3", "0.5", "0.3333"],
        ["2024-01-03", "False", "0", "-1.0", "-"],
        ["2024-01-04", "True", "1", "-", "1.0"],
    ]
    assert {row[-1] for row in result.rows} == {21}


def test_an_empty_table_is_said_to_be_empty(macro, events):
    empty = events()
    printed = check(macro, empty, "at", days=2).printed
    assert (
        f"{empty} is empty in the last 2 days of UTC, today until now included. For older rows give more days, for example days: 8."
        in printed
    )
    assert (
        "is empty where email = 'b' in the last 7 days"
        in check(macro, events("2024-01-04"), "at", where="email = 'b'").printed
    )


def test_a_row_of_the_future_does_not_make_a_table_fresh(macro, events):
    ahead = events("2024-01-04 11:00:00", "2024-01-04 23:00:00")
    assert "60 minutes stale" in check(macro, ahead, "at").printed
    assert "no row that is not of the future" in check(macro, events("2024-01-04 23:00:00"), "at").printed


@pytest.mark.parametrize(("kind", "zone", "minutes"), [
    ("timestamp", "UTC", 12 * 60), ("timestamp", "Europe/Berlin", 12 * 60),
    ("datetime", "Europe/Berlin", 13 * 60), ("date", "UTC", 12 * 60), ("date", "Europe/Berlin", 13 * 60),
])  # fmt: skip
def test_minutes_count_from_the_instant_that_is_meant(macro, events, kind, zone, minutes):
    rows = check(macro, events("2024-01-04", kind=kind), "at", timezone=zone, data_type=kind).rows
    assert rows[0][-1] == minutes


def test_the_real_clock_is_the_warehouses(macro, events):
    now = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
    rows = macro("health_check", events(now - dt.timedelta(minutes=90)), "at", timezone="Asia/Tokyo").rows
    assert rows[0][-1] in (90, 91, 92)


@pytest.mark.targets("duckdb")
def test_an_instant_with_a_zone_is_one_instant(macro, made):
    table = made("select timestamptz '2024-01-04 12:30:00+01:00' as at")
    assert check(macro, table, "at", timezone="America/New_York").rows[0][-1] == 30
