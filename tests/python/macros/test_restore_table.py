"""A table as it was: its rows come back in one piece, and the table itself, with all that belongs to it, stays."""

from __future__ import annotations

import re

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = pytest.mark.targets("duckdb")

BOTH = pytest.mark.targets("duckdb", "emulator")


@pytest.fixture
def shelf(macro, table):
    """Makes `books` by DDL of the test's own, backs it up, and then runs what spoils it; the backup's name."""

    def make(ddl: str, *spoil: str) -> str:
        table({"id": [1]}, name="books")
        schema = macro.compile("{{ target.schema }}").text
        macro.query(f"drop table {schema}.books; {ddl.replace('books', schema + '.books')}")
        name = macro("backup_table", "books", suffix="a").value[0][0]
        for statement in spoil:
            macro.query(re.sub(r"\bbooks\b", f"{schema}.books", statement))
        return name

    return make


@pytest.fixture
def books(macro):
    """The rows of `books`."""
    return lambda columns="*": macro.query(f"select {columns} from dbt_test.books order by 1")


PLAIN = "create table books (id integer, title varchar); insert into books values (1, 'a'), (2, 'b'), (2, 'b')"
SPOIL = ("delete from books where id = 1", "insert into books values (9, 'z')")


@BOTH
def test_a_plan_changes_nothing_and_says_what_would_run_and_how_to_go_back(macro, table, names):
    books = table({"id": [1, 2]}, name="books")
    name = macro("backup_table", "books", suffix="a").value[0][0]
    macro.query(f"delete from {books} where id = 1")
    plan = macro("restore_table", "books", from_backup=name)
    assert plan.value == [[1, 2]]
    assert "has 1 rows; the backup " + name + " of 20" in plan.printed or macro.target == "emulator"
    replaced = "delete from" if macro.target == "duckdb" else "merge into"
    order = ["Only rows are replaced", "Nothing was changed.", replaced, "To go back:", "dry_run: false"]
    places = [plan.printed.index(each) for each in order]
    assert places == sorted(places)
    assert macro.query(f"select id from {books}") == [[2]]
    assert names() == ["books", "books_backup_a"]


@BOTH
def test_rows_come_back_and_duplicates_and_nulls_with_them(macro, table, names):
    types = {"id": "int64", "note": "string"}
    books = table({"id": [1, 2, 2, None], "note": ["a", "b", "b", None]}, types, name="books")
    before = macro.query(f"select * from {books} order by id")
    name = macro("backup_table", "books", suffix="a").value[0][0]
    macro.query(f"delete from {books} where id = 2")
    macro.query(f"insert into {books} values (9, 'z')")
    done = macro("restore_table", "books", from_backup=name, dry_run=False)
    assert done.value == [[3, 4]]
    assert macro.query(f"select * from {books} order by id") == before
    assert len(names("books_backup_")) == 2, "and the present is kept"


@BOTH
def test_the_way_back_that_is_printed_goes_back(macro, table):
    books = table({"id": [1, 2]}, name="books")
    name = macro("backup_table", "books", suffix="a").value[0][0]
    macro.query(f"delete from {books} where id = 1")
    printed = macro("restore_table", "books", from_backup=name, dry_run=False).printed
    back = re.search(r"To go back: .*--args '\{table: (\S+), from_backup: (\S+), dry_run: false\}'", printed)
    macro("restore_table", back[1], from_backup=back[2], dry_run=False)
    assert macro.query(f"select id from {books}") == [[2]]


LAID_OUT = """
create table books (
    id integer primary key, shelf varchar unique default 'none', price decimal(10, 2) not null check (price >= 0),
    tax decimal(10, 2) generated always as (cast(price * 0.1 as decimal(10, 2))), tags struct(a integer, b varchar[])
);
create index by_price on books (price);
comment on table books is 'it''s about books';
comment on column books.shelf is 'where it stands';
insert into books values (1, 's', 1.50, {'a': 1, 'b': ['x']}), (2, 't', 2.00, null)
"""


