"""What the columns of a change hold when the model is built: renamed, retyped, deprecated and added ones."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date


def selected(macro: Any, relation: Any, called: str, **arguments: Any) -> list[dict[str, Any]]:
    """The rows of a model whose select list is one call, in the order of its column `place`."""
    columns = macro(called, arguments=arguments).text
    rows = macro.query(f"select place, {columns} from {relation} order by place").dicts
    return [{name: value for name, value in row.items() if name != "place"} for row in rows]


@pytest.fixture
def users(table: Any) -> Any:
    ids = ["7", " 8 ", "1.5", "x", "", "  ", None, "9223372036854775808"]
    return table({"place": list(range(len(ids))), "user_id": ids}, {"user_id": "string"}, name="users")


def test_a_retyped_column_stands_beside_the_original_and_its_failures(macro, users):
    assert [
        tuple(row.values()) for row in selected(macro, users, "retyped_column", column="user_id", to="integer")
    ] == [
        ("7", 7, None),
        (" 8 ", None, " 8 "),
        ("1.5", None, "1.5"),
        ("x", None, "x"),
        ("", None, ""),
        ("  ", None, "  "),
        (None, None, None),
        ("9223372036854775808", None, "9223372036854775808"),
    ]


def test_white_space_is_left_out_of_account_and_blanks_are_null_where_that_is_asked_for(macro, users):
    def failures(**options: Any) -> list[str]:
        rows = selected(macro, users, "retyped_column", column="user_id", to="integer", **options)
        return [row["user_id_cast_failures"] for row in rows if row["user_id_cast_failures"] is not None]

    large = "9223372036854775808"
    assert failures(trim=True) == ["1.5", "x", "", "  ", large]
    assert failures(blank_as_null=True) == [" 8 ", "1.5", "x", large]
    assert failures(trim=True, blank_as_null=True) == ["1.5", "x", large]


def test_white_space_is_what_unicode_calls_so(macro, table):
    texts = ["\t7\r\n", "\u00a07\u2003", "\u3000", "7 7", "a\u200b"]
    relation = table({"place": list(range(5)), "a": texts})
    rows = selected(macro, relation, "retyped_column", column="a", to="integer", trim=True, blank_as_null=True)
    assert [(row["a_int"], row["a_cast_failures"]) for row in rows] == [
        (7, None),
        (7, None),
        (None, None),
        (None, "7 7"),
        (None, "a\u200b"),
    ]


def test_in_the_last_phase_the_typed_column_is_alone_under_the_name_that_it_is_given(macro, users):
    [first, *_] = selected(macro, users, "retyped_column", column="user_id", to="integer", phase="new")
    assert first == {"user_id_int": 7}
    [first, *_] = selected(
        macro, users, "retyped_column", column="user_id", to="integer", phase="new", typed_name="user_id"
    )
    assert first == {"user_id": 7}


def test_names_and_the_expression_are_the_callers(macro, users):
    more = {"typed_name": "Key", "failures_name": "no key", "expression": "replace(user_id, 'x', '12')"}
    rows = selected(macro, users, "retyped_column", column="user_id", to="bigint", **more)
    assert rows[3] == {"user_id": "12", "Key": 12, "no key": None}
    assert rows[2] == {"user_id": "1.5", "Key": None, "no key": "1.5"}


@pytest.mark.parametrize(
    ("to", "name"),
    [("int64", "a_int"), ("numeric(10,2)", "a_numeric"), ("double", "a_float"), ("bool", "a_bool"), ("date", "a_date"),
     ("timestamp", "a_timestamp"), ("timestamptz", "a_timestamp"), ("datetime", "a_datetime"), ("text", "a_string")],
)  # fmt: skip
def test_the_typed_column_is_called_after_its_type(macro, to, name):
    assert f"{name}" in macro("retyped_column", "a", to, phase="new").text


NUMBERS = [1.0, 1.5, 2.5, -2.5, 1e300, math.nan, math.inf]


@pytest.mark.targets("duckdb")
def test_a_float_is_rounded_half_away_from_zero(macro, table):
    relation = table({"place": list(range(len(NUMBERS))), "a": NUMBERS}, {"a": "float64"})
    rows = selected(macro, relation, "retyped_column", column="a", to="integer", data_type="double")
    assert [row["a_int"] for row in rows] == [1, 2, 3, -3, None, None, None]
    assert [row["a_cast_failures"] is not None for row in rows] == [False] * 4 + [True] * 3
    rows = selected(macro, relation, "retyped_column", column="a", to="numeric(4, 0)", data_type="double")
    assert [row["a_numeric"] for row in rows] == [1, 2, 3, -3, None, None, None]


@pytest.mark.parametrize(
    ("data_type", "value", "to", "typed"),
    [
        ("int64", 7, "numeric(10, 2)", Decimal(7)),
        ("int64", 7, "float", 7.0),
        ("int64", 2, "boolean", True),
        ("int64", 7, "string", "7"),
        ("bool", True, "integer", 1),
        ("bool", True, "string", "true"),
        ("date", D(2024, 1, 5), "datetime", dt.datetime(2024, 1, 5)),
        ("date", D(2024, 1, 5), "timestamp", dt.datetime(2024, 1, 5)),
        ("date", D(2024, 1, 5), "string", "2024-01-05"),
        ("timestamp", dt.datetime(2024, 1, 5, 23, 59), "date", D(2024, 1, 5)),
        ("timestamp", dt.datetime(2024, 1, 5, 23, 59), "datetime", dt.datetime(2024, 1, 5, 23, 59)),
        ("string", "7", "string", "7"),
    ],
)
def test_a_column_that_is_no_text_is_cast_too(macro, table, data_type, value, to, typed):
    relation = table({"place": [0], "a": [value]}, {"a": data_type})
    [row] = selected(macro, relation, "retyped_column", column="a", to=to, data_type=data_type)
    found, failed = list(row.values())[1:]
    assert (found.replace(tzinfo=None) if isinstance(found, dt.datetime) else found, failed) == (typed, None)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    "data_type", ["BIGINT", "INTEGER", "FLOAT", "DECIMAL(10,2)", "DATE", "VARCHAR[]", "STRUCT(a INTEGER)"]
)
def test_a_deprecated_column_is_null_and_keeps_its_type(macro, data_type):
    sql = macro("deprecated_column", "gone", data_type, "9998-12-31").text
    assert macro.query(f"select gone, typeof(gone) from (select {sql})") == [[None, data_type]]


@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize(
    "data_type", ["varchar", "float", "double", "int64", "string", "numeric(10, 2)", "timestamptz", "decimal(12,4)"]
)
def test_types_are_those_that_the_adapter_has(macro, data_type):
    sql = macro("deprecated_column", "gone", data_type, "9998-12-31").text
    assert macro.compile(f"select {sql}").check()


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("data_type", ["mood", "Character", "uuid", "enum('a', 'b')", "hugeint[]", "double precision"])
def test_a_type_that_duckdb_knows_is_none_of_the_words_and_stays(macro, data_type):
    macro.query("create or replace type mood as enum ('sad', 'ok')")
    sql = macro("deprecated_column", "gone", data_type, "9998-12-31").text
    assert macro.query(f"select gone from (select {sql})") == [[None]]


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize(
    "data_type", ["BYTES", "json", "geography", "byteint", "time", "array<string>", "struct<a int64>", "string(10)"]
)
def test_a_type_that_bigquery_knows_is_none_of_the_words_and_stays(macro, data_type):
    sql = macro("deprecated_column", "gone", data_type, "9998-12-31").text
    assert macro.compile(f"select {sql}").check()


def test_an_added_column_has_its_default_where_nothing_is_known(macro, table):
    relation = table({"place": [0, 1], "plan": ["pro", None], "seats": [5, None], "paid": [False, None], "since": [D(2024, 1, 5), None]},
                     {"plan": "string", "seats": "int64", "paid": "bool", "since": "date"})  # fmt: skip

    def added(column: str, default: Any, **more: Any) -> list[Any]:
        rows = selected(macro, relation, "added_column", expression=column, name="added", default=default, **more)
        return [row["added"] for row in rows]

    assert added("plan", "it's \\ unknown") == ["pro", "it's \\ unknown"]
    assert added("plan", "(lower('FREE'))") == ["pro", "free"]
    assert added("plan", "(none)", data_type="string") == ["pro", "(none)"]
    assert added("upper(plan)", "") == ["PRO", ""]
    assert added("seats", 0) == [5, 0]
    assert added("seats", -1.5) == [5, -1.5]
    assert added("seats", 1, data_type="int64") == [5, 1]
    assert added("paid", True) == [False, True]
    assert added("since", D(1970, 1, 1)) == [D(2024, 1, 5), D(1970, 1, 1)]
    assert added("since", "1970-01-01", data_type="date") == [D(2024, 1, 5), D(1970, 1, 1)]
