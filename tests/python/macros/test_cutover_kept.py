"""What a table has beside its rows, when a replacement takes its place on DuckDB: indexes, constraints, defaults, and the views on it."""

from __future__ import annotations

import re

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

BOTH = ("orders", "orders_v2")


@pytest.fixture
def tables(macro, table):
    """The old table is made by a statement of the test, the replacement has its columns and rows."""

    def make(definition, replacement="create table {} as from dbt_test.orders"):
        table({"id": [1]}, name="orders")
        macro.query(f"create or replace table dbt_test.orders ({definition})")
        macro.query("insert into dbt_test.orders (id, note) values (1, 'a'), (2, 'b')")
        macro.query(replacement.format("dbt_test.orders_v2"))

    return make


@pytest.fixture
def run(macro):
    def cut(**arguments):
        return macro("cutover", *BOTH, **{"dry_run": False, **arguments}).printed

    return cut


def found(macro, **arguments):
    """Check and what, of the problems that a plan finds."""
    return [(row[0], row[2]) for row in macro("cutover", *BOTH, **arguments).rows if row[1] == "problem"]


def indexes(macro):
    return macro.query("select index_name, table_name, is_unique from duckdb_indexes() order by 1, 2")


PLAIN = "id int, note text"


def test_indexes_are_made_again_and_stay_with_the_name(macro, tables, run):
    tables(PLAIN)
    macro.query("create unique index by_id on dbt_test.orders (id, (note || '\", (x'))")
    macro.query('create index "By Note" on dbt_test.orders (lower(note), "id")')
    assert "the index By Note, the index by_id" in run()
    both = [("By Note", "orders", False), ("by_id", "orders", True)]
    assert indexes(macro) == both
    with pytest.raises(SqlError, match="violates unique constraint"):
        macro.query("insert into dbt_test.orders values (1, 'a')")
    run(undo=True)
    assert indexes(macro) == both


def test_comments_of_indexes_go_over_and_come_back(macro, tables, run):
    tables(PLAIN)
    macro.query("""create index "By ""Note" on dbt_test.orders (note)""")
    macro.query("""comment on index dbt_test."By ""Note" is 'it''s for reports'""")
    macro.query("create index by_id on dbt_test.orders_v2 (id)")
    macro.query("comment on index dbt_test.by_id is 'new'")
    said = "select table_name, comment from duckdb_indexes() where schema_name = 'dbt_test' order by 1, 2"
    run()
    assert list(macro.query(said)) == [("orders", "it's for reports"), ("orders", "new")]
    run(undo=True)
    assert list(macro.query(said)) == [("orders", "it's for reports"), ("orders_v2", "new")]


def test_an_index_of_the_replacement_gets_a_name_that_is_free(macro, tables, run):
    tables(PLAIN)
    macro.query("create index by_note on dbt_test.orders (note)")
    macro.query("create index by_note_v2 on dbt_test.orders_v2 (note)")
    macro.query("create index by_id on dbt_test.orders_v2 (id)")
    macro.query("create index by_id_2 on dbt_test.orders_v2 (id, note)")
    assert "the index by_note, the index by_id, as by_id_3, the index by_id_2, as by_id_2_2" in run()
    assert [row[:2] for row in indexes(macro)] == [
        ("by_id_2_2", "orders"),
        ("by_id_3", "orders"),
        ("by_note", "orders"),
    ]


def test_an_index_on_a_column_that_goes_is_lost_and_said_to_be(macro, tables, run):
    tables('id int, note text, "Old One" int', "create table {} as select id, note from dbt_test.orders")
    macro.query('create index by_old on dbt_test.orders (id, ("Old One" + 1))')
    macro.query("create index by_note on dbt_test.orders (note)")
    [lost] = [what for check, what in found(macro) if check == "lost"]
    assert lost.startswith("the index by_old (id, (")
    assert lost.endswith("which names the column Old One that the replacement lacks")
    run(accept=["schema", "lost"])
    assert [row[:2] for row in indexes(macro)] == [("by_note", "orders")]


