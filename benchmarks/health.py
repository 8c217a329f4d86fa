"""What watching a table costs: `health_check` and `monitoring_view` with one column and with twenty, beside one scan that a person writes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from measure import in_another_process, run

TABLE, DAYS, MANY = "watched_table", 28, 20


@dataclass
class Watched:
    """A way to watch some columns: CPU seconds, an entry per round, and those of the scan it is held against."""

    label: str
    columns: int
    cpu_seconds: list[float] = field(default_factory=list)
    beside: float | None = None

    @property
    def cpu(self) -> float:
        return median(self.cpu_seconds)


def health(project: Path, file: Path, rows: int, rounds: int, say: Callable[[str], None]) -> list[Watched]:
    """Each way in turns, in one process a round, so that all have the same open database."""
    say(f"the health of a table: making {rows:,} rows by {MANY + 1} columns")
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    in_another_process(_make, str(file), rows)
    ways = [way for columns in (1, MANY) for way in _ways(columns)]
    # once before they count: the table is read from the disk, and dbt compiles the macros
    warm = [{"statement": _scan("count(*) - count({name})", MANY)}, *(work for _, work in _ways(1))]
    asked = {"opening": "dbt", "project": str(project), "works": [*warm, *(work for _, work in ways)]}
    (project / "asked.json").write_text(json.dumps(asked))
    found = [way for way, _ in ways]
    for n in range(rounds):
        say(f"the health of a table, round {n + 1} of {rounds}")
        done = run([sys.executable, str(Path(__file__).with_name("work.py")), str(project / "asked.json")], project)
        took = json.loads(done.lines[-1].text)
        for way, each in zip(found, took[len(warm) :], strict=True):
            way.cpu_seconds.append(each["cpu_seconds"])
    for scan, macro in zip(found[::2], found[1::2], strict=True):
        macro.beside = scan.cpu
    return found


def _ways(columns: int) -> list[tuple[Watched, dict[str, Any]]]:
    """A scan by hand and the macro that says the same, twice."""
    names = _names(columns)
    return [
        (
            Watched("one scan: rows and NULLs by day", columns),
            {"statement": _scan("count(*) - count({name})", columns)},
        ),
        (
            Watched("health_check", columns),
            {
                "macro": "health_check",
                "arguments": {"table": TABLE, "timestamp_column": "day", "columns": names, "days": DAYS},
            },
        ),
        (
            Watched("one scan: rows, min, max and avg by day", columns),
            {"statement": _scan("min({name}), max({name}), avg({name})", columns)},
        ),
        (
            Watched("monitoring_view", columns),
            {
                "macro": "monitoring_view_sql",
                "is_query": True,
                "arguments": {"table": TABLE, "date_column": "day", "metrics": names, "days": DAYS},
            },
        ),
    ]


def _names(columns: int) -> list[str]:
    return [f"metric_{n}" for n in range(1, columns + 1)]


def _scan(aggregates: str, columns: int) -> str:
    listed: Sequence[str] = [aggregates.format(name=name) for name in _names(columns)]
    return f"select day, count(*) as row_count, {', '.join(listed)} from {TABLE} group by day"


def _make(file: str, rows: int) -> None:
    """Rows of the last days, today included; a tenth of the values is NULL."""
    import duckdb

    listed = ", ".join(
        f"case when h % 10 <> {n % 10} then (h >> {n}) % 9973 / 7.0 end as {name}"
        for n, name in enumerate(_names(MANY))
    )
    numbered = f"select i, hash(i) as h from range({rows}) as numbers(i)"
    with duckdb.connect(file) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(
            f"create table {TABLE} as select current_date - {DAYS - 1} + cast(i * {DAYS} // {rows} as integer) as day, {listed}"
            f" from ({numbered}) as numbered"
        )
        connection.execute("checkpoint")
