"""Comparisons of random tables against a slow, obvious one in Python."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TYPES = {"id": "int64", "order": "string", "day": "date", "amount": "float64", "exact": "decimal(10, 2)"}
SAMPLE = 100

values = {
    "order": st.sampled_from([None, "", "a", "ü, '\"", "b"]),
    "day": st.sampled_from([None, "2024-01-01", "2024-01-02", "2024-02-29"]),
    "amount": st.sampled_from([None, 0.0, -0.0, 1.5, float("nan"), float("inf"), 1e-9]),
    "exact": st.sampled_from([None, "0.10", "0.1", "7"]),
}
rows = st.lists(st.fixed_dictionaries({"id": st.integers(0, 6), **values}), max_size=10)


@st.composite
def two_tables(draw):
    """Mostly the same rows, because random ones have nothing in common."""
    old = draw(rows)
    kept = [each for each in old if draw(st.integers(0, 4))]
    changed = [
        {**each, **draw(st.fixed_dictionaries({}, optional=values))} if draw(st.booleans()) else each for each in kept
    ]
    return old, draw(st.permutations(changed + draw(rows.map(lambda more: more[:2]))))


def plain(row):
    """Equal when SQL would say so: NaN to NaN, -0.0 to 0.0, a decimal by its value."""
    amount = row["amount"]
    if amount is not None:
        amount = "NaN" if math.isnan(amount) else amount + 0.0
    exact = None if row["exact"] is None else float(row["exact"])
    return (row["id"], row["order"], row["day"], amount, exact)


def by_key(table):
    found = defaultdict(Counter)
    for row in table:
        found[row["id"]][plain(row)] += 1
    return found


def oracle(old, new):
    """(only in old, only in new), the rows that differ when equal rows of a key meet, and whether any does."""
    lefts, rights = by_key(old), by_key(new)
    only_old = only_new = fewest = most = 0
    for key in {*lefts, *rights}:
        left, right = lefts[key], rights[key]
        only_old += max(sum(left.values()) - sum(right.values()), 0)
        only_new += max(sum(right.values()) - sum(left.values()), 0)
        pairs = min(sum(left.values()), sum(right.values()))
        fewest += pairs - sum((left & right).values())
        most += 0 if left == right else pairs
    return (only_old, only_new), fewest, most


@pytest.mark.targets("duckdb")
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(tables=two_tables())
def test_counts_are_those_of_the_oracle_however_the_tables_are_cut(macro, table, tables):
    old, new = (table(each or None, TYPES) for each in tables)
    (only_old, only_new), fewest, most = oracle(*tables)
    for by in (None, "day", "order", "(id % 2)"):
        found = macro("compare_rows", old, new, key="id", by=by, sample=SAMPLE).value
        assert (found["only_in_old"], found["only_in_new"]) == (only_old, only_new), by
        assert found["differing"] == fewest, by
        assert found["same"] == (only_old == only_new == most == 0), by
        assert found["matched"] == len(tables[0]) - only_old
        statuses = Counter(each["status"] for each in found["sample"])
        assert statuses["only in old"] == only_old
        assert statuses["only in new"] == only_new
        assert statuses["differs"] == found["differing"]
    assert len(macro("compare_rows_sql", old, new, key="id").rows) == only_old + only_new + found["differing"]


@pytest.mark.targets("duckdb")
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(tables=two_tables())
def test_without_a_key_tables_are_multisets(macro, table, tables):
    old, new = (table(each or None, TYPES) for each in tables)
    left, right = (Counter(plain(row) for row in each) for each in tables)
    for by in (None, "day"):
        found = macro("compare_rows", old, new, by=by, sample=SAMPLE).value
        assert found["only_in_old"] == sum((left - right).values())
        assert found["only_in_new"] == sum((right - left).values())
        assert found["same"] == (left == right)
    assert len(macro("compare_rows_sql", old, new).rows) == len({*(left - right), *(right - left)})


@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.parametrize("by", [None, "region"])
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    old=st.lists(st.sampled_from([None, "a", "b", "c"]), max_size=8),
    new=st.lists(st.sampled_from([None, "a", "b", "d"]), max_size=8),
)
def test_row_counts_are_those_of_the_oracle(macro, table, by, old, new):
    types = {"region": "string"}
    found = macro(
        "compare_row_counts",
        *(table({"region": each}, types) if each else table(types=types) for each in (old, new)),
        by=by,
    ).rows
    if by is None:
        assert [each[:3] for each in found] == [(len(old), len(new), len(new) - len(old))]
        return
    left, right = Counter(old), Counter(new)
    assert {each[0]: each[1:3] for each in found} == {each: (left[each], right[each]) for each in {*old, *new}}
