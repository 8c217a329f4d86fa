"""Every type that a warehouse has: each change of a value is seen, on every path that compares, and nothing is where nothing changed."""

from __future__ import annotations

import itertools

import pytest

from macros.reference import evaluated

HALVES = [0, 1, -1, 2**64, 2**64 + 1, 2**65, 18446744073709551618, 36893488147419103233, -(2**64)]
INSTANTS = ["'2024-01-01 00:00:00'", "'2024-01-01 00:00:01'", "'1969-12-31 23:59:59'", "'infinity'", "'-infinity'"]
TEXTS = ["''", "' '", "'a'", "'A'", "'a '", "'NULL'", "'a' || chr(0)", "chr(0)", "'é'", "'e' || chr(769)", "'1'"]

DUCKDB = {
    "boolean": ["true", "false"],
    "tinyint": [0, 1, -1, 127, -128],
    "smallint": [0, 1, -1, 2**15 - 1],
    "integer": [0, 1, -1, 2**31 - 1],
    "bigint": [0, 1, -1, 2**32, 2**32 + 1, 2**53, 2**53 + 1, 2**63 - 1, -(2**63)],
    "hugeint": [*HALVES, 2**127 - 1, -(2**127) + 1],
    "utinyint": [0, 1, 255],
    "usmallint": [0, 1, 2**16 - 1],
    "uinteger": [0, 1, 2**32 - 1],
    "ubigint": [0, 1, 2**64 - 1],
    "uhugeint": [*(each for each in HALVES if each >= 0), 2**128 - 1],
    "decimal(9, 2)": [0, "0.01", "-0.01", 1],
    "decimal(18, 3)": [0, "0.001", "-0.001", 1],
    "decimal(38, 0)": HALVES,
    "decimal(38, 10)": [0, "0.0000000001", "1234567890123456789012345678.0000000001", "1234567890123456789012345678"],
    "bignum": [0, 1, -1, 2**64, f"'{2**200}'", f"'{2**200 + 1}'"],
    "float": [0, "'nan'", "'inf'", "'-inf'", "1.5", "1.5000001", "'1e-45'"],
    "double": [0, "'nan'", "'inf'", "'-inf'", "'0.1'", "'0.30000000000000004'", "'0.3'", "'5e-324'", "'1e308'"],
    "varchar": TEXTS,
    "uuid": [
        f"'{each}'"
        for each in (
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0001-0000-000000000002",
            "00000000-0000-0002-0000-000000000001",
            "80000000-0000-0001-0000-000000000002",
            "80000000-0000-0002-0000-000000000001",
        )
    ],
    "enum('a', 'A', '1')": ["'a'", "'A'", "'1'"],
    "blob": [r"''", r"'\x00'", r"'\x00\x00'", "'a'", "'A'"],
    "bit": ["'0'", "'1'", "'00'", "'01'", "'000000000'"],
    "date": ["'2024-01-01'", "'2024-01-02'", "'0044-03-15 (BC)'", "'9999-12-31'", "'10000-01-01'", "'infinity'", "'-infinity'"],
    "timestamp": [*INSTANTS, "'2024-01-01 00:00:00.000001'"],
    "timestamp_s": INSTANTS,
    "timestamp_ms": [*INSTANTS, "'2024-01-01 00:00:00.001'"],
    "timestamp_ns": [*INSTANTS, "'2024-01-01 00:00:00.000000001'"],
    "timestamp with time zone": ["'2024-01-01 00:00:00+00'", "'2024-01-01 00:00:00+01'", "'infinity'", "'-infinity'"],
    "time": ["'00:00:00'", "'24:00:00'", "'12:00:00'", "'12:00:00.000001'"],
    "time_ns": ["'00:00:00'", "'12:00:00'", "'12:00:00.000000001'"],
    "time with time zone": ["'12:00:00+00'", "'12:00:00+02'", "'10:00:00+00'", "'12:00:00+00:00:01'"],
    "interval": [
        "'0 seconds'", "'1 month'", "'30 days'", "'1 day'", "'24 hours'", "'1 month 1 day'", "'1 month -30 days'", "'1 microsecond'", "'-1 month'",
    ],
    "json": [
        "'null'", "'0'", "'1'", "'\"1\"'", "'1.5'", "'[]'", "'[null]'", "'{}'", '\'{"a": 1}\'', '\'{"a": "1"}\'', '\'{"a": null}\'', '\'{"a": 1, "b": 2}\'',
        "'12345678901234567890123'", "'12345678901234567890124'", "'0.12345678901234567'", "'0.123456789012345678'", "'9007199254740993.0'",
        "'9007199254740992.0'", "'1e-400'", "'0.0'", '\'["a b"]\'', '\'["ab"]\'', '\'["a  b", 12345678901234567890.5]\'', '\'["a b", 12345678901234567890.5]\'',
    ],
    "variant": [
        "1::integer::variant", "2::integer::variant", "'1'::varchar::variant", "{'a': 1}::variant", "{'a': '1'}::variant", "{'a': date '2024-01-01'}::variant",
        "{'a': '2024-01-01'}::variant", "[1, 2]::variant", "[2, 1]::variant", "{'a': 18446744073709551618::hugeint}::variant",
    ],
    "geometry": [
        f"'{each}'"
        for each in (
            "POINT (1 2)", "POINT (2 1)", "POINT EMPTY", "POINT Z (1 2 3)", "POINT M (1 2 3)", "MULTIPOINT (1 2)", "POINT (1.0000000000000002 2)",
            "LINESTRING (1 2, 3 4)", "LINESTRING (3 4, 1 2)",
        )
    ],
    "integer[]": ["[]", "[null]", "[1]", "[1, null]", "[null, 1]", "[1, 1]"],
    "integer[][]": ["[]", "[[]]", "[[1], [2]]", "[[1, 2]]", "[null]"],
    "varchar[]": ["['a, b']", "['a', 'b']", "['NULL']", "[null]", "['']", "[]"],
    "integer[2]": ["[1, 2]", "[2, 1]", "[1, null]"],
    "struct(a integer, b varchar)": ["{'a': 1, 'b': 'x'}", "{'a': 1, 'b': null}", "{'a': null, 'b': 'x'}", "{'a': null, 'b': null}"],
    "map(varchar, integer)": ["map {}", "map {'a': 1}", "map {'a': null}", "map {'a': 1, 'b': 2}", "map {'a': 2, 'b': 1}"],
    "union(a integer, b varchar)": ["union_value(a := 1)", "union_value(b := '1')", "union_value(a := 2)"],
}  # fmt: skip
# of columns of one type that never is one of a table
NO_COLUMN_OF_VALUES = {"null", "type"}
NESTED = {
    "struct(v {})": "{{'v': {}}}",
    "{}[]": "[{}]",
    "{}[1]": "[{}]",
    "map(integer, {})": "map {{1: {}}}",
    "struct(w struct(v {})[])": "{{'w': [{{'v': {}}}]}}",
}

