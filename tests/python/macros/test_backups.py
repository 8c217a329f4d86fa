"""Backups: how they are made, listed and dropped, and what is never taken for one."""

from __future__ import annotations

import datetime as dt
import re
import time
from types import SimpleNamespace

import duckdb
import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = [pytest.mark.targets("duckdb"), pytest.mark.usefixtures("orders")]

BOTH = pytest.mark.targets("duckdb", "emulator")


@pytest.fixture
def orders(table):
    return table({"id": [1, 2, 3], "note": ["it's", 'say "hi"', None]}, {"note": "string"}, name="orders")


@pytest.fixture
def backed_up(macro):
    """Makes a backup of `orders`; its whole name."""
    return lambda suffix=None, **more: macro("backup_table", "orders", suffix=suffix, **more).value[0][0]


@BOTH
def test_a_backup_holds_the_rows_and_says_how_to_go_back(macro, orders):
    made = macro("backup_table", "orders", suffix="before_rename")
    [[name, rows, expires_at]] = made.value
    assert (rows, expires_at) == (3, None)
    assert name.endswith(".dbt_test.orders_backup_before_rename")
    kept = orders.incorporate(path={"identifier": "orders_backup_before_rename"})
    assert macro.query(f"select * from {kept} order by id") == macro.query(f"select * from {orders} order by id")
    assert "It stays until you drop it" in made.printed
    back = made.printed.partition("To go back to it: dbt run-operation dbt_playbooks.restore_table --args ")[2]
    assert back == f"'{{table: {name.removesuffix('_backup_before_rename')}, from_backup: {name}, dry_run: false}}'"


@BOTH
def test_without_a_suffix_each_backup_has_a_name_of_its_own_and_the_newest_is_listed_first(macro, backed_up, names):
    made = [backed_up() for _ in range(2)]
    assert len(names("orders_backup_2")) == 2
    listed = macro("list_backups", "orders")
    assert [row[0] for row in listed.value] == made[::-1]
    assert [row[5] for row in listed.value] == [3, 3]
    assert "backups of" in listed.printed


def test_what_would_be_made_is_shown_with_how_much_it_is(macro, names):
    shown = macro("backup_table", "orders", expires_days=7, dry_run=True).printed
    assert "has 3 rows." in shown
    assert "create table" in shown
    assert names() == ["orders"]


@BOTH
def test_a_name_that_is_taken_is_refused_and_nothing_is_replaced(macro, orders, backed_up):
    backed_up("a")
    macro.query(f"delete from {orders} where id < 3")
    with macro.raises(
        "orders_backup_a" + ('"' if macro.target == "duckdb" else "`") + " is taken. Give another suffix"
    ):
        backed_up("a")
    assert macro("list_backups", "orders").value[0][5] == 3


@BOTH
def test_a_view_is_refused_where_a_table_is_needed(macro, orders):
    macro.query(f"create view {orders.schema}.orders_view as select * from {orders}")
    with macro.raises("orders_view" + ('"' if macro.target == "duckdb" else "`") + " is a view, and a table is needed"):
        macro("backup_table", "orders_view")
    with macro.raises(
        "is a view, and a table is needed: one that holds rows of its own. Name the table that it reads."
    ):
        macro("restore_table", "orders_view", from_backup="x")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"table": "ordrs"}, "there is no table 'ordrs'"),
        ({"kind": "copy"}, "kind 'copy' is not known. Allowed: snapshot"),
        ({"suffix": "a b"}, "suffix is 'a b'. It ends a table's name"),
        ({"suffix": ""}, "suffix is ''"),
        ({"expires_days": 0}, "expires_days is '0', which is no whole number from 1 to 3650"),
        ({"expires_days": "soon"}, "expires_days is 'soon'"),
    ],
)
def test_what_makes_no_backup_is_an_error_that_says_what_is_allowed(macro, names, wrong, said):
    with macro.raises(said):
        macro("backup_table", **{"table": "orders", **wrong})
    assert names() == ["orders"]


def test_an_expiry_on_duckdb_is_only_shown(macro):
    clock = dt.datetime(2024, 1, 31, 12, tzinfo=dt.timezone.utc)
    made = macro("backup_table", "orders", expires_days=30, stubs={"_clock": clock})
    assert made.value[0][2] == "2024-03-01 12:00:00"
    assert "DuckDB drops nothing by itself at 2024-03-01 12:00 UTC" in made.printed
    [row] = macro("list_backups", "orders").value
    assert (row[3], row[4]) == (dt.datetime(2024, 1, 31, 12), dt.datetime(2024, 3, 1, 12))


