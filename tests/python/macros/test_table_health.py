"""The health of many tables, which `meta` or a var says to watch. The clock stands at noon of 2024-01-04."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from macros.cases import NOON
from macros.project import write_project

pytestmark = pytest.mark.targets("duckdb", "emulator")

META = """
models:
  - name: orders
    config: {meta: {dbt_playbooks_health: {date_column: ordered_at, key: id, columns: [email, id], metrics: amount, condition: amount < 0, days: 3}}}
  - name: customers
    config: {meta: {dbt_playbooks_health: {date_column: day, days: 2, timezone: Europe/Berlin}}}
"""
SOURCE = "        identifier: events_v3\n        config: {meta: {dbt_playbooks_health: {date_column: at, days: 1, columns: [at]}}}\n"


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_project(tmp_path_factory.mktemp("watched"))
    (folder / "models/watched.yml").write_text(META)
    sources = folder / "models/sources.yml"
    sources.write_text(sources.read_text().replace("        identifier: events_v3\n", SOURCE))
    return folder


@pytest.fixture
def tables(table):
    table(
        {
            "id": [1, 1, 2], "email": ["a", None, None], "amount": [-1.5, 4.5, None],
            "ordered_at": ["2024-01-02", "2024-01-02 23:59:59", "2024-01-04"],
        },
        {"id": "int64", "amount": "float64", "ordered_at": "timestamp"}, name="orders",
    )  # fmt: skip
    table({"day": ["2024-01-03"]}, {"day": "date"}, name="customers")
    table(types={"at": "timestamp"}, name="events_v3", schema="raw_data")


def health(macro, **settings):
    return macro("dbt_playbooks.table_health_sql", stubs=NOON, vars={"dbt_playbooks_health": settings}).rows.dicts


@pytest.mark.usefixtures("tables")
def test_meta_of_models_and_sources_says_which_tables_and_how(macro):
    rows = health(macro)
    counts = [(row["table_name"], row["day"].day, row["is_partial"], row["row_count"], row["problem"]) for row in rows]
    assert counts == [
        ("customers", 3, False, 1, None), ("customers", 4, True, 0, None),
        ("orders", 2, False, 2, None), ("orders", 3, False, 0, "no rows on this day"), ("orders", 4, True, 1, None),
        ("raw.events", 4, True, 0, "no rows in the last day"),
    ]  # fmt: skip


@pytest.mark.usefixtures("tables")
def test_what_differs_by_table_is_json_and_times_are_instants(macro):
    customer, _, order, empty, *_ = health(macro)
    assert [order[name] for name in ("distinct_keys", "anomalies", "anomaly_rate", "worst_null_rate")] == [
        1,
        1,
        0.5,
        0.5,
    ]
    assert json.loads(order["null_rates"]) == {"email": 0.5, "id": 0}
    assert json.loads(order["metrics"]) == {"amount_min": -1.5, "amount_max": 4.5, "amount_avg": 1.5}
    assert json.loads(empty["null_rates"]) == {"email": None, "id": None}
    assert empty["worst_null_rate"] is None
    assert (customer["distinct_keys"], customer["metrics"], customer["null_rates"]) == (None, None, None)
    # midnight in Berlin
    assert customer["last_at"].replace(tzinfo=None) == dt.datetime(2024, 1, 2, 23)


@pytest.mark.usefixtures("tables")
def test_a_rate_is_not_rounded_to_32_bits(macro, table):
    table({"day": ["2024-01-04"] * 20, "email": [None] + ["a"] * 19}, {"day": "date"}, name="mails")
    rows = health(macro, mails={"date_column": "day", "columns": "email", "days": 1, "condition": "email is null"})
    assert [(row["worst_null_rate"], row["anomaly_rate"]) for row in rows if row["table_name"] == "mails"] == [
        (0.05, 0.05)
    ]


@pytest.mark.usefixtures("tables")
def test_the_var_wins_and_adds_tables(macro):
    rows = health(
        macro,
        orders={"date_column": "ordered_at", "days": 1},
        **{"raw_data.events_v3": {"date_column": "at", "days": 1}},
    )
    assert [row["table_name"] for row in rows] == [
        "customers",
        "customers",
        "orders",
        "raw.events",
        "raw_data.events_v3",
    ]


def test_a_model_that_is_not_built_yet_is_said_so_and_the_others_are_there(macro, table):
    table({"day": ["2024-01-04"]}, {"day": "date"}, name="customers")
    rows = health(macro)
    assert [(row["table_name"], row["problem"]) for row in rows] == [
        ("customers", "no rows on this day"), ("customers", None),
        ("orders", "there is no such table yet"), ("raw.events", "there is no such table yet"),
    ]  # fmt: skip


@pytest.mark.usefixtures("tables")
def test_the_command_prints_all_of_them_and_each_is_read_once(macro):
    result = macro("dbt_playbooks.table_health", stubs=NOON)
    assert result.printed.startswith("The health of 3 tables\ntable_name  day  ")
    assert len(result.rows) == 6
    asked = [sql for sql in result.statements if "daily_1" in sql]
    assert len(asked) == 1
    for name in ("orders", "customers", "events_v3"):
        assert asked[0].replace("`", '"').count(f'"{name}"') == 1


WRONG = {
    "an unknown setting": ({"orders": {"date_column": "ordered_at", "metric": "amount"}}, "has 'metric', which is not known. Allowed: date_column, key"),
    "its near miss": ({"orders": {"date_column": "ordered_at", "metric": "amount"}}, "Did you mean metrics?"),
    "no date column": ({"orders": {"key": "id"}}, "it names no date_column. Write at least {date_column: event_at}"),
    "no settings": ({"orders": "ordered_at"}, "dbt_playbooks_health of 'orders' is 'ordered_at': it names no date_column"),
    "a table that nothing has": ({"ordres": {"date_column": "ordered_at"}}, "there is no table 'ordres'"),
    "a column that is not there": ({"orders": {"date_column": "ordered_on"}}, "has no column 'ordered_on'"),
    "days that are no number": ({"orders": {"date_column": "ordered_at", "days": "all"}}, "days is 'all', which is no whole number"),
}  # fmt: skip


@pytest.mark.targets("duckdb")
@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("case", WRONG)
def test_wrong_settings_are_said_to_be_wrong(macro, case):
    settings, message = WRONG[case]
    with macro.raises(message):
        health(macro, **settings)


@pytest.mark.targets("duckdb")
def test_a_var_that_holds_no_tables_is_refused(macro):
    with macro.raises("the var dbt_playbooks_health is '['orders']'. Give tables with their settings"):
        macro("dbt_playbooks.table_health_sql", vars={"dbt_playbooks_health": ["orders"]})


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("value", "shown"), [("'nan'", "NaN"), ("'inf'", "Infinity"), ("'-inf'", "-Infinity"), ("1.5", 1.5), ("null", None)]
)
def test_metrics_are_json_whatever_the_numbers_are(macro, value, shown):
    made = f"select {value}::double as amount, timestamp '2024-01-04 10:00:00' as ordered_at"
    macro.query(f"create or replace table dbt_test.orders as {made}")
    rows = health(macro, orders={"date_column": "ordered_at", "metrics": "amount", "days": 1})
    [metrics] = [row["metrics"] for row in rows if row["metrics"]]
    assert json.loads(metrics, parse_constant=pytest.fail)["amount_max"] == shown
