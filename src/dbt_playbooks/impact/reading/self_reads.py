"""Which tables a query reads, by name; and whether one of them is a given table, however it is spelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_playbooks.impact.reading.parsing import UnreadableError, arg, parse

# functions of DuckDB's that read the tables which their text names; in a query these may be CTEs
_BY_TEXT = ("query_table", "query")


def reads(sql: str, dialect: str | None, path: Sequence[str]) -> bool:
    """Whether SQL reads the table of this path (database, schema, name), written in full or in part. Names of CTEs are no tables."""
    wanted = tuple(part.lower() for part in path)
    try:
        tree = parse(sql, dialect)
    except UnreadableError:
        return any(is_end(name, wanted) for name in _names_in_tokens(sql, dialect))
    named = [name for _, name in tables_in(tree, dialect)]
    return any(is_end(name, wanted) for name in (*named, *_named_by_text(tree, dialect)))


def is_end(name: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a name is that of a table, in full or in part. A wildcard and the day of a partition in a name of BigQuery's are
    allowed for; in DuckDB a name of two parts may also be a catalog and a table of its main schema."""
    if not name:
        return False
    last = name[-1].partition("$")[0]
    if last.endswith("*"):
        return tuple(path[-len(name) : -1]) == tuple(name[:-1]) and path[-1].startswith(last[:-1])
    exact = (*name[:-1], last)
    return tuple(path[-len(exact) :]) == exact or (len(exact) == 2 and (path[0], path[-1]) == exact)


def tables_in(tree: Any, dialect: str | None) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """The tables that a query names, each with its name in lower case. Names of CTEs are no tables."""
    for node in tree.find_all(exp.Table):
        if isinstance(node.this, exp.Identifier):
            name = tuple(part.name.lower() for part in node.parts)
            # names quoted together: `project.dataset.table`
            name = tuple(".".join(name).split(".")) if dialect == "bigquery" else name
            if len(name) > 1 or not _is_cte(node, name[0]):
                yield node, name


def reads_by_text(call: Any) -> bool:
    return str(call.this).lower() in _BY_TEXT


def _named_by_text(tree: Any, dialect: str | None) -> Iterator[tuple[str, ...]]:
    for call in tree.find_all(exp.Anonymous):
        if reads_by_text(call):
            for text in call.find_all(exp.Literal):
                yield from _names_in_tokens(str(text.this), dialect, alone=True)


def _is_cte(node: Any, name: str) -> bool:
    """Whether a query around a table's name defines a CTE of that name before it."""
    inside, parent = node, node.parent
    while parent is not None:
        with_ = arg(parent, "with")
        if with_ is not None:
            for cte in with_.expressions:
                if cte is inside and not with_.args.get("recursive"):
                    break
                if cte.alias.lower() == name:
                    return True
        inside = parent if isinstance(parent, exp.CTE) else inside
        parent = parent.parent
    return False


def _names_in_tokens(sql: str, dialect: str | None, alone: bool = False) -> Iterator[tuple[str, ...]]:
    """Names with dots in a text that can't be parsed, and those after FROM and JOIN; with `alone` every name."""
    try:
        tokens = sqlglot.tokenize(sql, dialect=dialect)
    except SqlglotError:
        return
    name: list[str] = []
    before = ""
    kinds = sqlglot.TokenType
    for token in [*tokens, None]:
        if token is not None and token.token_type == kinds.DOT and name:
            continue
        joined = token is not None and name and tokens[tokens.index(token) - 1].token_type == kinds.DOT
        if token is not None and (joined or (not name and token.token_type in (kinds.VAR, kinds.IDENTIFIER))):
            name.append(token.text.lower())
            continue
        if name and (alone or len(name) > 1 or before in ("from", "join")):
            yield tuple(name)
        if name:
            before = ""
        name = []
        if token is not None:
            if token.token_type in (kinds.VAR, kinds.IDENTIFIER):
                name = [token.text.lower()]
            else:
                before = token.text.lower()