def test_the_way_back_makes_the_indexes_of_the_old_table_again_and_the_replacement_keeps_its_own(macro, tables, run):
    tables('id int, note text, "Old One" int', "create table {} as select id, note from dbt_test.orders")
    macro.query('create unique index "By (old" on dbt_test.orders (id, ("Old One" + 1))')
    macro.query("create index by_note on dbt_test.orders (note)")
    macro.query("create index by_note_v2 on dbt_test.orders_v2 (note)")
    macro.query("create unique index by_id_v2 on dbt_test.orders_v2 (id)")
    before = indexes(macro)
    run(accept=["schema", "lost"])
    macro.query("create index late on dbt_test.orders (id, note)")
    said = run(undo=True)
    assert indexes(macro) == sorted([*before, ("late_2", "orders_v2", False)])
    assert 'The indexes by_note, By (old are made again on "memory"."dbt_test"."orders".' in said
    assert 'The indexes by_id_v2, by_note_v2, late_2 are made again on "memory"."dbt_test"."orders_v2".' in said
    with pytest.raises(SqlError, match="violates unique constraint"):
        macro.query("insert into dbt_test.orders_v2 values (1, 'again')")


def test_an_index_that_was_made_otherwise_since_stays_with_the_replacement(macro, tables, run):
    tables(PLAIN)
    macro.query("create index by_note on dbt_test.orders (note)")
    run()
    macro.query("drop index dbt_test.by_note; create index by_note on dbt_test.orders (id)")
    run(undo=True)
    found = macro.query("select index_name, table_name, expressions from duckdb_indexes() order by 1")
    assert found == [("by_note", "orders", "[note]"), ("by_note_2", "orders_v2", "[id]")]


def test_the_way_back_renames_a_column_of_an_index_back(macro, tables, run):
    tables(PLAIN, "create table {} as select id, note as remark from dbt_test.orders")
    macro.query("create unique index by_note on dbt_test.orders (lower(note))")
    run(rename={"note": "remark"}, accept="lost")
    assert indexes(macro) == []
    run(undo=True)
    with pytest.raises(SqlError, match="violates unique constraint"):
        macro.query("insert into dbt_test.orders values (3, 'A')")


def test_an_index_that_was_dropped_since_does_not_come_back_on_the_replacement(macro, tables, run):
    tables(PLAIN)
    macro.query("create unique index by_id on dbt_test.orders_v2 (id)")
    run()
    macro.query("drop index dbt_test.by_id_2")
    macro.query("insert into dbt_test.orders from dbt_test.orders")
    run(undo=True)
    assert indexes(macro) == []


def test_an_index_that_a_table_renamed_by_hand_cannot_have_is_said_to_be_lost(macro, tables, run):
    tables(PLAIN)
    for statement in ("orders rename to orders_backup", "orders_v2 rename to orders", "orders add column late int"):
        macro.query(f"alter table dbt_test.{statement}")
    macro.query("create index by_late on dbt_test.orders (late)")
    macro.query("create index by_id on dbt_test.orders (id)")
    said = run(undo=True, backup="orders_backup")
    assert (
        'Lost is the index by_late (late), which names the column late that "memory"."dbt_test"."orders_backup"' in said
    )
    assert indexes(macro) == [("by_id", "orders", False)]


LOST = {
    "id int primary key, note text": [
        "the constraint PRIMARY KEY(id). Add it first: alter table {} add PRIMARY KEY(id)"
    ],
    "id int unique, note text": ["the constraint UNIQUE(id). DuckDB adds it to no table that is there"],
    "id int, note text check (note <> '')": [
        "the constraint CHECK((note != '')). DuckDB adds it to no table that is there"
    ],
    "id int, note text default 'it''s'": [
        "the default of note. Set it first: alter table {} alter column \"note\" set default 'it''s'"
    ],
}