def test_backups_are_listed_by_table_and_all_together(macro, table, backed_up):
    table({"id": [1]}, name="orders_old")
    macro("backup_table", "orders_old", suffix="a")
    backed_up("a")
    both, one = macro("list_backups"), macro("list_backups", "orders_old")
    assert [row[1].split(".")[-1] for row in both.value] == ["orders", "orders_old"]
    assert [row[1].split(".")[-1] for row in one.value] == ["orders_old"]
    assert both.printed.startswith("backups of the tables of memory.dbt_test, the newest first, in UTC\n")
    assert one.printed.startswith('backups of "memory"."dbt_test"."orders_old", the newest first, in UTC\n')


def test_a_table_without_a_backup_is_told_from_one_that_does_not_exist(macro):
    assert macro("list_backups", "orders").value == []
    assert macro.last.printed.endswith("(no rows)")
    with macro.raises("there is no table 'ordrs'"):
        macro("list_backups", "ordrs")


def test_of_many_backups_five_are_named_and_the_others_counted(macro, backed_up):
    for suffix in "abcde":
        backed_up(suffix)
    with pytest.raises(MacroError, match=r"Backups there: (orders_backup_[a-e], ){4}orders_backup_[a-e]\."):
        macro("drop_backup", "orders_backup_z")
    backed_up("f")
    backed_up("g")
    with macro.raises(" and 2 more."):
        macro("drop_backup", "orders_backup_z")


def test_the_backups_of_a_table_that_is_gone_are_listed(macro, orders, backed_up):
    name = backed_up("a")
    macro.query(f"drop table {orders}")
    assert [row[0] for row in macro("list_backups", "orders").value] == [name]


@BOTH
def test_dropping_is_planned_first_and_then_takes_that_backup_only(macro, backed_up, names):
    kept, gone = backed_up("kept"), backed_up("gone")
    planned = macro("drop_backup", gone).printed
    assert "of 3 rows" in planned or ": 3 rows. The table has 1 others." in planned
    assert "Nothing was changed." in planned
    assert len(names("orders_backup_")) == 2
    dropped = macro("drop_backup", "orders_backup_gone", dry_run=False)
    assert dropped.value == [[gone, gone.removesuffix("_backup_gone"), 3]]
    assert names("orders") == ["orders", kept.split(".")[-1]]


def test_the_only_backup_of_a_table_is_said_to_be(macro, backed_up):
    assert "It is the only backup of that table." in macro("drop_backup", backed_up("a")).printed


@BOTH
def test_an_ordinary_table_is_never_dropped(macro, table, names):
    table({"id": [1]}, name="orders_backup_by_hand")
    for name in ("orders", "orders_backup_by_hand"):
        with macro.raises("is a table and no backup: only what backup_table and its like made is one"):
            macro("drop_backup", name, dry_run=False)
    assert names() == ["orders", "orders_backup_by_hand"]


def test_a_backup_that_was_renamed_to_be_the_table_is_no_backup_any_more(macro, orders, backed_up, names):
    backed_up("a")
    macro.query(f"drop table {orders}; alter table {orders.schema}.orders_backup_a rename to orders")
    assert macro("list_backups", "orders").value == []
    with macro.raises("is a table and no backup"):
        macro("drop_backup", "orders", dry_run=False)
    assert names() == ["orders"]


@pytest.mark.parametrize(
    "comment", ["not JSON", '{"dbt_playbooks_backup": 1, "table": "other"}', '"dbt_playbooks_backup"']
)
def test_a_comment_that_only_looks_like_a_mark_makes_no_backup(macro, table, comment):
    made = table({"id": [1]}, name="orders_backup_x")
    macro.query(f"comment on table {made} is '{comment}'")
    assert macro("list_backups").value == []


def test_a_backup_that_does_not_exist_names_those_that_come_near(macro, backed_up):
    backed_up("monday")
    with macro.raises(
        "there is no backup 'orders_backup_sunday'. Backups there: orders_backup_monday. Did you mean orders_backup_monday?"
    ):
        macro("drop_backup", "orders_backup_sunday", dry_run=False)
    for nothing in (None, "", " "):
        with macro.raises("no backup is given. Give its whole name"):
            macro("drop_backup", nothing)


def test_where_there_is_no_backup_at_all_it_is_said(macro):
    with macro.raises("there is no backup 'orders_backup_x'. memory.dbt_test holds no backup."):
        macro("drop_backup", "orders_backup_x")


