"""Two tables compared by their columns, the fields nested in them, and on BigQuery by their partitions and clusters."""

from __future__ import annotations

import pytest

PLAIN = {"id": "int64", "name": "string", "day": "date", "amount": "float64"}
COLUMNS = {
    "table_name": "string", "column_name": "string", "ordinal_position": "int64", "is_nullable": "string", "data_type": "string",
    "is_hidden": "string", "clustering_ordinal_position": "int64",
}  # fmt: skip
TABLES = {"table_name": "string", "table_type": "string", "ddl": "string"}


@pytest.fixture
def compare(macro):
    """Compares two tables. The emulator's own catalogue lacks `ddl`: there a copy of it is asked that has one."""

    def run(old, new, **options):
        stubs = {}
        if macro.target == "emulator":
            views = f"{old.schema}.INFORMATION_SCHEMA"
            place = f"`{old.database}`.`{old.schema}`.listed_"
            macro.query(f"create table {place}COLUMNS as select {', '.join(COLUMNS)} from {views}.COLUMNS")
            macro.query(
                f"create table {place}TABLES as select table_name, table_type, cast(null as string) as ddl from {views}.TABLES"
            )
            stubs = {"_information_schema": lambda _, view: place + view}
        return macro("compare_schemas", old, new, stubs=stubs, **options)

    return run


@pytest.fixture
def differences(compare, table):
    """What differs between two lists of columns, without the values."""

    def found(old, new, **options):
        rows = compare(table(types=old), table(types=new), **options).value
        return [tuple(row[:2]) for row in rows]

    return found


def test_tables_with_the_same_columns_do_not_differ(compare, table):
    old = {**PLAIN, "s": "struct<a int64, b array<struct<c string, d decimal(10, 2)>>>", "tags": "array<string>"}
    new = {
        **{name.upper(): PLAIN[name] for name in PLAIN},
        "S": "struct<A int64, b array<struct<C string, d decimal(10, 2)>>>",
        "tags": "array<string>",
    }
    result = compare(table(types=old), table(types=new), fail=True)
    assert result.value == []
    assert "(new) have the same schema" in result.printed


@pytest.mark.targets("duckdb", "emulator")
def test_several_differences_are_told_at_once(compare, macro, table):
    old, new = table(types={"x": "int64"}, name="was"), table(types={"x": "int64"}, name="now")
    q = "`" if macro.target == "emulator" else '"'
    text, struct, end = ("string", "struct<", ">") if macro.target == "emulator" else ("varchar", "struct(", ")")
    macro.query(
        f"create or replace table {old} (id int64 not null, {q}order{q} {text}, day date,"
        f" address {struct}street {text}, zip int64, old date{end}, a int64, b int64)"
    )
    macro.query(
        f"create or replace table {new} (more bool, {q}ORDER{q} {text}, id int64, address {struct}Zip {text}, new date, street {text}{end}, b {text}, a int64)"
    )
    result = compare(old, new)
    int_name, text_name, bool_name = (
        ("INT64", "STRING", "BOOL") if macro.target == "emulator" else ("BIGINT", "VARCHAR", "BOOLEAN")
    )
    assert result.value == [
        ["more", "added", None, bool_name],
        ["ORDER", "moved", "after id", "at the front"],
        ["id", "nullability", "not null", "nullable"],
        ["address.Zip", "retyped", int_name, text_name],
        ["address.Zip", "moved", "after address.street", "at the front"],
        ["address.new", "added", None, "DATE"],
        ["b", "retyped", int_name, text_name],
        ["b", "moved", "after a", "after address"],
        ["day", "removed", "DATE", None],
        ["address.old", "removed", "DATE", None],
    ]
    assert f"the schemas of {old} (old) and {new} (new) differ:\ncolumn " in result.printed
    assert "b            moved        after a               after address" in result.printed


@pytest.mark.parametrize(("order", "moved"), [
    ("bcdefghija", [("a", None, "j")]),
    ("jabcdefghi", [("j", "i", None)]),
    ("abcghidefj", [("g", "f", "c"), ("h", "f", "c"), ("i", "f", "c")]),
    ("jbcdefghia", [("j", "i", None), ("a", None, "i")]),
    ("bacdefghij", [("b", "a", None)]),
    ("xabcdyefghij", []),
    ("cdefxghijab", [("a", None, "j"), ("b", None, "j")]),
    ("jihgfedcba", [(name, "a", None) for name in "jihgfedcb"]),
])  # fmt: skip
def test_only_columns_that_moved_are_said_to(compare, table, order, moved):
    old, new = (table(types=dict.fromkeys(names, "int64")) for names in ("abcdefghij", order))
    after = {None: "at the front"}
    rows = [row for row in compare(old, new).value if row[1] == "moved"]
    assert rows == [
        [name, "moved", after.get(was, f"after {was}"), after.get(to, f"after {to}")] for name, was, to in moved
    ]


