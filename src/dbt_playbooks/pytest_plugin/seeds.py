"""Types and values of columns of agate as dbt's seeds have them, in the words of the tables of tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dbt_playbooks.project.seeding import seed_type
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


def column_type(table: Any, index: int) -> Any:
    """The type that a column of an agate table has as a seed; None for one that dbt has no type for."""
    found = _TYPES.get(seed_type(table, index) or "")
    return None if found is None else as_type(table.column_names[index], found)


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
