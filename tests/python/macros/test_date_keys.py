"""Dates that are texts or integers, in every macro that counts, watches, deletes or restores by day. What is no day is in none."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date
KINDS = ["text", "integer"]
# days, and values that sort between them or beside them and are no days
TEXTS = [
    "2024-01-01",
    "2024-01-01 23:59:59",
    "2024-01-03T08:00",
    "2024-01-04",
    "20240102",
    "2024-01-02x",
    "2024-01-32",
    "n/a",
    None,
]
INTEGERS = [20240101, 20240101, 20240103, 20240104, 20240199, 20241399, 102, 2024010200, None]
VALUES = {"text": TEXTS, "integer": INTEGERS}
TYPES = {"text": "string", "integer": "int64"}
NO_DAYS = 5
NOON = {"_today": "date '2024-01-04'", "_now": "timestamp '2024-01-04 12:00:00'"}


@pytest.fixture
def keyed(table):
    """Makes a table with a date key `day`."""

    def make(kind, name="keyed"):
        values = VALUES[kind]
        columns = {"id": list(range(len(values))), "day": values, "bad": [1] * len(values)}
        return table(columns, {"id": "int64", "day": TYPES[kind], "bad": "int64"}, name=name)

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_days_are_counted_and_what_is_no_day_is_a_group_of_its_own(macro, keyed, kind):
    window = {"start_date": "2024-01-01", "end_date": "2024-01-03"}
    counts = macro("row_counts_by_day_sql", keyed(kind), "day", **window, data_type=kind).rows
    assert sorted((str(day), rows) for day, rows in counts) == [("2024-01-01", 2), ("2024-01-03", 1), ("None", NO_DAYS)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "window", [{}, {"start_date": "2024-01-01", "end_date": "2024-01-04"}], ids=["its own", "given"]
)
def test_missing_days_are_found(macro, keyed, kind, window):
    found = macro("missing_dates_sql", keyed(kind), "day", **window, data_type=kind).rows
    assert [row[0] for row in found] == [D(2024, 1, 2)]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("kind", KINDS)
def test_coverage_is_of_days(macro, keyed, kind):
    [row] = macro("partition_coverage_sql", keyed(kind), "day", data_type=kind).rows
    assert [str(value) for value in row] == ["2024-01-01", "4", "2024-01-01", "2024-01-04", "3", "4"]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("kind", KINDS)
def test_bad_rows_without_a_day_are_shown(macro, keyed, kind):
    window = {"start_date": "2024-01-01", "end_date": "2024-01-01"}
    found = macro("affected_partitions_sql", keyed(kind), "day", "bad = 1", **window, data_type=kind).rows
    assert sorted((str(row[0]), row[1]) for row in found) == [("2024-01-01", 2), ("None", NO_DAYS)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_day_takes_no_row_that_is_of_no_day(macro, keyed, kind):
    table = keyed(kind)
    asked = {"dates": ["2024-01-01", "2024-01-31"], "data_type": kind, "dry_run": False}
    assert macro("delete_partitions", table, "day", **asked).value == [["2024-01-01", 2], ["2024-01-31", 0]]
    assert [row[0] for row in macro.query(f"select id from {table} order by id")] == [2, 3, 4, 5, 6, 7, 8]


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("kind", KINDS)
def test_a_restored_day_changes_no_row_that_is_of_no_day(macro, keyed, kind):
    table = keyed(kind)
    backup = macro("backup_table", table, suffix="a").value[0][0]
    macro.query(f"delete from {table} where id in (0, 4)")
    asked = {"dates": ["2024-01-01"], "from_backup": backup, "data_type": kind, "dry_run": False}
    assert macro("restore_partitions", "keyed", "day", **asked).value == [["2024-01-01", 1, 2]]
    assert [row[0] for row in macro.query(f"select id from {table} order by id")] == [0, 1, 2, 3, 5, 6, 7, 8]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_by_keys_is_compared_with_one_by_dates(macro, keyed, table, kind):
    """Each side is read as what it holds."""
    dates = table({"id": [1], "day": [D(2024, 1, 1)]}, {"id": "int64", "day": "date"})
    for each, rows in ((keyed(kind), 2), (dates, 1)):
        window = {"start_date": "2024-01-01", "end_date": "2024-01-01"}
        assert macro("window_row_count_sql", each, "day", **window, data_type=kind).rows == [(rows,)]


@pytest.mark.parametrize("kind", KINDS)
def test_health_is_watched_by_keys(macro, keyed, kind):
    watched = macro("health_check_sql", keyed(kind), "day", days=4, data_type=kind, stubs=NOON).rows.dicts
    assert [row["row_count"] for row in watched] == [2, 0, 1, 1]
    # a key has no time: its day begins at midnight
    assert {row["minutes_stale"] for row in watched} == {12 * 60}
    viewed = macro("monitoring_view_sql", "keyed", "day", days=4, data_type=kind, stubs=NOON).rows.dicts
    assert [row["row_count"] for row in viewed] == [2, 0, 1, 1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("minutes", "failing"), [(12 * 60, 0), (12 * 60 - 1, 1)])
def test_freshness_by_keys_is_that_of_their_day(macro, keyed, kind, minutes, failing):
    rows = macro("test_fresh_within", keyed(kind), "day", minutes=minutes, data_type=kind, stubs=NOON).rows
    assert len(rows) == failing


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_of_the_future_makes_no_table_fresh(macro, table, kind):
    days = {"text": ["2024-01-01", "2099-01-01"], "integer": [20240101, 20990101]}[kind]
    old = table({"day": days}, {"day": TYPES[kind]})
    [row] = macro("test_fresh_within", old, "day", minutes=60, data_type=kind, stubs=NOON).rows.dicts
    assert row["minutes_stale"] == 3 * 24 * 60 + 12 * 60


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["missing_dates_sql", "health_check_sql", "test_fresh_within"])
def test_a_key_that_is_not_said_is_refused_with_what_to_say(macro, keyed, kind, name):
    more = {"minutes": 5} if name == "test_fresh_within" else {}
    with macro.raises(
        f"say so: data_type='{kind}'. Allowed: date, datetime, timestamp, timestamptz, text (ISO days), integer (20240115)."
    ):
        macro(name, keyed(kind), "day", **more)


@pytest.mark.targets("duckdb")
def test_rows_are_compared_by_keys(macro, keyed):
    """`by` takes any value; only `since` needs days."""
    old, new = keyed("integer", "old_one"), keyed("integer", "new_one")
    macro.query(f"delete from {new} where day = 20240103")
    result = macro("compare_rows", old, new, key="id", by="day")
    assert "20240103" in result.printed
    with macro.raises("a column of type date, datetime or timestamp of both tables"):
        macro("compare_rows", old, new, key="id", by="day", since="2024-01-01")


@pytest.mark.targets("duckdb")
def test_a_script_and_a_merge_work_by_keys(macro, keyed):
    source, target = keyed("integer", "source_one"), keyed("integer", "target_one")
    macro.query(f"delete from {target} where day >= 20240103 or day is null")
    window = {"start_date": "2024-01-01", "end_date": "2024-01-31", "data_type": "integer"}
    macro.query(macro("backfill_script_sql", source, target, "day", **window, chunk="month").text)
    inside = "day between 20240101 and 20240199"
    assert macro.query(f"select id from {target} where {inside} except select id from {source}") == []
    assert macro.query(f"select count(*) from {target} where {inside}") == [(5,)]
    macro.query(f"update {target} set bad = 0")
    merged = macro("merge_backfill", source, target, ["id", "day"], "day", **window, dry_run=False)
    assert merged.value == [[5, 5]]
    assert macro.query(f"select count(*) from {target} where bad = 1") == [(5,)]


ASKED = {
    "row_counts_by_day_sql": {"start_date": "2024-01-01", "end_date": "2024-01-31"},
    "missing_dates_sql": {},
    "partition_coverage_sql": {"period": "week"},
    "affected_partitions_sql": {"condition": "bad = 1", "start_date": "2024-01-01"},
    "delete_partitions_sql": {"dates": ["2024-01-01", "2024-01-31"]},
    "health_check_sql": {},
    "monitoring_view_sql": {"timezone": "Europe/Berlin"},
    "test_fresh_within": {"minutes": 60},
}


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ASKED)
def test_bigquery_would_take_what_is_said_of_keys(macro, table, kind, name):
    keys = table({"day": [None], "bad": [1]}, {"day": TYPES[kind], "bad": "int64"})
    said = macro(name, keys, "day", **ASKED[name], data_type=kind)
    statements = [said.text] if isinstance(said.value, str) or name.startswith("test_") else said.value
    assert macro.analyze(";\n".join(statements))


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("kind", [*KINDS, "date", "timestamp", "datetime"])
def test_bigquery_would_take_the_question_for_the_newest_day(macro, table, kind):
    keys = table({"day": [None]}, {"day": TYPES.get(kind, kind)})
    asked = []

    def answer(sql):
        asked.append(sql)
        return SimpleNamespace(rows=[{"day": "2024-01-15", "latest": "2024-01-15", "later": 0}])

    newest = macro("_newest_day", keys, "day", "Europe/Berlin", kind, stubs={"run_query": answer}).value
    assert newest == {"day": D(2024, 1, 15), "latest": "2024-01-15", "later_rows": 0}
    [statement] = macro.analyze(asked[0])
    assert list(statement.columns.values()) == ["string", "string", "int64"]
