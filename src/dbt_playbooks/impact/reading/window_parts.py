"""Parts of a SELECT, as the reader of windows looks at them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import QUERIES, arg
from dbt_playbooks.impact.reading.window_cuts import text

# what looks like a column and is none
_WORDS = ("user", "current_user", "session_user", "current_role", "current_catalog", "current_schema")


# of DuckDB: without quotes they are names only after AS and after a dot, so where one is a name elsewhere the query was misread
_RESERVED = frozenset((
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "both", "case", "cast", "check", "collate",
    "column", "constraint", "create", "default", "deferrable", "desc", "describe", "distinct", "do", "else", "end", "except", "false",
    "fetch", "for", "foreign", "from", "group", "having", "in", "initially", "intersect", "into", "lambda", "lateral", "leading",
    "limit", "not", "null", "offset", "on", "only", "or", "order", "pivot", "pivot_longer", "pivot_wider", "placing", "primary",
    "qualify", "references", "returning", "select", "show", "some", "summarize", "symmetric", "table", "then", "to", "trailing",
    "true", "union", "unique", "unpivot", "using", "variadic", "when", "where", "window", "with",
))  # fmt: skip


def misread(node: Any) -> str | None:
    """A word of DuckDB's that stands in the tree as the name of a table or a column, as `(table seen)` does."""
    names = (each for each in node.find_all(exp.Identifier) if not each.quoted and not _may_be_any_word(each))
    return next((each.name for each in names if each.name.lower() in _RESERVED), None)


def _may_be_any_word(name: Any) -> bool:
    """Whether it stands after AS in a select list, or after a dot."""
    outer = name.parent
    after_as = isinstance(outer, exp.Alias) and name.arg_key == "alias" and isinstance(outer.parent, exp.Select)
    after_dot = isinstance(outer, exp.Dot) or (
        isinstance(outer, exp.Column) and bool(outer.table) and name.arg_key == "this"
    )
    return after_as or after_dot


def meant(key: Any, node: Any, is_date: Callable[[Any], bool]) -> Any:
    """The output that a number or an alias in GROUP BY means."""
    listed = node.expressions
    if isinstance(key, exp.Literal) and not key.is_string and str(key.this).isdigit():
        return listed[int(key.this) - 1] if 0 < int(key.this) <= len(listed) else key
    if isinstance(key, exp.Column) and not key.table and not is_date(key):
        return next(
            (each for each in listed if isinstance(each, exp.Alias) and each.alias.lower() == key.name.lower()), key
        )
    return key


def given(node: Any) -> Iterator[str]:
    """The names of the arguments that a node has."""
    return (name.rstrip("_") for name, value in node.args.items() if value not in (None, [], False))


def says_only(node: Any, names: Collection[str]) -> bool:
    """Whether nothing else is said of a node than these arguments."""
    return all(name in names for name in given(node))


def renames_columns(node: Any) -> bool:
    """Whether an alias names columns, too: `as t(a, b)`."""
    alias = node.args.get("alias")
    return isinstance(alias, exp.TableAlias) and not says_only(alias, {"this"})


def subqueries(node: Any) -> list[Any]:
    """Queries in expressions of a SELECT, those in the conditions of its joins, too."""
    found: list[Any] = []
    for name, value in node.args.items():
        if name.rstrip("_") not in ("with", "from", "joins"):
            found += [each for each in own_expressions(value, within=True) if isinstance(each, QUERIES)]
    return found


def own_expressions(value: Any, within: bool = False) -> Iterator[Any]:
    """Expressions of a SELECT itself, not those of queries inside of it; `within`: those queries, too."""
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, exp.Expression):
            continue
        if isinstance(each, QUERIES):
            yield from [each] if within else []
            continue
        yield each
        yield from own_expressions(list(each.iter_expressions()), within)


def outputs_of_tables(node: Any) -> list[Any]:
    """Expressions of the select list; a name that another of them makes says nothing of the tables."""
    made = {
        each.alias.lower()
        for each in node.expressions
        if isinstance(each, exp.Alias) and not is_column(each.this, each.alias)
    }
    return [
        each
        for each in node.expressions
        if not any(not column.table and column.name.lower() in made for column in each.find_all(exp.Column))
    ]


def is_star(output: Any) -> bool:
    return isinstance(output, exp.Star) or (isinstance(output, exp.Column) and isinstance(output.this, exp.Star))


def is_of_one_row(output: Any, tables: Collection[str] | None = None) -> bool:
    """A column outside of any call: beside it, without GROUP BY, no function can add up rows.

    `tables`: its tables, where the column may be one of a query around it.
    """
    while isinstance(output, (exp.Alias, exp.Paren, exp.Cast)):
        output = output.this
    if isinstance(output, exp.Star):
        return says_only(output, ())
    if isinstance(output, exp.Column):
        if isinstance(output.this, exp.Star):
            return says_only(output.this, ())
        if tables is not None and output.table.lower() not in tables:
            return False
        return bool(output.table) or output.name.lower() not in _WORDS
    return isinstance(output, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.DPipe)) and is_of_one_row(output.left, tables)


def called_functions(node: Any) -> Iterator[str]:
    """The names of all functions that a query calls, in lower case."""
    for call in node.find_all(exp.Func):
        yield from names_of_function(call)


def names_of_function(call: Any) -> list[str]:
    """What the function of a call goes by, in lower case."""
    return [str(call.this).lower()] if isinstance(call, exp.Anonymous) else [name.lower() for name in call.sql_names()]


def aggregate(node: Any) -> Any:
    """The function of a SELECT that adds up rows, as far as it is known to."""
    found = [each for each in own_expressions([node.expressions, arg(node, "having")]) if isinstance(each, exp.Func)]
    return next((each for each in found if isinstance(each, exp.AggFunc)), found[0] if found else node.expressions[0])


def is_column(node: Any, name: str) -> bool:
    return isinstance(node, exp.Column) and node.name.lower() == name.lower()


def not_looked_into(node: Any) -> str:
    return f"{type(node).__name__} ({text(node)}), which is not looked into"


def used_ctes(node: Any, with_: Any) -> set[int]:
    """The CTEs of a query that it reads, itself or by way of others."""
    names = {table.name.lower() for table in node.find_all(exp.Table) if not _is_within(table, with_)}
    used: set[int] = set()
    for cte in reversed(with_.expressions):
        if cte.alias.lower() in names:
            used.add(id(cte))
            names |= {table.name.lower() for table in cte.find_all(exp.Table)}
    return used


def _is_within(node: Any, outer: Any) -> bool:
    while node is not None and node is not outer:
        node = node.parent
    return node is outer
