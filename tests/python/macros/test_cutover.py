"""A replacement takes a table's place on DuckDB: what is planned, what is run, what is kept, and the way back."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

ROWS = {"id": [1, 2, 3], "note": ["a", "b", None], "amount": ["1", "2", "3"]}
BOTH = ("orders", "orders_v2")


@pytest.fixture(autouse=True)
def both(table):
    for name in BOTH:
        table(ROWS, name=name)


@pytest.fixture
def run(macro):
    """Runs a cutover of `orders`; what it printed."""

    def cut(**arguments):
        return macro("cutover", *BOTH, **{"dry_run": False, **arguments}).printed

    return cut


@pytest.fixture
def found(macro):
    """What a plan finds: check, verdict and what, of those that are not fine."""

    def plan(**arguments):
        rows = macro("cutover", *BOTH, **arguments).rows
        return [tuple(row) for row in rows if row[1] != "fine"]

    return plan


def rows_of(macro, name):
    return macro.query(f"select * from dbt_test.{name} order by all")


def comment(macro, name):
    return macro.query(f"select comment from duckdb_tables() where table_name = '{name}'")[0][0]


def test_a_plan_changes_nothing_and_shows_the_statements_in_order(macro, names):
    printed = macro("cutover", *BOTH).printed
    assert names() == ["orders", "orders_v2"]
    assert not [each for each in macro.statements if not each.lstrip().startswith(("select", "with"))]
    order = ["Nothing was changed.", "begin transaction;", "orders_backup_", "orders_v2", "commit;", "Run it with"]
    places = [printed.index(each, printed.index("Nothing")) for each in order]
    assert places == sorted(places)
    assert "the name of the backup is new each time" in printed.lower()


def test_the_replacement_has_the_name_and_the_old_table_is_kept(macro, run, names):
    macro.query("update dbt_test.orders_v2 set note = 'new'")
    before, after = rows_of(macro, "orders"), rows_of(macro, "orders_v2")
    printed = run(accept="rows", key="id")
    [backup] = names("orders_backup_")
    assert names() == ["orders", backup]
    assert (rows_of(macro, "orders"), rows_of(macro, backup)) == (after, before)
    assert f'kept as "memory"."dbt_test"."{backup}" until you drop it' in printed
    assert f"{{table: orders, replacement: orders_v2, backup: {backup}, undo: true, dry_run: false}}" in printed


def test_the_way_back_gives_both_their_names_back(macro, run, names):
    macro.query("update dbt_test.orders_v2 set note = 'new'")
    before, after = rows_of(macro, "orders"), rows_of(macro, "orders_v2")
    run(accept="rows")
    planned = run(undo=True, dry_run=True)
    assert "undo: true, dry_run: false" in planned
    assert names() != ["orders", "orders_v2"]
    run(undo=True)
    assert names() == ["orders", "orders_v2"]
    assert (rows_of(macro, "orders"), rows_of(macro, "orders_v2")) == (before, after)


def test_a_second_call_says_that_it_is_done_and_runs_nothing(macro, run, names):
    run()
    before = names()
    result = macro("cutover", *BOTH, dry_run=False)
    assert "It is done already" in result.printed
    assert "undo: true" in result.printed
    assert result.rows[0][:2] == ("state", "done")
    assert names() == before
    assert macro("cutover_sql", *BOTH).value == []


def test_a_new_replacement_of_that_name_is_another_cutover(macro, table, run, names):
    run()
    table({**ROWS, "note": ["z", "z", "z"]}, name="orders_v2")
    run(accept="rows")
    assert len(names("orders_backup_")) == 2
    assert [row[1] for row in rows_of(macro, "orders")] == ["z", "z", "z"]
    run(undo=True)
    assert [row[1] for row in rows_of(macro, "orders")] == ["a", "b", None]


def test_the_backup_can_be_named(run, names):
    run(backup="orders_of_january")
    assert names() == ["orders", "orders_of_january"]
    assert "It is done already" in run(backup="orders_of_january")
    run(undo=True)
    assert names() == ["orders", "orders_v2"]


DIFFERENCES = {
    "an added column": ("alter table {0} add column extra int", ["schema"], "extra added: INTEGER"),
    "a column that is gone": ("alter table {0} drop column note", ["schema"], "note removed: VARCHAR"),
    "a retyped column": ("alter table {0} alter amount type int", ["schema"], "amount retyped: VARCHAR to INTEGER"),
    "a value": ("update {0} set note = 'c' where id = 1", ["rows"], "1 only in the table, 1 only in the replacement"),
    "a row less": ("delete from {0} where id = 1", ["rows"], "1 only in the table, 0 only in the replacement"),
    "a row twice": (
        "insert into {0} from {0} where id = 1",
        ["rows"],
        "0 only in the table, 1 only in the replacement",
    ),
    "no rows": ("delete from {0}", ["rows"], "of 3 and 0"),
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_a_difference_stops_it_until_it_is_accepted(macro, run, found, names, name):
    statement, words, said = DIFFERENCES[name]
    macro.query(statement.format("dbt_test.orders_v2"))
    arguments = {"exclude_columns": "amount"} if "retyped" in said else {}
    with pytest.raises(MacroError, match=re.escape(f"accept: [{', '.join(words)}]")) as error:
        run(**arguments)
    assert said in str(error.value)
    assert names() == ["orders", "orders_v2"]
    assert [row[:2] for row in found(accept=words, dry_run=False, **arguments)] == [
        (word, "accepted") for word in words
    ]
    assert names("orders_v2") == []


def test_a_plan_says_that_it_would_be_refused_and_which_word_is_missing(macro, run):
    macro.query("alter table dbt_test.orders_v2 add column extra int")
    macro.query("delete from dbt_test.orders_v2 where id = 1")
    planned = run(dry_run=True)
    assert "It would be refused, because the replacement differs: schema (extra added: INTEGER), rows (" in planned
    assert "accept: [schema, rows]" in planned
    assert "accept: [schema]" in run(dry_run=True, accept=["rows"])


def test_rows_are_compared_as_compare_rows_does(macro, table, found):
    for name in BOTH:
        macro.query(f"drop table dbt_test.{name}")
    table({"id": [1, 2], "amount": [1.0, 2.0], "loaded": [1, 2], "old_name": ["x", "y"]}, name="orders")
    table({"id": [1, 2], "amount": [1.001, 2.0], "loaded": [7, 8], "new_name": ["x", "y"]}, name="orders_v2")
    same = {"key": "id", "tolerance": 0.01, "exclude_columns": ["loaded"], "rename": {"OLD_NAME": "new_name"}}
    assert found(**same) == []
    assert found(**{**same, "tolerance": None}) == [
        ("rows", "problem", "0 only in the table, 0 only in the replacement, 1 that differ, of 2 and 2")
    ]
    assert found(**{**same, "tolerance": None, "where": "id = 2"}) == []
    assert re.search(
        r"loaded +2 +0.00 %", macro("cutover", *BOTH, **{**same, "exclude_columns": []}, by="new_name").printed
    )


def test_comments_are_carried_over_and_those_of_the_replacement_stay(macro, run, names):
    for statement in (
        "comment on table dbt_test.orders is 'it''s\nold'",
        "comment on column dbt_test.orders.note is 'old note'",
        "comment on column dbt_test.orders.id is 'old id'",
        "comment on column dbt_test.orders_v2.id is 'new id'",
    ):
        macro.query(statement)
    run()
    [backup] = names("orders_backup_")
    columns = (
        "select column_name, comment from duckdb_columns() where table_name = '{}' and comment is not null order by 1"
    )
    assert comment(macro, "orders") == "it's\nold"
    assert macro.query(columns.format("orders")) == [("id", "new id"), ("note", "old note")]
    assert json.loads(comment(macro, backup))["comment"] == "it's\nold"
    run(undo=True)
    assert comment(macro, "orders") == "it's\nold"
    assert macro.query(columns.format("orders")) == [("id", "old id"), ("note", "old note")]


def test_the_comment_of_a_table_without_one_is_none_again_after_the_way_back(macro, run):
    run()
    run(undo=True)
    assert comment(macro, "orders") is None


def test_names_that_need_quotes_and_another_database_work(macro):
    macro.query("attach ':memory:' as other")
    macro.query('create schema other."Sales 1"')
    for name, value in (("Order Lines", 1), ("select", 2)):
        macro.query(f'create table other."Sales 1"."{name}" as select {value} as "Order"')
    macro.query('create index "I x" on other."Sales 1"."Order Lines" ("Order")')
    macro.query('create view other.main.v as select "Order" from other."Sales 1"."Order Lines"')
    ask = {"table": "other.Sales 1.Order Lines", "replacement": "other.Sales 1.select"}
    printed = macro("cutover", **ask, accept="rows", dry_run=False).printed
    assert '{table: "other.Sales 1.Order Lines", replacement: "other.Sales 1.select", ' in printed
    assert macro.query("from other.main.v") == [(2,)]
    assert macro.query("select index_name, table_name from duckdb_indexes()") == [("I x", "Order Lines")]
    macro("cutover", **ask, undo=True, dry_run=False)
    assert macro.query("from other.main.v") == [(1,)]


@pytest.fixture
def broken_off(macro):
    """The recipe by hand, which died between its two statements."""
    macro.query("update dbt_test.orders_v2 set note = 'new'")
    macro.query("alter table dbt_test.orders rename to orders_backup")


@pytest.mark.usefixtures("broken_off")
def test_a_cutover_that_died_in_between_is_finished(macro, run, names):
    planned = run(dry_run=True, accept="rows")
    assert "a cutover was broken off" in planned
    assert 'There is no "memory"."dbt_test"."orders" now' in planned
    with pytest.raises(MacroError, match=r"accept: \[rows\]"):
        run()
    run(accept="rows")
    assert names() == ["orders", "orders_backup"]
    assert {row[1] for row in rows_of(macro, "orders")} == {"new"}
    assert "It is done already" in run()
    run(undo=True)
    assert names() == ["orders", "orders_v2"]


@pytest.mark.usefixtures("broken_off")
def test_a_cutover_that_died_in_between_can_go_back(macro, run, names):
    run(undo=True)
    assert names() == ["orders", "orders_v2"]
    assert [row[1] for row in rows_of(macro, "orders")] == ["a", "b", None]


@pytest.mark.usefixtures("broken_off")
def test_of_two_backups_it_is_asked_which_is_meant(table, run):
    table(ROWS, name="orders_backup_2")
    with pytest.raises(MacroError, match="backup: one of orders_backup, orders_backup_2"):
        run(accept="rows")
    run(accept="rows", backup="orders_backup")


@pytest.mark.usefixtures("broken_off")
def test_when_only_the_backup_is_left_the_way_back_is_named(macro, run, names):
    macro.query("drop table dbt_test.orders_v2")
    with pytest.raises(MacroError, match="To go back: dbt run-operation"):
        run()
    run(undo=True)
    assert names() == ["orders"]


def test_a_swap_that_fails_in_the_middle_leaves_everything_as_it_was(macro, names):
    macro.query("create index by_note on dbt_test.orders (note)")
    macro.query("comment on table dbt_test.orders is 'mine'")
    [script] = macro("cutover_sql", *BOTH).value
    with pytest.raises(SqlError):
        macro("_change", [*script.split(";\n")[1:-1], "select error('the machine is gone')"])
    assert names() == ["orders", "orders_v2"]
    assert macro.query("select index_name, table_name from duckdb_indexes()") == [("by_note", "orders")]
    assert (comment(macro, "orders"), comment(macro, "orders_v2")) == ("mine", None)


def test_the_statements_are_what_is_run(macro, names):
    for statement in macro("cutover_sql", *BOTH, backup="was").value:
        macro.query(statement)
    assert names() == ["orders", "was"]
    for statement in macro("cutover_sql", *BOTH, undo=True).value:
        macro.query(statement)
    assert names() == ["orders", "orders_v2"]


@pytest.mark.parametrize("made", ["whole", "part"])
def test_a_backup_that_was_made_is_not_taken_for_the_old_table(macro, run, names, made):
    if made == "whole":
        macro("backup_table", "orders", dry_run=False)
    else:
        macro.query("create table dbt_test.orders_backup_1 as select * from dbt_test.orders where id = 1")
        macro.query(
            macro(
                "_backup_mark_sql",
                *[macro("_named_relation", n).value for n in ("orders", "orders_backup_1")],
                "id = 1",
                None,
            ).text
        )
    [backup] = names("orders_backup_")
    mark = comment(macro, backup)
    macro.query("drop table dbt_test.orders")
    for ask in ({}, {"undo": True}, {"backup": backup}, {"backup": backup, "undo": True}):
        with pytest.raises(MacroError, match="was made as a backup of it: it is not the old table") as error:
            run(**ask)
        assert (
            f"dbt_playbooks.restore_table --args '{{table: memory.dbt_test.orders, from_backup: memory.dbt_test.{backup}, dry_run: false}}'"
            in str(error.value)
        )
    assert (names(), comment(macro, backup)) == ([backup, "orders_v2"], mark)
    # beside the old table, renamed by hand, it does not count
    macro.query("create table dbt_test.orders_backup as from dbt_test.orders_v2")
    run()
    assert (names(), comment(macro, backup)) == (["orders", "orders_backup", backup], mark)


def test_a_mark_that_is_there_keeps_how_the_table_was_made(macro, run, names, table):
    run()
    [backup] = names("orders_backup_")
    mark = json.loads(comment(macro, backup))
    macro.query("drop table dbt_test.orders")
    table(ROWS, name="orders_v3")
    macro("cutover", "orders", "orders_v3", dry_run=False)
    assert json.loads(comment(macro, backup)) == {**mark, "replaced_by": "orders_v3"}


def test_the_way_back_takes_no_table_that_is_something_else(macro, run, names, table):
    macro("backup_table", "orders", dry_run=False)
    [made] = names("orders_backup_")
    run(backup="was")
    table(ROWS, name="customers")
    with pytest.raises(
        MacroError, match=r"nothing says that .*customers. is what .*orders. was: it has no mark of this cutover"
    ):
        run(undo=True, backup="customers")
    with pytest.raises(MacroError, match=r"the mark of .* does not say that .*orders_v2. took its place"):
        run(undo=True, backup=made)
    with pytest.raises(MacroError, match=r"there is no backup .*orders_backup_9"):
        run(undo=True, backup="orders_backup_9")
    assert names() == ["customers", "orders", made, "was"]


def typed(macro, error):
    """Runs the first command of an error, as a shell and YAML would read it."""
    command = str(error.value).split("dbt run-operation dbt_playbooks.")[1]
    name, arguments = re.match(r"(\w+) --args '(.*?)'", command).groups()
    return macro(name, **yaml.safe_load(arguments))


@pytest.mark.parametrize("other", ["orders_v2", "orders_v3"])
def test_the_way_back_from_an_older_cutover_needs_that_from_the_later_one_first(macro, table, run, names, other):
    run(backup="first")
    table({**ROWS, "note": ["z", "z", "z"]}, name=other)
    macro("cutover", "orders", other, accept="rows", backup="second", dry_run=False)
    before = names()
    for ask in [{"undo": True, "backup": "first"}, *([{"undo": True}] if other == "orders_v3" else [])]:
        with pytest.raises(
            MacroError, match=rf"first. is not what .*orders. was last: .*{other}. took its place at 20"
        ):
            run(**ask)
    if other == "orders_v3":
        with pytest.raises(MacroError, match=r"no .*orders_v2"):
            run()
    with pytest.raises(MacroError, match=r"as the mark of .*second. says") as error:
        run(undo=True, backup="first")
    assert names() == before
    typed(macro, error)
    assert names() == ["first", "orders", other]
    macro.query(f"drop table dbt_test.{other}")
    run(undo=True, backup="first")
    assert names() == ["orders", "orders_v2"]
    assert [row[1] for row in rows_of(macro, "orders")] == ["a", "b", None]


def test_rows_of_a_backup_that_is_named_otherwise_are_put_back_by_what_is_printed(macro, run):
    run(backup="was")
    said = run(undo=True, dry_run=True)
    rename, command = re.search(
        r"known by its name, (alter table .*?); then dbt run-operation dbt_playbooks\.(.*)", said
    ).groups()
    macro.query(rename)
    name, arguments = re.match(r"(\w+) --args '(.*?)'", command).groups()
    macro(name, **yaml.safe_load(arguments))
    assert [row[1] for row in rows_of(macro, "orders")] == ["a", "b", None]


def test_a_backup_without_a_mark_is_not_gone_back_to_where_another_one_has_it(macro, run, names):
    macro.query("create table dbt_test.orders_backup_1 as from dbt_test.orders")
    run()
    before = names()
    with pytest.raises(
        MacroError, match=r"orders_backup_1. is not what .*orders. was last: .*orders_v2. took its place"
    ):
        run(undo=True, backup="orders_backup_1")
    assert names() == before


@pytest.mark.parametrize("undo", [True, False])
def test_a_table_that_its_old_sql_made_again_is_not_taken_for_the_replacement(macro, table, run, names, undo):
    macro.query("alter table dbt_test.orders_v2 add column extra int")
    run(accept="schema")
    [backup] = names("orders_backup_")
    macro.query("drop table dbt_test.orders")
    table({**ROWS, "note": ["x", "y", "z"]}, name="orders")
    with pytest.raises(MacroError, match=r"orders. was made again since .*orders_v2. took its place") as error:
        run(undo=undo)
    assert f'it has the columns of before, as the mark of "memory"."dbt_test"."{backup}" tells them' in str(error.value)
    assert names() == ["orders", backup]
    typed(macro, error)
    assert [row[1] for row in rows_of(macro, "orders")] == ["a", "b", None]


def test_where_the_columns_do_not_tell_it_is_said_what_is_relied_on(macro, run):
    run()
    assert "That is so as the mark of" in run()
    assert "put the rows back instead: dbt run-operation dbt_playbooks.restore_table" in run(undo=True, dry_run=True)
    run(undo=True)
    macro.query("alter table dbt_test.orders_v2 add column extra int")
    run(accept="schema")
    assert "as the mark of" not in run() + run(undo=True)


def test_after_the_replacement_was_made_again_the_way_back_says_what_is_in_its_way(macro, table, run, names):
    run()
    [backup] = names("orders_backup_")
    table(ROWS, name="orders_v2")
    for ask in ({}, {"backup": backup}):
        with pytest.raises(MacroError, match="is there: it was made again since the cutover that kept") as error:
            run(undo=True, **ask)
        assert f"from_backup: memory.dbt_test.{backup}, dry_run: false" in str(error.value)
    macro.query(str(error.value).split("rename it first: ")[1].split("; or")[0])
    run(undo=True)
    assert names() == ["orders", "orders_v2", "orders_v2_new"]
