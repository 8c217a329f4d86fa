"""Completed chunks beside the rows that the tables hold at the end, from plain data: the tables are lists of days."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.backfill.mismatches import Mismatch, mismatches, print_mismatches, recorded_again
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.progress import Progress
from dbt_playbooks.backfill.request import Identity
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.backfill.windows import rows_by_window, rows_of
from dbt_playbooks.interface import Model, Window
from dbt_playbooks.terminal import Out

IDENTITY = Identity("history", "events", "2024-01-01", "2024-03-31", "month", "main.events", "{}", "code")
JANUARY, FEBRUARY, MARCH = (
    Window("2024-01-01", "2024-01-31"),
    Window("2024-02-01", "2024-02-29"),
    Window("2024-03-01", "2024-03-31"),
)
MONTHS = [JANUARY, FEBRUARY, MARCH]
PLAN = Plan(IDENTITY, [Chunk(index, month) for index, month in enumerate(MONTHS)], ())


def target(name: str = "events") -> Target:
    more: dict[str, Any] = dict.fromkeys(("path", "checksum", "raw_code"), "")
    found = Model(f"model.{name}", name, relation=name, materialized="", strategy=None, config={}, filters=(), **more)
    return Target(found, "day", "UTC")


class Warehouse:
    """Rows by table and day; `by_value` are rows that a window holds, whatever a day is, where they are others."""

    adapter_type = "duckdb"

    def __init__(self, by_value: Mapping[str, int] | None = None, **tables: Mapping[str | None, int]) -> None:
        self.tables = tables
        self.by_value = by_value
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def relation(self, of: Model) -> str:
        return of.name

    def columns(self, _: str) -> dict[str, str]:
        return {"day": "date"}

    def connected(self) -> Any:
        return nullcontext()

    def call(self, macro: str, **asked: Any) -> Any:
        self.asked.append((macro, asked))
        return asked["data_type"] if macro == "_stored_kind" else (macro, asked)

    def query(self, sql: tuple[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
        macro, asked = sql
        days = self.tables[asked["table"]]
        if macro == "row_counts_by_day_sql":
            return [{"day": day, "row_count": str(count)} for day, count in days.items()]
        if self.by_value is not None:
            return [{"row_count": self.by_value[asked["start_date"]]}]
        mine = (count for day, count in days.items() if day and asked["start_date"] <= day <= asked["end_date"])
        return [{"row_count": str(sum(mine))}]


def done(rows: object, invocation_id: str = "this", status: str = "completed", **more: Any) -> dict[str, Any]:
    return {"status": status, "rows_processed": rows, "invocation_id": invocation_id, **more}


def test_rows_are_counted_by_the_window_that_their_day_is_in() -> None:
    days = {"2024-01-01": 1, "2024-01-31": 2, "2024-02-29": 4, "2024-03-31": 8, None: 16}
    warehouse: Any = Warehouse(events=days)
    counts = rows_by_window(warehouse, MONTHS, table="events", data_type="date")
    assert counts == {JANUARY: 3, FEBRUARY: 4, MARCH: 8, None: 16}
    assert warehouse.asked == [("row_counts_by_day_sql", {"table": "events", "data_type": "date"})]


def test_the_rows_of_a_window_come_from_the_macro() -> None:
    warehouse: Any = Warehouse(events={"2024-01-31": 2, "2024-02-01": 3})
    assert rows_of(warehouse, target(), FEBRUARY, "date") == 3
    wanted = {"table": "events", "date_column": "day", "timezone": "UTC", "data_type": "date"}
    assert warehouse.asked == [
        ("window_row_count_sql", {**wanted, "start_date": "2024-02-01", "end_date": "2024-02-29"})
    ]


def found(states: Mapping[str, Mapping[str, Any]], warehouse: Any, *names: str) -> list[Mismatch]:
    return mismatches(warehouse, [target(name) for name in names or ("events",)], PLAN, states, "this")


def test_chunks_that_hold_what_was_recorded_are_no_mismatch() -> None:
    states = {"2024-01-01": done("3"), "2024-02-01": done(0), "2024-03-01": done(8, "before")}
    assert found(states, Warehouse(events={"2024-01-05": 3, "2024-03-31": 8, None: 7})) == []


def test_rows_that_are_missing_or_are_too_many_for_this_run_are_lost_and_later_ones_are_told() -> None:
    states = {"2024-01-01": done(5, "before"), "2024-02-01": done(5, "before"), "2024-03-01": done(5)}
    warehouse = Warehouse(events={"2024-01-05": 4, "2024-02-01": 6, "2024-03-01": 6})
    assert found(states, warehouse) == [
        Mismatch(JANUARY, 5, 4, lost=True),
        Mismatch(FEBRUARY, 5, 6, lost=False),
        Mismatch(MARCH, 5, 6, lost=True),
    ]
    asked = next(asked for macro, asked in warehouse.asked if macro == "row_counts_by_day_sql")
    assert asked == {
        "table": "events",
        "date_column": "day",
        "start_date": "2024-01-01",
        "end_date": "2024-03-31",
        "timezone": "UTC",
        "data_type": "date",
    }


def test_only_completed_chunks_whose_rows_are_known_are_looked_at() -> None:
    states = {"2024-01-01": done(5, status="failed"), "2024-02-01": done(None), "2024-03-01": done(1)}
    assert found(states, Warehouse(events={})) == [Mismatch(MARCH, 1, 0, lost=True)]


def test_the_rows_of_several_models_are_added() -> None:
    states = {"2024-01-01": done(5), "2024-02-01": done(4)}
    warehouse = Warehouse(events={"2024-01-05": 3, "2024-02-05": 1}, below={"2024-01-06": 2, "2024-02-05": 1})
    assert found(states, warehouse, "events", "below") == [Mismatch(FEBRUARY, 4, 2, lost=True)]


def test_a_window_may_hold_rows_by_their_value_that_no_day_holds() -> None:
    states = {"2024-01-01": done(5), "2024-02-01": done(7)}
    by_value = {"2024-01-01": 5, "2024-02-01": 6}
    assert found(states, Warehouse(by_value, events={"2024-01-05": 3})) == [Mismatch(FEBRUARY, 7, 6, lost=True)]


class Recorded:
    """The state of three chunks, of which the second is another run's; it keeps what is recorded anew."""

    def __init__(self, **numbers: Any) -> None:
        self.recorded: list[tuple[str, str, str, Chunk]] = []
        self._numbers = numbers

    def chunks(self, backfill_id: str) -> dict[str, dict[str, Any]]:
        assert backfill_id == "history"
        names = ("this", "before", "this")
        return {
            month.start_date: done(1, name, attempt="3", **self._numbers)
            for month, name in zip(MONTHS, names, strict=True)
        }

    def record(self, backfill_id: str, model: str, invocation_id: str, chunk: Chunk) -> None:
        self.recorded.append((backfill_id, model, invocation_id, chunk))