pytestmark = pytest.mark.targets("duckdb")


def cast(value, data_type):
    return f"cast({value} as {data_type})"


def pairs_of(values):
    return [*itertools.permutations([*values, "null"], 2)]


@pytest.fixture
def changed(made):
    """Two tables with a row a pair of values that differ, which is in the one as the first and in the other as the second."""

    def make(data_type, values):
        pairs = pairs_of(values)

        def side(i):
            rows = [f"select {number} as id, {cast(pair[i], data_type)} as v" for number, pair in enumerate(pairs)]
            return made(" union all ".join(rows))

        return side(0), side(1), len(pairs)

    return make


def test_every_type_of_duckdb_is_here(macro):
    found = macro.query("select distinct lower(logical_type) from duckdb_types()")
    known = {each.split("(")[0].strip() for each in DUCKDB} | {"list", "array", "enum"} | NO_COLUMN_OF_VALUES
    assert {name for (name,) in found} == {name for (name,) in found} & known


@pytest.mark.parametrize("data_type", DUCKDB)
def test_a_changed_value_is_seen_on_every_path(macro, changed, data_type):
    old, new, number = changed(data_type, DUCKDB[data_type])
    assert macro("compare_rows", old, old, key="id").value["same"], "equal rows are the same"
    by_checksum = macro("compare_rows", old, new, key="id", by="id", sample=number).value
    assert len(by_checksum["partitions"] or []) in (number, 0)
    assert by_checksum["columns"] == {"v": number}
    assert all(each["columns"]["v"][0] != each["columns"]["v"][1] for each in by_checksum["sample"]), "and it shows"
    parts = macro.query(macro("_statements_of_comparison", asked(macro, old, new)).value["always"][-1])
    assert sum(bool(row[6]) for row in parts) == number
    assert macro("compare_rows", old, new, sample=0).value["only_in_old"] == number
    assert len(macro("compare_rows_sql", old, new, key="id").rows) == number
    assert len(macro("compare_rows_sql", old, new).rows) == 2 * number
    counted = macro("compare_row_counts", old, new, by=["id", "v"]).rows
    assert [row[-1] for row in counted].count("same") == 0
    assert len(macro("test_rows_match", old, compare_model=new, key="id").rows) == number
    checks = {name: (verdict, what) for name, verdict, what in macro("cutover", old, new, key="id").value}
    assert checks["rows"] == (
        "problem", f"0 only in the table, 0 only in the replacement, {number} that differ, of {number} and {number}"
    )  # fmt: skip