def test_a_column_of_one_side_is_told_whole_and_one_that_is_nested_on_one_side_too(compare, table):
    struct, plain = {"id": "int64", "s": "struct<a int64, b array<struct<c string>>>"}, {"id": "int64"}
    for other in (plain, {**plain, "s": "string"}, {**plain, "s": "array<string>"}):
        [row] = compare(table(types=struct), table(types=other)).value
        assert row[:2] == ["s", "retyped" if "s" in other else "removed"]
        assert (
            row[2]
            .lower()
            .replace(" ", "")
            .startswith(("struct(abigint,bstruct(cvarchar)[]", "struct<aint64,barray<struct<cstring>>"))
        )


def test_a_struct_that_became_an_array_is_not_new_fields(compare, table):
    [row] = compare(table(types={"s": "struct<a int64>"}), table(types={"s": "array<struct<a int64>>"})).value
    assert row in [["s", "retyped", "STRUCT", "STRUCT[]"], ["s", "retyped", "STRUCT", "ARRAY<STRUCT>"]]


def test_names_may_be_reserved_words_and_hold_anything(differences):
    odd = {"order": "int64", "Order Date": "date", "größe": "int64", "select": "struct<`group` int64, `Ä` string>"}
    assert differences(odd, odd) == []
    new = {"größe": "int64", "order": "string", "ORDER DATE": "date", "select": "struct<`group` string>"}
    assert differences(odd, new) == [
        ("größe", "moved"),
        ("order", "retyped"),
        ("select.group", "retyped"),
        ("select.Ä", "removed"),
    ]


def test_nullability_is_told_of_tables_and_not_of_views(compare, macro, table):
    old, new, view = (table(types={"x": "int64"}, name=name) for name in ("was", "now", "seen"))
    macro.query(f"create or replace table {old} (id int64 not null, x int64)")
    macro.query(f"create or replace table {new} (id int64, x int64 not null)")
    macro.query(f"drop table {view}")
    macro.query(f"create view {view} as select * from {old}")
    assert compare(old, new).value == [
        ["id", "nullability", "not null", "nullable"], ["x", "nullability", "nullable", "not null"],
    ]  # fmt: skip
    assert compare(old, view).value == compare(view, old).value == []


def test_columns_with_new_names_are_paired(differences):
    old, new = {"a": "int64", "B": "string", "c": "date"}, {"x": "int64", "b": "string", "c": "date"}
    assert differences(old, new) == [("x", "added"), ("a", "removed")]
    assert differences(old, new, rename={"A": "X"}) == []
    assert differences(old, {**new, "x": "date"}, rename={"a": "x"}) == [("x", "retyped")]
    swapped = {"B": "int64", "a": "string", "c": "date"}
    assert differences(old, swapped, rename={"a": "b", "b": "a"}) == []
    assert differences(old, {"B": "int64", "c": "date"}, rename={"a": "b"}) == [("B", "removed")]
    assert differences({"s": "struct<a int64>"}, {"t": "struct<a string>"}, rename={"s": "t"}) == [("t.a", "retyped")]


def test_a_gate_and_what_is_not_there(compare, macro, table):
    old, new = table(types=PLAIN, name="orders"), table(types={"x": "int64", "y": "int64"})
    with macro.raises("differ in 6 places, the first: x (added)."):
        compare(old, new, fail=True)
    with macro.raises(
        "lacks a column of `rename` (old name: new name): idd. It has: id, name, day, amount. Did you mean id?"
    ):
        compare(old, new, rename={"idd": "x"})
    with macro.raises("lacks a column that `rename` calls new: z. It has: x, y."):
        compare(old, new, rename={"id": "z"})
    with macro.raises("Did you mean orders"):
        macro("compare_schemas", f"{old.schema}.ordres", new)
    macro.query(f"drop table {new}")
    assert compare(old, new).value[0] == [None, "missing", "4 columns", "0 columns"]
    macro.query(f"drop table {old}")
    assert compare(old, new).value == [[None, "missing", "0 columns", "0 columns"]]


