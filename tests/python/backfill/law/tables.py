"""What is in the tables of our command and of dbt's one run, after a step of a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from law.cases import Model
from law.source import NEW_IDS

Rows = Counter[tuple[str | None, ...]]
"""Rows of all models, each as its day, its model, and `column=value` of what is not NULL."""


@dataclass(frozen=True)
class Tables:
    """`ours` and `theirs`: the two files."""

    ours: Path
    theirs: Path

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.ours))
        connection.execute("set TimeZone = 'UTC'")
        return connection

    def rows(self, models: Sequence[Model]) -> Rows:
        """The rows of our tables; none where there is no table."""
        rows: Rows = Counter()
        with self._opened() as connection:
            for model in models:
                if not _exists(connection, model.table):
                    continue
                day = {"integer": f"strptime(cast({model.column} as varchar), '%Y%m%d')"}.get(model.kind, model.column)
                found = connection.execute(
                    f"select cast(cast({day} as date) as varchar), columns(*)::varchar from main.{model.table}"
                )
                names = [column[0] for column in found.description or ()][1:]
                for first, *values in found.fetchall():
                    said = (f"{name}={value}" for name, value in zip(names, values, strict=True) if value is not None)
                    rows[(first, model.name, *said)] += 1
        return rows

    def names(self) -> set[str]:
        """Everything that has a name in our file."""
        with self._opened() as connection:
            found = connection.execute(
                "select table_name from duckdb_tables() where database_name = 'shop' union all "
                "select view_name from duckdb_views() where database_name = 'shop' and not internal union all "
                "select function_name from duckdb_functions() where database_name = 'shop' and not internal"
            ).fetchall()
            return {name for (name,) in found}

    def differences(self, models: Sequence[Model]) -> list[tuple[Any, ...]]:
        """Rows that are in one of the two tables of a model only, as a multiset, without the columns that differ each time."""
        with self._opened() as connection:
            connection.execute(f"attach '{self.theirs}' as one_run (read_only)")
            return [row for model in models for row in _differences(connection, model)]

    def missing(self, model: Model) -> list[tuple[Any, ...]]:
        """New rows that ordinary runs did not bring."""
        with self._opened() as connection:
            new = f"select id from stored.events where id between {NEW_IDS[0]} and {NEW_IDS[-1]}"
            return connection.execute(
                f"{new} and id not in (select id from main.{model.table}) order by all"
            ).fetchall()

    def hooks(self) -> tuple[Counter[str], Counter[str]]:
        """How often each hook ran, in ours and in theirs."""
        with self._opened() as connection:
            connection.execute(f"attach '{self.theirs}' as one_run (read_only)")
            ours, theirs = (
                connection.execute(f"select said from {file}.main.hook_log").fetchall() for file in ("shop", "one_run")
            )
            return Counter(said for (said,) in ours), Counter(said for (said,) in theirs)

    def checkpoints(self) -> list[tuple[Any, ...]]:
        """Chunks as they are recorded: the backfill, first day, last day, status, rows."""
        with self._opened() as connection:
            if not _exists(connection, "backfill_checkpoints"):
                return []
            return connection.execute(
                "select backfill_id, date_processed, chunk_end, status, rows_processed from backfill_checkpoints order by all"
            ).fetchall()


def _differences(connection: duckdb.DuckDBPyConnection, model: Model) -> list[tuple[Any, ...]]:
    left_out = f" exclude ({', '.join(model.of.volatile)})" if model.of.volatile else ""
    if not _exists(connection, model.table):
        return [("no table", model.name)]
    ours = f"select *{left_out} from main.{model.table}"
    theirs = f"select *{left_out} from one_run.main.{model.table}"
    return connection.execute(
        f"select '{model.name}: only in ours', columns(*)::varchar from ({ours} except all {theirs}) "
        f"union all select '{model.name}: only in one run', columns(*)::varchar from ({theirs} except all {ours}) order by all"
    ).fetchall()


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "select 1 from information_schema.tables where table_name = ? and table_schema = 'main' and table_catalog = 'shop'",
        [table],
    ).fetchall()
    return bool(found)
