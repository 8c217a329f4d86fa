"""Tables of a test: from columns, rows, files, agate and Arrow, with stated types; all of them are gone after it."""

from __future__ import annotations

import datetime as dt
import decimal
import json

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError

BOTH = pytest.mark.targets("duckdb", "bigquery")
EVERYWHERE = pytest.mark.targets("duckdb", "bigquery", "emulator")
ROWS = [(1, "rose"), (2, None)]


def all_of(macro, made):
    return macro.query(f"select * from {made} order by 1")


def test_a_table_is_made_from_columns_or_rows(macro, table):
    assert all_of(macro, table({"id": [1, 2], "name": ["rose", None]})) == ROWS
    assert all_of(macro, table([{"id": 1, "name": "rose"}, {"id": 2}])) == ROWS


def test_a_table_is_made_from_agate_and_arrow(macro, table):
    agate = pytest.importorskip("agate")
    pyarrow = pytest.importorskip("pyarrow")
    columns = [agate.Number(), agate.Text()]
    assert all_of(macro, table(agate.Table(ROWS, ["id", "name"], columns), types={"id": "int64"})) == ROWS
    assert all_of(macro, table(pyarrow.table({"id": [1, 2], "name": ["rose", None]}))) == ROWS


def test_a_table_is_made_from_a_csv_file(macro, table, tmp_path):
    file = tmp_path / "plants.csv"
    file.write_text('id,name,planted,tall\n1,"rose, red",2024-01-31,true\n2,,,\n')
    made = table(file, types={"id": "int64", "planted": "date", "tall": "bool"})
    assert all_of(macro, made) == [(1, "rose, red", dt.date(2024, 1, 31), True), (2, None, None, None)]