@pytest.mark.parametrize("definition", LOST)
def test_what_the_replacement_lacks_is_said_with_what_to_run_first(macro, tables, run, definition):
    tables(definition)
    problems = [what for check, what in found(macro) if check == "lost"]
    for said, expected in zip(problems, LOST[definition], strict=True):
        assert said.startswith(expected.format('"memory"."dbt_test"."orders_v2"'))
    with pytest.raises(MacroError, match=r"accept: \[(schema, )?lost\]"):
        run()
    for said in problems:
        if "first: " in said:
            macro.query(said.split("first: ")[1])
            assert found(macro) == []
    run(accept=["lost", "schema"])


def test_collations_and_generated_columns_are_told_as_lost(macro):
    columns = 'id int, "in, (note" varchar collate nocase.noaccent, note text collate nocase, plain text'
    macro.query(f"create table dbt_test.orders ({columns}, twice int generated always as (id * 2))")
    macro.query('create table dbt_test.orders_v2 (id int, "in, (note" varchar, note text, plain text, twice int)')
    lost = [what for check, what in found(macro) if check == "lost"]
    assert [each.split(":")[0].split(". ")[0] for each in lost] == [
        "the collation of in, (note",
        "the collation of note",
        "that twice is generated, as CAST((id * 2) AS INTEGER)",
    ]
    assert "nocase.noaccent in the table, none in the replacement" in lost[0].lower()
    macro.query("drop table dbt_test.orders_v2")
    macro.query(f"create table dbt_test.orders_v2 ({columns}, twice int generated always as (id * 2))")
    assert found(macro) == []


def test_a_replacement_with_the_same_constraints_loses_nothing(macro, tables, run):
    definition = "id int primary key, note text not null default 'x' check (note <> '')"
    tables(definition, f"create table {{}} ({definition})")
    macro.query("insert into dbt_test.orders_v2 from dbt_test.orders")
    assert found(macro) == []
    run()
    with pytest.raises(SqlError, match="Duplicate key"):
        macro.query("insert into dbt_test.orders values (1, 'x')")


def test_not_null_is_told_with_the_schema(macro, tables):
    tables("id int not null, note text")
    assert found(macro) == [("schema", "id nullability: not null to nullable")]


# --- views -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def views(macro, tables):
    """A view that names a column, one that takes all, and one on that one."""
    tables(PLAIN)
    macro.query("create view dbt_test.named as select note from dbt_test.orders")
    macro.query("create view dbt_test.starred as select * from dbt_test.orders")
    macro.query("create view dbt_test.above as select note from dbt_test.starred")


@pytest.mark.usefixtures("views")
def test_views_go_on_with_the_new_table(macro, run):
    macro.query("update dbt_test.orders_v2 set note = 'new'")
    macro.query("alter table dbt_test.orders_v2 add column extra int")
    printed = run(accept=["rows", "schema"])
    assert 'go on with the new table: "memory"."dbt_test"."named", "memory"."dbt_test"."starred"' in printed
    for view in ("named", "starred", "above"):
        assert set(macro.query(f"select note from dbt_test.{view}")) == {("new",)}


@pytest.mark.usefixtures("views")
def test_a_view_that_names_a_column_that_goes_is_a_problem(macro, run, names):
    macro.query("alter table dbt_test.orders_v2 drop column note")
    problem = ("views", '"memory"."dbt_test"."named" names note, which goes. Change it with the cutover')
    assert problem in found(macro)
    with pytest.raises(MacroError, match=r"accept: \[schema, views\]"):
        run()
    run(accept=["schema", "views"])
    assert "orders_v2" not in names()


@pytest.mark.usefixtures("views")
def test_a_renamed_column_goes_for_a_view_too(macro):
    macro.query("alter table dbt_test.orders_v2 rename note to remark")
    assert [what.split(".")[2] for _, what in found(macro, rename={"note": "remark"})] == [
        '"named" names note, which goes',
        '"above" names note, which goes from "memory"',
    ]


