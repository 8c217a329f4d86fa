"""The generic tests for alerts: their failing rows say what is wrong. The clock stands at noon of 2024-01-31, a Wednesday."""

from __future__ import annotations

import datetime as dt

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date
NOON = {"_today": "date '2024-01-31'", "_now": "timestamp '2024-01-31 12:00:00'"}
KINDS = ["date", "datetime", "timestamp"]


@pytest.fixture
def failing(macro):
    """The failing rows of a generic test, as dicts."""
    return lambda name, *model, **arguments: macro(f"test_{name}", *model, stubs=NOON, **arguments).rows.dicts


@pytest.fixture
def by_day(table):
    """Makes a table with so many rows on each of these days of January."""

    def make(counts, kind="date", name=None):
        days = [f"2024-01-{day:02}" for day, count in counts.items() for _ in range(count)]
        return table({"at": days, "bad": [None] * len(days)}, {"at": kind, "bad": "int64"}, name=name)

    return make


@pytest.fixture
def view(macro):
    """Makes a monitoring view."""

    def make(table, **options):
        [[name, _]] = macro("create_monitoring_view", table, "at", view="watched", stubs=NOON, **options).rows
        return macro("_relation", name).value

    return make


# volume_within
def test_one_huge_day_does_not_move_what_is_usual(failing, by_day):
    usual = {2: 4, 9: 4, 16: 4, 23: 400, 30: 4}
    assert failing("volume_within", by_day(usual), 0.5, column_name="at") == []
    [row] = failing("volume_within", by_day({**usual, 30: 8}), 0.5, column_name="at")
    assert (row["usual_rows"], row["change"]) == (4, 1)


def test_of_two_in_the_middle_the_mean_is_usual(failing, by_day):
    [row] = failing("volume_within", by_day({9: 2, 16: 4, 30: 9}), 0.5, column_name="at", weeks=3)
    assert row["usual_rows"] == 2
    [row] = failing("volume_within", by_day({9: 2, 16: 4, 23: 6, 30: 90}), 0.5, column_name="at", weeks=2)
    assert row["usual_rows"] == 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_with_too_few_rows_beside_the_same_weekdays_fails(failing, by_day, kind):
    table = by_day({2: 4, 9: 4, 16: 4, 23: 4, 30: 1, 29: 90}, kind)
    [row] = failing("volume_within", table, 0.5, column_name="at")
    assert row == {
        "day": D(2024, 1, 30), "row_count": 1, "usual_rows": 4, "change": -0.75, "max_change": 0.5,
        "problem": "fewer rows than on the same weekday before",
    }  # fmt: skip
    assert failing("volume_within", table, 0.75, column_name="at") == []


def test_a_day_with_too_many_rows_fails(failing, by_day):
    [row] = failing("volume_within", by_day({16: 2, 23: 4, 30: 9}), 0.5, column_name="at")
    assert (row["usual_rows"], row["change"], row["problem"]) == (3, 2, "more rows than on the same weekday before")


def test_a_day_without_rows_fails(failing, by_day):
    [row] = failing("volume_within", by_day({16: 2, 23: 2}), 0.99, column_name="at")
    assert (row["day"], row["row_count"], row["change"]) == (D(2024, 1, 30), 0, -1)


def test_the_median_is_of_as_many_weeks_as_are_asked_for_and_of_days_since_the_first_row(failing, by_day):
    table = by_day({9: 8, 23: 4, 30: 4})
    assert failing("volume_within", table, 0.01, column_name="at", weeks=1) == []
    # nothing on the 16th, which counts as empty; the 2nd is before the first row, and does not
    assert failing("volume_within", table, 0.01, column_name="at") == []
    [row] = failing("volume_within", table, 0.9, column_name="at", weeks=2)
    assert row["usual_rows"] == 2


def test_today_is_not_judged_and_more_days_can_be(failing, by_day):
    counts = dict.fromkeys(range(1, 31), 2) | {28: 0, 30: 5}
    table = by_day({**counts, 31: 100})
    assert [row["day"].day for row in failing("volume_within", table, 0.5, column_name="at")] == [30]
    found = failing("volume_within", table, 0.5, column_name="at", days=7, weeks=3)
    assert sorted(row["day"].day for row in found) == [28, 30]