def definition(macro):
    """All that DuckDB's catalogue says of `books`."""
    return [
        macro.query(f"select {what} from {catalogue}() where table_name = 'books' order by all")
        for catalogue, what in {
            "duckdb_tables": "sql, comment",
            "duckdb_columns": "column_name, column_default, is_nullable, comment, data_type",
            "duckdb_indexes": "index_name, is_unique, sql",
            "duckdb_constraints": "constraint_type, constraint_text",
        }.items()
    ]


def test_keys_defaults_indexes_checks_and_comments_stay(macro, shelf, books):
    name = shelf(LAID_OUT)
    before, rows = definition(macro), books()
    macro.query("update dbt_test.books set price = price + 1; delete from dbt_test.books where id = 2")
    macro.query("insert into dbt_test.books (id, shelf, price) values (3, 't', 9)")
    printed = macro("restore_table", "books", from_backup=name, dry_run=False).printed
    assert "Column tax is computed again from the others." in printed
    assert (definition(macro), books()) == (before, rows)
    with pytest.raises(SqlError, match=r"[Dd]uplicate key"):
        macro.query("insert into dbt_test.books (id, shelf, price) values (1, 'u', 1)")


def test_a_table_that_is_gone_is_made_again_as_it_was_defined(macro, shelf, books):
    name = shelf(LAID_OUT)
    before, rows = definition(macro), books()
    macro.query("drop table dbt_test.books")
    plan = macro("restore_table", "books", from_backup=name)
    assert plan.value == [[None, 2]]
    assert "is gone; the backup" in plan.printed
    assert macro("list_backups", "books").value[0][0] == name
    done = macro("restore_table", "books", from_backup=name, dry_run=False)
    assert (definition(macro), books(), done.value) == (before, rows, [[None, 2]])
    assert 'To go back: drop table "memory"."dbt_test"."books"' in done.printed


def test_odd_names_are_made_again_too(macro, table):
    odd = table({"a (b": [1]}, name="Order (Lines")
    macro.query(f'create unique index "i (x" on {odd} ("a (b"); comment on column {odd}."a (b" is \'c\'')
    macro.query("comment on index dbt_test.\"i (x\" is 'it''s one'")
    name = macro("backup_table", odd, suffix="a").value[0][0]
    before = macro.query("select sql from duckdb_tables() where table_name like 'Order%'")
    macro.query(f"drop table {odd}")
    macro("restore_table", odd, from_backup=name, dry_run=False)
    assert macro.query("select sql from duckdb_tables() where table_name like 'Order%'") == before
    assert macro.query("select index_name, comment from duckdb_indexes()") == [["i (x", "it's one"]]
    assert macro.query("select comment from duckdb_columns() where comment = 'c'") == [["c"]]


@BOTH
def test_a_dropped_table_comes_back_from_a_backup(macro, table):
    books = table({"id": [1, 2]}, name="books")
    name = macro("backup_table", "books", suffix="a").value[0][0]
    macro.query(f"drop table {books}")
    done = macro("restore_table", "books", from_backup=name, dry_run=False)
    assert done.value == [[None, 2]]
    assert macro.query(f"select id from {books} order by id") == [[1], [2]]
    assert "It is made again" in done.printed


# --- columns that are others now -----------------------------------------------------------------------------------------


def test_a_column_that_came_later_gets_its_default_or_null_which_is_said(macro, shelf, books):
    name = shelf(
        PLAIN, "alter table books add column note varchar", "alter table books add column stars integer default 5"
    )
    plan = macro("restore_table", "books", from_backup=name)
    for column in ("note", "stars"):
        assert f"Column {column} came later: it gets its default, or else NULL, in every restored row." in plan.printed
    macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books("id, note, stars") == [(1, None, 5), (2, None, 5), (2, None, 5)]


