"""Random lists of columns compared, against a slow and obvious comparison in Python."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TYPES = ["INTEGER", "VARCHAR", "DECIMAL(4,1)", "STRUCT(a INTEGER)[]"]
columns = st.dictionaries(
    st.sampled_from(["a", "B", "c d", "ü", "e.f", "select", 'h"']), st.sampled_from(TYPES), min_size=1
)


@st.composite
def two_lists(draw):
    """Mostly the same columns: some taken out, put in, retyped, moved and spelled otherwise."""
    old = draw(columns)
    kept = {
        name: draw(st.sampled_from([kind, kind, kind, *TYPES[:3]]))
        for name, kind in old.items()
        if draw(st.integers(0, 4))
    }
    new = list({**kept, **draw(columns.map(lambda more: dict(list(more.items())[:2])))}.items())
    if draw(st.booleans()):
        new = draw(st.permutations(new))
    elif draw(st.booleans()):
        new.insert(draw(st.integers(0, len(new))), new.pop(draw(st.integers(0, len(new) - 1))))
    return list(old.items()), [
        (draw(st.sampled_from([name, name.upper().replace("Ü", "ü")])), kind) for name, kind in new
    ]


def key(name):
    return name.lower()


def shown(name):
    return '"' + name.replace('"', '""') + '"' if "." in name or '"' in name else name


def in_order(names, *lists):
    """Whether these stand in the same order in each of the lists."""
    return len({tuple(name for name in each if name in names) for each in lists}) == 1


def fewest_moves(old, new):
    common = [name for name in old if name in new]
    for number in range(len(common)):
        if any(in_order(set(common) - set(moved), old, new) for moved in combinations(common, number)):
            return number
    return 0


@pytest.mark.targets("duckdb")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sides=two_lists())
def test_differences_are_those_of_the_oracle(macro, table, sides):
    relations = []
    for side in sides:
        relation = table(types={"x": "int64"})
        written = ", ".join(f"{_quoted(name)} {kind}" for name, kind in side)
        macro.query(f"create or replace table {relation} ({written})")
        relations.append(relation)
    found = macro("compare_schemas", *relations).value
    old, new = ({key(name): kind for name, kind in side} for side in sides)
    names = {shown(key(name)): key(name) for side in sides for name, _ in side}
    told = {
        kind: [names[row[0].lower()] for row in found if row[1] == kind]
        for kind in ("added", "removed", "retyped", "moved")
    }
    assert sum(map(len, told.values())) == len(found)
    assert told["added"] == [name for name in new if name not in old]
    assert told["removed"] == [name for name in old if name not in new]
    assert told["retyped"] == [name for name in new if name in old and old[name] != new[name]]
    common, moved = {name for name in old if name in new}, set(told["moved"])
    assert in_order(common - moved, old, new), "what is not told kept its order"
    assert not any(in_order(common - moved | {name}, old, new) for name in moved), "none is told that kept its place"
    assert fewest_moves(old, new) <= len(moved) <= fewest_moves(old, new) + 1, "true of every order of seven columns"
    assert all(row[2] != row[3] for row in found)


def _quoted(name):
    return '"' + name.replace('"', '""') + '"'
