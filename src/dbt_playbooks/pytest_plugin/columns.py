"""Columns and their types, in one vocabulary for every target: GoogleSQL's names (int64, string, timestamp, array<...>) and DuckDB's.

sqlglot reads and writes the types, so that a table of a test means the same on DuckDB and BigQuery.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dbt_playbooks.pytest_plugin.errors import HarnessError

Columns = Mapping[str, Any]
"""Names to sqlglot's DataType."""

ALLOWED = (
    "int64 (integer, bigint), float64 (double), numeric, bignumeric, decimal(p, s), bool (boolean), string (text, varchar), bytes, date, "
    "datetime, timestamp, time, json, array<...> and struct<name type, ...>"
)


def as_columns(types: Mapping[str, Any]) -> dict[str, Any]:
    """Types by name, parsed. Raises HarnessError for a type that is not known."""
    return {name: as_type(name, each) for name, each in types.items()}


def as_type(name: str, text: Any) -> Any:
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    if isinstance(text, exp.DataType):
        return text
    for dialect in ("bigquery", "duckdb"):
        try:
            found = exp.DataType.build(str(text), dialect=dialect)
        except SqlglotError:
            continue
        if found.this not in (exp.DataType.Type.USERDEFINED, exp.DataType.Type.UNKNOWN):
            return found
    raise HarnessError(f"column '{name}': the type '{text}' is not known. Allowed: {ALLOWED}.")


def guess(name: str, values: Iterable[Any]) -> Any:
    """The type of a column by its Python values. Raises HarnessError when they do not say, or disagree."""
    return as_type(name, _guess(name, [value for value in values if value is not None]))


def _guess(name: str, values: Sequence[Any]) -> str:
    if values and all(isinstance(value, Mapping) for value in values):
        keys = dict.fromkeys(str(key) for value in values for key in value)
        fields = (
            f"{key} {_guess(f'{name}.{key}', [each[key] for each in values if each.get(key) is not None])}"
            for key in keys
        )
        return f"struct<{', '.join(fields)}>"
    if values and all(isinstance(value, (list, tuple)) for value in values):
        return f"array<{_guess(name, [each for value in values for each in value if each is not None])}>"
    found = {_scalar(name, value) for value in values}
    if found == {"int64", "float64"}:
        found = {"float64"}
    if len(found) != 1:
        said = f"hold {' and '.join(sorted(found))}" if found else "hold nothing that says its type"
        column = name.split(".")[0]
        raise HarnessError(f"column '{name}': its values {said}. State it: table(..., types={{'{column}': 'string'}}).")
    return found.pop()


def _scalar(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, dt.datetime):
        return "timestamp" if value.tzinfo else "datetime"
    for kind, text in _KINDS.items():
        if isinstance(value, kind):
            return text
    raise HarnessError(
        f"column '{name}': a value of the Python type {type(value).__name__} has no place in a table. State its type with types=, "
        f"or give one of int, float, Decimal, bool, str, bytes, date, datetime, time, list, dict."
    )


_KINDS: dict[type, str] = {
    int: "int64",
    float: "float64",
    decimal.Decimal: "numeric",
    str: "string",
    bytes: "bytes",
    dt.date: "date",
    dt.time: "time",
}


def type_sql(column: Any, dialect: str) -> str:
    """A type as a target writes it. DuckDB's `timestamp` is what dbt calls a timestamp there: an instant of UTC."""
    from sqlglot import exp

    if dialect == "bigquery":
        return str(column.sql("bigquery"))
    kinds = exp.DataType.Type

    def of_duckdb(node: Any) -> Any:
        if isinstance(node, exp.ColumnDef):
            node.this.set("quoted", True)  # a field may be called `at`
        if not isinstance(node, exp.DataType) or node.expressions:
            return node
        if node.this == kinds.TIMESTAMPTZ:
            return exp.DataType(this=kinds.TIMESTAMP)
        if node.this in (kinds.DECIMAL, kinds.BIGDECIMAL):
            return exp.DataType.build("decimal(38, 9)", dialect="duckdb")
        return node

    return str(column.copy().transform(of_duckdb).sql("duckdb"))