def test_a_column_that_came_later_and_takes_no_null_is_refused_by_name(macro, shelf):
    name = shelf(PLAIN, "create or replace table books (id integer, title varchar, isbn varchar not null)")
    with macro.raises('column isbn of "memory"."dbt_test"."books" takes no NULL and has no default'):
        macro("restore_table", "books", from_backup=name)


def test_a_column_that_went_is_not_restored_and_it_is_said_how_to_have_it_back(macro, shelf, books):
    name = shelf(PLAIN, "alter table books drop column title")
    plan = macro("restore_table", "books", from_backup=name).printed
    way = re.search(
        r"Column title \(\w+\) has gone from the table since, so it is not restored. .*first: (alter table .*)", plan
    )
    macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books() == [(1,), (2,), (2,)]
    macro.query(way[1])
    macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books() == [(1, "a"), (2, "b"), (2, "b")]


def test_a_column_that_only_has_another_name_now_is_restored_by_it(macro, shelf, books):
    name = shelf(PLAIN, "alter table books rename column title to name", *SPOIL)
    plan = macro("restore_table", "books", from_backup=name).printed
    assert "If it only has another name now, say so: rename: {title: name}" in plan
    for wrong, said in (({"titel": "name"}, "Did you mean title?"), ({"title": "nam"}, "Did you mean name?")):
        with macro.raises(said):
            macro("restore_table", "books", from_backup=name, rename=wrong)
    macro("restore_table", "books", from_backup=name, rename={"title": "name"}, dry_run=False)
    assert books("id, name") == [(1, "a"), (2, "b"), (2, "b")]


def test_two_columns_that_changed_names_are_told_apart(macro, shelf, books):
    name = shelf("create table books (a integer, b integer); insert into books values (1, 2)", "delete from books")
    macro("restore_table", "books", from_backup=name, rename={"a": "b", "b": "a"}, dry_run=False)
    assert books("a, b") == [(2, 1)]


@pytest.mark.parametrize(
    ("old", "new", "values", "after"),
    [
        ("integer", "bigint", "1, 2", [1, 2]),
        ("varchar", "integer", "'1', '20'", [1, 20]),
        ("integer", "varchar", "1, 20", ["1", "20"]),
        ("bigint", "integer", "1, null", [1, None]),
        ("date", "timestamp", "'2024-01-01', null", None),
    ],
)
def test_a_column_with_another_type_is_cast_when_every_value_survives(macro, shelf, books, old, new, values, after):
    rows = ", ".join(f"({each})" for each in values.split(", "))
    name = shelf(
        f"create table books (x {old}); insert into books values {rows}", f"alter table books alter x type {new}"
    )
    printed = macro("restore_table", "books", from_backup=name, dry_run=False).printed
    assert re.search(
        r"Column x was \w+ and is \w+: each value is cast, and each comes back from the cast as it was.", printed
    )
    assert after is None or [row[0] for row in books()] == after


@pytest.mark.parametrize(
    ("old", "new", "values", "lost"),
    [
        ("varchar", "integer", "'007', '1', 'x', null", 2),
        ("bigint", "tinyint", "1, 1000", 1),
        ("decimal(10, 2)", "integer", "1.00, 1.50, 2.25", 2),
        ("timestamp", "date", "'2024-01-01 00:00:00', '2024-01-01 12:00:00'", 1),
    ],
)
def test_a_cast_that_would_lose_something_is_refused_with_how_many_values(macro, shelf, books, old, new, values, lost):
    rows = ", ".join(f"({each})" for each in values.split(", "))
    name = shelf(
        f"create table books (x {old}); insert into books values {rows}", f"create or replace table books (x {new})"
    )
    with macro.raises(
        f"and {lost} values would not come back from the cast as they were. Give the column its old type"
    ):
        macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("integer[]", "date", "column x is INTEGER[] in the backup"),
        ("timestamp", "timestamptz", "and TIMESTAMP WITH TIME ZONE in the table, and one is no cast of the other"),
        (
            "boolean",
            "date",
            "one is no cast of the other. Give the column its old type back first, or fill the table from",
        ),
    ],
)
def test_types_of_which_one_is_no_cast_of_the_other_are_refused(macro, shelf, old, new, said):
    name = shelf(f"create table books (x {old})", f"create or replace table books (x {new})")
    with macro.raises(said):
        macro("restore_table", "books", from_backup=name)


