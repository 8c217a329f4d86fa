"""What of a query is another each time that it runs: random numbers and clocks, as values of columns or to pick rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import QUERIES, arg
from dbt_playbooks.impact.reading.window_parts import is_star, names_of_function

_RANDOM = {"rand", "random", "randn", "uuid", "uuidv4", "uuidv7", "gen_random_uuid", "generate_uuid"}
_OF_THE_MOMENT = {
    *_RANDOM, "now", "today", "current_timestamp", "current_date", "current_time", "current_datetime", "localtime", "localtimestamp",
    "get_current_timestamp", "get_current_time", "transaction_timestamp", "txid_current", "current_transaction_id", "current_query_id",
    "nextval", "currval",
}  # fmt: skip
_PICKS = (exp.Explode, exp.Unnest)


def of_chance(functions: Iterable[Mapping[str, Any]]) -> set[str]:
    """The names, in lower case, of functions of the warehouse that are random numbers, or made of them; a dict each with its name and definition."""
    names: set[str] = set()
    given = {str(each["name"]).lower(): str(each["definition"]) for each in functions}
    while True:
        words = "|".join(map(re.escape, _RANDOM | names))
        found = {name for name, text in given.items() if re.search(rf"\b({words})\W*\(", text, re.IGNORECASE)}
        if found <= names:
            return names
        names |= found


def picked_by_chance(tree: Any, dialect: str | None, functions: Collection[str] = ()) -> str | None:
    """What decides by chance which rows a query returns: a sample without a seed, or a random number by which something filters, groups, joins or
    sorts what a LIMIT cuts. `functions`: those of the warehouse that are random numbers, too."""
    for sample in tree.find_all(exp.TableSample):
        if not sample.args.get("seed"):
            return str(sample.sql(dialect)).strip()
    seen: set[str] = set()
    random = _RANDOM.union(functions)
    left = [(call, call) for call in tree.find_all(exp.Func) if random.intersection(names_of_function(call))]
    joined = {each.name.lower() for join in tree.find_all(exp.Join) for each in join.args.get("using") or ()}
    renamed = [each for alias in tree.find_all(exp.TableAlias) for each in alias.args.get("columns") or ()]
    while left:
        node, call = left.pop()
        outputs = _outputs(node)
        if outputs is None:
            return str(call.sql(dialect))
        names = {each.alias_or_name.lower() for each in (*outputs, *renamed)} - seen
        if any(_is_meant_by_number(each) for each in outputs) or names & joined:
            return str(call.sql(dialect))
        seen |= names
        left += [(each, call) for each in tree.find_all(exp.Column) if each.name.lower() in names]
    return None


def tells_the_moment(tree: Any) -> bool:
    """Whether a statement calls a clock, or makes random numbers."""
    return any(_OF_THE_MOMENT.intersection(names_of_function(call)) for call in tree.find_all(exp.Func))


def columns_that_differ(one: Any, other: Any) -> list[str]:
    """The names of columns, in lower case, that two readings of one query make of other values, as of a time that Jinja writes there."""
    made = [{(each.alias.lower(), each.this.sql()) for each in tree.find_all(exp.Alias)} for tree in (one, other)]
    return list(dict.fromkeys(name for name, _ in sorted(made[0] ^ made[1])))


def is_of_the_moment(tree: Any, column: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a column of a query is made by something that may be another each time: a clock, a random number, an aggregate or a window function,
    which may depend on the order of rows, or a function that is not known."""
    made = [each for each in tree.find_all(exp.Alias) if each.alias.lower() == column.lower()]
    if not made:
        # nobody gave it a name, as `select now()`; a star has columns of tables
        named = any(each.name.lower() == column.lower() for each in tree.find_all(exp.Column))
        stars = any(is_star(each) for select in tree.find_all(exp.Select) for each in select.expressions)
        return not (seen or named or stars)
    return any(_is_of_the_moment(tree, each.this, seen | {column.lower()}) for each in made)


def _is_of_the_moment(tree: Any, value: Any, seen: frozenset[str]) -> bool:
    if value.find(exp.AggFunc, exp.Window, exp.Anonymous):
        return True
    if tells_the_moment(value):
        return True
    others = {each.name.lower() for each in value.find_all(exp.Column)} - seen
    return any(is_of_the_moment(tree, name, seen) for name in others)


def _outputs(node: Any) -> list[Any] | None:
    """The columns of queries of which a node is a part of the value; None where it decides on rows."""
    found: list[Any] = []
    while node.parent is not None:
        outer, place = node.parent, node.arg_key.rstrip("_")
        if isinstance(outer, _PICKS):
            return None
        if isinstance(outer, exp.Select) and place == "expressions":
            found.append(node)
            if _is_table(outer):
                break
        elif isinstance(outer, QUERIES) and place not in ("this", "expression", "with"):
            return found if place == "order" and not _is_cut(outer) else None
        node = outer
    return found


def _is_table(query: Any) -> bool:
    """Whether a query is a table of another one, or the whole, and not a value."""
    while isinstance(query.parent, QUERIES) and query.arg_key in ("this", "expression"):
        query = query.parent
    return query.parent is None or isinstance(query.parent, (exp.From, exp.Join, exp.CTE))


def _is_cut(query: Any) -> bool:
    return any(arg(query, name) for name in ("limit", "offset")) or bool(
        getattr(arg(query, "distinct"), "args", {}).get("on")
    )


def _is_meant_by_number(output: Any) -> bool:
    """Whether `group by 2`, or `order by 2` before a LIMIT, means this output."""
    select = output.parent
    number = str(select.expressions.index(output) + 1) if output in select.expressions else ""
    keys = [*(arg(select, "group") or exp.Group()).expressions]
    if _is_cut(select):
        keys += [each.this for each in (arg(select, "order") or exp.Order()).expressions]
    return any(isinstance(key, exp.Literal) and key.name == number for key in keys)
