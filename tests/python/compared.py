"""A stand-in for a warehouse whose model returns plain rows: it reads its window from the SQL, and notes what it is asked."""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from dbt_playbooks.backfill.checks.edges import EdgeOptions, check_edges
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model, Rendering, Window

FROM = "from events where day >= date '{first}' and day < date '{after}'"
SURE = "select * " + FROM
DOUBTFUL = "select *, count(*) over () as c " + FROM
DOUBT = "the window function COUNT(*) OVER (), whose partitions do not hold the date"
SAME = f"events: {DOUBT}. With the rows of today, its 3 chunks give those of one run"
FIRST_RUN = "`is_incremental()` changes its SQL, so the chunk that creates the table runs other SQL than the rest"
LAST_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTHS = [Window(f"2024-{month:02}-01", f"2024-{month:02}-{last}") for month, last in enumerate(LAST_DAYS, start=1)]
WEEKS = [Window("2024-01-01", "2024-01-07"), Window("2024-01-08", "2024-01-14"), Window("2024-01-15", "2024-01-21")]
Row = dict[str, Any]


def _day(text: str, more: int = 0) -> dt.date:
    return dt.date.fromisoformat(text) + dt.timedelta(days=more)


def days(window: Window) -> list[str]:
    first = _day(window.start_date)
    number = (_day(window.end_date) - first).days + 1
    return [(first + dt.timedelta(days=each)).isoformat() for each in range(number)]


def a_row_a_day(window: Window, _: int = 0) -> list[Row]:
    return [{"day": day, "n": 1, "f": 0.5} for day in days(window)]


def with_totals(window: Window, _: int = 0) -> list[Row]:
    """Rows that depend on where a window ends."""
    return [{**row, "n": len(days(window))} for row in a_row_a_day(window)]