# --- what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [{}, {"from_backup": "x", "as_of": "2024-01-31T12:00:00Z"}])
def test_neither_or_both_ways_to_say_which_rows_is_an_error(macro, shelf, wrong):
    shelf(PLAIN)
    with macro.raises("which rows are meant? Give either from_backup, the name of a backup"):
        macro("restore_table", "books", **wrong)


def test_the_past_of_a_table_on_duckdb_points_to_its_backups(macro, shelf):
    shelf(PLAIN)
    with macro.raises(
        "DuckDB keeps no past of a table, so as_of works on BigQuery only. Restore from a backup: from_backup: memory.dbt_test.books_backup_a."
    ):
        macro("restore_table", "books", as_of="2024-01-31T12:00:00Z")
    with macro.raises(
        "has no backup of all its rows; dbt run-operation dbt_playbooks.backup_table makes one for the next time."
    ):
        macro("restore_table", "nothing", as_of="2024-01-31T12:00:00Z")


def test_a_copy_of_a_part_is_not_named_as_the_backup_to_restore_from(macro, made):
    made("select date '2024-01-01' + cast(i as int) as day, i as id from range(5) as r(i)", name="sales")
    macro("delete_partitions", "sales", "day", dates=["2024-01-02"], dry_run=False)
    [part] = [row[0] for row in macro("list_backups", "sales").rows]
    with macro.raises("has no backup of all its rows"):
        macro("restore_table", "sales", as_of="2024-01-31T12:00:00Z")
    macro("backup_table", "sales", suffix="all")
    with macro.raises("Restore from a backup: from_backup: memory.dbt_test.sales_backup_all."):
        macro("restore_table", "sales", as_of="2024-01-31T12:00:00Z")
    with macro.raises("holds only the rows that a deletion took"):
        macro("restore_table", "sales", from_backup=part)


@BOTH
def test_a_backup_of_another_table_is_refused(macro, table):
    for name in ("books", "films"):
        table({"id": [1]}, name=name)
    name = macro("backup_table", "films", suffix="a").value[0][0]
    for asked in ("books", "film"):
        with pytest.raises(
            MacroError, match=r"films_backup_a is a backup of \S+films, not of \S+\. Give a backup of that table"
        ):
            macro("restore_table", asked, from_backup=name, dry_run=False)


def test_a_backup_that_does_not_exist_is_refused_with_near_misses(macro, shelf):
    shelf(PLAIN)
    with macro.raises(
        "there is no backup 'books_backup_b'. Backups there: books_backup_a. Did you mean books_backup_a?"
    ):
        macro("restore_table", "books", from_backup="books_backup_b")


@pytest.mark.parametrize("nothing", [None, "", " "])
def test_no_table_is_an_error(macro, nothing):
    with macro.raises("no table is given"):
        macro("restore_table", nothing, from_backup="x")


def test_a_table_that_foreign_keys_point_to_is_refused_by_their_names(macro, shelf, books):
    name = shelf(
        "create table books (id integer primary key); insert into books values (1), (2)",
        "create table dbt_test.loans (book integer references books (id))",
    )
    macro("restore_table", "books", from_backup=name, dry_run=False)
    macro.query("insert into dbt_test.loans values (1)")
    with macro.raises('foreign keys of "memory"."dbt_test"."loans" point to rows of "memory"."dbt_test"."books"'):
        macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books() == [(1,), (2,)]
    macro.query("drop table dbt_test.loans")