@pytest.mark.usefixtures("views")
def test_what_reads_a_column_that_goes_through_views_and_macros_is_a_problem(macro, run, names):
    macro.query("alter table dbt_test.orders_v2 drop column note")
    macro.query("drop view dbt_test.named")
    for made in (
        "view dbt_test.between as select * from dbt_test.starred",
        "view dbt_test.far as select note as n from dbt_test.between",
        "view dbt_test.its_own as select id, 'x' as other from dbt_test.starred",
        "view dbt_test.fine as select note from (select 'n' as note, other from dbt_test.its_own)",
        "macro dbt_test.rows_of() as table select * from dbt_test.orders",
        "macro dbt_test.latest() as (select max(note) from dbt_test.orders)",
        "view dbt_test.by_macro as select note from dbt_test.rows_of()",
        "view dbt_test.by_text as select note from query_table('dbt_test.orders')",
    ):
        macro.query(f"create {made}")
    before = names()
    problems = sorted(
        what.replace('"memory"."dbt_test".', "").split(". Change")[0] for _, what in found(macro, accept="schema")
    )
    assert problems == [
        '"above" names note, which goes from "starred"', '"by_macro" names note, which goes from "rows_of"', '"by_text" names note, which goes',
        '"far" names note, which goes from "between"', '"latest" names note, which goes',
    ]  # fmt: skip
    with pytest.raises(MacroError, match=r"accept: \[views\]"):
        run(accept="schema")
    assert names() == before
    run(accept=["schema", "views"])


@pytest.mark.usefixtures("views")
def test_a_view_that_can_not_read_a_new_type_takes_the_whole_swap_back(macro, run, names):
    macro.query("create view dbt_test.loud as select upper(note) as n from dbt_test.above")
    macro.query("create or replace table dbt_test.orders_v2 as select id, id as note from dbt_test.orders")
    before = names()
    with pytest.raises(SqlError, match="upper"):
        run(accept="schema", exclude_columns="note")
    assert names() == before
    assert macro.query("select n from dbt_test.loud order by 1") == [("A",), ("B",)]
    run(accept=["schema", "views"], exclude_columns="note")


@pytest.mark.usefixtures("views")
def test_a_view_that_is_broken_already_stops_nothing(macro, run):
    macro.query("create table dbt_test.gone as select 1 as x")
    macro.query("create view dbt_test.broken as select * from dbt_test.orders, dbt_test.gone")
    macro.query("drop table dbt_test.gone")
    planned = run(dry_run=True)
    assert 'select * from "memory"."dbt_test"."above" limit 0' in planned
    assert 'select * from "memory"."dbt_test"."broken"' not in planned
    run()


def test_that_no_view_names_the_table_is_said(macro, tables):
    tables(PLAIN)
    assert [list(row[1:]) for row in macro("cutover", *BOTH).rows if row[0] == "views"] == [["fine", "none names it"]]


def test_a_view_on_the_replacement_is_a_problem(macro, tables):
    tables(PLAIN)
    macro.query("create view dbt_test.early as select * from dbt_test.orders_v2")
    [(check, what)] = found(macro)
    assert (check, what) == ("views", '"memory"."dbt_test"."early" names the replacement, whose name goes')


def test_a_word_of_a_view_is_a_column_only_as_a_whole_word(macro):
    sql = 'CREATE VIEW v AS SELECT noted, t."Order Date", lower(remark) FROM t -- note'
    named = [
        name for name in ("note", "noted", "order date", "Remark", "date", "T", "low") if _is_named(macro, name, sql)
    ]
    assert named == ["note", "noted", "order date", "Remark", "T"]
    assert re.search("note", sql)


def _is_named(macro, name, sql):
    return macro("_is_named_in", name, sql).value
