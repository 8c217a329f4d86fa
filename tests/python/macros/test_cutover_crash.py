"""A cutover on DuckDB that dies: wherever it is killed, readers have the old table or the new one, and the same call finishes it or goes back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading

import duckdb
import pytest

MADE = """
create schema dbt_test;
create table dbt_test.orders (id int primary key, note text);
insert into dbt_test.orders values (1, 'old'), (2, 'old');
create index by_note on dbt_test.orders (note);
create unique index by_both on dbt_test.orders (id, note);
comment on table dbt_test.orders is 'the orders';
create view dbt_test.noted as select note from dbt_test.orders;
create table dbt_test.orders_v2 (id int primary key, note text);
insert into dbt_test.orders_v2 values (1, 'new'), (2, 'new'), (3, 'new');
create index by_id_v2 on dbt_test.orders_v2 (id);
"""
KILLED = """
import duckdb, os, signal, sys
connection = duckdb.connect()
connection.execute("attach 'shop.duckdb' as shop")
for statement in sys.argv[1:]:
    connection.execute(statement).fetchall()
os.kill(os.getpid(), signal.SIGKILL)
"""
ASK = ("shop.dbt_test.orders", "shop.dbt_test.orders_v2")
OLD, NEW = {("old",)}, {("new",)}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """A database in a file, whose indexes are read from there."""
    file = tmp_path_factory.mktemp("stored") / "shop.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(MADE)
    return file


@pytest.fixture
def shop(macro, stored, tmp_path):
    """A copy of it, attached; `killed(statements)` is a process that runs them in it and dies."""

    class Shop:
        file = tmp_path / "shop.duckdb"

        def attach(self):
            macro.query(f"attach '{self.file}' as shop")

        def killed(self, statements):
            macro.query("detach shop")
            done = subprocess.run(
                [sys.executable, "-c", KILLED, *statements], cwd=tmp_path, capture_output=True, text=True
            )
            assert done.returncode == -9, done.stderr
            self.attach()

    shutil.copy(stored, Shop.file)
    shop = Shop()
    shop.attach()
    return shop


def statements(macro, **arguments):
    [script] = macro("cutover_sql", *ASK, **arguments).value
    return [*script.split(";\n")[:-1], "commit"]


def state(macro):
    notes = macro.query("select distinct note from shop.dbt_test.orders")
    assert set(notes) == set(macro.query("select note from shop.dbt_test.noted"))
    return set(notes)


STATEMENTS, STATEMENTS_BACK = 12, 11


@pytest.mark.parametrize("ran", range(1, STATEMENTS + 1))
def test_killed_after_any_statement_readers_have_a_table_and_the_same_call_finishes(macro, shop, ran):
    script = statements(macro)
    assert len(script) == STATEMENTS
    shop.killed(script[:ran])
    assert state(macro) == (NEW if ran == STATEMENTS else OLD)

    said = macro("cutover", *ASK, accept="rows", dry_run=False).printed
    assert ("It is done already" in said) == (ran == STATEMENTS)
    assert state(macro) == NEW
    indexes = macro.query(
        "select index_name from duckdb_indexes() where database_name = 'shop' and table_name = 'orders' order by 1"
    )
    assert indexes == [("by_both",), ("by_id_v2_2",), ("by_note",)]
    macro.query("insert into shop.dbt_test.orders values (4, 'newest')")


@pytest.mark.parametrize("ran", range(1, STATEMENTS_BACK + 1))
def test_killed_on_the_way_back_the_same_call_goes_back(macro, shop, ran):
    shop.killed(statements(macro))
    script = statements(macro, undo=True)
    assert len(script) == STATEMENTS_BACK
    shop.killed(script[:ran])
    assert state(macro) == (OLD if ran == len(script) else NEW)
    if ran < len(script):
        macro("cutover", *ASK, undo=True, dry_run=False)
    assert state(macro) == OLD
    tables = "select table_name, comment from duckdb_tables() where database_name = 'shop' order by 1"
    assert macro.query(tables) == [("orders", "the orders"), ("orders_v2", "the orders")]
    indexes = "select index_name, table_name from duckdb_indexes() where database_name = 'shop' order by 1"
    assert macro.query(indexes) == [("by_both", "orders"), ("by_id_v2", "orders_v2"), ("by_note", "orders")]


def test_readers_see_one_table_or_the_other_and_always_one(macro, table):
    table({"id": [1, 2], "note": ["old", "old"]}, name="orders")
    table({"id": [1, 2, 3], "note": ["new"] * 3}, name="orders_v2")
    made = ["create schema dbt_test"]
    for name in ("orders", "orders_v2"):
        values = ", ".join(str(row) for row in macro.query(f"select * from dbt_test.{name}"))
        made.append(f"create table dbt_test.{name} as select * from (values {values}) as t(id, note)")
    ask = ("orders", "orders_v2")
    [there] = macro("cutover_sql", *ask, backup="was").value
    macro.query(there)
    [back] = macro("cutover_sql", *ask, backup="was", undo=True).value

    with duckdb.connect() as connection:
        connection.execute(";".join(made))
        seen, failed, ended = set(), [], threading.Event()

        def read():
            reader = connection.cursor()
            while not ended.is_set():
                try:
                    seen.add(tuple(reader.execute("select note, count(*) from dbt_test.orders group by 1").fetchall()))
                except duckdb.Error as error:  # noqa: PERF203 every read counts
                    failed.append(str(error))

        thread = threading.Thread(target=read)
        thread.start()
        for _ in range(100):
            connection.execute(there)
            connection.execute(back)
        ended.set()
        thread.join()
    assert failed == []
    assert seen == {(("old", 2),), (("new", 3),)}
