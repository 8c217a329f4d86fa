"""The upsert: what it changes, what it leaves, what it refuses."""

from __future__ import annotations

import datetime as dt

import pytest

from dbt_playbooks.errors import UsageError

ASK = {
    "source_table": "source",
    "target_table": "target",
    "key": "id",
    "date_column": "happened_at",
    "start_date": "2024-01-01",
    "end_date": "2024-01-31",
}
SOURCE = """
select * from (values
  (1, timestamp '2024-01-01 00:00:00', 'new one', 10),
  (2, timestamp '2024-01-31 23:59:59.999', 'new two', 20),
  (3, timestamp '2024-02-01 00:00:00', 'after the window', 30),
  (null, timestamp '2024-01-15 00:00:00', 'null key', 40)
) v(id, happened_at, "Order Note", amount)
"""
TARGET = """
select * from (values
  (1, timestamp '2024-01-01 00:00:00', 'old one', 1),
  (3, timestamp '2024-01-20 00:00:00', 'old three', 3),
  (null, timestamp '2024-01-10 00:00:00', 'old null', 4)
) v(id, happened_at, "Order Note", amount)
"""


@pytest.fixture
def tables(duck):
    duck.table("source", SOURCE)
    return duck.table("target", TARGET)


def rows(duck, table):
    return duck.sql(f'select id, "Order Note", amount from {table} order by id nulls last')


def merge(duck, **changes):
    return duck("merge_backfill", **{**ASK, "dry_run": False, **changes})


def test_a_plan_changes_nothing_and_shows_the_statement(duck, tables):
    printed = duck.printed("merge_backfill", **ASK)
    assert "3 rows from 2024-01-01 to 2024-01-31, each key once." in printed
    assert "merge into" in printed
    assert "Rows that the source lost would stay" in printed
    assert rows(duck, tables) == [[1, "old one", 1], [3, "old three", 3], [None, "old null", 4]]


def test_rows_of_the_window_are_updated_and_inserted_to_its_last_second_and_lost_rows_stay(duck, tables):
    assert merge(duck) == [[3, 3]]
    assert rows(duck, tables) == [[1, "new one", 10], [2, "new two", 20], [3, "old three", 3], [None, "null key", 40]]


def test_running_it_again_changes_nothing_more(duck, tables):
    merge(duck)
    once = rows(duck, tables)
    merge(duck)
    assert rows(duck, tables) == once


def test_columns_that_are_not_named_stay_as_they_are(duck, tables):
    merge(duck, update_columns=["amount"])
    assert rows(duck, tables)[0] == [1, "old one", 10]
    assert rows(duck, tables)[1] == [2, "new two", 20]


def test_the_time_of_the_change_is_written_where_it_is_asked_for(duck, tables):
    duck.sql(f"alter table {tables} add column updated_at timestamp")
    merge(duck, updated_at_column="updated_at")
    stamps = dict(duck.sql(f"select id, updated_at from {tables} where id is not null"))
    assert stamps[3] is None
    for changed in (1, 2):
        assert abs(stamps[changed] - dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)) < dt.timedelta(minutes=1)


def test_a_key_of_several_columns_that_holds_the_date_keeps_other_days(duck, tables):
    merge(duck, key=["id", "Happened_At"])
    found = duck.sql(f'select id, "Order Note" from {tables} order by id nulls last, happened_at')
    assert found == [[1, "new one"], [2, "new two"], [3, "old three"], [None, "old null"], [None, "null key"]]


def test_keys_of_different_types_are_compared_as_the_targets_type(duck):
    duck.table("source", "select '7' as id, date '2024-01-01' as happened_at, 'new' as note")
    target = duck.table("target", "select 7 as id, timestamp '2024-01-01 00:00:00' as happened_at, 'old' as note")
    merge(duck, key=["id", "happened_at"])
    assert duck.sql(f"select id, note from {target}") == [[7, "new"]]


def test_a_key_that_the_source_holds_twice_is_refused_before_anything_changes(duck, tables):
    duck.sql("insert into main.source values (1, timestamp '2024-01-02', 'twice', 0)")
    for dry_run in (True, False):
        with pytest.raises(UsageError, match=r"the key \(id\) is not unique in .* For example: 1 \(2 rows\)"):
            merge(duck, dry_run=dry_run)
    assert rows(duck, tables) == [[1, "old one", 1], [3, "old three", 3], [None, "old null", 4]]


@pytest.mark.usefixtures("tables")
def test_a_duplicate_outside_of_the_window_does_no_harm(duck):
    duck.sql("insert into main.source values (3, timestamp '2024-02-02', 'twice', 0)")
    assert merge(duck) == [[3, 3]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": "nope"}, r"\"source\" lacks columns of the key: nope. It has: id, happened_at, Order Note, amount"),
        ({"key": []}, "key is empty"),
        ({"update_columns": ["amount", "nope"]}, "lacks columns of update_columns: nope"),
        ({"updated_at_column": "nope"}, "lacks the updated_at_column: nope"),
        ({"date_column": "nope"}, "no column 'nope'"),
        ({"end_date": "2023-01-01"}, "is after end_date"),
        ({"target_table": "targte"}, "Did you mean target"),
    ],
)
@pytest.mark.usefixtures("tables")
def test_what_cannot_be_merged_is_refused_by_name(duck, change, message):
    with pytest.raises(UsageError, match=message):
        merge(duck, **change)


def test_a_column_that_only_the_target_has_must_be_left_on_purpose(duck, tables):
    duck.sql(f"alter table {tables} add column note varchar default 'kept'")
    with pytest.raises(
        UsageError, match=r"lacks columns of .*: note\. Add them to the source, or name the columns to update"
    ):
        merge(duck)
    merge(duck, update_columns=["amount"])
    assert duck.sql(f"select note from {tables} where id = 1") == [["kept"]]
