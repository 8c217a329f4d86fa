"""Two columns that are to be equal for as long as both exist: the pairs that differ, with how often."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError

pytestmark = pytest.mark.targets("duckdb", "emulator")

T = dt.datetime


def differing(macro: Any, model: Any, **arguments: Any) -> list[tuple[Any, ...]]:
    rows = macro("test_columns_equal", arguments={"model": model, "a": "old name", "b": "New", **arguments}).rows
    return [tuple(row) for row in rows]


def pair(table: Any, old: list[Any], new: list[Any], *types: str) -> Any:
    return table({"old name": old, "New": new}, dict(zip(["old name", "New"], types, strict=False)))


def test_pairs_that_differ_are_told_with_how_often_the_most_frequent_first(macro, table):
    model = pair(
        table, ["a", "a", "a", "b", None, None, "c"], ["a", "x", "x", None, "d", None, "c"], "string", "string"
    )
    found = differing(macro, model)
    assert found[0] == ("a", "x", 2, 4)
    assert sorted(found[1:], key=str) == [("b", None, 1, 4), (None, "d", 1, 4)]
    names = dict(macro("test_columns_equal", model, "old name", "New").rows.columns)
    assert list(names) == ["old name_value", "New_value", "row_count", "all_differing_rows"]


@pytest.mark.parametrize(("a", "b"), [('"old name"', "`New`"), ("OLD NAME", "new")])
def test_names_may_be_written_in_quotes_and_in_any_case(macro, table, a, b):
    rows = macro("test_columns_equal", pair(table, ["a"], ["x"], "string", "string"), a, b).rows
    assert [tuple(row) for row in rows] == [("a", "x", 1, 1)]
    assert list(dict(rows.columns)) == ["old name_value", "New_value", "row_count", "all_differing_rows"]


def test_equal_columns_have_no_rows(macro, table):
    assert differing(macro, pair(table, ["a", None, ""], ["a", None, ""], "string", "string")) == []
    assert differing(macro, pair(table, [], [], "string", "string")) == []
    assert differing(macro, pair(table, [1.5, math.nan, None], [1.5, math.nan, None], "float64", "float64")) == []


def test_no_more_than_the_limit_are_shown_and_all_are_counted(macro, table):
    model = pair(table, list(range(50)), list(range(1, 51)))
    found = differing(macro, model, limit=3)
    assert [row[2:] for row in found] == [(1, 50)] * 3
    assert len(differing(macro, model)) == 50


def test_a_condition_of_the_test_is_part_of_its_model(macro, table):
    model = pair(table, ["a", "b"], ["a", "x"])
    assert (
        differing(
            macro,
            f"""(select * from {model} where `old name` = 'a')""".replace(
                "`", '"' if macro.target == "duckdb" else "`"
            ),
            limit=1,
        )
        == []
    )


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("old", "new", "types", "number"),
    [
        ([1, 2, 2**62], [1.0, 2.5, float(2**62)], ("int64", "float64"), 1),
        ([1, 2], [1, 3], ("int64", "numeric"), 1),
        ([dt.date(2024, 1, 5)] * 2, [T(2024, 1, 5), T(2024, 1, 5, 1)], ("date", "timestamp"), 1),
        ([[1, 2], [1], None], [[1, 2], [2], None], ("array<int64>", "array<int64>"), 1),
        ([{"a": 1}, {"a": None}], [{"a": 1}, {"a": 2}], ("struct<a int64>", "struct<a int64>"), 1),
    ],
)
def test_columns_of_unlike_types_are_compared_in_a_common_one(macro, table, old, new, types, number):
    found = differing(macro, pair(table, old, new, *types))
    assert (len(found), found[0][3]) == (number, number)


@pytest.mark.targets("duckdb", "bigquery")
def test_types_without_one_in_common_are_refused_by_name(macro, table):
    model = pair(table, [], [], "string", "int64")
    with pytest.raises(
        MacroError,
        match=r"dbt_playbooks.columns_equal: 'old name' is (string|character varying\S*) and 'New' is (int64|bigint), which have no type in common\."
        " Whether one can be cast to the other, the test cast_failure_rate_below tells",
    ):
        differing(macro, model)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"b": "old_name"},
            "the model lacks columns that are to be equal: old_name. It has: old name, New. Did you mean old name?",
        ),
        (
            {"b": "OLD NAME"},
            "a and b are both 'OLD NAME', as names are compared without their case. Name the two columns",
        ),
        ({"b": '"old name"'}, "a and b are both 'old name'. Name the two columns that are to be equal."),
        ({"limit": 0}, "limit is '0', which is no whole number from 1 to 10000"),
    ],
)
def test_what_cannot_be_compared_is_refused(macro, table, wrong, message):
    with pytest.raises(MacroError) as raised:
        differing(macro, pair(table, ["a"], ["a"]), **wrong)
    assert message in str(raised.value)


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize(
    "types",
    [("string", "string"), ("int64", "float64"), ("numeric", "bignumeric"), ("date", "datetime"), ("timestamp", "datetime"), ("float64", "float64"),
     ("bytes", "bytes"), ("json", "json"), ("array<int64>", "array<int64>"), ("struct<a int64>", "struct<a int64>"), ("geography", "geography")],
)  # fmt: skip
def test_bigquery_takes_the_comparison_of_every_type(macro, table, types):
    assert macro("test_columns_equal", pair(table, [], [], *types), "old name", "New").check()


@pytest.mark.targets("duckdb", "bigquery")
def test_a_model_that_is_not_built_yet_is_compared_as_it_will_be(macro):
    def text(name: str) -> str:
        return macro("test_columns_equal", "(select 1) as x", name, "New", stubs={"_tested_place": None}).text

    assert "old name" in text("old name")
    assert text('"old name"') == text("old name")
