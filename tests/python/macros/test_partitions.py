"""Bad partitions: which they are, and how they go, with a way back."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from dbt_playbooks.errors import UsageError, WarehouseError

D = dt.date
EVENTS = """
select timestamp '2024-01-01 00:00:00' + to_hours(cast(12 * i as integer)) as "event at", i as id, if(i = 3, -1, i) as amount
from range(20) r(i)
"""


@pytest.fixture
def events(duck):
    """Two events a day, at 00:00 and 12:00, from 2024-01-01 to 2024-01-10; the second of 2024-01-02 has a negative amount."""
    return duck.table("events", EVENTS)


def test_partitions_with_bad_rows_are_found_with_their_rate(duck, events):
    assert duck("affected_partitions", table=events, date_column="event at", condition="amount < 0") == [
        [D(2024, 1, 2), 1, 2, 0.5]
    ]
    monthly = duck("affected_partitions", table=events, date_column="event at", condition="amount < 0", period="month")
    assert [[*row[:3], float(row[3])] for row in monthly] == [[D(2024, 1, 1), 1, 20, 0.05]]
    outside = {"start_date": "2024-01-03", "end_date": "2024-01-10"}
    assert duck("affected_partitions", table=events, date_column="event at", condition="amount < 0", **outside) == []


def test_a_condition_of_several_parts_and_null_results_counts_right(duck, events):
    duck.sql(f"insert into {events} values (null, 100, null), (null, 101, -5)")
    found = duck(
        "affected_partitions",
        table=events,
        date_column="event at",
        condition="amount < 0 or id = 0",
        start_date="2024-01-01",
    )
    assert found == [[D(2024, 1, 1), 1, 2, 0.5], [D(2024, 1, 2), 1, 2, 0.5], [None, 1, 2, 0.5]]


def test_an_empty_condition_is_refused(duck, events):
    with pytest.raises(UsageError, match="condition is empty"):
        duck("affected_partitions_sql", table=events, date_column="event at", condition=" ")


def ids(duck, events):
    return [row[0] for row in duck.sql(f"select id from {events} order by id")]


def test_deleting_is_planned_first_and_changes_nothing(duck, events):
    printed = duck.printed(
        "delete_partitions", table=events, date_column="event at", dates=["2024-01-02", "2023-12-31"]
    )
    assert ids(duck, events) == list(range(20))
    assert "2 rows in 2 days" in printed
    assert re.search(r"2023-12-31 +0\n2024-01-02 +2\n", printed)
    assert (
        printed.index("create table")
        < printed.index("delete from")
        < printed.index("To go back:")
        < printed.index("insert into")
    )
    assert "dry_run: false" in printed
    assert duck.sql("select count(*) from information_schema.tables") == [[1]]


def test_the_days_go_and_nothing_else(duck, events):
    days = duck(
        "delete_partitions",
        table=events,
        date_column="event at",
        dates=["2024-01-05", "2024-01-02", D(2024, 1, 3)],
        dry_run=False,
    )
    assert days == [["2024-01-02", 2], ["2024-01-03", 2], ["2024-01-05", 2]]
    assert ids(duck, events) == [0, 1, 6, 7, *range(10, 20)]


def test_the_way_back_that_is_printed_restores_the_rows(duck, events):
    before = duck.sql(f"select * from {events} order by id")
    printed = duck.printed(
        "delete_partitions",
        table=events,
        date_column="event at",
        start_date="2024-01-01",
        end_date="2024-01-05",
        where="amount > 0",
        dry_run=False,
    )
    assert "Deleted 8 rows." in printed
    assert ids(duck, events) == [0, 3, *range(10, 20)]
    duck.sql(printed.split("To go back:\n")[1])
    assert duck.sql(f"select * from {events} order by id") == before


def test_a_run_of_days_is_one_half_open_window(duck, events):
    days = ["2024-02-28", "2024-03-01", "2024-02-29", "2024-03-05"]
    _, delete = duck("delete_partitions_sql", table=events, date_column="event at", dates=days)
    assert delete == (
        'delete from "shop"."main"."events"\n'
        "where ((\"event at\" >= timestamp '2024-02-28 00:00:00' and \"event at\" < timestamp '2024-03-02 00:00:00')\n"
        "  or (\"event at\" >= timestamp '2024-03-05 00:00:00' and \"event at\" < timestamp '2024-03-06 00:00:00'))"
    )


@pytest.mark.parametrize(
    "wrong",
    [{}, {"dates": []}, {"dates": None}, {"dates": ["2024-01-01"], "start_date": "2024-01-01"}],
)
def test_no_days_or_two_ways_of_saying_them_is_an_error(duck, events, wrong):
    with pytest.raises(UsageError, match="which days are meant"):
        duck("delete_partitions", table=events, date_column="event at", **wrong, dry_run=False)
    assert ids(duck, events) == list(range(20))


@pytest.mark.parametrize(
    "wrong",
    [{"dates": ["2024-02-30"]}, {"start_date": "2024-01-01"}, {"start_date": "2024-01-02", "end_date": "2024-01-01"}],
)
def test_days_that_are_none_are_an_error(duck, events, wrong):
    with pytest.raises(UsageError):
        duck("delete_partitions", table=events, date_column="event at", **wrong, dry_run=False)
    assert ids(duck, events) == list(range(20))


def test_a_view_is_refused(duck, events):
    duck.sql(f"create view main.events_view as select * from {events}")
    with pytest.raises(UsageError, match="is a view"):
        duck("delete_partitions", table="events_view", date_column="event at", dates=["2024-01-01"])


def test_each_deletion_keeps_a_backup_of_its_own(duck, events):
    for day in ("2024-01-01", "2024-01-02"):
        duck("delete_partitions", table=events, date_column="event at", dates=[day], dry_run=False)
    assert duck.sql("select count(*) from information_schema.tables where table_name like 'events_backup_%'") == [[2]]


def test_a_deletion_that_fails_leaves_everything_as_it_was(duck):
    duck.sql(
        "create table main.parents (id integer primary key, day date)",
        "insert into main.parents values (1, '2024-01-01')",
    )
    duck.sql(
        "create table main.children (parent integer references main.parents (id))",
        "insert into main.children values (1)",
    )
    with pytest.raises(WarehouseError, match="foreign key"):
        duck("delete_partitions", table="main.parents", date_column="day", dates=["2024-01-01"], dry_run=False)
    assert duck.sql("select id from main.parents") == [[1]]
    assert duck.sql("select count(*) from information_schema.tables where table_name like 'parents_backup_%'") == [[0]]
    duck.sql("drop table main.children")