def test_a_new_table_is_not_judged_before_its_second_week(failing, by_day):
    assert failing("volume_within", by_day({29: 1, 30: 60}), 0.1, column_name="at") == []


def test_a_table_without_rows_fails(failing, by_day):
    [row] = failing("volume_within", by_day({}), 0.1, column_name="at")
    assert row["problem"] == "no rows at all in the days that are compared"


def test_a_view_is_judged_by_its_own_days(failing, by_day, view):
    table = by_day({16: 4, 23: 4, 30: 1})
    [row] = failing("volume_within", view(table, days=29), 0.5)
    assert (row["day"], row["change"]) == (D(2024, 1, 30), -0.75)
    assert failing("volume_within", view(by_day({16: 4, 23: 4, 30: 4}), days=29), 0.5) == []


def test_a_view_that_does_not_go_back_a_week_fails(failing, by_day, view):
    [row] = failing("volume_within", view(by_day({30: 4}), days=7), 0.5)
    assert row["problem"] == "the view does not go back a week: give it more days"


def test_a_table_made_of_a_view_that_is_old_fails(failing, by_day, view, made):
    old = made(f"select * from {view(by_day({16: 4, 23: 4}), days=29)} where day < date '2024-01-24'")
    [row] = failing("volume_within", old, 0.5)
    assert (row["day"], row["problem"]) == (None, "the view has none of the days to judge: build it again")


def test_the_tables_of_table_health_are_judged_apart(macro, failing, by_day, made):
    by_day({16: 1, 23: 1, 30: 1}, name="few")
    by_day({16: 9, 23: 9, 30: 1}, name="many")
    watched = {name: {"date_column": "at", "days": 29} for name in ("few", "many")}
    sql = macro("table_health_sql", vars={"dbt_playbooks_health": watched}, stubs=NOON).text
    health = made(sql)
    assert [
        (row["table_name"], row["row_count"]) for row in failing("volume_within", health, 0.5, by="table_name")
    ] == [("many", 1)]


# anomaly_rate_below


@pytest.fixture
def orders(table):
    """Half of the rows of January 29 are below 0, one of four on the 30th; today has one good row."""
    days = ["2024-01-29"] * 2 + ["2024-01-30"] * 4 + ["2024-01-31"]
    return table({"at": days, "amount": [1, -1, 1, 1, 1, -1, 1]}, {"at": "timestamp", "amount": "int64"}, name="orders")


def test_days_with_too_many_anomalies_fail(failing, orders):
    [row] = failing("anomaly_rate_below", orders, 0.25, condition="amount < 0", column_name="at")
    assert row == {
        "day": D(2024, 1, 29), "is_partial": False, "row_count": 2, "anomalies": 1, "anomaly_rate": 0.5, "max_rate": 0.25,
        "problem": "more anomalies than max_rate allows",
    }  # fmt: skip
    rows = failing("anomaly_rate_below", orders, 0, condition="amount < 0", column_name="at", days=2)
    assert [row["day"].day for row in rows] == [30]
    assert failing("anomaly_rate_below", orders, 0.5, condition="amount < 0", column_name="at") == []


def test_days_of_a_view_with_too_many_anomalies_fail(failing, orders, view):
    [row] = failing("anomaly_rate_below", view(orders, condition="amount < 0"), 0.25)
    assert (row["day"], row["anomaly_rate"], row["max_rate"]) == (D(2024, 1, 29), 0.5, 0.25)


def test_a_condition_without_the_date_column_and_the_other_way_round_is_refused(macro, orders):
    for given in ({"condition": "amount < 0"}, {"column_name": "at"}):
        with macro.raises("on a table write it under `columns:`, below the date column, with a condition"):
            macro("test_anomaly_rate_below", orders, 0.1, **given)


