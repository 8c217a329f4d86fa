"""Columns of text as `dbt seed` reads them, and what dbt's adapters call the types of a seed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def read_as_seed(names: Sequence[str], rows: Sequence[Sequence[str]], text_columns: Iterable[str]) -> Any:
    """Rows of text as the agate table that `dbt seed` makes of them."""
    import agate
    from dbt_common.clients.agate_helper import build_type_tester

    return agate.Table(rows, names, column_types=build_type_tester(text_columns=list(text_columns)))


def seed_type(table: Any, index: int) -> str | None:
    """What adapters of SQL call the type of a column of an agate table; None for one that they have no type for."""
    from dbt.adapters.sql import SQLAdapter

    found = SQLAdapter.convert_agate_type(table, index)
    return None if found is None else str(found)
