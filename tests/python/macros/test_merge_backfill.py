"""The upsert: what it changes, what it leaves, what it refuses."""

from __future__ import annotations

import datetime as dt

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError

pytestmark = pytest.mark.targets("duckdb", "emulator")

ASK = {
    "source_table": "source",
    "target_table": "target",
    "key": "id",
    "date_column": "happened_at",
    "start_date": "2024-01-01",
    "end_date": "2024-01-31",
}
TYPES = {"happened_at": "timestamp"}
SOURCE = {
    "id": [1, 2, 3, None],
    "happened_at": ["2024-01-01 00:00:00", "2024-01-31 23:59:59.999", "2024-02-01 00:00:00", "2024-01-15 00:00:00"],
    "Order Note": ["new one", "new two", "after the window", "null key"],
    "amount": [10, 20, 30, 40],
}
TARGET = {
    "id": [1, 3, None],
    "happened_at": ["2024-01-01 00:00:00", "2024-01-20 00:00:00", "2024-01-10 00:00:00"],
    "Order Note": ["old one", "old three", "old null"],
    "amount": [1, 3, 4],
}
UNCHANGED = [[1, "old one", 1], [3, "old three", 3], [None, "old null", 4]]


@pytest.fixture
def source(table):
    return table(SOURCE, TYPES, name="source")


@pytest.fixture
def target(table, source):  # noqa: ARG001 a merge reads it
    return table(TARGET, TYPES, name="target")


def rows(macro, target, columns="*"):
    """The rows by key, and by time for one key."""
    note = macro("_quote", column="Order Note").text
    picked = columns.replace("*", "id, NOTE, amount").replace("NOTE", note)
    return macro.query(f"select {picked} from {target} order by id nulls last, happened_at")


def merge(macro, **changes):
    return macro("merge_backfill", **{**ASK, "dry_run": False, **changes}).rows


def test_a_plan_changes_nothing_and_shows_the_statement(macro, target):
    printed = macro("merge_backfill", **ASK).printed
    assert "3 rows from 2024-01-01 to 2024-01-31, each key once." in printed
    assert "merge into" in printed
    assert "Rows that the source lost would stay" in printed
    assert not [sql for sql in macro.statements if sql.lstrip().lower().startswith("merge")]
    assert rows(macro, target) == UNCHANGED


NULL_KEY = "json_of_null"


@pytest.mark.emulator_differs(NULL_KEY)
def test_rows_of_the_window_are_updated_and_inserted_to_its_last_second_and_lost_rows_stay(macro, target):
    assert merge(macro) == [[3, 3]]
    assert rows(macro, target) == [
        [1, "new one", 10],
        [2, "new two", 20],
        [3, "old three", 3],
        [None, "null key", 40],
    ]


@pytest.mark.emulator_differs(NULL_KEY)
def test_running_it_again_changes_nothing_more(macro, target):
    merge(macro)
    once = rows(macro, target)
    merge(macro)
    assert rows(macro, target) == once


def test_rows_with_a_key_are_updated_and_inserted_however_often_it_runs(macro, source, target):
    macro.query(f"delete from {source} where id is null")
    macro.query(f"delete from {target} where id is null")
    for _ in range(2):
        assert merge(macro) == [[2, 2]]
        assert rows(macro, target) == [[1, "new one", 10], [2, "new two", 20], [3, "old three", 3]]


def test_columns_that_are_not_named_stay_as_they_are(macro, target):
    merge(macro, update_columns=["amount"])
    assert rows(macro, target)[0] == (1, "old one", 10)
    assert rows(macro, target)[1] == (2, "new two", 20)


@pytest.mark.usefixtures("source")
def test_the_time_of_the_change_is_written_where_it_is_asked_for(macro, table):
    target = table({**TARGET, "updated_at": [None] * 3}, {**TYPES, "updated_at": "timestamp"}, name="target")
    merge(macro, updated_at_column="updated_at")
    stamps = dict(macro.query(f"select id, updated_at from {target} where id is not null"))
    assert stamps[3] is None
    for changed in (1, 2):
        assert abs(stamps[changed] - dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)) < dt.timedelta(minutes=1)