def test_what_is_no_monitoring_view_is_refused(macro, orders, view):
    with macro.raises("lacks day, anomaly_rate, which a monitoring view has when it was given a condition"):
        macro("test_anomaly_rate_below", orders, 0.1)
    with macro.raises("lacks anomaly_rate, which a monitoring view has when it was given a condition"):
        macro("test_anomaly_rate_below", view(orders), 0.1)
    with macro.raises("lacks day, row_count, is_partial, which a monitoring view has. To test a table itself"):
        macro("test_volume_within", orders, 0.1)


# null_rate_below


@pytest.fixture
def mails(table):
    days = ["2024-01-29"] * 2 + ["2024-01-31"] * 2
    return table({"at": days, "email": ["a", None, "b", "c"]}, {"at": "date", "email": "string"})


def test_a_column_with_too_many_nulls_fails(failing, mails):
    [row] = failing("null_rate_below", mails, "email", 0.2)
    row["max_rate"] = float(row["max_rate"])
    assert row == {
        "row_count": 4, "null_count": 1, "null_rate": 0.25, "max_rate": 0.2,
        "problem": "more NULLs in email than max_rate allows",
    }  # fmt: skip
    assert failing("null_rate_below", mails, "email", 0.25) == []


def test_days_with_too_many_nulls_fail(failing, mails):
    [row] = failing("null_rate_below", mails, "email", 0.3, date_column="at")
    assert (row["day"], row["row_count"], row["null_count"], row["null_rate"]) == (D(2024, 1, 29), 2, 1, 0.5)
    assert failing("null_rate_below", mails, "email", 0.3, date_column="at", days=2) == []


def test_days_of_a_view_with_too_many_nulls_fail(failing, mails, view):
    [row] = failing("null_rate_below", view(mails, columns="email"), "email_null_rate", 0.3)
    assert (row["day"], row["null_rate"]) == (D(2024, 1, 29), 0.5)


def test_an_empty_table_has_no_rate_of_nulls(failing, table):
    empty = table(types={"at": "date", "email": "string"})
    assert failing("null_rate_below", empty, "email", 0) == []
    assert failing("null_rate_below", empty, "email", 0, date_column="at") == []


# fresh_within


@pytest.fixture
def fresh(table):
    return lambda *times, kind="timestamp": table({"at": list(times)}, {"at": kind})


def test_a_newest_row_that_is_too_old_fails(failing, fresh):
    table = fresh("2024-01-31 10:30:00", "2024-01-20")
    assert failing("fresh_within", table, "at", 90) == []
    [row] = failing("fresh_within", table, "at", 89)
    assert row["newest_at"].replace(tzinfo=None) == dt.datetime(2024, 1, 31, 10, 30)
    assert (row["minutes_stale"], row["allowed_minutes"], row["problem"]) == (90, 89, "the newest row in at is too old")


@pytest.mark.parametrize("times", [[], [None], ["2023-12-01"]], ids=["no rows", "no time", "a month old"])
def test_a_table_without_a_row_of_these_days_fails(failing, fresh, times):
    [row] = failing("fresh_within", fresh(*times), "at", 60)
    assert (row["minutes_stale"], row["problem"]) == (None, "no row in at in the last 7 days")


def test_old_rows_can_be_fresh_enough(failing, fresh):
    assert failing("fresh_within", fresh("2024-01-01 12:00:00"), "at", 30 * 1440) == []


def test_a_row_of_the_future_is_not_fresh(failing, fresh):
    [row] = failing("fresh_within", fresh("2024-01-31 18:00:00", "2024-01-31 06:00:00"), "at", 60)
    assert row["minutes_stale"] == 6 * 60


@pytest.mark.parametrize(
    ("kind", "zone", "minutes"),
    [("date", "UTC", 720), ("datetime", "Europe/Berlin", 780), ("timestamp", "Europe/Berlin", 720)],
)
def test_the_age_is_that_of_the_instant_that_is_meant(failing, fresh, kind, zone, minutes):
    table = fresh("2024-01-31", kind=kind)
    assert failing("fresh_within", table, "at", minutes, timezone=zone, data_type=kind) == []
    assert len(failing("fresh_within", table, "at", minutes - 1, timezone=zone, data_type=kind)) == 1