class Warehouse:
    """A project whose model returns `rows` of a window; they are also given how often it was read before."""

    adapter_type = "duckdb"

    def __init__(
        self, rows: Callable[[Window, int], list[Row]] = a_row_a_day, sql: str = SURE, later: str | None = None
    ) -> None:
        self.rows, self.sql, self.later = rows, sql, later or sql
        self.bills_bytes = False
        self.other_sql: dict[str, str] = {}
        self.zone = "Europe/Berlin"
        self.asked_zone = 0
        self.read: list[tuple[str, str]] = []
        self.statements: list[str] = []
        self.headers: list[str] = []
        self.estimated: list[str] = []
        self.bytes: int | None = 2**30
        self.cancelled = 0
        self.compiled: list[Window] = []

    def compile(self, model: Model, window: Window) -> str:
        self.compiled.append(window)
        if model.name == "parent":
            return self._sql(SURE.replace("events", "raw"), window)
        return self._sql(self.other_sql.get(window.start_date, self.sql), window)

    def rendered(self, _: Model, window: Window, incremental: bool, later: bool = False) -> Rendering:
        sql = self._sql(self.later if incremental else self.sql, window)
        return Rendering(sql.replace("'12:00'", "'13:00'") if later else sql)

    def _sql(self, text: str, window: Window) -> str:
        return text.format(first=window.start_date, after=_day(window.end_date, 1))

    def descendants(self, models: Sequence[Model]) -> list[Model]:
        return [target().model] if models[0].name == "parent" else []

    def tables_read(self, *_: Any) -> list[str]:
        return []

    def columns_of(self, sql: str, header: str) -> dict[str, str]:
        assert sql.startswith("select")
        self.headers.append(header)
        return {"day": "date", "n": "bigint", "f": "double"}

    def estimate(self, sql: str) -> int | None:
        self.estimated.append(sql)
        return self.bytes

    def var(self, name: str, default: float) -> float:
        assert name == "price_per_tib"
        return default

    def cancel(self) -> None:
        self.cancelled += 1

    def call(self, macro: str, **asked: Any) -> Any:
        if macro == "_session_timezone":
            self.asked_zone += 1
            return self.zone
        if macro in ("_own_functions", "_own_views"):
            return []
        if macro == "backfill_chunks":
            whole = Window(asked["start_date"], asked["end_date"])
            assert asked["chunk"] == "day"
            return [{"start_date": day, "end_date": day} for day in days(whole)]
        self._asked = macro, asked
        return f"{macro} {asked.get('query', '')}"

    def query(self, sql: str) -> list[dict[str, Any]]:
        self.statements.append(sql)
        macro, asked = self._asked
        names = [column["name"] for column in asked["columns"]]
        if macro == "_probed_difference_sql":
            one, other = (
                Counter(tuple(row[name] for name in names if name != "f") for query in queries for row in self._rows(macro, query))
                for queries in (asked["queries"], asked["other_queries"])
            )  # fmt: skip
            found = [(1, each) for each in one - other] + [("2", each) for each in other - one]
            return [{"side": side, "example": str(example)} for side, example in found][:3]
        rows = self._rows(macro, asked["query"])
        count: dict[str, Any] = {"row_count": len(rows)}
        if macro == "_probed_columns_sql":
            return [count | {f"column_{n}": sum(_hash(row[name]) for row in rows) for n, name in enumerate(names, 1)}]
        assert macro == "_probed_rows_sql"
        checksum = sum(_hash([row[name] for name in names if name != "f"]) for row in rows)
        numbers = [float(row["f"]) for row in rows] if "f" in names else []
        sums = {
            "": sum(numbers),
            "_placed": 0.0,
            "_roots": sum((1 + abs(each)) ** 0.5 for each in numbers),
            "_size": sum(map(abs, numbers)),
        }
        floats = {f"float_0{name}": total for name, total in sums.items()} if "f" in names else {}
        return [count | {"checksum": str(checksum) if rows else None} | (floats if rows else dict.fromkeys(floats))]

    def _rows(self, macro: str, query: str) -> list[Row]:
        first, after = re.findall(r"\d{4}-\d\d-\d\d", query)[:2]
        window = Window(first, _day(after, -1).isoformat())
        before = len([each for each in self.read if each == (macro, str(window))])
        self.read.append((macro, str(window)))
        return self.rows(window, before)

    @property
    def counted(self) -> list[str]:
        return [window for macro, window in self.read if macro == "_probed_rows_sql"]


def _hash(value: Any) -> int:
    return zlib.crc32(repr(value).encode())


def target(name: str = "events", strategy: str = "merge", **config: Any) -> Target:
    made = Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f"shop.main.{name}",
        materialized="incremental", strategy=strategy, config=config, checksum="", raw_code="", filters=(),
    )  # fmt: skip
    return Target(made, "day", "UTC")


class Check:
    """One check of one model: what it said, what it warned of, and why it refused."""

    def __init__(
        self, warehouse: Any, chunks: Sequence[Window] = WEEKS, options: EdgeOptions = EdgeOptions(), **config: Any  # noqa: B008
    ) -> None:  # fmt: skip
        self.said: list[str] = []
        self.warnings: list[str] = []
        self.refused: str | None = None
        self.shape: Any = None
        try:
            found, self.warnings = check_edges(warehouse, [target(**config)], chunks, options, self.said.append)
            assert [each.model for each in found] == [target(**config).model]
            self.shape = found[0].shape
        except UsageError as error:
            lines = str(error).split("\n")
            assert lines[0] == "chunks would not give the rows of one run, so nothing is run:"
            assert lines[-1].startswith("Read more days than are written")
            self.refused = "\n".join(lines[1:-1]).strip().removeprefix("events (models/events.sql): ")


def by_chance(*names: str) -> Callable[[Window, int], list[Row]]:
    """Rows whose columns of these names are others each time."""

    def rows(window: Window, before: int) -> list[Row]:
        mark = f"{before}{len(days(window))}"
        return [{**row, **dict.fromkeys(names, mark)} | {"f": 0.5} for row in a_row_a_day(window)]

    return rows
