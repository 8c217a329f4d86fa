"""Two tables compared by counts and aggregates, in all and by group."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

D = dt.date
TYPES = {"id": "int64", "region": "string", "day": "date", "amount": "int64"}


@pytest.fixture
def sides(table):
    """Makes two tables of rows (id, region, day, amount)."""

    def make(old, new):
        return [table([dict(zip(TYPES, row, strict=True)) for row in rows] or None, TYPES) for rows in (old, new)]

    return make


def row(number, region="north", day="2024-01-01", amount=1):
    return (number, region, day, amount)


# --- row counts --------------------------------------------------------------------------------------------------------


def test_tables_of_as_many_rows_are_the_same(macro, sides):
    old, new = sides([row(1)], [row(2)])
    assert macro("compare_row_counts", old, new).rows == [(1, 1, 0, "same")]


def test_a_side_without_rows_is_said_to_be_the_one_that_lacks_them(macro, sides):
    old, new = sides([], [row(1), row(2)])
    assert macro("compare_row_counts", old, new).rows == [(0, 2, 2, "only in new")]
    assert macro("compare_row_counts", new, old).rows == [(2, 0, -2, "only in old")]
    assert macro("compare_row_counts", old, old).rows == [(0, 0, 0, "same")]


def test_every_group_of_either_side_is_there_and_null_is_one(macro, sides):
    old, new = sides(
        [row(1), row(2), row(3, None), row(4, "west")], [row(1), row(3, None), row(4, None), row(5, "east")]
    )
    assert macro("compare_row_counts", old, new, by="region").rows == [
        (None, 1, 2, 1, "differs"),
        ("east", 0, 1, 1, "only in new"),
        ("north", 2, 1, -1, "differs"),
        ("west", 1, 0, -1, "only in old"),
    ]


def test_groups_may_be_several_and_expressions(macro, sides):
    old, new = sides([row(1), row(2, day="2024-01-31")], [row(1), row(2, day="2024-02-01")])
    assert macro("compare_row_counts", old, new, by=["region", "extract(month from day)"]).rows == [
        ("north", 1, 2, 1, -1, "differs"),
        ("north", 2, 0, 1, 1, "only in new"),
    ]
    named = macro("compare_row_counts", old, new, by={"month": "extract(month from day)"})
    assert [each[0] for each in named.rows] == [1, 2]
    assert "month  old_rows  new_rows" in named.printed


def test_only_rows_of_the_condition_count(macro, sides):
    old, new = sides([row(1), row(2, amount=5)], [row(2, amount=5)])
    assert macro("compare_row_counts", old, new, where="amount = 5 or false").rows == [(1, 1, 0, "same")]


def test_a_gate_ends_with_the_group_that_differs_first(macro, sides):
    old, new = sides([row(1, day=None), row(2)], [row(2), row(3, "west")])
    with macro.raises(
        r"(new) differ in 2 groups, the first: day NULL (only in old). dbt_playbooks.compare_rows shows which rows."
    ):
        macro("compare_row_counts", old, new, by="day", fail=True)
    with macro.raises("(new) differ. dbt_playbooks.compare_rows"):
        macro("compare_row_counts", old, sides([row(1)], [])[0], fail=True)
    assert macro("compare_row_counts", old, new, fail=True).rows == [(2, 2, 0, "same")]


def test_a_column_that_one_side_lacks_is_named_with_those_it_has(macro, sides, table):
    old, _ = sides([row(1)], [])
    with macro.raises("lacks the column to group by: zone. It has: id, region, day, amount."):
        macro("compare_row_counts", old, table({"zone": ["a"]}), by="zone")


# --- aggregates --------------------------------------------------------------------------------------------------------


def test_only_groups_that_differ_are_shown(macro, sides):
    old, new = sides(
        [row(1, amount=5), row(2, "west", amount=7), row(3, None)],
        [row(1, amount=5), row(2, "west", amount=8), row(4, "east")],
    )
    metrics = ["count(*)", "amount"]
    assert macro("compare_aggregates", old, new, by="region", metrics=metrics).rows == [
        (None, 1, None, 1, None, "count, amount", "only in old"),
        ("east", None, 1, None, 1, "count, amount", "only in new"),
        ("west", 1, 1, 7, 8, "amount", "differs"),
    ]
    everything = macro("compare_aggregates", old, new, by="region", metrics=metrics, only_differences=False).rows
    assert ("north", 1, 1, 5, 5, "", "same") in everything
    assert len(everything) == 4


def test_metrics_may_be_any_aggregate_by_name(macro, sides):
    old, new = sides([row(1, amount=1), row(2, amount=3)], [row(1, amount=2), row(2, amount=2)])
    found = macro("compare_aggregates", old, new, metrics={"total": "sum(amount)", "highest": "max(amount)"})
    assert found.rows == [(4, 4, 3, 2, "highest", "differs")]
    assert "old highest" in found.printed
    assert macro("compare_aggregates", old, new, metrics={"last": "max(day)"}).rows == []


def test_sums_may_lie_apart_by_a_tolerance(macro, sides):
    old, new = sides([row(1, amount=1000)], [row(1, amount=1001)])

    def differ(tolerance):
        return len(macro("compare_aggregates", old, new, metrics="sum(amount)", tolerance=tolerance).rows)

    assert differ(None) == differ(0) == differ(0.5) == differ({"relative": 0.0009}) == 1
    assert differ(1) == differ({"absolute": 1}) == differ({"relative": 0.001}) == 0
    assert differ({"absolute": 0.5, "relative": 0.01}) == 0, "one of them is enough"
    assert differ({"sum_amount": 1}) == 0
    assert differ({"sum_amount": {"relative": 0.0001}}) == 1


def test_null_and_nan_are_equal_to_themselves_only(macro, table):
    def floats(*values):
        return table({"value": list(values)}, {"value": "float64"})

    def differ(old, new, **more):
        return len(macro("compare_aggregates", floats(old), floats(new), metrics="max(value)", **more).rows)

    nan = float("nan")
    assert differ(None, None) == differ(nan, nan) == differ(nan, nan, tolerance=1) == 0
    assert differ(None, 0.0) == differ(0.0, None) == differ(nan, 0.0) == differ(0.0, nan) == 1
    assert differ(None, 0.0, tolerance=1) == differ(nan, 0.0, tolerance=1) == 1


@pytest.mark.targets("duckdb")
def test_decimals_are_compared_without_rounding(macro, table):
    old, new = (table({"value": [decimal.Decimal(text)]}) for text in ("0.1", "0.10000001"))
    assert len(macro("compare_aggregates", old, new, metrics="value").rows) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"metrics": []}, "no metrics to compare. Give aggregates, for example"),
        (
            {"metrics": "amuont"},
            "lacks the metric 'amuont', which is to be a column (its sum is compared) or an aggregate such as 'avg(amount)': amuont",
        ),
        ({"tolerance": -1}, "tolerance -1 is no distance"),
        ({"tolerance": "a lot"}, "tolerance a lot is no distance. Give a number that is not negative"),
        ({"tolerance": {"relative": True}}, "tolerance relative: True is no distance"),
        ({"tolerance": {"absolute": 1, "relatvie": 1}}, "tolerance relatvie: 1 is no distance"),
        ({"tolerance": {"total": 1}}, "tolerance names 'total', which is no metric that is compared. There is: count."),
    ],
)
def test_what_cannot_be_measured_is_refused(macro, sides, arguments, said):
    old, new = sides([row(1)], [row(1)])
    with macro.raises(said):
        macro("compare_aggregates", old, new, **arguments)
