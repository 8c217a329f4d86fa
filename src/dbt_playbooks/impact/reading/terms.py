"""Columns that a text names outside of a query: an expression in YAML, a key or a partition in a config."""

from __future__ import annotations

import re

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError


def columns_in(text: str, dialect: str | None) -> list[str]:
    """The names, in lower case, of the columns in an expression; of one that can't be parsed, all of its words."""
    if re.fullmatch(r"\w+", text.strip()):
        return [] if text.strip().isdigit() else [text.strip().lower()]
    try:
        tree = sqlglot.parse_one(text, dialect=dialect)
    except (SqlglotError, RecursionError):
        return sorted({word.lower() for word in re.findall(r"[^\W\d]\w*", text)})
    return sorted({column.name.lower() for column in tree.find_all(exp.Column) if column.name and column.name != "*"})