def test_what_a_hook_changed_after_all_batches_is_recorded_for_the_chunks_of_this_run() -> None:
    state: Any = Recorded(duration_seconds="1.5", bytes_processed="2048")
    wrong = [Mismatch(month, 1, rows, lost=True) for month, rows in zip(MONTHS, (2, 3, 4), strict=True)]
    assert recorded_again(state, PLAN, "this", wrong) == [wrong[1]]
    known: dict[str, Any] = {"status": "completed", "attempt": 3, "seconds": 1.5, "bytes": 2048}
    assert state.recorded == [
        ("history", "events", "this", Chunk(0, JANUARY, rows=2, **known)),
        ("history", "events", "this", Chunk(2, MARCH, rows=4, **known)),
    ]


def test_numbers_that_are_not_known_stay_so() -> None:
    state: Any = Recorded(duration_seconds=None, bytes_processed=None)
    assert recorded_again(state, PLAN, "this", [Mismatch(JANUARY, 1, 2, lost=True)]) == []
    [(*_, chunk)] = state.recorded
    assert (chunk.seconds, chunk.bytes) == (None, None)


class Said(Progress):
    def __init__(self) -> None:
        super().__init__(0, 0, False, Out(io.StringIO()))
        self.lines: list[tuple[str, str | None]] = []

    def note(self, text: str, style: str | None = None) -> None:
        self.lines.append((text, style))


def said(mismatched: Sequence[Mismatch]) -> list[tuple[str, str | None]]:
    progress = Said()
    print_mismatches(progress, mismatched)
    return progress.lines


LOST, MORE = Mismatch(JANUARY, 1000, 999, lost=True), Mismatch(FEBRUARY, 1000, 2000, lost=False)
ERROR = (
    "error: 2024-01-01 to 2024-01-31 does not hold the rows that were reported: something else wrote to the table, "
    "or chunks undid each other: 1,000 reported, 999 there",
    "red",
)
WARNING = (
    "warning: 2024-02-01 to 2024-02-29 holds more rows than when it was filled: 1,000 reported, 2,000 there",
    "yellow",
)
AGAIN = ("To fill them again: the same command with --reprocess all", None)


@pytest.mark.parametrize(
    ("mismatched", "lines"),
    [
        ([], []),
        ([MORE], [WARNING]),
        ([MORE, LOST], [ERROR, WARNING, AGAIN]),
        ([LOST] * 10, [ERROR] * 10 + [AGAIN]),
        ([LOST] * 11, [*[ERROR] * 10, ("  and 1 chunk more", None), AGAIN]),
        ([MORE] * 12, [*[WARNING] * 10, ("  and 2 chunks more", None)]),
    ],
)
def test_ten_of_each_kind_are_told_errors_first(mismatched: Sequence[Mismatch], lines: list[tuple[str, Any]]) -> None:
    assert said(mismatched) == lines