def test_the_newest_day_of_a_view_is_fresh_or_not(failing, fresh, view):
    assert failing("fresh_within", view(fresh("2024-01-31 11:00:00")), "last_at", 60) == []


# what is refused

TABLE = {"column_name": "at"}
RATES = ["-0.1", -0.1, 1.01, 5, None, "5 %", True]
WRONG = [
    ("volume_within", {**TABLE, "max_change": 0}, "max_change is '0', which is no number above 0. Half as many or half as many again is max_change: 0.5."),
    ("volume_within", {**TABLE, "max_change": "much"}, "max_change is 'much', which is no number above 0"),
    ("volume_within", {**TABLE, "max_change": 0.5, "weeks": 0}, "weeks is '0', which is no whole number from 1 to 104"),
    ("volume_within", {**TABLE, "max_change": 0.5, "days": "all"}, "days is 'all', which is no whole number from 1 to 366"),
    ("volume_within", {**TABLE, "max_change": 0.5, "timezone": "Berlin"}, "'Berlin' is no time zone that is known"),
    ("fresh_within", {**TABLE, "minutes": "1 hour"}, "minutes is '1 hour', which is no whole number from 1 to"),
    ("fresh_within", {**TABLE, "minutes": 60, "timezone": "Berlin"}, "'Berlin' is no time zone that is known"),
    ("fresh_within", {"column_name": "on", "minutes": 60}, "has no column 'on'. Its columns: at, amount"),
    ("null_rate_below", {**TABLE, "max_rate": 0.1, "date_column": "on"}, "has no column 'on'. Its columns: at, amount"),
    ("anomaly_rate_below", {**TABLE, "max_rate": 0.1, "condition": "true", "days": 0}, "days is '0', which is no whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG)
def test_wrong_arguments_are_said_to_be_wrong(macro, orders, name, arguments, message):
    with macro.raises(message):
        macro(f"test_{name}", orders, **arguments)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("rate", RATES)
def test_a_rate_outside_of_0_to_1_is_refused(macro, orders, rate):
    for name, more in (("anomaly_rate_below", {"condition": "amount < 0"}), ("null_rate_below", {})):
        with macro.raises(f"max_rate is '{rate}', which is no number from 0 to 1. Five percent is max_rate: 0.05."):
            macro(f"test_{name}", orders, max_rate=rate, column_name="at", **more)


CALLS = [
    ("volume_within", {"max_change": 0.5, "days": 3, "weeks": 8}),
    ("anomaly_rate_below", {"max_rate": 0.1, "condition": "amount < 0"}),
    ("fresh_within", {"minutes": 90}),
]


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("kind", [*KINDS, "ingestion"])
def test_bigquery_would_take_every_test(macro, table, kind):
    name = "_PARTITIONTIME" if kind == "ingestion" else "day"
    types = {name: "timestamp" if kind == "ingestion" else kind, "amount": "int64"}
    tested = table(types=types)
    for test, arguments in CALLS:
        macro.run(f"test_{test}", tested, column_name=name, timezone="Europe/Berlin", **arguments)
    macro.run("test_null_rate_below", tested, "amount", 0.1)
    macro.run("test_null_rate_below", tested, "amount", 0.1, date_column=name, timezone="Asia/Tokyo")


@pytest.mark.targets("bigquery")
def test_bigquery_would_take_the_tests_of_views(macro, table):
    columns = {
        "table_name": "string",
        "day": "date",
        "is_partial": "bool",
        "row_count": "int64",
        "anomaly_rate": "float64",
        "email_null_rate": "float64",
        "last_at": "timestamp",
    }
    view = table(types=columns, name="watched")
    macro.run("test_volume_within", view, 0.5)
    macro.run("test_volume_within", view, 0.5, by="table_name")
    macro.run("test_anomaly_rate_below", view, 0.05)
    macro.run("test_null_rate_below", view, "email_null_rate", 0.05)
    macro.run("test_fresh_within", view, "last_at", 90)