def test_a_key_of_several_columns_that_holds_the_date_keeps_other_days(macro, target):
    merge(macro, key=["id", "Happened_At"])
    assert rows(macro, target, "id, NOTE") == [
        [1, "new one"], [2, "new two"], [3, "old three"], [None, "old null"], [None, "null key"],
    ]  # fmt: skip


def test_keys_of_different_types_are_compared_as_the_targets_type(macro, table):
    table({"id": ["7"], "happened_at": [dt.date(2024, 1, 1)], "note": ["new"]}, name="source")
    target = table({"id": [7], "happened_at": ["2024-01-01 00:00:00"], "note": ["old"]}, TYPES, name="target")
    merge(macro, key=["id", "happened_at"])
    assert macro.query(f"select id, note from {target}") == [[7, "new"]]


def test_a_key_that_the_source_holds_twice_is_refused_before_anything_changes(macro, source, target):
    macro.query(f"insert into {source} values (1, timestamp '2024-01-02', 'twice', 0)")
    for dry_run in (True, False):
        with pytest.raises(MacroError, match=r"the key \(id\) is not unique in .* For example: 1 \(2 rows\)"):
            merge(macro, dry_run=dry_run)
    assert rows(macro, target) == UNCHANGED


@pytest.mark.usefixtures("target")
def test_a_duplicate_outside_of_the_window_does_no_harm(macro, source):
    macro.query(f"insert into {source} values (3, timestamp '2024-02-02', 'twice', 0)")
    assert merge(macro) == [[3, 3]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": "nope"}, r"source[\"`] lacks columns of the key: nope. It has: id, happened_at, Order Note, amount"),
        ({"key": []}, "key is empty"),
        ({"update_columns": ["amount", "nope"]}, "lacks columns of update_columns: nope"),
        ({"updated_at_column": "nope"}, "lacks the updated_at_column: nope"),
        ({"date_column": "nope"}, "no column 'nope'"),
        ({"end_date": "2023-01-01"}, "is after end_date"),
        ({"target_table": "targte"}, "Did you mean target"),
    ],
)
@pytest.mark.usefixtures("target")
def test_what_cannot_be_merged_is_refused_by_name(macro, change, message):
    with pytest.raises(MacroError, match=message):
        merge(macro, **change)


@pytest.mark.usefixtures("source")
def test_a_column_that_only_the_target_has_must_be_left_on_purpose(macro, table):
    target = table({**TARGET, "note": ["kept"] * 3}, TYPES, name="target")
    with pytest.raises(
        MacroError, match=r"lacks columns of .*: note\. Add them to the source, or name the columns to update"
    ):
        merge(macro)
    merge(macro, update_columns=["amount"])
    assert macro.query(f"select amount, note from {target} where id = 1") == [[10, "kept"]]


@pytest.mark.targets("duckdb")
def test_the_keys_that_are_there_most_often_are_named_three_at_most(macro, table):
    times = {1: 2, 2: 4, 3: 3, 4: 2, 5: 1}
    ids = [key for key, number in times.items() for _ in range(number)]
    rows = {"id": ids, "happened_at": ["2024-01-02 00:00:00"] * len(ids), "Order Note": [""] * len(ids), "amount": ids}
    table(rows, TYPES, name="source")
    table(TARGET, TYPES, name="target")
    with pytest.raises(MacroError, match=r"For example: 2 \(4 rows\); 3 \(3 rows\); [14] \(2 rows\)\. Make the source"):
        merge(macro)
    with pytest.raises(
        MacroError, match=r"the key \(id, amount\) is not .* For example: 2, 2 \(4 rows\); 3, 3 \(3 rows\)"
    ):
        merge(macro, key=["id", "amount"])


@pytest.mark.targets("duckdb")
def test_a_table_whose_columns_are_all_of_the_key_gets_new_rows_only(macro, table):
    table({"id": [1, 2], "happened_at": ["2024-01-01 00:00:00"] * 2}, TYPES, name="source")
    target = table({"id": [1], "happened_at": ["2024-01-01 00:00:00"]}, TYPES, name="target")
    merge(macro, key=["id", "happened_at"])
    assert macro.query(f"select id from {target} order by id") == [[1], [2]]


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("name", ["start_date", "end_date"])
def test_a_window_without_a_day_is_no_window(macro, name):
    with macro.raises(f"{name} is "):
        macro("merge_backfill_sql", **{**ASK, name: None})
