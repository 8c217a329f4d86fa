"""What is done to the flights without dbt: a day's SQL sent straight to DuckDB, the checks of a chunk alone, and whether a target equals its source."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

FIRST_DAY = dt.date(2013, 1, 1)


def delete_and_insert(file: str, model: str, days: int) -> tuple[list[float], float]:
    """Seconds of each day's transaction, what a backfill of this model cannot go below, and CPU seconds of all."""
    import duckdb

    seconds = []
    with duckdb.connect(file) as connection:
        connection.execute(f"create table {model} as select * from flights_typed limit 0")
        cpu = time.process_time()
        for n in range(days):
            window = _window(n)
            started = time.perf_counter()
            connection.execute("begin")
            connection.execute(f"delete from {model} where {window}")
            connection.execute(f"insert into {model} select * from flights_typed where {window}")
            connection.execute("commit")
            seconds.append(time.perf_counter() - started)
        return seconds, time.process_time() - cpu


def checks(folder: str, model: str, key: str, days: int) -> tuple[float, float]:
    """The median seconds of a chunk's two checks on the filled table: all rows lie in the window, and no row elsewhere has a key of theirs."""
    import duckdb

    statements = _statements_of_checks(folder, model, key, days)
    taken: tuple[list[float], list[float]] = ([], [])
    with duckdb.connect(str(Path(folder, "flights.duckdb"))) as connection:
        for n, each in enumerate(statements):
            connection.execute(
                f"create or replace temporary table chunk_rows as select * from flights_typed where {_window(n)}"
            )
            for statement, seconds in zip(each, taken, strict=True):
                started = time.perf_counter()
                connection.execute(statement)
                seconds.append(time.perf_counter() - started)
    return median(taken[0]), median(taken[1])


def _statements_of_checks(folder: str, model: str, key: str, days: int) -> list[Sequence[str]]:
    """The statements as the package's macros write them, for each of the days."""
    from dbt_playbooks.interface import Options
    from dbt_playbooks.project import open_project

    with open_project(Options(project_dir=folder, profiles_dir=folder), (model,)) as project:
        call: Callable[..., Any] = project.call
        found: list[Sequence[str]] = []
        for n in range(days):
            day = (FIRST_DAY + dt.timedelta(days=n)).isoformat()
            window = {
                "column": "flight_date",
                "data_type": "date",
                "timezone": "UTC",
                "start_date": day,
                "end_date": day,
            }
            inside = call("_in_backfill_window", window=window)
            more = {"window": window, "rows": "chunk_rows", "inside": inside}
            outside = call("_refuse_rows_outside_sql", **more)
            found.append((outside, call("_refuse_shared_keys_sql", target_relation=model, keys=[key], **more)))
        return found


def _window(n: int) -> str:
    day, after = (FIRST_DAY + dt.timedelta(days=n + more) for more in (0, 1))
    return f"flight_date >= date '{day}' and flight_date < date '{after}'"


def differences(file: str, model: str, last_day: str) -> str | None:
    """How a target differs from its source up to a day, as multisets; None when it does not."""
    import duckdb

    with duckdb.connect(file, read_only=True) as connection:
        source = f"(select * from flights_typed where flight_date <= date '{last_day}')"
        target = f"(select * from {model})"
        wanted, found = (connection.sql(f"select count(*) from {each}").fetchone()[0] for each in (source, target))
        if wanted != found or not wanted:
            return f"{found} rows instead of {wanted}"
        both = f"({source} except all {target}) union all ({target} except all {source})"
        other = connection.sql(f"select count(*) from ({both})").fetchone()[0]
        return f"{other} rows differ" if other else None
