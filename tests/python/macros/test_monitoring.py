"""What a monitoring view says of each of the last days, and that it reads the table once. The clock stands at noon of 2024-01-04."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from macros.cases import NOON

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date
KINDS = ["date", "datetime", "timestamp"]
ALL = {"key": "id", "columns": "email", "metrics": "amount", "condition": "amount < 0", "days": 4}


@pytest.fixture
def orders(table):
    """Makes a table of orders: two on January 1, none on the 2nd, two on the 3rd and one on the 4th."""

    def make(kind="timestamp", name="orders"):
        hour = "" if kind == "date" else " 23:59:59.999"
        return table(
            {
                "id": [1, 1, 2, None, 3],
                "email": ["a", None, None, None, "b"],
                "amount": [10, -2, 4, 6, None],
                "at": ["2024-01-01", "2024-01-01" + hour, "2024-01-03", "2024-01-03", "2024-01-04"],
            },
            {"id": "int64", "amount": "int64", "at": kind},
            name=name,
        )

    return make


@pytest.fixture
def watch(macro):
    """The rows of a monitoring view, as dicts."""
    return lambda *table, **options: macro("monitoring_view_sql", *table, stubs=NOON, **options).rows.dicts


@pytest.mark.parametrize("kind", KINDS)
def test_each_day_has_its_rows_keys_nulls_anomalies_metrics_and_times(orders, watch, kind):
    first, _, third, today = watch(orders(kind), "at", **ALL)
    assert {name: first[name] for name in list(first)[:-2]} == {
        "day": D(2024, 1, 1), "is_partial": False, "row_count": 2, "distinct_keys": 1, "email_nulls": 1, "email_null_rate": 0.5,
        "anomalies": 1, "anomaly_rate": 0.5, "amount_min": -2, "amount_max": 10, "amount_avg": 4,
    }  # fmt: skip
    assert (str(first["first_at"])[:10], str(first["last_at"])[:10]) == ("2024-01-01", "2024-01-01")
    assert kind == "date" or first["last_at"].replace(tzinfo=None) == dt.datetime(2024, 1, 1, 23, 59, 59, 999000)
    # a NULL key is none, and a condition that is NULL is not met
    assert (third["distinct_keys"], third["email_null_rate"], third["anomalies"]) == (1, 1, 0)
    assert (today["is_partial"], today["anomaly_rate"], today["amount_avg"]) == (True, 0, None)


def test_a_day_without_rows_has_a_row_whose_counts_are_0_and_whose_rates_are_null(orders, watch):
    empty = watch(orders(), "at", **ALL)[1]
    assert empty.pop("day") == D(2024, 1, 2)
    counts = {"row_count", "distinct_keys", "email_nulls", "anomalies"}
    assert {name: empty.pop(name) for name in counts} == dict.fromkeys(counts, 0)
    assert empty.pop("is_partial") is False
    assert set(empty.values()) == {None}


def test_an_empty_table_has_every_day_and_no_division_by_zero(table, watch):
    empty = table(types={"id": "int64", "email": "string", "amount": "int64", "at": "timestamp"})
    rows = watch(empty, "at", **ALL)
    assert [row["row_count"] for row in rows] == [0, 0, 0, 0]
    assert {row["anomaly_rate"] for row in rows} == {None}


def days(rows):
    return [(row["day"].day, row["is_partial"], row["row_count"]) for row in rows]


def test_today_can_be_left_out_and_is_marked_when_it_is_not(orders, watch):
    table = orders()
    assert days(watch(table, "at", days=2)) == [(3, False, 2), (4, True, 1)]
    assert days(watch(table, "at", days=2, include_today=False)) == [(2, False, 0), (3, False, 2)]
    assert len(watch(table, "at")) == 7


@pytest.mark.parametrize("kind", ["datetime", "timestamp"])
def test_days_begin_in_the_time_zone_and_datetimes_are_in_it_already(table, watch, kind):
    edge = table(
        {"at": ["2024-01-02 22:59:59", "2024-01-02 23:00:00", "2024-01-04 22:59:59", "2024-01-04 23:00:00"]},
        {"at": kind},
    )
    found = days(watch(edge, "at", days=2, timezone="Europe/Berlin", data_type=kind))
    assert found == ([(3, False, 1), (4, True, 1)] if kind == "timestamp" else [(3, False, 0), (4, True, 2)])


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("kind", ["timestamp", "timestamptz"])
def test_a_day_whose_midnight_comes_twice_begins_with_the_first(macro, made, kind):
    # Havana, in UTC: the last of November 2, the first hour of the 3rd, and the same hour again
    times = "('2024-11-03 03:59:59'), ('2024-11-03 04:00:00'), ('2024-11-03 05:00:00'), ('2024-11-04 04:59:59')"
    text = "x" if kind == "timestamp" else "x || '+00'"
    events = made(f"select cast({text} as {kind}) as happened from (values {times}) v(x)")
    stubs = {"_today": "date '2024-11-05'"}
    rows = macro("monitoring_view_sql", events, "happened", days=3, timezone="America/Havana", stubs=stubs).rows
    assert [row[2] for row in rows] == [3, 0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_clock_of_the_warehouse_says_which_day_today_is(macro, table, kind):
    now = dt.datetime.now(dt.timezone.utc)
    for timezone, hours in (("UTC", 0), ("Etc/GMT-14", 14), ("Etc/GMT+12", -12)):
        rows = macro(
            "monitoring_view_sql",
            table({"at": [now.replace(tzinfo=None)]}, {"at": kind}),
            "at",
            days=3,
            timezone=timezone,
        ).rows
        assert [row[1] for row in rows] == [False, False, True]
        assert rows[-1][0] - (now + dt.timedelta(hours=hours)).date() in (dt.timedelta(0), dt.timedelta(1))


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("data_type", ["timestamptz", "timestamp_ns", "timestamp_s"])
def test_every_type_of_duckdb_can_be_watched(made, watch, data_type):
    values = "('2024-01-01'), ('2024-01-04 00:00:00'), (null)"
    events = made(f"select cast(x as {data_type}) as at from (values {values}) v(x)")
    # an instant that was written without a zone is in that of the session
    assert [row["row_count"] for row in watch(events, "at", days=6)][-1] in (0, 1)
    assert sum(row["row_count"] for row in watch(events, "at", days=6)) == 2


def test_names_that_must_be_quoted_work(table, watch):
    events = table(
        {"order": ["2024-01-04"], "Group By": [1], "select": [None]},
        {"order": "date", "Group By": "int64", "select": "string"},
    )
    found = watch(events, "order", key=["select", "Group By"], metrics=["Group By", "group by"], days=1)[0]
    assert (found["distinct_keys"], found["select_null_rate"], found["Group By_null_rate"], found["Group By_max"]) == (
        0,
        1,
        0,
        1,
    )


def test_the_date_can_be_an_expression(table, watch):
    events = table({"happened": ["2024-01-04 10:00:00", "2024-01-02 10:00:00"]}, {"happened": "datetime"})
    found = watch(events, "cast(happened as date)", days=2)
    assert days(found) == [(3, False, 0), (4, True, 1)]
    assert found[1]["last_at"] == D(2024, 1, 4)


def test_a_key_of_several_columns_counts_their_combinations(table, watch):
    rows = table({"a": [1, 1, 2, 2], "b": ["x", "y", "x", "x"], "at": ["2024-01-04"] * 4}, {"a": "int64", "at": "date"})
    assert watch(rows, "at", key=["a", "b"], days=1)[0]["distinct_keys"] == 3


def test_rows_that_do_not_meet_where_do_not_count(orders, watch):
    assert [row["row_count"] for row in watch(orders(), "at", days=4, where="amount > 5 or amount < 0")] == [2, 0, 1, 0]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("metrics", [[], ["amount", "id", "price"]])
def test_the_plan_of_duckdb_has_one_scan_however_many_metrics(macro, table, metrics):
    # a table without a row of these days is not scanned at all
    orders = table({"id": [1], "amount": [1], "price": [1.5], "at": [dt.datetime.now()]}, name="orders")
    sql = macro("monitoring_view_sql", orders, "at", key=["id"], columns=["id", "amount"], metrics=metrics).text
    plan = "\n".join(str(row) for row in macro.query("explain " + sql))
    assert len(re.findall("SEQ_SCAN|TABLE_SCAN", plan)) == 1, plan


@pytest.mark.targets("duckdb", "bigquery")
def test_the_sql_names_the_table_once(macro, orders):
    table = orders()
    for name, column in (("monitoring_view_sql", "date_column"), ("health_check_sql", "timestamp_column")):
        sql = macro(name, table, columns=["id", "email"], **{column: "at"}).text
        assert sql.count(str(table)) == 1


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("kind", KINDS)
def test_bigquery_can_fold_the_bounds_which_are_of_the_columns_type(macro, orders, kind):
    sql = macro.run("monitoring_view_sql", orders(kind), "at", timezone="Europe/Berlin").text
    lower, upper = re.search(r"where `at` >= (.*)\n    and `at` < (.*)\n", sql).groups()
    today = "current_date('Europe/Berlin')"
    begin, end = f"date_sub({today}, interval 6 day)", f"date_add({today}, interval 1 day)"
    inside = {"date": "{}", "datetime": "datetime({})", "timestamp": "timestamp({}, 'Europe/Berlin')"}[kind]
    assert (lower, upper) == (inside.format(begin), inside.format(end))


@pytest.mark.targets("bigquery")
def test_a_table_partitioned_by_the_time_of_ingestion_can_be_watched(macro, table):
    events = table(types={"id": "int64", "_PARTITIONTIME": "timestamp"})
    macro.run("monitoring_view_sql", events, "_PARTITIONTIME", key="id")
    macro.run("health_check_sql", events, "_PARTITIONTIME", columns="id")


@pytest.mark.targets("bigquery")
def test_nested_columns_can_be_keys_and_be_watched(macro, table):
    types = {"at": "date", "tags": "array<string>", "place": "struct<city string>", "body": "json"}
    nested = table(types=types)
    for column in ("tags", "place", "body"):
        macro.run("monitoring_view_sql", nested, "at", key=column, columns=list(types))


@pytest.mark.targets("duckdb", "emulator", "bigquery")
def test_the_body_of_a_model_is_the_query(macro, orders):
    body = "{{ dbt_playbooks.monitoring_view(ref('orders'), 'at', metrics=['amount'], days=2) }}"
    compiled = macro.compile(body, refs={"orders": orders()}, stubs=NOON).check()
    assert "amount_avg" in compiled.columns
    assert compiled.printed == ""
