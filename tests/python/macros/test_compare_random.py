"""Random tables of many types, cut into few and many partitions, against a slow, obvious comparison in Python.

A value is a name and how each side writes it; equal values have one name.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.targets("duckdb")

# column: type of the old side, of the new one, values of both, and values that only the new one's type holds
COLUMNS = {
    "count": ("integer", "bigint", ["null", "0", "-1", "10"], ["99", "4294967306"]),
    "exact": ("decimal(10, 2)", "decimal(12, 4)", ["null", "0.10", "1.1"], ["1.1004"]),
    "order": ("enum('a', 'A', 'ü, ''\"')", "varchar", ["null", "'a'", "'A'", "'ü, ''\"'"], ["''", "'NULL'"]),
    "happened": ("date", "timestamp", ["null", "'2024-02-29'"], ["'2024-02-29 12:00:00'"]),
    "at": ("timestamptz", "timestamp", ["null", "'2024-01-01 00:00:00+00'"], ["'2024-01-01 01:00:00'"]),
    "amount": ("real", "double", ["null", "'nan'", "0.0", "-0.0", "1.5"], ["1.50001", "'inf'"]),
    "list": ("integer[]", "bigint[]", ["null", "[]", "[null]", "[1, null]", "[null, 1]"], ["[4294967297, null]"]),
    "nested": (
        "struct(a integer, b varchar[])",
        "struct(a integer, b varchar[])",
        ["null", "{'a': null, 'b': null}", "{'a': null, 'b': []}", "{'a': null, 'b': [null]}", "{'a': 1, 'b': ['x, y']}"],
        ["{'a': 1, 'b': ['x', 'y']}"],
    ),
    "plain": ("boolean", "boolean", ["null", "true", "false"], []),
    "raw": ("blob", "blob", ["null", "''", r"'\xAA'"], []),
    "span": ("interval", "interval", ["null", "'1 day'"], ["'1 month'"]),
    "clock": ("time", "time", ["null", "'10:00'"], []),
    "document": ("json", "json", ["null", "'null'", "'[]'", "'{\"a\":1}'", "'{\"a\": 1}'"], []),
}  # fmt: skip
EQUAL = {"-0.0": "0.0", "'{\"a\": 1}'": "'{\"a\":1}'"}
SHAPES = {
    "few partitions": (4, 0.4),
    "one partition": (1, 0.4),
    "many, none differs": (40, 0.0),
    "many, a few differ": (40, 0.05),
    "many, all differ": (40, 1.0),
    "no row": (0, 0.0),
}


def contents(random, side):
    """A row's values, as texts of SQL."""
    return {name: random.choice(shared + (more if side else [])) for name, (_, _, shared, more) in COLUMNS.items()}


