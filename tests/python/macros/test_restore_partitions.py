"""Some days of a table as they were: these days in one piece, and no other row."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = pytest.mark.targets("duckdb")

BOTH = pytest.mark.targets("duckdb", "emulator")
D = dt.date
DAYS = [D(2024, 1, 1), D(2024, 1, 1), D(2024, 1, 2), D(2024, 1, 3), None]


@pytest.fixture
def visits(table):
    return table({"id": [1, 2, 3, 4, 5], "day": DAYS}, {"day": "date"}, name="visits")


@pytest.fixture
def spoilt(macro, visits):
    """A backup of `visits`, which have since changed: the 1st lost a row, the 2nd has another, the 4th and a row without a day came."""
    name = macro("backup_table", "visits", suffix="a").value[0][0]
    macro.query(f"delete from {visits} where id in (1, 3)")
    macro.query(f"insert into {visits} values (30, date '2024-01-02'), (40, date '2024-01-04'), (50, null)")
    return name


def ids(macro, visits):
    return [row[0] for row in macro.query(f"select id from {visits} order by id")]


@BOTH
def test_the_plan_shows_the_rows_of_each_day_now_and_afterwards_and_changes_nothing(macro, visits, spoilt, names):
    plan = macro("restore_partitions", "visits", "day", ["2024-01-04", "2024-01-01", "2024-01-02"], from_backup=spoilt)
    assert plan.value == [["2024-01-01", 1, 2], ["2024-01-02", 1, 1], ["2024-01-04", 1, 0]]
    assert re.search(r"day +rows now +rows restored\n-+\n2024-01-01 +1 +2\n", plan.printed)
    assert "Of these days there is no row to restore, so their rows go: 2024-01-04\n" in plan.printed
    assert plan.printed.index("their rows go") < plan.printed.index("Nothing was changed.")
    assert ids(macro, visits) == [2, 4, 5, 30, 40, 50]
    assert names() == ["visits", "visits_backup_a"]


@BOTH
def test_these_days_come_back_and_no_other_row_changes(macro, visits, spoilt):
    days = {"dates": ["2024-01-01", D(2024, 1, 2)]}
    macro("restore_partitions", "visits", "day", **days, from_backup=spoilt, dry_run=False)
    assert ids(macro, visits) == [1, 2, 3, 4, 5, 40, 50]
    again = macro("restore_partitions", "visits", "day", **days, from_backup=spoilt, dry_run=False)
    assert again.value == [["2024-01-01", 2, 2], ["2024-01-02", 1, 1]]
    assert ids(macro, visits) == [1, 2, 3, 4, 5, 40, 50], "a restore can be run again"


def test_a_range_of_days_and_the_way_back(macro, visits, spoilt):
    window = {"start_date": "2024-01-01", "end_date": "2024-01-04"}
    printed = macro("restore_partitions", "visits", "day", **window, from_backup=spoilt, dry_run=False).printed
    assert ids(macro, visits) == [1, 2, 3, 4, 5, 50]
    back = re.search(r"from_backup: (\S+), dry_run: false", printed.partition("To go back:")[2])[1]
    macro("restore_table", "visits", from_backup=back, dry_run=False)
    assert ids(macro, visits) == [2, 4, 5, 30, 40, 50]


@pytest.mark.parametrize(("timezone", "restored"), [("UTC", [2, 3]), ("Asia/Tokyo", [1, 2])])
def test_a_day_is_that_of_the_time_zone(macro, table, timezone, restored):
    at = [dt.datetime(2024, 1, 1, 15), dt.datetime(2024, 1, 2, 0), dt.datetime(2024, 1, 2, 23, 59, 59)]
    visits = table({"id": [1, 2, 3], "happened at": at}, {"happened at": "timestamp"}, name="visits")
    name = macro("backup_table", "visits", suffix="a").value[0][0]
    macro.query(f"delete from {visits}")
    day = {"dates": ["2024-01-02"], "timezone": timezone}
    assert macro("restore_partitions", "visits", "happened at", **day, from_backup=name, dry_run=False).value == [
        ["2024-01-02", 0, 2]
    ]
    assert ids(macro, visits) == restored


def test_a_date_column_that_is_of_another_type_now_keeps_its_days(macro, visits, spoilt):
    macro.query(f"alter table {visits} alter day type timestamp")
    macro("restore_partitions", "visits", "DAY", ["2024-01-01"], from_backup=spoilt, dry_run=False)
    assert macro.query(f"select id, day from {visits} where day < '2024-01-02' order by id") == [
        (1, dt.datetime(2024, 1, 1)),
        (2, dt.datetime(2024, 1, 1)),
    ]


def test_a_column_that_came_later_is_kept_in_other_days_and_null_in_these(macro, visits, spoilt):
    macro.query(f"alter table {visits} add column note varchar; update {visits} set note = 'n'")
    printed = macro("restore_partitions", "visits", "day", ["2024-01-01"], from_backup=spoilt, dry_run=False).printed
    assert "Column note came later" in printed
    assert macro.query(f"select id, note from {visits} where id < 5 order by id") == [(1, None), (2, None), (4, "n")]


def test_rows_of_keys_that_are_there_already_are_replaced(macro, table):
    visits = table({"id": [1, 2], "day": [D(2024, 1, 1), D(2024, 1, 2)], "n": [1, 1]}, name="visits")
    macro.query(f"alter table {visits} add primary key (id)")
    name = macro("backup_table", "visits", suffix="a").value[0][0]
    macro.query(f"update {visits} set n = 2")
    macro("restore_partitions", "visits", "day", ["2024-01-01"], from_backup=name, dry_run=False)
    assert macro.query(f"select id, n from {visits} order by id") == [(1, 1), (2, 2)]
    macro.query(f"update {visits} set day = '2024-01-03' where id = 1")
    with pytest.raises(SqlError, match=r"[Dd]uplicate key"):
        macro("restore_partitions", "visits", "day", ["2024-01-01"], from_backup=name, dry_run=False)
    assert macro.query(f"select id, n from {visits} order by id") == [(1, 1), (2, 2)], (
        "its key has moved to another day"
    )


def test_rows_that_a_foreign_key_points_to_stay_and_others_can_be_restored(macro, table, names):
    visits = table({"id": [1, 2], "day": [D(2024, 1, 1), D(2024, 1, 2)]}, name="visits")
    macro.query(f"alter table {visits} add primary key (id)")
    name = macro("backup_table", "visits", suffix="a").value[0][0]
    macro.query(
        f"create table {visits.schema}.bills (visit bigint references {visits.schema}.visits (id)); insert into {visits.schema}.bills values (1)"
    )
    done = macro("restore_partitions", "visits", "day", ["2024-01-02"], from_backup=name, dry_run=False)
    assert 'Foreign keys of "memory"."dbt_test"."bills" point to rows of this table' in done.printed
    before = names()
    with pytest.raises(SqlError, match="foreign key"):
        macro("restore_partitions", "visits", "day", ["2024-01-01"], from_backup=name, dry_run=False)
    assert (ids(macro, visits), names()) == ([1, 2], before)
    macro.query(f"drop table {visits.schema}.bills")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dates": []}, "which days are meant"),
        ({"dates": None}, "which days are meant"),
        ({"start_date": "2024-01-01"}, "which days are meant"),
        ({"dates": None, "start_date": "2024-01-02", "end_date": "2024-01-01"}, "is after end_date"),
        ({"dates": ["2024-02-30"]}, "not in the calendar"),
        ({"dates": ["1 January"]}, "a day of dates is '1 January', which is no date"),
        ({"date_column": "days"}, "lacks the date column: days. It has: id, day. Did you mean day?"),
        ({"date_column": "id"}, "is of type BIGINT, and whether it holds days is not known"),
        ({"from_backup": None}, "which rows are meant? Give either from_backup"),
        ({"as_of": "2024-01-31T12:00:00Z"}, "which rows are meant? Give either from_backup"),
        ({"from_backup": None, "as_of": "2024-01-31T12:00:00Z"}, "DuckDB keeps no past of a table"),
        ({"from_backup": "visits_backup_b"}, "Did you mean visits_backup_a?"),
        ({"table": "visit"}, "is a backup of memory.dbt_test.visits, not of memory.dbt_test.visit"),
        ({"timezone": "Europe/Berln"}, "'Europe/Berln' is no time zone that is known"),
    ],
)
def test_bad_input_is_refused_and_nothing_changes(macro, visits, spoilt, wrong, said):
    asked = {"table": "visits", "date_column": "day", "dates": ["2024-01-01"], "from_backup": spoilt, "dry_run": False}
    if "timezone" in wrong:
        macro.query(f"alter table {visits} alter day type timestamp")
    with pytest.raises(MacroError, match=re.escape(said)):
        macro("restore_partitions", **{**asked, **wrong})
    assert ids(macro, visits) == [2, 4, 5, 30, 40, 50]


def test_a_table_that_is_gone_has_no_days_to_put_back(macro, visits, spoilt):
    macro.query(f"drop table {visits}")
    with macro.raises("is gone, so no days can be put back into it. restore_table makes it again."):
        macro("restore_partitions", "visits", "day", ["2024-01-01"], from_backup=spoilt)


def test_a_date_column_that_the_backup_lacks_is_refused_unless_it_was_renamed(macro, visits, spoilt):
    macro.query(f"alter table {visits} rename column day to on_day")
    asked = {"date_column": "on_day", "dates": ["2024-01-01"], "from_backup": spoilt, "dry_run": False}
    with macro.raises("lacks the date column: on_day. It has: id, day. Did you mean day?"):
        macro("restore_partitions", "visits", **asked)
    macro("restore_partitions", "visits", **asked, rename={"day": "on_day"})
    assert macro.query(f"select id from {visits} where on_day = '2024-01-01' order by id") == [[1], [2]]
