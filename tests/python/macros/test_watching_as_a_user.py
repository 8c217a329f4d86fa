"""Watching as dbt's own commands do it: a model, operations that commit, `table_health`, and tests in YAML that fail."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from macros.test_as_a_user import User

NOW = dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)
MODELS = """
models:
  - name: visits
    config:
      materialized: view
      meta: {dbt_playbooks_health: {date_column: visited_at, key: id, columns: [email], metrics: amount, condition: amount < 0, days: 3}}
    columns:
      - name: visited_at
        data_tests:
          - dbt_playbooks.fresh_within: {name: fresh, arguments: {minutes: 60}}
          - dbt_playbooks.fresh_within: {name: stale, arguments: {minutes: 1}, config: {where: amount > 0}}
          - dbt_playbooks.volume_within: {name: volume, arguments: {max_change: 0.5}}
          - dbt_playbooks.anomaly_rate_below: {name: anomalies, arguments: {max_rate: 0.5, condition: amount < 0}}
          - dbt_playbooks.anomaly_rate_below: {name: too_many_anomalies, arguments: {max_rate: 0.4, condition: amount < 0}}
      - name: email
        data_tests:
          - dbt_playbooks.null_rate_below: {name: nulls, arguments: {max_rate: 0.9}}
          - dbt_playbooks.null_rate_below: {name: too_many_nulls, arguments: {max_rate: 0.1, date_column: visited_at}}
  - name: visits_health
    data_tests:
      - dbt_playbooks.anomaly_rate_below: {name: anomalies_of_the_view, arguments: {max_rate: 0.4}}
      - dbt_playbooks.volume_within: {name: volume_of_the_view, arguments: {max_change: 0.5}}
    columns:
      - name: email_null_rate
        data_tests:
          - dbt_playbooks.null_rate_below: {name: nulls_of_the_view, arguments: {max_rate: 0.1}}
      - name: last_at
        data_tests:
          - dbt_playbooks.fresh_within: {name: freshness_of_the_view, arguments: {minutes: 60}}
"""
HEALTH = """
{{ config(materialized='view') }}
{{ dbt_playbooks.monitoring_view(ref('visits'), 'visited_at', key='id', columns=['email'], metrics=['amount'], condition='amount < 0', days=29) }}
"""
WATCHED = "{dbt_playbooks_models: true}"


@pytest.fixture
def user(tmp_path):
    user = User(tmp_path)
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(
            "create table visits_of_today (id bigint, email varchar, amount double, visited_at timestamp)"
        )
        connection.execute("create schema raw_data; create table raw_data.events_v3 (id bigint)")
        # of today, in the first minutes after midnight too
        just_now = max(NOW - dt.timedelta(minutes=5), dt.datetime(NOW.year, NOW.month, NOW.day))
        rows = [(1, "a", 1.0, just_now), (2, None, -1.0, just_now)]
        connection.executemany("insert into visits_of_today values (?, ?, ?, ?)", rows)
    (tmp_path / "models/visits.sql").write_text("select * from main.visits_of_today")
    (tmp_path / "models/visits_health.sql").write_text(HEALTH)
    (tmp_path / "models/visits.yml").write_text(MODELS)
    return user


def rows(user, sql):
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        return connection.execute(sql).fetchall()


def test_models_are_built_and_their_tests_fail_where_they_should(user):
    said = user.dbt(
        ["parse", "--show-all-deprecations", "--vars", WATCHED],
        ["run", "--select", "visits", "visits_health"],
        ["run", "--select", "table_health", "--vars", WATCHED],
        ["test"],
    )
    assert "Deprecation" not in said
    assert "[WARNING]" not in said
    assert said.count("= True") == 3, said  # the tests fail, as they should
    found = {line.split()[1]: line.split()[2] for line in said.split("$ test")[1].splitlines() if line.startswith("> ")}
    assert found == {
        "fresh": "pass", "stale": "fail", "volume": "fail", "anomalies": "pass", "too_many_anomalies": "fail",
        "nulls": "pass", "too_many_nulls": "fail", "anomalies_of_the_view": "fail", "volume_of_the_view": "fail",
        "nulls_of_the_view": "fail", "freshness_of_the_view": "pass",
    }  # fmt: skip
    assert rows(user, "select count(*), sum(row_count) from visits_health") == [(29, 2)]
    health = rows(user, "select distinct table_name from table_health")
    assert health == [("visits",)]
    assert rows(user, "select anomaly_rate, null_rates from table_health where is_partial") == [(0.5, '{"email":0.5}')]


@pytest.mark.slow
def test_operations_print_and_the_view_that_one_makes_stays(user):
    view = "{table: visits_of_today, date_column: visited_at, view: monitoring.visits, metrics: [amount], timezone: Europe/Berlin}"
    said = user.dbt(
        ["run-operation", "dbt_playbooks.create_monitoring_view", "--args", view],
        ["run-operation", "dbt_playbooks.create_monitoring_view", "--args", view],
        ["run-operation", "dbt_playbooks.create_monitoring_view", "--args", view.replace("monitoring.visits", "raw_data.events_v3")],
        ["run-operation", "dbt_playbooks.create_monitoring_view", "--args", view.replace("monitoring.visits", "customers")],
        ["run-operation", "dbt_playbooks.monitoring_view", "--args", "{table: visits_of_today, date_column: visited_at}"],
        ["run-operation", "dbt_playbooks.health_check", "--args", "{table: visits_of_today, timestamp_column: visited_at, columns: email}"],
        ["run-operation", "dbt_playbooks.table_health"],
        ["run-operation", "dbt_playbooks.table_health", "--vars", "{dbt_playbooks_health: {visits_of_today: {date_column: visited_at}}}"],
    )  # fmt: skip
    assert said.count("= True") == 6, said
    assert said.count("= False") == 2
    assert said.index("was created:") < said.index("was replaced:")
    for text in (
        "is not replaced. Only a view is",
        "belongs to the model 'customers'. Give the view a name of its own",
        'with counted as (\n  -- days of UTC: the last 7, today until now included\n  select\n    cast("visited_at" as date) as day',
        " minutes stale in visited_at; 2 rows in the last 7 days of UTC",
        "The health of 2 tables",
    ):
        assert text in said, text
    assert rows(user, "select count(*), sum(row_count), max(amount_max) from monitoring.visits") == [(7, 2, 1)]
    assert rows(user, "select count(*) from visits_of_today") == [(2,)]


def test_nothing_is_on_that_was_not_asked_for_and_no_hook_does_anything(user):
    said = user.dbt(
        ["ls", "--resource-type", "model"],
        ["run", "--select", "customers"],
        ["run", "--select", "table_health", "--vars", WATCHED],
    )
    assert "table_health" not in said.split("$ run", 1)[0]
    assert said.count("> table_health success") == 1, said
    found = rows(
        user, "select table_name from information_schema.tables where table_name not like 'visits%' order by 1"
    )
    assert found == [("customers",), ("events_v3",), ("table_health",)]
    # the model that is watched is not built yet
    assert rows(user, "select table_name, problem from table_health") == [("visits", "there is no such table yet")]