def test_names_with_spaces_and_quotes_have_backups_too(macro, table):
    odd = table({"id": [1]}, name="Order (Lines)")
    [[name, _, _]] = macro("backup_table", odd).value
    assert [row[0] for row in macro("list_backups", odd).value] == [name]
    macro("drop_backup", name, dry_run=False)
    assert macro("list_backups", odd).value == []


def test_a_profile_without_transactions_is_refused_before_anything_changes(macro, names):
    target = SimpleNamespace(name="dev", disable_transactions=True, database="memory", schema="dbt_test", type="duckdb")
    with macro.raises("the profile's target 'dev' sets disable_transactions"):
        macro("backup_table", "orders", stubs={"target": target})
    assert names() == ["orders"]


def test_a_warehouse_that_refuses_says_so_in_its_own_words_and_keeps_the_table(macro, tmp_path):
    file = tmp_path / "others.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table orders as select 1 as id")
    macro.query(f"attach '{file}' as others (read_only)")
    with pytest.raises(SqlError, match=r"attached in read-only mode"):
        macro("backup_table", "others.main.orders")
    macro.query(f"detach others; attach '{file}' as others")
    [[name, rows, _]] = macro("backup_table", "others.main.orders").value
    assert (name.startswith("others.main.orders_backup_"), rows) == (True, 1)
    assert macro("list_backups", "others.main.orders").value[0][0] == name
    macro.query("drop table others.main.orders")
    macro("restore_table", "others.main.orders", from_backup=name, dry_run=False)
    assert macro.query("select id from others.main.orders") == [[1]]
    macro.query("detach others")


def test_what_a_cutover_put_aside_is_a_backup_too(macro, orders, made, names):
    made("select 5 as id, 'new' as note", name="orders_v2")
    macro("cutover", "orders", "orders_v2", accept=["rows", "schema"], dry_run=False)
    [row] = macro("list_backups", "orders").value
    assert (row[1:3], row[5]) == (["memory.dbt_test.orders", "table before a cutover"], 3)
    assert abs(row[3] - dt.datetime.now(dt.timezone.utc).replace(tzinfo=None)) < dt.timedelta(minutes=10)
    assert macro("restore_table", "orders", from_backup=row[0], dry_run=False).value == [[1, 3]]
    assert macro.query(f"select id from {orders} order by id") == [[1], [2], [3]]
    macro.query(f"drop table {orders}")
    macro("restore_table", "orders", from_backup=row[0], dry_run=False)
    assert macro.query(f"select id from {orders} order by id") == [[1], [2], [3]]
    macro("drop_backup", row[0], dry_run=False)
    assert len(names("orders_backup_")) == 1, "the backup of what was there stays"


def test_a_deletion_keeps_a_backup_that_is_known_to_hold_a_part(macro, table):
    days = table({"id": [1, 2], "day": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]}, name="days")
    macro("delete_partitions", "days", "day", dates=["2024-01-01"], dry_run=False)
    [row] = macro("list_backups", "days").value
    assert (row[2], row[5]) == ("copy of a part", 1)
    for restore, more in (
        ("restore_table", {}),
        ("restore_partitions", {"date_column": "day", "dates": ["2024-01-01"]}),
    ):
        with macro.raises("holds only the rows that a deletion took: \"day\" >= date '2024-01-01'"):
            macro(restore, "days", from_backup=row[0], dry_run=False, **more)
    assert macro.query(f"select id from {days}") == [[2]]
    try:
        macro("restore_table", "days", from_backup=row[0])
    except Exception as error:
        macro.query(str(error).partition("To put these rows back: ")[2])
    assert macro.query(f"select id from {days} order by id") == [[1], [2]]


@pytest.mark.targets("emulator")
def test_a_table_as_it_was_comes_back_once_the_past_is_a_table(macro, orders):
    """The emulator makes no clone of the past, so that one statement is another here; the others are what runs on BigQuery."""
    macro.query(f"insert into {orders} (id) values (4)")
    time.sleep(0.1)
    before = dt.datetime.now(dt.timezone.utc).isoformat()
    time.sleep(0.1)
    macro.query(f"delete from {orders} where id < 3")
    plan = macro("restore_table", "orders", as_of=before)
    assert plan.value == [[2, 4]]
    past, *others = macro("restore_table_sql", "orders", as_of=before).value
    assert re.match(r"create snapshot table if not exists (\S+)\nclone ", past)
    for statement in [
        re.sub(r"snapshot table if not exists (\S+)\nclone ", r"table \1 as\nselect * from ", past),
        *others,
    ]:
        macro.query(statement)
    assert macro.query(f"select id from {orders} order by id") == [[1], [2], [3], [4]]
