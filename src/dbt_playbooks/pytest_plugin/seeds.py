"""Columns of text and of agate as dbt's seeds have them: its own reader decides what is a number, a day or a boolean."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from dbt_playbooks.pytest_plugin.columns import as_type
from dbt_playbooks.pytest_plugin.errors import HarnessError

_TYPES = {
    "integer": "int64",
    "float8": "float64",
    "boolean": "bool",
    "timestamp without time zone": "datetime",
    "date": "date",
    "time": "time",
    "text": "string",
}
"""What dbt's adapters call the types of a seed, and what the tables of tests call them."""


def read_as_seed(names: Sequence[str], rows: Sequence[Sequence[str]], text_columns: Iterable[str]) -> Any:
    """Rows of text as the agate table that `dbt seed` makes of them."""
    import agate
    from dbt_common.clients.agate_helper import build_type_tester

    return agate.Table(rows, names, column_types=build_type_tester(text_columns=list(text_columns)))


def seed_type(table: Any, index: int) -> Any:
    """The type that a column of an agate table has as a seed; None for one that dbt has no type for."""
    from dbt.adapters.sql import SQLAdapter

    found = SQLAdapter.convert_agate_type(table, index)
    return as_type(table.column_names[index], _TYPES[found]) if found in _TYPES else None


def seed_value(name: str, column: Any, value: Any) -> Any:
    """A value of agate's as one of its column. Raises HarnessError for a whole number that is too large."""
    kind = str(column.sql("bigquery")).lower()
    if value is None:
        return None
    if kind == "int64":
        if not -(2**63) <= value < 2**63:
            raise HarnessError(
                f"column '{name}': {value} is too large for an int64. State another type: table(..., types={{'{name}': 'numeric'}})."
            )
        return int(value)
    if kind == "datetime" and isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.timezone.utc).replace(tzinfo=None)
    return value
