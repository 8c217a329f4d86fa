"""sqlglot's parser, and what its releases call things: the one place that knows which words changed."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


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


LOST = "lost"
"""Under which word a tree's `meta` has a name of its text that the tree does not hold."""
_WORD = re.compile(r"\w+")
# words of SQL that are no keywords to sqlglot's tokenizer, and no names
_KEYWORDS = words(
    """
    at both bucket by corresponding current exclude first following groups if ignore keys lambda last leading max max_depth min name next nulls of offset only
    ordinal out percent placing preceding recursive respect row rows sample scalar strict ties timestamp trailing unbounded value version week within
    without zone
    """
)


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
    found[0].meta[LOST] = _lost(sql, found[0], dialect)
    return found[0]


def _lost(sql: str, tree: Any, dialect: str | None) -> str | None:
    """The first name in a text that its tree does not hold as often: sqlglot's parser drops what it takes for something else."""
    held: Counter[str] = Counter()
    for node in tree.walk():
        if isinstance(node, (exp.Identifier, exp.Var, exp.Literal, exp.Placeholder)):
            held.update(_WORD.findall(node.name.lower()))
    tokens: list[Any] = sqlglot.tokenize(sql, read=dialect)
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        calls = after is not None and after.token_type == TokenType.L_PAREN and token.token_type == TokenType.VAR
        if token.token_type in (TokenType.VAR, TokenType.IDENTIFIER) and not calls:
            for word in _WORD.findall(token.text.lower()):
                held[word] -= 1
                if held[word] < 0 and word not in _KEYWORDS:
                    return str(word)
    return None


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
