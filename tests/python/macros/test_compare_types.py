"""Values of every type compared: by key, as whole rows and as keys. What is equal is equal on all three ways, and what is not on none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"

SAME = {
    "bool": ("true", "true"),
    "int and bigint": ("10::int", "10::bigint"),
    "-1 as tinyint and bigint": ("(-1)::tinyint", "(-1)::bigint"),
    "bigint and ubigint": ("10::bigint", "10::ubigint"),
    "decimals of unlike scale": ("1.10::decimal(10, 2)", "1.1::decimal(12, 3)"),
    "bigint and decimal": ("9223372036854775807", "9223372036854775807::decimal(20, 1)"),
    "integer and float": ("10::int", "10.0::double"),
    "-0.0 and 0.0": ("-0.0::double", "0.0::double"),
    "nan": ("'nan'::double", "'nan'::float"),
    "text": ("'ü, ''\"\\\n'", "'ü, ''\"\\\n'"),
    "uuid and text": (f"'{UUID}'::uuid", f"'{UUID}'"),
    "enums of unlike order": ("'a'::enum('a', 'b')", "'a'::enum('b', 'a')"),
    "an enum of brackets and text": ("'<5'::enum('<5', '[5')", "'<5'"),
    "date and timestamp": ("date '2024-02-29'", "timestamp '2024-02-29 00:00:00'"),
    "an instant and UTC": ("timestamptz '2024-01-01 00:00:00+02'", "timestamp '2023-12-31 22:00:00'"),
    "time": ("time '10:00'", "time '10:00'"),
    "blob": ("'\\xAA'::blob", "'\\xAA'::blob"),
    "struct": ("{'a': 1, 'b': null::int}", "{'a': 1, 'b': null::int}"),
    "struct of wider type": ("{'a': 1::int, 'b': null::int}", "{'a': 1::bigint, 'b': null::int}"),
    "list": ("[1, null]", "[1, null]"),
    "list of wider type": ("[1::int, null]", "[1::bigint, null]"),
    "list of nan": ("['nan'::double]", "['nan'::float]"),
    "nested": ("[{'a': [1, 2], 'b': {'c': null::int}}]", "[{'a': [1, 2], 'b': {'c': null::int}}]"),
    "map": ("map {'a': 1, 'b': null}", "map {'a': 1, 'b': null}"),
    "json written otherwise": ("'{\"a\": [1, null]}'::json", "'{\"a\":[1,null]}'::json"),
    "json and struct": ("'{\"a\": 1}'::json", "{'a': 1}"),
}
DIFFERENT = {
    "bool": ("true", "false"),
    "int and bigint": ("10::int", "99::bigint"),
    "int and what overflows it": ("10::int", f"{2**32 + 10}::bigint"),
    "-1 and the greatest ubigint": ("(-1)::bigint", f"{2**64 - 1}::ubigint"),
    "ubigint and the greatest uhugeint": ("1::ubigint", f"{2**128 - 1}::uhugeint"),
    "decimals of unlike scale": ("1.10::decimal(10, 2)", "1.101::decimal(12, 3)"),
    "0.0004": ("1.0000::decimal(10, 4)", "1.0004::decimal(10, 4)"),
    "float and double": ("0.1::float", "0.1::double"),
    "nan": ("'nan'::double", "0.0::double"),
    "case": ("'a'", "'A'"),
    "ü and u": ("'ü'", "'u'"),
    "ü composed and not": ("'\u00fc'", "'u\u0308'"),
    "a space": ("'a'", "'a '"),
    "enum": ("'a'::enum('a', 'b')", "'b'::enum('a', 'b')"),
    "date and timestamp": ("date '2024-02-29'", "timestamp '2024-02-29 00:00:01'"),
    "an instant": ("timestamptz '2024-01-01 00:00:00+02'", "timestamp '2024-01-01 00:00:00'"),
    "time": ("time '10:00'", "time '10:00:01'"),
    "interval": ("interval '1 day'", "interval '24 hours'"),
    "blob": ("'\\xAA'::blob", "'\\xAB'::blob"),
    "struct": ("{'a': 1, 'b': null::int}", "{'a': 1, 'b': 0}"),
    "struct of wider type": ("{'a': 1::int}", "{'a': 2::bigint}"),
    "list of NULL and list without": ("[1, null]", "[1]"),
    "empty list and list of NULL": ("[]::int[]", "[null]::int[]"),
    "a list and its turn": ("[1, 2]", "[2, 1]"),
    "lists that end elsewhere": ("[[1], [2]]", "[[1, 2]]"),
    "empty lists in a list": ("[[]]::int[][]", "[]::int[][]"),
    "deep": ("[{'a': [1, 2], 'b': {'c': null::int}}]", "[{'a': [1, 2], 'b': {'c': 3}}]"),
    "map": ("map {'a': 1}", "map {'a': null::int}"),
    "json": ("'{\"a\": 1}'::json", '\'{"a": "1"}\'::json'),
    "json null": ("'[null]'::json", "'[]'::json"),
}
ONE_IS_NULL = {
    "int": "0",
    "text": "''",
    "bool": "false",
    "date": "date '1970-01-01'",
    "blob": "''::blob",
    "list": "[]::int[]",
    "list of NULL": "[null]::int[]",
    "struct of NULL": "{'a': null::int}",
    "empty map": "map {}::map(varchar, int)",
    "json null": "'null'::json",
}


CASES = {
    **{f"same {name}": pair for name, pair in SAME.items()},
    **{f"different {name}": pair for name, pair in DIFFERENT.items()},
    **{f"NULL {name}": (value, f"case when false then {value} end") for name, value in ONE_IS_NULL.items()},
}


@pytest.fixture
def wide(made):
    """Two tables with a column a case, of two equal rows but for the id."""

    def side(i):
        values = ", ".join(f'{pair[i]} as "{name}"' for name, pair in CASES.items())
        return made(f"select id, {values} from (values (1), (2)) as ids(id)")

    return side(0), side(1)


@pytest.mark.targets("duckdb")
def test_values_are_equal_or_not_by_key_as_rows_and_as_keys(macro, wide):
    old, new = wide
    by_key = macro("compare_rows", old, new, key="id", sample=1).value
    differing = {name for name in CASES if not name.startswith("same ")}
    assert (by_key["differing"], by_key["columns"]) == (2, dict.fromkeys(by_key["columns"], 2))
    assert set(by_key["columns"]) == differing
    shown = by_key["sample"][0]["columns"]
    assert set(shown) == differing
    assert [name for name, (left, right) in shown.items() if left == right] == []
    alone = {name: macro("compare_rows", old, new, columns=[name]).value for name in CASES}
    assert {name for name, found in alone.items() if not found["same"]} == differing
    assert {(found["only_in_old"], found["only_in_new"]) for found in alone.values()} == {(0, 0), (2, 2)}
    keys = [name for name in CASES if not name.startswith("NULL ")]
    as_keys = {name: macro("compare_rows", old, new, key=["id", name], columns=["id"]).value for name in keys}
    assert {name for name, found in as_keys.items() if not found["same"]} == differing & {*keys}


@pytest.fixture
def sides(made):
    def make(old, new):
        return [made(f"select 1 as id, {value} as v") for value in (old, new)]

    return make


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1::int", "'1'"),
        ("1::hugeint", "1::uhugeint"),
        ("1::decimal(38, 0)", "0.1::decimal(38, 38)"),
        ("date '2024-01-01'", "'2024-01-01'"),
        ("time '10:00'", "timestamp '2024-01-01 10:00:00'"),
        ("'a'::blob", "'a'"),
        ("true", "1"),
        ("[1]", "'[1]'"),
    ],
)
def test_types_without_a_common_one_are_refused_by_name(macro, sides, old, new):
    with macro.raises("have no type in common. Leave it out with exclude_columns: [v], or compare views that cast it."):
        macro("compare_rows", *sides(old, new), key="id")


BIGQUERY = {
    "int64": ("1", "2"),
    "numeric": ("numeric '1.1'", "numeric '1.1001'"),
    "bignumeric": ("bignumeric '1.1'", "bignumeric '1.2'"),
    "float64": ("1.5", "cast('nan' as float64)"),
    "string": ("'ü'", "'u'"),
    "bytes": ("from_hex('aa')", "from_hex('ab')"),
    "bool": ("true", "false"),
    "date": ("date '2024-01-01'", "date '2024-01-02'"),
    "datetime": ("datetime '2024-01-01 00:00:00'", "datetime '2024-01-01 00:00:01'"),
    "timestamp": ("timestamp '2024-01-01 00:00:00+00:00'", "timestamp '2024-01-01 00:00:01+00:00'"),
    "time": ("time '10:00:00'", "time '10:00:01'"),
    "json": ("json '{\"a\": 1}'", "json '{\"a\": 2}'"),
    "array": ("[1, 2]", "[2, 1]"),
    "struct": ("struct(1 as a, cast(null as string) as b)", "struct(1 as a, '' as b)"),
    "array<struct>": ("[struct(1 as a, [1] as b)]", "[struct(1 as a, [1, 1] as b)]"),
}


@pytest.mark.targets("emulator")
def test_types_of_bigquery(macro, made):
    def wide(i):
        names = [f"{pair[i]} as c{number}" for number, pair in enumerate(BIGQUERY.values())]
        return made(
            f"select 1 as id, {', '.join(names)} union all select 2, {', '.join(p[i] for p in BIGQUERY.values())}"
        )

    old, new = wide(0), wide(1)
    assert macro("compare_rows", old, wide(0), key="id").value["same"]
    assert macro("compare_rows", old, wide(0)).value["same"]
    found = macro("compare_rows", old, new, key="id").value
    names = dict(zip([f"c{number}" for number in range(len(BIGQUERY))], BIGQUERY, strict=True))
    assert {names[each] for each in found["columns"]} == set(BIGQUERY)
    assert found["sample"][0]["columns"]["c5"] == ["aa", "ab"], "bytes need not be a text"
    assert macro("compare_rows", old, new).value["only_in_old"] == 2


@pytest.mark.targets("bigquery")
def test_statements_of_all_types_are_accepted_also_as_keys(macro, table):
    types = {
        **{f"c{number}": each for number, each in enumerate(BIGQUERY) if each not in ("array", "struct", "array<struct>")},
        "nested": "array<struct<a int64, b array<int64>>>", "inner": "struct<a int64, b string>", "numbers": "array<float64>",
        "span": "interval", "id": "int64",
    }  # fmt: skip
    old, new = table(types=types), table(types={**types, "c0": "numeric", "c7": "timestamp", "c3": "numeric"})
    for key in ("id", None, list(types)):
        assert macro.run("compare_rows_sql", old, new, key=key).analyzed
        for numbered in (True, False):
            stubs = {"_keys_repeat": numbered}
            asked = statements(macro, stubs, old, new, key=key)
            assert macro.analyze(";\n".join(asked))


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("old", ["date", "datetime", "timestamp"])
@pytest.mark.parametrize("new", ["date", "datetime", "timestamp"])
def test_dates_and_moments_of_unlike_types_have_a_distance(macro, table, old, new):
    sides = [table(types={"id": "int64", "moment": each}) for each in (old, new)]
    asked = statements(macro, {"_keys_repeat": False}, *sides, key="id")
    function = "date" if old == new == "date" else "datetime" if "datetime" in (old, new) else "timestamp"
    assert [sql for sql in asked if f" {function}_diff(" in sql], "of the type that both are cast to"
    assert macro.analyze(";\n".join(asked))


def statements(macro, stubs, old, new, **arguments):
    """What `compare_rows` sends where all rows differ."""
    asked = []

    def answer(sql):
        asked.append(sql)
        row = [None, 200000, 200000, 200000, 200000, 1, True, 1] if "as part" in sql else [0] * 500
        return SimpleNamespace(rows=[dict(enumerate(row))])

    macro("compare_rows", old, new, **arguments, stubs={"run_query": answer, **stubs})
    return asked