# --- what one warehouse has --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("decimal(10, 2)", "decimal(10, 3)", [["c", "retyped", "DECIMAL(10,2)", "DECIMAL(10,3)"]]),
    ("enum('a,b', 'x(', 'it''s', '\"')", "enum('a,b', 'x(', 'it''s')", [["c", "retyped", "ENUM('a,b', 'x(', 'it''s', '\"')", "ENUM('a,b', 'x(', 'it''s')"]]),
    ("int[3]", "int[]", [["c", "retyped", "INTEGER[3]", "INTEGER[]"]]),
    ("struct(\"a,b(\" int, \"q\"\"x\" enum('struct(a int)'), \"x.y\" int, \"it's\" timestamptz)",
     "struct(\"a,b(\" text, \"q\"\"x\" enum('struct(b int)'), \"x.y\" text, \"it's\" timestamp)",
     [["c.a,b(", "retyped", "INTEGER", "VARCHAR"], ["c.\"q\"\"x\"", "retyped", "ENUM('struct(a int)')", "ENUM('struct(b int)')"],
      ["c.\"x.y\"", "retyped", "INTEGER", "VARCHAR"], ["c.it's", "retyped", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP"]]),
    ("map(varchar, struct(k int, v decimal(4, 1)[])[])", "map(varchar, struct(v decimal(4, 2)[], k int)[])",
     [["c.value.v", "retyped", "DECIMAL(4,1)[]", "DECIMAL(4,2)[]"], ["c.value.v", "moved", "after c.value.k", "at the front"]]),
    ("map(varchar, int)", "map(date, int)", [["c.key", "retyped", "VARCHAR", "DATE"]]),
    ("union(num int, str struct(a int))", "union(num int, str struct(a date), more date)",
     [["c.str.a", "retyped", "INTEGER", "DATE"], ["c.more", "added", None, "DATE"]]),
    ("struct(a int)[2][]", "struct(a int)[3][]", [["c", "retyped", "STRUCT[2][]", "STRUCT[3][]"]]),
    ("struct(\"Ä\" int, \"ä\" int, \"Struct\" decimal(3, 1))", "struct(\"ä\" int, \"Ä\" int, struct decimal(3, 1))",
     [["c.ä", "moved", "after c.Ä", "at the front"]]),
])  # fmt: skip
def test_every_type_of_duckdb_is_walked(compare, macro, table, old, new, expected):
    sides = [table(types={"x": "int64"}) for _ in range(2)]
    for relation, kind in zip(sides, (old, new), strict=True):
        macro.query(f"create or replace table {relation} (c {kind})")
    assert compare(*sides).value == expected
    assert compare(sides[0], sides[0]).value == []


def test_tables_of_two_databases_are_compared(macro, table):
    macro.query("attach if not exists ':memory:' as \"Other One\"")
    macro.query('create or replace table "Other One".main."Odd Table" (ID int64, x int64)')
    here = table(types={"x": "int64", "id": "int64"})
    found = macro("compare_schemas", '"Other One".main."Odd Table"', here).value
    assert found == [["x", "moved", "after ID", "at the front"]]
    macro.query('detach "Other One"')


MADE = 'CREATE TABLE `p.d.t`\n(\n  ts TIMESTAMP OPTIONS(description="x")\n)\n{}OPTIONS(\n  require_partition_filter=true\n);'


@pytest.mark.targets("emulator")
def test_bigquerys_partitions_clusters_and_types_are_compared(macro, table):
    """In a catalogue that holds what BigQuery's documentation says of its own: the emulator's keeps neither partitions nor clusters."""
    columns = [
        ["was", "ts", 1, "YES", "TIMESTAMP", "NO", 2],
        ["was", "id", 2, "YES", "INT64", "NO", 1],
        ["was", "s", 3, "YES", "STRUCT<`a b` NUMERIC(10, 2), r RANGE<DATE>, n ARRAY<STRUCT<x STRING(5), y JSON>>>", "NO", None],
        ["was", "_PARTITIONTIME", None, "YES", "TIMESTAMP", "YES", None],
        ["now", "Day", 1, "YES", "TIMESTAMP", "NO", 1],
        ["now", "id", 2, "YES", "INT64", "NO", None],
        ["now", "s", 3, "YES", "STRUCT<`a b` NUMERIC(10, 3), r RANGE<DATETIME>, n ARRAY<STRUCT<y JSON, x STRING(6)>>>", "NO", None],
        ["view", "ts", 1, "YES", "TIMESTAMP", "NO", None],
    ]  # fmt: skip
    was = "CREATE TABLE `p.d.was`\n(\n  ts TIMESTAMP\n)\nPARTITION BY TIMESTAMP_TRUNC(ts, HOUR)\nCLUSTER BY id, ts\nOPTIONS(\n  x=true\n);"
    now = "CREATE TABLE `p.d.now`\n(\n  ts TIMESTAMP\n)\nPARTITION BY DATE(`Day`);"
    statements = [
        ["was", "BASE TABLE", was], ["now", "BASE TABLE", now], ["view", "VIEW", "create view v as select row_number() over (\nPARTITION BY x\n)"],
    ]  # fmt: skip
    views = {
        "COLUMNS": table([dict(zip(COLUMNS, row, strict=True)) for row in columns], COLUMNS),
        "TABLES": table([dict(zip(TABLES, row, strict=True)) for row in statements], TABLES),
    }
    old, new, view = (
        table(types={"ts": "timestamp", "Day": "timestamp"}, name=name) for name in ("was", "now", "view")
    )
    stubs = {"_information_schema": lambda _, name: str(views[name])}
    assert macro("compare_schemas", old, new, rename={"ts": "day"}, stubs=stubs).value == [
        [None, "partitioning", "TIMESTAMP_TRUNC(day, HOUR)", "DATE(`Day`)"],
        [None, "clustering", "id, day", "day"],
        ["s.a b", "retyped", "NUMERIC(10, 2)", "NUMERIC(10, 3)"],
        ["s.r", "retyped", "RANGE<DATE>", "RANGE<DATETIME>"],
        ["s.n.y", "moved", "after s.n.x", "at the front"],
        ["s.n.x", "retyped", "STRING(5)", "STRING(6)"],
    ]
    assert macro("compare_schemas", old, old, stubs=stubs).value == []
    assert [row[:2] for row in macro("compare_schemas", old, view, stubs=stubs).value] == [
        ["id", "removed"],
        ["s", "removed"],
    ]