def test_a_table_is_made_from_a_parquet_file(macro, table, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    duckdb.sql("select 1::bigint as id, 'rose' as name, 1.5::decimal(9, 2) as price").write_parquet(
        str(tmp_path / "p.parquet")
    )
    assert all_of(macro, table(str(tmp_path / "p.parquet"))) == [(1, "rose", decimal.Decimal("1.5"))]


@BOTH
def test_an_empty_table_has_its_columns(macro, table):
    made = table(types={"id": "int64", "names": "array<string>"}, name="plants", schema="attic")
    assert made.identifier == "plants"
    assert made.schema == "attic"
    assert macro("column_names", made).value == ["id", "names"]


@EVERYWHERE
def test_stated_types_are_those_of_bigquery_or_duckdb(macro, table):
    made = table(types={"a": "int64", "b": "bigint", "c": "string", "d": "varchar", "e": "float64", "f": "double"})
    columns = macro.compile(f"select * from {made}").check()
    kinds = ["bigint", "varchar", "double"] if macro.target == "duckdb" else ["int64", "string", "float64"]
    assert columns.columns == dict(zip("abcdef", (kind for kind in kinds for _ in "12"), strict=True))


def test_a_column_without_values_needs_a_type(macro, table):
    with pytest.raises(
        HarnessError, match=r"column 'name': its values hold nothing that says its type. State it: .*types={'name'"
    ):
        table({"id": [1], "name": [None]})
    assert all_of(macro, table({"id": [1], "name": [None]}, types={"name": "string"})) == [(1, None)]


@pytest.mark.parametrize(
    ("data", "types", "said"),
    [
        ({"id": [1, 2], "name": ["rose"]}, {}, "lists of the same length. Given: id: 2, name: 1"),
        ({"id": [1], "name": "rose"}, {}, "Given: id: 1, name: no list"),
        ({"id": [1], "name": None}, {}, "Given: id: 1, name: no list"),
        ([{"id": 1}, [2]], {}, "cannot be made from list"),
        (7, {}, "cannot be made from int"),
        ({"id": [1]}, {"id": "int65"}, "column 'id': the type 'int65' is not known. Allowed: int64"),
        ({"id": [1]}, {"ids": "int64"}, "types names the column ids, but the table has id"),
        ({"id": [1, "a"]}, {}, "column 'id': its values hold int64 and string"),
        ({"id": [object()]}, {}, "a value of the Python type object has no place"),
        ({}, {}, "the table has no columns"),
        (None, {}, "the table has no columns"),
        ("plants.csv", {}, "there is no file"),
        ({"tags": [1]}, {"tags": "array<int64>"}, "column 'tags', row 1: 1 is no array<int64>"),
        ({"tags": [[], ["x"]]}, {"tags": "array<int64>"}, "column 'tags', row 2: ['x'] is no array<int64>"),
        ({"place": ["x"]}, {"place": "struct<a int64>"}, "column 'place', row 1: 'x' is no struct<"),
        ({"place": [{"b": 1}]}, {"place": "struct<a int64>"}, "column 'place', row 1: {'b': 1} is no struct<"),
        ({"id": [1, "x"]}, {"id": "int64"}, "column 'id', row 2: 'x' is no int64"),
        ({"id": [1.5]}, {"id": "int64"}, "column 'id', row 1: 1.5 is no int64"),
        ({"id": [2**63]}, {"id": "bigint"}, "column 'id', row 1: 9223372036854775808 is no int64"),
        ({"day": [7]}, {"day": "date"}, "column 'day', row 1: 7 is no date"),
        ({"ok": [1]}, {"ok": "bool"}, "column 'ok', row 1: 1 is no bool"),
    ],
)
def test_a_table_that_is_wrong_says_how(table, data, types, said):
    with pytest.raises(HarnessError) as error:
        table(data, types=types)
    assert said in str(error.value)


@EVERYWHERE
def test_a_value_may_be_the_text_of_one(macro, table):
    types = {"id": "int64", "day": "date", "at": "timestamp", "ok": "bool", "price": "numeric"}
    row = {"id": ["7"], "day": ["2024-01-01"], "at": ["2024-01-01T00:00:00Z"], "ok": ["true"], "price": ["1.10"]}
    made = table(row, types=types)
    if macro.target != "bigquery":
        assert all_of(macro, made) == [(7, dt.date(2024, 1, 1), dt.datetime(2024, 1, 1), True, decimal.Decimal("1.10"))]


@EVERYWHERE
def test_json_is_given_as_values_or_as_text(macro, table):
    made = table({"id": [1, 2, 3], "doc": [{"a": [1, None]}, '{"a": "x"}', None]}, types={"doc": "json"})
    sql = f"select id, doc from {made} where doc is not null order by id"
    assert macro.compile(sql).check()
    if macro.target != "bigquery":
        found = [json.loads(doc) if isinstance(doc, str) else doc for _, doc in macro.query(sql)]
        assert found == [{"a": [1, None]}, {"a": "x"}]


def test_a_wrong_value_of_a_csv_file_is_found_by_line_and_column(table, tmp_path):
    file = tmp_path / "plants.csv"
    file.write_text("id,day\n1,2024-01-01\nx,2024-01-02\n")
    with pytest.raises(HarnessError, match=r"plants.csv, line 3, column 'id': 'x' is no int64"):
        table(file, types={"id": "int64"})
    with pytest.raises(HarnessError, match=r"line 2, column 'day': '2024-01-01' is no bool"):
        table(file, types={"day": "bool"})
    file.write_text("id,day\n1\n")
    with pytest.raises(HarnessError, match=r"plants.csv, line 2: it has 1 values, but the table has 2 columns"):
        table(file)


def test_a_blank_line_of_a_csv_file_does_not_move_the_numbers(table, tmp_path):
    file = tmp_path / "plants.csv"
    file.write_text('id\n\n"1"\nx\n')
    with pytest.raises(HarnessError, match=r"line 4, column 'id': 'x'"):
        table(file, types={"id": "int64"})


def test_a_number_that_its_column_cannot_hold_is_refused_by_the_target(table):
    with pytest.raises(SqlError, match=r"(?s)300.*(out of range|can't be cast)"):
        table({"id": [300]}, types={"id": "tinyint"})


def test_a_name_is_taken_once(table):
    table({"id": [1]}, name="plants")
    with pytest.raises(SqlError, match='"plants" already exists'):
        table({"id": [1]}, name="plants")


def test_values_of_every_kind_come_back(macro, table):
    data = {
        "text": ["it's \\ \n", ""],
        "list": [[1, 2], []],
        "struct": [{"a": 1, "b": "x"}, {"a": None, "b": "y"}],
        "bytes": [b"\x00ab\xff", None],
        "time": [dt.time(1, 2, 3), None],
        "moment": [dt.datetime(2024, 1, 1, 5, 6, 7, 8), None],
        "order": [True, False],
        "big": [2**62, -1],
        "half": [0.5, 1],
    }
    rows = macro.query(f"select * from {table(data)}")
    assert sorted(rows.dicts, key=lambda row: row["half"]) == [
        {name: column[index] for name, column in data.items()} for index in (0, 1)
    ]


# --- removed -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", [1, 2])
def test_what_a_test_made_is_gone_in_the_next(macro, table, again):
    there = macro.query(
        "select schema_name || '.' || table_name from duckdb_tables() union all"
        " select schema_name || '.' || view_name from duckdb_views() where not internal"
    )
    assert there == []
    plants = table({"id": [again]}, name="plants")
    table({"id": [again]}, name="plants", schema="raw")
    macro("archive", plants, "attic")
    macro.query("create view seen as select 1 as a")
    assert macro("is_there", "plants", "raw").value is True
    assert macro.query(f"select id from {plants}") == [(again,)]


@BOTH
def test_a_relation_of_an_earlier_test_is_not_found(macro):
    assert macro("is_there", "plants", "raw").value is False
