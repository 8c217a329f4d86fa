"""Functions that users make in the warehouse (DuckDB's macros): which of them see more than the values that they are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

# what an expression may be made of; any other function, a subquery, a window or a name of its own is looked at no further
_PURE = (
    exp.Column, exp.Identifier, exp.Literal, exp.Null, exp.Boolean, exp.Paren, exp.Binary, exp.Unary, exp.Cast, exp.TryCast, exp.DataType,
    exp.DataTypeParam, exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Between, exp.In, exp.Round, exp.Floor, exp.Ceil, exp.Abs, exp.Upper,
    exp.Lower, exp.Trim, exp.Concat, exp.Greatest, exp.Least,
)  # fmt: skip


def seeing_more(functions: Iterable[Mapping[str, Any]], dialect: str | None) -> set[str]:
    """The names, in lower case, of functions of which the result may depend on more than the arguments of a call.

    `functions`: a dict each with its name, its parameters (a text, by commas) and its definition, an expression or a query. A name may be
    there several times.
    """
    return {
        str(each["name"]).lower()
        for each in functions
        if not _is_of_values(str(each["definition"]), str(each["parameters"]).lower().split(","), dialect)
        or _is_known(str(each["name"]), dialect)
    }


def _is_of_values(definition: str, parameters: list[str], dialect: str | None) -> bool:
    try:
        value = sqlglot.parse_one(f"({definition})", dialect=dialect)
    except (SqlglotError, ValueError):
        return False
    return all(isinstance(node, _PURE) for node in value.walk()) and all(
        not column.table and column.name.lower() in parameters for column in value.find_all(exp.Column)
    )


def _is_known(name: str, dialect: str | None) -> bool:
    """Whether it stands in the place of a function that the reader knows by its name, or thinks to know."""
    try:
        return not isinstance(sqlglot.parse_one(f"{name}(1)", dialect=dialect), exp.Anonymous)
    except SqlglotError:
        return True
