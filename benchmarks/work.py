"""Does one contender's work in a process of its own, by the Python that has the contender, and prints what it took.

What is asked is a JSON file: `opening` says how the database is opened, which is not measured; `works` are measured one by one.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

Do = Callable[[Mapping[str, Any]], Any]


@contextlib.contextmanager
def duckdb_file(asked: Mapping[str, Any]) -> Iterator[Do]:
    """Statements straight to DuckDB: for each its rows."""
    import duckdb

    with duckdb.connect(asked["file"], config=asked["settings"]) as connection:
        connection.execute("select 1").fetchall()

        def do(work: Mapping[str, Any]) -> Any:
            return [connection.execute(each).fetchall() for each in work["statements"]]

        yield do


@contextlib.contextmanager
def dbt_project(asked: Mapping[str, Any]) -> Iterator[Do]:
    """Macros of ours as an operation calls them, or the query that a macro writes, or a statement of the caller's."""
    from dbt_playbooks.interface import Options
    from dbt_playbooks.project import open_project

    options = Options(project_dir=asked["project"], profiles_dir=asked["project"])
    with open_project(options) as project, project.connected():
        project.query("select 1")

        def do(work: Mapping[str, Any]) -> Any:
            if "statement" in work:
                return project.query(work["statement"])
            found = project.call(work["macro"], **work["arguments"])
            return project.query(found) if work.get("is_query") else found

        yield do


@contextlib.contextmanager
def sqlmesh_context(asked: Mapping[str, Any]) -> Iterator[Do]:
    """SQLMesh's table_diff with its own defaults, and all of its answer: counts of rows, of columns, and samples."""
    from sqlmesh import Context
    from sqlmesh.core.config import Config, DuckDBConnectionConfig, GatewayConfig, ModelDefaultsConfig

    connection = DuckDBConnectionConfig(database=asked["file"], connector_config=asked["settings"])
    config = Config(
        gateways={"bench": GatewayConfig(connection=connection)},
        model_defaults=ModelDefaultsConfig(dialect="duckdb"),
        disable_anonymized_analytics=True,
    )
    context = Context(paths=[asked["project"]], config=config)
    context.engine_adapter.fetchone("select 1")

    def do(work: Mapping[str, Any]) -> Any:
        diff = context.table_diff(work["old"], work["new"], on=[work["key"]], show=False)[0].row_diff()
        return diff.partial_match_count + diff.s_only_count + diff.t_only_count

    yield do


def measured(do: Do, work: Mapping[str, Any]) -> dict[str, Any]:
    """CPU of all threads, and memory that the process held before."""
    held_mb = _held_mb()
    before, started = _cpu_seconds(), time.perf_counter()
    found = do(work)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": _cpu_seconds() - before,
        "held_mb": held_mb,
        "peak_mb": _peak_mb(),
        "found": found,
    }


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    # kilobytes, on macOS bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _held_mb() -> float:
    """Memory in use now; where that is not known, the most that was in use so far."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        return _peak_mb()


def main() -> None:
    asked = json.loads(Path(sys.argv[1]).read_text())
    opening = {"duckdb": duckdb_file, "dbt": dbt_project, "sqlmesh": sqlmesh_context}[asked["opening"]]
    with opening(asked) as do:
        done = [measured(do, work) for work in asked["works"]]
    print(json.dumps(done, default=str))


if __name__ == "__main__":
    main()
