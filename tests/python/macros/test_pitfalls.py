"""What the hand-written recipes get wrong, run as they are written, beside ours."""

from __future__ import annotations

import datetime as dt

import pytest

from macros.test_backfill_filter import condition

D = dt.date
DAYS_OF_2023 = (
    "select cast(d as date) as day from generate_series(date '2023-01-01', date '2023-12-31', interval 1 day) t(d)"
)


def test_pitfall_1_month_chunks_that_end_on_day_28_lose_29_days(duck):
    source = duck.table("source", DAYS_OF_2023)

    def loaded(windows):
        duck.table("target", f"select * from {source} where false")
        for window in windows:
            duck.sql(
                f"insert into main.target select * from {source} where day >= '{window['start_date']}' and day <= '{window['end_date']}'"
            )
        return duck("missing_dates", table="target", date_column="day", start_date="2023-01-01", end_date="2023-12-31")

    recipe = [{"start_date": f"2023-{month:02}-01", "end_date": f"2023-{month:02}-28"} for month in range(1, 13)]
    ours = duck("backfill_chunks", start_date="2023-01-01", end_date="2023-12-31", chunk="month")
    assert len(loaded(recipe)) == 29
    assert loaded(ours) == []


@pytest.mark.parametrize("why", ["first run", "full refresh"])
def test_pitfall_2_a_window_inside_is_incremental_scans_the_whole_source(duck, why):
    source = duck.table("source", DAYS_OF_2023)
    window = {"start_date": "2023-01-01", "end_date": "2023-01-31"}
    is_incremental = False  # what dbt says on a first run and with --full-refresh

    recipe = f"where day >= '{window['start_date']}' and day <= '{window['end_date']}'" if is_incremental else ""
    ours = "where " + condition(duck, window=window, incremental=is_incremental)
    assert duck.sql(f"select count(*) from {source} {recipe}") == [[365]], why
    assert duck.sql(f"select count(*) from {source} {ours}") == [[31]], why


def recipe_newer(this):
    return f"day > (select max(day) from {this})"


def test_pitfall_3_an_empty_target_never_gets_a_row(duck):
    source, this = (
        duck.table("source", DAYS_OF_2023),
        duck.table("target", "select cast(null as date) as day where false"),
    )
    assert duck.sql(f"select count(*) from {source} where {recipe_newer(this)}") == [[0]]
    assert duck.sql(f"select count(*) from {source} where {condition(duck, incremental=True, this=this)}") == [[365]]


def test_pitfall_3_late_rows_of_the_last_day_are_lost(duck):
    source = duck.table(
        "source", "select date '2023-12-30' as day, 'late' as note union all select date '2023-12-31', 'later'"
    )
    this = duck.table("target", "select date '2023-12-31' as day")
    assert duck.sql(f"select note from {source} where {recipe_newer(this)}") == []
    ours = condition(duck, incremental=True, this=this, lookback_days=1)
    assert duck.sql(f"select note from {source} where {ours} order by day") == [["late"], ["later"]]


def test_pitfall_3_the_bound_is_a_literal_and_no_subquery(duck):
    this = duck.table("target", "select date '2023-12-31' as day")
    assert "select" in recipe_newer(this)
    assert condition(duck, incremental=True, this=this) == "\"day\" >= date '2023-12-31'"


def test_pitfall_4_between_on_a_timestamp_cuts_the_last_day_at_midnight(duck):
    source = duck.table(
        "source", "select timestamp '2024-01-31 00:00:00' + to_hours(cast(i as integer)) as day from range(24) r(i)"
    )
    ours = condition(duck, window={"start_date": "2024-01-01", "end_date": "2024-01-31"}, data_type="timestamp")
    assert duck.sql(f"select count(*) from {source} where day between '2024-01-01' and '2024-01-31'") == [[1]]
    assert duck.sql(f"select count(*) from {source} where {ours}") == [[24]]


def test_pitfall_8_the_script_by_hand_doubles_rows_when_it_is_run_again(duck):
    source = duck.table("source", DAYS_OF_2023)

    def filled(script):
        target = duck.table("target", f"select * from {source} where false")
        duck.sql(script(target))
        duck.sql(script(target))
        return duck.sql(f"select count(*) from {target}")[0][0]

    ask = {
        "source_table": source,
        "date_column": "day",
        "start_date": "2023-01-01",
        "end_date": "2023-12-31",
        "chunk": "month",
    }
    assert filled(lambda target: f"insert into {target} select * from {source}") == 730
    assert filled(lambda target: duck("backfill_script_sql", target_table=target, **ask)) == 365


def test_pitfall_10_the_rate_of_bad_rows_in_an_empty_table_is_no_error(duck):
    table = duck.table("events", "select date '2024-01-01' as day, 1 as amount where false")
    assert duck("affected_partitions", table=table, date_column="day", condition="amount < 0") == []


def test_pitfall_19_a_day_without_rows_has_a_row(duck):
    table = duck.table("events", "select date '2024-01-01' as day union all select date '2024-01-03'")
    recipe = duck.sql(f"select day, count(*) from {table} group by day order by day")
    ours = duck("partition_coverage", table=table, date_column="day", period="day")
    assert [row[0] for row in recipe] == [D(2024, 1, 1), D(2024, 1, 3)]
    assert [row[:2] for row in ours] == [[D(2024, 1, 1), 1], [D(2024, 1, 2), 0], [D(2024, 1, 3), 1]]
