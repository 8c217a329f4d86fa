"""sqlglot's parser, and what its releases call things: the one place that knows which words changed."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

SET_OPERATIONS: tuple[Any, ...] = (getattr(exp, "SetOperation", exp.Union),)
QUERIES: tuple[Any, ...] = (exp.Select, exp.Subquery, *SET_OPERATIONS)
# adapters that are not called as sqlglot calls their SQL
_DIALECTS = {
    "sqlserver": "tsql",
    "synapse": "tsql",
    "fabric": "tsql",
    "athena": "athena",
    "glue": "spark",
    "vertica": "postgres",
}


class UnreadableError(Exception):
    """SQL that is not understood; the text says what, and where."""


@cache
def dialect_of(adapter_type: str) -> str | None:
    """What sqlglot calls the SQL of an adapter; None when it knows no such SQL, and what it takes for common SQL has to do."""
    from sqlglot.dialects.dialect import Dialect

    name = _DIALECTS.get(adapter_type, adapter_type)
    return name if Dialect.get(name) else None


def parse(sql: str, dialect: str | None) -> Any:
    """The query as a tree. Raises UnreadableError when it is none, with the line and what is wrong with it."""
    try:
        found = [each for each in sqlglot.parse(sql, dialect=dialect) if each is not None]
    except SqlglotError as error:
        raise UnreadableError(_where(error)) from error
    except RecursionError as error:
        raise UnreadableError("its SQL is nested too deep for sqlglot") from error
    except Exception as error:  # its parser trips over SQL that it did not expect
        raise UnreadableError(f"sqlglot can't parse its SQL: {type(error).__name__}: {error}") from error
    if len(found) != 1:
        raise UnreadableError("its SQL is empty" if not found else f"its SQL holds {len(found)} statements")
    if not isinstance(found[0], (*QUERIES, exp.Table, exp.Pivot, exp.Values)):
        raise UnreadableError(f"its SQL is no query, but what sqlglot calls {type(found[0]).__name__}")
    return found[0]


def _where(error: SqlglotError) -> str:
    for each in getattr(error, "errors", None) or ():
        near = " ".join(f"{each.get('highlight') or ''}".split())[:60]
        return f"sqlglot can't parse its SQL: line {each.get('line')}, {each.get('description')}" + (
            f" near '{near}'" if near else ""
        )
    return f"sqlglot can't parse its SQL: {' '.join(str(error).split())[:200]}"


def arg(node: Any, name: str) -> Any:
    """An argument whose name is a word of Python's, which newer releases write with an underscore."""
    return node.args.get(name) or node.args.get(f"{name}_")


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())