def asked(macro, old, new):
    return macro("_asked_comparison", old, new, key="id", by="id").value


@pytest.mark.parametrize("data_type", DUCKDB)
def test_a_changed_value_in_a_nested_column_is_seen(macro, changed, data_type):
    for nested, value in NESTED.items():
        values = [value.format(cast(each, data_type)) for each in DUCKDB[data_type]]
        old, new, number = changed(nested.format(data_type), values)
        if data_type == "variant":
            with macro.raises("have no type in common"):
                macro("compare_rows", old, new, key="id")
            continue
        found = macro("compare_rows", old, new, key="id", sample=0).value
        assert found["columns"] == {"v": number}, nested
        parts = macro.query(macro("_statements_of_comparison", asked(macro, old, new)).value["always"][-1])
        assert sum(bool(row[6]) for row in parts) == number, nested
        assert macro("compare_rows", old, new, sample=0).value["only_in_old"] == number, nested


BIGQUERY = {
    "bool": ["true", "false"],
    "int64": ["0", "1", "-1", "9007199254740992", "9007199254740993", "9223372036854775807"],
    "float64": ["0.0", "cast('nan' as float64)", "cast('inf' as float64)", "cast('-inf' as float64)", "0.1", "0.1 + 0.2", "0.3", "5e-324"],
    "numeric": ["numeric '0'", "numeric '0.000000001'", "numeric '12345678901234567890123456789'", "numeric '12345678901234567890123456788'"],
    "bignumeric": ["bignumeric '0'", "bignumeric '0.00000000000000000000000000000000000001'", "bignumeric '1'", "bignumeric '-1'"],
    "string": ["''", "' '", "'a'", "'A'", "'a '", "'NULL'", "'é'", r"'e\u0301'", "'\\\"'"],
    "bytes": ["b''", r"b'\x00'", r"b'\x00\x00'", "b'a'", r"b'\xff'"],
    "date": ["date '2024-01-01'", "date '2024-01-02'", "date '0001-01-01'", "date '9999-12-31'"],
    "datetime": ["datetime '2024-01-01 00:00:00'", "datetime '2024-01-01 00:00:00.000001'", "datetime '9999-12-31 23:59:59.999999'"],
    "timestamp": ["timestamp '2024-01-01 00:00:00+00'", "timestamp '2024-01-01 00:00:00.000001+00'", "timestamp '2024-01-01 00:00:00+01'"],
    "time": ["time '00:00:00'", "time '12:00:00'", "time '12:00:00.000001'"],
    "interval": ["interval '1' month", "interval '30' day", "interval '1' day", "interval '24' hour", "interval '0' second", "interval '-1' month"],
    "range<date>": ["range<date> '[2024-01-01, 2024-02-01)'", "range<date> '[2024-01-01, UNBOUNDED)'", "range<date> '[UNBOUNDED, 2024-02-01)'"],
    "json": ["json 'null'", "json '1'", "json '\"1\"'", "json '1.5'", "json '[]'", "json '[null]'", "json '{}'", "json '{\"a\": 1}'", "json '{\"a\": null}'"],
    "array<int64>": ["[1, 2]", "[2, 1]", "[1]", "[1, null]", "array<int64>[]"],
    "struct<a int64, b string>": ["struct(1 as a, 'x' as b)", "struct(1 as a, cast(null as string) as b)", "struct(cast(null as int64) as a, 'x' as b)"],
    "array<struct<a array<int64>>>": ["[struct([1, 2] as a)]", "[struct([1] as a), struct([2] as a)]", "[struct(array<int64>[] as a)]"],
}  # fmt: skip


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("data_type", BIGQUERY)
def test_a_changed_value_is_another_on_bigquery_by_its_own_reference(macro, googlesql, data_type):
    """What rows are compared by, and hashed as, of each pair of values, and of each value with itself."""
    how = macro("_compared_as", old_type=data_type, new_type=data_type).value
    values = [*BIGQUERY[data_type], f"cast(null as {data_type})"]
    pairs = [*itertools.permutations(values, 2), *((value, value) for value in values)]
    asked = []
    for place, (old, new) in enumerate(pairs):
        column = {"hashed": how["hashed"]} | {
            side: how[side].replace("{}", f"({value})") for side, value in (("old", old), ("new", new))
        }
        one, other = (macro("_row_hash", macro("_hashed", [column], side).value).text for side in ("old", "new"))
        differs = macro("_beyond", column["old"], column["new"]).text
        asked.append(f"select '{place}', cast({differs} as string), cast({one} <> {other} as string)")
    found = {pairs[int(place)]: said for place, *said in evaluated(googlesql, " union all ".join(asked))}
    assert {pair: said for pair, said in found.items() if said != [str(pair[0] != pair[1]).lower()] * 2} == {}
    assert len(found) == len(pairs)


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("data_type", ["int64", "numeric", "bignumeric", "numeric(10, 2)"])
def test_an_exact_number_is_equal_to_a_float_that_is_this_number_by_bigquerys_own_reference(
    macro, googlesql, data_type
):
    how = macro("_compared_as", data_type, "float64").value
    pairs = [
        ("5", "5.0", True),
        ("5", "5.5", False),
        ("0", "-0.0", True),
        ("5", "cast('nan' as float64)", False),
        ("5", "cast('inf' as float64)", False),
    ]
    if "(" not in data_type:
        pairs += [
            ("9007199254740992", "9007199254740992.0", True),
            ("9007199254740993", "9007199254740992.0", False),
            ("-9007199254740993", "-9007199254740992.0", False),
        ]
        pairs += [
            ("9223372036854775807", "9223372036854775808.0", False),
            ("36028797018963969", "36028797018963968.0", False),
        ]
    if data_type != "int64":
        pairs += [("0.1", "0.1", True), ("0.1", "0.2", False)]
    asked = []
    for place, (exact, value, _) in enumerate(pairs):
        old = how["old"].replace("{}", f"(cast('{exact}' as {data_type.split('(')[0]}))")
        new = how["new"].replace("{}", f"({value})")
        asked.append(f"select '{place}', cast({macro('_beyond', old, new).text} as string)")
    found = {pairs[int(place)]: differs for place, differs in evaluated(googlesql, " union all ".join(asked))}
    assert {pair: differs for pair, differs in found.items() if differs != str(not pair[2]).lower()} == {}
    assert len(found) == len(pairs)


@pytest.mark.targets("bigquery")
def test_bigquery_takes_the_statements_that_compare_exact_numbers_with_floats(macro, table):
    types = {"id": "int64", "a": "int64", "b": "numeric", "c": "bignumeric"}
    old, new = table(types=types), table(types={**dict.fromkeys(types, "float64"), "id": "int64"})
    for arguments in ({"key": "id"}, {"key": "a"}, {}, {"key": "id", "tolerance": 1}):
        assert macro.run("compare_rows_sql", old, new, **arguments).analyzed
