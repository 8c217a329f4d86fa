"""What a cast would do to a column, before it is done: failed and lossy values, their rates over values that are not NULL, and a test that limits them."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError

pytestmark = pytest.mark.targets("duckdb", "emulator")

T = dt.datetime
# 20 rows: 4 NULL, 3 of them fail as integers, 4 are respelled
IDS = ["1"] * 9 + ["007"] * 3 + ["+5"] + ["1.5"] * 2 + ["x"] + [None] * 4


@pytest.fixture
def users(table: Any) -> Any:
    return table({"id": list(range(20)), "user id": IDS}, name="users")


def figures(report: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(report[name] for name in ("row_count", "non_null_count", "failed_count", "respelled_count"))


def test_a_report_counts_failed_and_lossy_values_over_those_that_are_not_null(macro, users):
    asked = macro("cast_report", "users", "user id", "integer")
    assert asked.value == {
        "row_count": 20, "non_null_count": 16, "failed_count": 3, "lossy_count": 0, "respelled_count": 4, "failed_rate": 3 / 16, "lossy_rate": 0,
        "respelled_rate": 4 / 16, "lossy_values": [],
        "failed_values": [{"value": "1.5", "row_count": 2}, {"value": "x", "row_count": 1}],
        "respelled_values": [{"value": "007", "row_count": 3}, {"value": "+5", "row_count": 1}],
    }  # fmt: skip
    kind = "bigint" if macro.target == "duckdb" else "int64"
    assert asked.printed.splitlines() == [
        f"user id of {users} as {kind}: 20 rows, 4 of them NULL; of 16 values 3 failed (0.1875), 0 lossy (0.0) and 4 respelled (0.25)",
        "value  verdict    row_count",
        "---------------------------",
        "1.5    failed             2",
        "x      failed             1",
        "007    respelled          3",
        "+5     respelled          1",
    ]


LOSSES = {
    "numeric(10, 2)": (["10.00", "10.0", "+1.50", "1.", "1.5e3", "-0.00", "7.100000"], ["10.005", "0.001", "-1.239"]),
    "numeric(10, 0)": (["10.0", "7.000"], ["10.5", "0.1"]),
    "float": (["1.50", "1e3", "+2", "Infinity", "0.10"], ["0.12345678901234567890", "1e-400", "12345678901234567890123"]),
    "integer": (["007", "+5", "-0"], []),
    "boolean": (["TRUE", "False"], []),
    "date": (["2024-1-5"], []),
    "timestamp": (["2024-01-05", "2024-01-05T1:2:3", "2024-01-05 00:00:00+02"], []),
}  # fmt: skip


@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.parametrize("to", LOSSES)
def test_what_is_only_written_otherwise_is_told_apart_from_what_is_lost(macro, table, to):
    if macro.target == "emulator" and to != "numeric(10, 2)":
        return  # its types are tried in test_cast_rule.py
    respelled, lossy = LOSSES[to]
    found = macro("cast_report", table({"a": [*respelled, *lossy]}, {"a": "string"}), "a", to, sample=20).value
    assert sorted(each["value"] for each in found["respelled_values"]) == sorted(respelled)
    assert sorted(each["value"] for each in found["lossy_values"]) == sorted(lossy)
    assert found["failed_count"] == 0


@pytest.mark.targets("duckdb")
def test_nanoseconds_are_lost_in_microseconds(macro, made):
    odd = made("select unnest(['2024-01-01 00:00:00.000000001', '2024-01-01 00:00:00.000001']::timestamp_ns[]) as a")
    for to, lossy in (("timestamp", 1), ("date", 2)):
        assert macro("cast_report", odd, "a", to).value["lossy_count"] == lossy


def test_a_report_is_one_scan(macro, users):
    macro("cast_report", users, "user id", "integer")
    reading = [sql for sql in macro.statements if "prepared_value" in sql]
    assert len(reading) == 1
    assert reading[0].count(f"from {users}") == 1


def test_the_values_that_are_shown_are_the_most_frequent_of_each_kind(macro, users):
    found = macro("cast_report", users, "user id", "integer", sample=1).value
    assert (found["failed_values"], found["respelled_values"]) == (
        [{"value": "1.5", "row_count": 2}],
        [{"value": "007", "row_count": 3}],
    )
    found = macro("cast_report", users, "user id", "integer", sample=0).value
    assert (found["failed_values"], found["respelled_values"], found["failed_count"]) == ([], [], 3)


def test_options_are_those_of_the_model(macro, table):
    relation = table({"a": [" 7 ", "", "  ", "x", "5.1.2024", None]})
    report = macro("cast_report", relation, "a", "integer", trim=True, blank_as_null=True).value
    assert figures(report) == (6, 3, 2, 0)
    report = macro("cast_report", relation, "a", "date", format="%d.%m.%Y", where="a like '%.%'").value
    assert (figures(report), report["respelled_values"]) == ((1, 1, 0, 1), [{"value": "5.1.2024", "row_count": 1}])
    report = macro("cast_report", relation, "(nullif(a, 'x'))", "integer").value
    assert figures(report) == (6, 4, 4, 0)


def test_an_empty_table_and_one_of_nulls_have_no_rates(macro, table):
    empty, nulls = table(types={"a": "string"}), table({"a": [None, None]}, {"a": "string"})
    asked = macro("cast_report", empty, "a", "integer", fail=True)
    assert asked.printed == f"a of {empty} is empty: nothing was cast."
    assert (figures(asked.value), asked.value["failed_rate"], asked.value["lossy_rate"]) == ((0, 0, 0, 0), None, None)
    asked = macro("cast_report", nulls, "a", "integer", fail=True)
    assert asked.printed.endswith("2 rows, 2 of them NULL; of 0 values 0 failed, 0 lossy and 0 respelled")
    assert asked.value["failed_rate"] is None


def test_values_that_are_long_or_hold_quotes_are_shown(macro, table):
    texts = ['it\'s "a" \\ b\nc', "ü" * 300, "ü" * 200 + "x", "\t"]
    found = macro("cast_report", table({"a": texts}), "a", "integer").value["failed_values"]
    assert {each["value"]: each["row_count"] for each in found} == {texts[0]: 1, "ü" * 200: 2, "\t": 1}


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("data_type", "values", "to", "failed", "lossy"),
    [
        ("float64", [1.0, 2.5, -0.0, 1e300, math.nan, None], "integer", 2, 1),
        ("float64", [0.1, 0.125, 1e12], "numeric(10, 2)", 1, 1),
        ("float64", [0.1, math.nan, math.inf], "float", 0, 0),
        ("int64", [1, 2**53, 2**53 + 1, 2**63 - 1], "float", 0, 2),
        ("int64", [0, 1, 2, -1], "boolean", 0, 2),
        ("int64", [1, 99999999, 100000000], "numeric(10, 2)", 1, 0),
        ("numeric", [1, 1.5], "integer", 0, 1),
        ("timestamp", [T(2024, 1, 5), T(2024, 1, 5, 0, 0, 0, 1)], "date", 0, 1),
        ("bool", [True, False], "integer", 0, 0),
        ("date", [dt.date(2024, 1, 5)], "timestamp", 0, 0),
    ],
)  # fmt: skip
def test_a_column_that_is_no_text_is_lossy_where_its_value_becomes_another(
    macro, table, data_type, values, to, failed, lossy
):
    report = macro("cast_report", table({"a": values}, {"a": data_type}), "a", to).value
    assert (report["failed_count"], report["lossy_count"]) == (failed, lossy)


def test_a_report_is_a_gate(macro, users):
    with macro.raises(
        "20 rows, 4 of them NULL; of 16 values 3 failed (0.1875), 0 lossy (0.0) and 4 respelled (0.25). Allowed: max_rate 0.001. Repair the values"
    ):
        macro("cast_report", users, "user id", "integer", fail=True)
    assert macro("cast_report", users, "user id", "integer", fail=True, max_rate=0.1875).value["failed_count"] == 3
    with macro.raises("Allowed: max_rate 0.5, max_lossy_rate 0, max_respelled_rate 0.1."):
        macro(
            "cast_report",
            users,
            "user id",
            "integer",
            fail=True,
            max_rate=0.5,
            max_lossy_rate=0,
            max_respelled_rate=0.1,
        )
    macro("cast_report", users, "user id", "integer", fail=True, max_rate=0.5, max_lossy_rate=0)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"column": "user_ids"}, "lacks the column to cast: user_ids. It has: id, user id. Did you mean user id?"),
        ({"table": "user"}, "there is no table 'user'"),
        ({"to": "intger"}, "Did you mean integer, int"),
        ({"max_rate": 5}, "max_rate is '5', which is no number from 0 to 1."),
        ({"max_lossy_rate": -1}, "max_lossy_rate is '-1', which is no number from 0 to 1."),
        ({"sample": "all"}, "sample is 'all', which is no whole number from 0 to 1000."),
        (
            {"column": "id", "to": "date"},
            "a value of type bigint can't be cast to 'date'. Allowed from bigint: integer, numeric,",
        ),
        (
            {"column": "id", "format": "%d.%m.%Y"},
            "format is for texts, and what is cast is of type BIGINT. Leave it out.",
        ),
    ],
)
def test_what_cannot_be_reported_is_refused(macro, users, wrong, message):
    with pytest.raises(MacroError) as raised:
        macro("cast_report", arguments={"table": users, "column": "user id", "to": "integer", **wrong})
    assert message in str(raised.value)


@pytest.mark.targets("duckdb", "bigquery")
def test_a_nested_column_is_refused_by_name(macro, table):
    relation = table(types={"a": "array<string>"})
    with macro.raises(
        "can't be cast to 'string'. What can be cast is text, a number, a boolean, a date or a timestamp"
    ):
        macro("cast_report_sql", relation, "a", "string")


def failing(macro: Any, relation: Any, to: str, **arguments: Any) -> list[dict[str, Any]]:
    return macro(
        "test_cast_failure_rate_below", arguments={"model": relation, "column_name": "user id", "to": to, **arguments}
    ).rows.dicts


def test_the_test_fails_above_its_limit_with_what_was_found(macro, users):
    [row] = failing(macro, users, "integer")
    problem = row.pop("problem")
    assert problem == "more values of user id than allowed can't be cast to integer"
    bad = row["failed_values"].replace('"', "").replace(" ", "")
    assert "{bad_value:1.5,row_count:2},{bad_value:x,row_count:1}" in bad
    assert [
        float(row[name]) for name in ("row_count", "non_null_count", "failed_count", "respelled_count", "failed_rate")
    ] == [20, 16, 3, 4, 3 / 16]
    assert failing(macro, users, "integer", max_rate=0.1875) == []
    assert failing(macro, users, "integer", max_rate=0.2, max_lossy_rate=0, max_respelled_rate=0.25) == []
    [row] = failing(macro, users, "integer", max_rate=0.2, max_respelled_rate=0.2)
    assert row["problem"] == "more values of user id than allowed are written otherwise as integer"
    assert failing(macro, users, "string") == []


def test_the_test_of_a_table_without_values_passes(macro, table):
    assert failing(macro, table(types={"user id": "string"}), "integer", max_rate=0) == []
    assert failing(macro, table({"user id": [None]}, {"user id": "string"}), "integer", max_rate=0) == []


def test_the_test_knows_what_the_column_is(macro, table):
    [row] = failing(macro, table({"user id": [1.5, 2.0]}), "integer", max_lossy_rate=0)
    assert row["problem"] == "more values of user id than allowed become another value as integer"
    assert (row["failed_count"], row["lossy_count"]) == (0, 1)


TIMES = ("date", "datetime", "timestamp", "timestamptz", "string")
NUMBERS = ("integer", "numeric", "numeric(10, 2)", "numeric(38, 20)", "float", "string")
CASTS = {
    "int64": (*NUMBERS, "bignumeric", "boolean"), "numeric": NUMBERS, "bignumeric": NUMBERS, "float64": NUMBERS, "bool": ("integer", "boolean", "string"),
    "date": TIMES, "datetime": TIMES, "timestamp": TIMES, "string": (*NUMBERS, *TIMES, "boolean", "bignumeric"),
}  # fmt: skip


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("data_type", CASTS)
def test_bigquery_takes_the_report_and_the_columns_of_every_cast(macro, table, data_type):
    relation = table(types={"a": data_type})
    for to in CASTS[data_type]:
        assert macro("cast_report_sql", relation, "a", to).check()
        assert macro.compile(
            f"select {macro('retyped_column', 'a', to, data_type=data_type).text} from {relation}"
        ).check()


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    "data_type",
    [
        "TINYINT",
        "HUGEINT",
        "UBIGINT",
        "DECIMAL(18,3)",
        "FLOAT",
        "TIMESTAMP_NS",
        "TIMESTAMPTZ",
        "UUID",
        "ENUM('7', 'x')",
    ],
)
def test_duckdbs_own_types_are_cast_too(macro, table, data_type):
    relation = table(types={"a": "int64"})
    macro.query(f"create or replace table {relation} (a {data_type})")
    macro.query(f"insert into {relation} values (null)")
    for to in ("string", "timestamptz" if "TIME" in data_type else "integer"):
        assert figures(macro("cast_report", relation, "a", to).value) == (1, 0, 0, 0)
