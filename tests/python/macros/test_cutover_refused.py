"""What a cutover refuses, before anything changes: each error says what was given, what is allowed and what to type."""

from __future__ import annotations

import duckdb
import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError

ROWS = {"id": [1, 2]}


@pytest.fixture(autouse=True)
def both(table):
    return [table(ROWS, name="orders"), table(ROWS, name="orders_v2")]


WRONG = {
    "no table": ({"table": "order"}, "there is no table 'order'", "Did you mean orders"),
    "no replacement": ({"replacement": "orders_v3"}, "there is no table 'orders_v3'", "Did you mean orders_v2"),
    "an empty name": ({"replacement": " "}, "no table is given", ""),
    "no name at all": ({"table": None}, "no table is given", ""),
    "the same twice": ({"replacement": "orders"}, "the table and the replacement are the same", "Name another table as the replacement"),
    "the same in other letters": ({"replacement": "DBT_TEST.Orders"}, "the table and the replacement are the same", ""),
    "the backup is the table": ({"backup": "orders"}, "the table and the backup are the same", "as the backup"),
    "a backup that is taken": ({"backup": "others"}, "the name of the backup is taken", "Give another, or none"),
    "a backup elsewhere": ({"backup": "main.was"}, "would be in another schema", "backup: was."),
    "a backup that is no name": ({"backup": "a..b"}, "backup is 'a..b', which is no name", "backup: orders_backup"),
    "a view as the table": ({"table": "a_view"}, "a_view\", the table, is a view", "create or replace view"),
    "a view as the replacement": ({"replacement": "a_view"}, "a_view\", the replacement, is a view", "materialize its model"),
    "another schema": ({"replacement": "elsewhere.orders"}, "are in two schemas", "create table dbt_test.orders as from"),
    "a word that is no check": ({"accept": ["rows", "row"]}, "accept names 'row', which is no check", "Did you mean rows"),
    "a word that comes near": ({"accept": "layouts"}, "Allowed: schema, layout, rows, views, lost", "Did you mean layout"),
    "a strategy": ({"strategy": "rename"}, "strategy is 'rename', which is for BigQuery", "both renames in one transaction"),
    "a rename of no column": ({"rename": {"ids": "id"}}, "lacks a column of `rename`", "Did you mean id"),
    "nothing to go back from": ({"undo": True}, "there is nothing to go back from", ""),
    "a key that is not there": ({"key": "idd"}, "lacks the key: idd", "Did you mean id"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused_before_anything_changes(macro, table, names, name):
    given, said, advice = WRONG[name]
    table(ROWS, name="others")
    table(ROWS, name="orders", schema="elsewhere")
    macro.query("create view dbt_test.a_view as select * from dbt_test.orders")
    before = names()
    for dry_run in (True, False):
        with pytest.raises(MacroError) as error:
            macro("cutover", **{"table": "orders", "replacement": "orders_v2", "dry_run": dry_run, **given})
        assert said in str(error.value)
        assert advice in str(error.value)
    assert names() == before


def test_a_table_that_a_foreign_key_refers_to_is_refused_by_name(macro):
    macro.query("create table dbt_test.parents (id int primary key)")
    macro.query("create table dbt_test.children (parent int references dbt_test.parents (id))")
    macro.query("create table dbt_test.parents_v2 (id int primary key)")
    for ask in (("parents", "parents_v2"), ("parents_v2", "parents")):
        with macro.raises("is referred to by dbt_test.children"):
            macro("cutover", *ask, dry_run=False)
    macro.query("drop table dbt_test.children")


@pytest.mark.parametrize("itself", [False, True])
def test_a_table_with_a_foreign_key_is_refused_and_its_parent_stays_as_it_is(macro, names, itself):
    """DuckDB would rename it, and its parent could never be deleted from again."""
    macro.query("create table dbt_test.parents (id int primary key)")
    macro.query("insert into dbt_test.parents values (1), (2)")
    other = "children" if itself else "parents"
    macro.query(f"create table dbt_test.children (id int primary key, parent int references dbt_test.{other} (id))")
    macro.query("create table dbt_test.children_v2 as from dbt_test.children")
    said = f"has a foreign key ({'to itself' if itself else 'FOREIGN KEY (parent) REFERENCES dbt_test.parents(id)'})"
    for ask in (("children", "children_v2"), ("children_v2", "children")):
        for dry_run in (True, False):
            with macro.raises(said):
                macro("cutover", *ask, accept=["lost", "schema"], dry_run=dry_run)
    macro.query("delete from dbt_test.parents where id = 2")
    assert macro.query("select id from dbt_test.parents") == [(1,)]
    assert names("children") == ["children", "children_v2"]


def test_the_way_back_is_refused_by_name_too(macro):
    macro("cutover", "orders", "orders_v2", dry_run=False)
    macro.query("alter table dbt_test.orders add primary key (id)")
    macro.query("create table dbt_test.lines (order_id bigint references dbt_test.orders (id))")
    with macro.raises("is referred to by dbt_test.lines"):
        macro("cutover", "orders", "orders_v2", undo=True, dry_run=False)
    macro.query("drop table dbt_test.lines")


def test_a_database_that_is_read_only_is_refused(macro, tmp_path):
    file = tmp_path / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table orders as select 1 as id; create table orders_v2 as select 1 as id")
    macro.query(f"attach '{file}' as shop (read_only)")
    with macro.raises("the database shop is opened read only"):
        macro("cutover", "shop.main.orders", "shop.main.orders_v2", dry_run=False)


def test_a_typing_error_in_the_replacement_is_not_taken_for_a_cutover_that_was_done(macro, table):
    table(ROWS, name="orders_backup_20240101_000000_000000")
    with macro.raises("there is no table 'orders_v3'"):
        macro("cutover", "orders", "orders_v3", dry_run=False)
    macro("cutover", "orders", "orders_v2", dry_run=False)
    with macro.raises("there is no table 'orders_v3'"):
        macro("cutover", "orders", "orders_v3", dry_run=False)


def test_readers_are_not_known_on_duckdb(macro):
    with macro.raises("DuckDB keeps no log of queries, so nobody knows who read"):
        macro("recent_readers", "orders")
    for days in (0, 181, "30", True):
        with macro.raises("which is no whole number from 1 to 180"):
            macro("recent_readers", "orders", days=days)
