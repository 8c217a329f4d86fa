"""Which columns of a query are another each time that it runs."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.chances import NONE, OF_THE_MOMENT, Chances, calls
from dbt_playbooks.impact.reading.window_parts import is_star


def columns_that_differ(one: Any, other: Any) -> list[str]:
    """The names of columns, in lower case, that two readings of one query make of other values, as of a time that Jinja writes there."""
    made = [{(each.alias.lower(), each.this.sql()) for each in tree.find_all(exp.Alias)} for tree in (one, other)]
    return list(dict.fromkeys(name for name, _ in sorted(made[0] ^ made[1])))


def is_of_the_moment(tree: Any, column: str, chances: Chances = NONE) -> bool:
    """Whether a column of a query is made by something that may be another each time: a clock, a random number, an aggregate or a window function,
    which may depend on the order of rows, or a function that is not known."""
    names, left = set(), [column.lower()]
    if not _is_named(tree, column.lower()):
        return True
    while left:
        name = left.pop()
        if name in names:
            continue
        names.add(name)
        for made in tree.find_all(exp.Alias):
            if made.alias.lower() != name:
                continue
            if made.this.find(exp.AggFunc, exp.Window, exp.Anonymous) or calls(
                made.this, OF_THE_MOMENT | chances.moment
            ):
                return True
            left += [each.name.lower() for each in made.this.find_all(exp.Column)]
    return False


def _is_named(tree: Any, column: str) -> bool:
    """Whether a query may name it: nobody gives `select now()` a name, and a star has columns of tables."""
    if any(each.alias.lower() == column for each in tree.find_all(exp.Alias)):
        return True
    if any(each.name.lower() == column for each in tree.find_all(exp.Column)):
        return True
    return any(is_star(each) for select in tree.find_all(exp.Select) for each in select.expressions)
