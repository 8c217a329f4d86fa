"""Bad partitions: which they are, and how they go, with a way back."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date
FIRST = dt.datetime(2024, 1, 1)
ALL = list(range(20))


@pytest.fixture
def events(table):
    """Two events a day, at 00:00 and 12:00, from 2024-01-01 to 2024-01-10; the second of 2024-01-02 has a negative amount."""
    return table(
        {
            "event at": [FIRST + dt.timedelta(hours=12 * i) for i in ALL],
            "id": ALL,
            "amount": [-1 if i == 3 else i for i in ALL],
        },
        {"event at": "timestamp"},
        name="events",
    )


def affected(macro, events, **arguments):
    rows = macro("affected_partitions", events, "event at", **arguments).rows
    return [(*row[:3], float(row[3])) for row in rows]


def test_partitions_with_bad_rows_are_found_with_their_rate(macro, events):
    assert affected(macro, events, condition="amount < 0") == [(D(2024, 1, 2), 1, 2, 0.5)]
    assert affected(macro, events, condition="amount < 0", period="month") == [(D(2024, 1, 1), 1, 20, 0.05)]
    outside = {"start_date": "2024-01-03", "end_date": "2024-01-10"}
    assert affected(macro, events, condition="amount < 0", **outside) == []


def test_a_condition_of_several_parts_and_null_results_counts_right(macro, events):
    macro.query(f"insert into {events} values (null, 100, null), (null, 101, -5)")
    found = affected(macro, events, condition="amount < 0 or id = 0", start_date="2024-01-01")
    dated = [(D(2024, 1, 1), 1, 2, 0.5), (D(2024, 1, 2), 1, 2, 0.5)]
    # NULL comes last on DuckDB and first on BigQuery
    assert sorted(found, key=lambda row: row[0] or D.max) == [*dated, (None, 1, 2, 0.5)]


def test_an_empty_condition_is_refused(macro, events):
    with macro.raises("condition is empty"):
        macro("affected_partitions_sql", events, "event at", condition=" ")


def ids(macro, events):
    return [row[0] for row in macro.query(f"select id from {events} order by id")]


def test_deleting_is_planned_first_and_changes_nothing(macro, events, names):
    printed = macro("delete_partitions", events, "event at", dates=["2024-01-02", "2023-12-31"]).printed
    assert ids(macro, events) == ALL
    assert "2 rows in 2 days" in printed
    assert re.search(r"2023-12-31 +0\n2024-01-02 +2\n", printed)
    backup = "create table" if macro.target == "duckdb" else "create snapshot table"
    assert (
        printed.index(backup) < printed.index("delete from") < printed.index("To go back:") < printed.index("insert into")
    )  # fmt: skip
    assert "dry_run: false" in printed
    assert names() == ["events"]


def test_the_days_go_and_nothing_else(macro, events):
    dates = ["2024-01-05", "2024-01-02", D(2024, 1, 3)]
    days = macro("delete_partitions", events, "event at", dates=dates, dry_run=False).rows
    assert days == [["2024-01-02", 2], ["2024-01-03", 2], ["2024-01-05", 2]]
    assert ids(macro, events) == [0, 1, 6, 7, *range(10, 20)]


def test_the_way_back_that_is_printed_restores_the_rows(macro, events):
    before = macro.query(f"select * from {events} order by id")
    window = {"start_date": "2024-01-01", "end_date": "2024-01-05"}
    printed = macro("delete_partitions", events, "event at", **window, where="amount > 0", dry_run=False).printed
    assert "Deleted 8 rows." in printed
    assert ids(macro, events) == [0, 3, *range(10, 20)]
    macro.query(printed.split("To go back:\n")[1])
    assert macro.query(f"select * from {events} order by id") == before


@pytest.mark.targets("duckdb", "bigquery")
def test_a_run_of_days_is_one_half_open_window(macro, events):
    days = ["2024-02-28", "2024-03-01", "2024-02-29", "2024-03-05"]
    _, delete = macro("delete_partitions_sql", events, "event at", dates=days).value
    assert delete.replace("`", '"').replace("+00:00'", "'") == (
        f"delete from {events}\n".replace("`", '"')
        + "where (\n  (\"event at\" >= timestamp '2024-02-28 00:00:00' and \"event at\" < timestamp '2024-03-02 00:00:00')\n"
        "  or (\"event at\" >= timestamp '2024-03-05 00:00:00' and \"event at\" < timestamp '2024-03-06 00:00:00')\n)"
    )


@pytest.mark.parametrize(
    "wrong",
    [{}, {"dates": []}, {"dates": None}, {"dates": ["2024-01-01"], "start_date": "2024-01-01"}],
)
def test_no_days_or_two_ways_of_saying_them_is_an_error(macro, events, wrong):
    with macro.raises("which days are meant"):
        macro("delete_partitions", events, "event at", **wrong, dry_run=False)
    assert ids(macro, events) == ALL


@pytest.mark.parametrize(
    "wrong",
    [{"dates": ["2024-02-30"]}, {"start_date": "2024-01-01"}, {"start_date": "2024-01-02", "end_date": "2024-01-01"}],
)
def test_days_that_are_none_are_an_error(macro, events, wrong):
    with pytest.raises(MacroError, match=r"not in the calendar|end_date is 'None'|is after end_date"):
        macro("delete_partitions", events, "event at", **wrong, dry_run=False)
    assert ids(macro, events) == ALL


def test_a_view_is_refused(macro, events):
    macro.query(f"create view {events.schema}.events_view as select * from {events}")
    with macro.raises("is a view"):
        macro("delete_partitions", "events_view", "event at", dates=["2024-01-01"])


def test_each_deletion_keeps_a_backup_of_its_own(macro, events, names):
    for day in ("2024-01-01", "2024-01-02"):
        macro("delete_partitions", events, "event at", dates=[day], dry_run=False)
    assert len(names("events_backup_")) == 2


@pytest.mark.targets("duckdb")
def test_a_deletion_that_fails_leaves_everything_as_it_was(macro, table, names):
    parents = table({"id": [1], "day": [D(2024, 1, 1)]}, name="parents")
    macro.query(f"alter table {parents} add primary key (id)")
    children = f"{parents.schema}.children"
    macro.query(f"create table {children} (parent bigint references {parents.schema}.parents (id))")
    macro.query(f"insert into {children} values (1)")
    with pytest.raises(SqlError, match="foreign key"):
        macro("delete_partitions", parents, "day", dates=["2024-01-01"], dry_run=False)
    assert macro.query(f"select id from {parents}") == [[1]]
    assert names("parents_backup_") == []
    macro.query(f"drop table {children}")