def two_tables(random, days, share):
    """Rows (id, code, day, values). In `share` of the rows something is changed."""
    old, new = [], []
    for day in range(days):
        old += [(day // 2, code, day, contents(random, 0)) for code in random.choice(["a", "aA", "aa"])]
    for row in old:
        number, code, day, values = row
        what = random.choice(["drop", "twice", "move", "value", "key"]) if random.random() < share else "keep"
        if what == "move":
            row = (number, code, random.choice([None, (day + 1) % days]), values)
        elif what == "value":
            row = (number, code, day, contents(random, 1))
        elif what == "key":
            row = (number + 100, code, day, values)
        new += [row] * {"drop": 0, "twice": 2}.get(what, 1)
    if share and len(new) > 1:  # two rows swap the values of a column
        (one, left), (other, right) = ((i, dict(new[i][3])) for i in random.sample(range(len(new)), 2))
        name = random.choice([*COLUMNS])
        left[name], right[name] = right[name], left[name]
        new[one], new[other] = (*new[one][:3], left), (*new[other][:3], right)
    random.shuffle(new)
    return old, new


def select(rows, side):
    """The rows as a query in DuckDB's SQL."""
    lines = []
    for number, code, day, values in rows or [(0, "", 0, dict.fromkeys(COLUMNS, "null"))]:
        when = "cast(null as date)" if day is None else f"date '2024-01-01' + {day}"
        cells = [f"cast({values[name]} as {types[side]})" for name, types in COLUMNS.items()]
        lines.append(f"(cast({number} as {'integer' if side else 'bigint'}), '{code}', {when}, {', '.join(cells)})")
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    return f"select * from (values {', '.join(lines)}) as r(id, code, day, {names}) where {'true' if rows else 'false'}"


def plain(row):
    number, code, day, values = row
    return (number, code), (day, *(EQUAL.get(values[name], values[name]) for name in COLUMNS))


def by_key(rows):
    found = defaultdict(Counter)
    for key, values in map(plain, rows):
        found[key][values] += 1
    return found


def expected(old, new):
    """(only in old, only in new), the rows that differ when equal rows of a key meet, and whether any does."""
    lefts, rights = by_key(old), by_key(new)
    only, fewest, most = [0, 0], 0, 0
    for key in {*lefts, *rights}:
        left, right = lefts[key], rights[key]
        sizes = left.total(), right.total()
        only = [only[0] + max(sizes[0] - sizes[1], 0), only[1] + max(sizes[1] - sizes[0], 0)]
        fewest += min(sizes) - sum((left & right).values())
        most += 0 if left == right else min(sizes)
    return tuple(only), fewest, most


@pytest.mark.parametrize(("days", "share"), SHAPES.values(), ids=SHAPES)
def test_rows_are_those_of_the_oracle_however_they_are_cut(macro, made, days, share):
    @settings(max_examples=3, deadline=None, suppress_health_check=[*HealthCheck])
    @given(seed=st.integers(0, 2**32))
    def check(seed):
        both = two_tables(Random(seed), days, share)
        old, new = (made(select(rows, side)) for side, rows in enumerate(both))
        only, fewest, most = expected(*both)
        same = only == (0, 0) and most == 0
        for by in (None, "day", "code", "(id % 3)"):
            result = macro("compare_rows", old, new, key=["id", "code"], by=by, sample=8)
            found = result.value
            assert (found["only_in_old"], found["only_in_new"]) == only, by
            assert found["differing"] == fewest, by
            assert found["same"] == same, by
            assert len(found["sample"]) == sum(min(8, number) for number in (*only, found["differing"]))
            if by == "day":
                assert path(result.statements) in PATHS[days, share]
        lefts, rights = (Counter(map(plain, rows)) for rows in both)
        for by in (None, "day"):
            found = macro("compare_rows", old, new, by=by, sample=0).value
            assert (found["only_in_old"], found["only_in_new"]) == ((lefts - rights).total(), (rights - lefts).total())
        counted = macro("compare_row_counts", old, new, by="day").rows
        days_of = [Counter(None if row[2] is None else row[2] for row in rows) for rows in both]
        assert sorted(row[1:3] for row in counted) == sorted(
            (days_of[0][day], days_of[1][day]) for day in {*days_of[0], *days_of[1]}
        )

    check()


PATHS = {
    SHAPES["few partitions"]: {"checksums", "checksums, join", "checksums, join within"},
    SHAPES["one partition"]: {"checksums", "checksums, join"},
    SHAPES["many, none differs"]: {"trial, checksums"},
    SHAPES["many, a few differ"]: {"trial, checksums", "trial, checksums, join within"},
    SHAPES["many, all differ"]: {"trial, counts, join"},
    SHAPES["no row"]: {"checksums"},
}


def path(statements):
    """Which steps of a comparison were taken."""
    words = []
    for sql in statements:
        within = "\n  where " in re.sub("where (not )?is_old", "", sql)
        if "full outer join" in sql:
            words.append("join within" if within else "join")
        elif "as checksum" in sql:
            words.append("trial" if within else "checksums")
        elif "as part" in sql and "first_rows" not in sql:
            words.append("counts")
    return ", ".join(words)