SELF = """
create table books (
  id integer primary key, "part, of" integer references books (id), x integer references books (id),
  note varchar default ', , ' check (note <> ', )'), y integer references books (id)
);
insert into books values (1, null, null, 'a', null);
insert into books values (2, 1, null, 'b', null)
"""


def test_a_foreign_key_to_itself_does_not_come_back_and_that_is_said(macro, shelf, books):
    name = shelf(SELF)
    with macro.raises("Drop the table, and run this again: it is made anew then, without the foreign key to itself."):
        macro("restore_table", "books", from_backup=name)
    macro.query("drop table dbt_test.books")
    planned = macro("restore_table", "books", from_backup=name)
    told = (
        'Nor does what refers to itself: foreign key ("part, of") references books ("id"), foreign key ("x") references books ("id"),'
        ' foreign key ("y") references books ("id"). DuckDB takes such a row only after the one that it refers to'
    )
    assert told in planned.printed
    macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books() == [(1, None, None, "a", None), (2, 1, None, "b", None)]
    kept = macro.query(
        "select constraint_text from duckdb_constraints() where table_name = 'books' and constraint_type <> 'NOT NULL' order by 1"
    )
    assert list(kept) == [("CHECK((note != ', )'))",), ("PRIMARY KEY(id)",)]
    macro.query("insert into dbt_test.books (id) values (3)")
    assert books()[-1] == (3, None, None, ", , ", None)


def test_a_table_without_such_a_key_says_nothing_of_it(macro, shelf):
    name = shelf(PLAIN)
    macro.query("drop table dbt_test.books")
    assert "refers to itself" not in macro("restore_table", "books", from_backup=name).printed


@pytest.mark.parametrize(
    ("columns", "rows", "keys"),
    [
        ("id bigint primary key, code varchar unique", 122_881, "PRIMARY KEY(id), UNIQUE(code)"),
        ("id bigint, code varchar", 122_881, None),
        ("id bigint primary key, code varchar unique", 122_880, None),
    ],
)
def test_what_replacing_many_rows_with_keys_costs_is_told_first(macro, shelf, columns, rows, keys):
    name = shelf(f"create table books ({columns}); insert into books select i, 'c' || i from range({rows}) as r(i)")
    printed = macro("restore_table", "books", from_backup=name).printed
    told = f"DuckDB deletes rows with keys ({keys}) far more slowly than it loads them, and there are {rows}."
    assert (told in printed) == (keys is not None)
    assert ("This takes long" in printed) == (keys is not None)


def test_only_keys_of_the_table_itself_count(macro, shelf):
    name = shelf(
        "create table books (id bigint, x int); insert into books select i, 1 from range(122881) as r(i); create index by_x on books (x)"
    )
    macro.query("create table dbt_test.others (id bigint primary key, code varchar unique)")
    macro.query("create unique index of_another on dbt_test.others (code)")
    assert "This takes long" not in macro("restore_table", "books", from_backup=name).printed
    macro.query("drop table dbt_test.others")


def test_a_unique_index_counts_as_a_key(macro, shelf):
    name = shelf(
        "create table books (id bigint); insert into books select i from range(122881) as r(i); create unique index by_id on books (id)"
    )
    assert "rows with keys (by_id) far more slowly" in macro("restore_table", "books", from_backup=name).printed


def test_rows_that_the_table_can_not_take_any_more_leave_it_as_it_is(macro, shelf, books, names):
    name = shelf(
        PLAIN,
        "create or replace table books (id integer primary key, title varchar)",
        "insert into books values (7, 'g')",
    )
    with pytest.raises(SqlError, match=r"[Dd]uplicate key"):
        macro("restore_table", "books", from_backup=name, dry_run=False)
    assert books() == [(7, "g")]
    assert names("books_backup_") == ["books_backup_a"], "and no backup of the present is left behind"
