"""What a run says when it has ended, and the lines of a plan: from plain data, without a warehouse."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dbt_playbooks.backfill import report
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.backfill.mismatches import Mismatch
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.progress import Progress
from dbt_playbooks.backfill.report import Comparison, Coverage, Difference
from dbt_playbooks.backfill.request import Identity, Shard
from dbt_playbooks.backfill.runner import Result
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model, Window
from dbt_playbooks.terminal import Out

IDENTITY = Identity("history", "events", "2024-01-01", "2024-01-06", "day", "main.events", "{}", "code")
DAYS = [Window(f"2024-01-0{day}", f"2024-01-0{day}") for day in range(1, 7)]
LOST, MORE = Mismatch(DAYS[0], 7, 5, lost=True), Mismatch(DAYS[1], 7, 9, lost=False)
DIFFERENCE = Difference(DAYS[0], 1, 2)


def plan(*statuses: str, todo: Sequence[int] = (), shard: Shard = Shard()) -> Plan:  # noqa: B008
    chunks = [Chunk(index, DAYS[index], status) for index, status in enumerate(statuses)]
    return Plan(IDENTITY, chunks, [chunks[index] for index in todo], shard)


def failure(index: int, error: str, sql_path: str | None = None) -> Chunk:
    return Chunk(index, DAYS[index], "failed", 1, error=error, sql_path=sql_path)


class Said(Progress):
    """A progress that keeps its lines, and the colours of those that have one."""

    def __init__(self) -> None:
        super().__init__(0, 0, False, Out(io.StringIO()))
        self.lines: list[str] = []
        self.colours: dict[str, str] = {}

    def note(self, text: str, style: str | None = None) -> None:
        self.lines.append(text)
        if style:
            self.colours[text] = style


def printed(
    made: Plan,
    result: Result,
    covered: Sequence[Coverage] = (),
    differences: Mapping[str, Sequence[Difference]] | None = None,
    mismatched: Sequence[Mismatch] = (),
) -> tuple[int, Said]:
    said = Said()
    return report.print_report(said, made, result, covered, differences or {}, mismatched, "the command"), said


@pytest.mark.parametrize(
    ("made", "result", "summary"),
    [
        (plan("pending", todo=[0]), Result(1), "Completed: 1 completed, 0 failed, 0 skipped, 1 in all"),
        (
            plan("completed", "pending", "pending", todo=[1, 2]),
            Result(1, failed=[failure(2, "x")]),
            "Completed with 1 failure: 1 completed, 1 failed, 1 skipped, 3 in all",
        ),
        (
            plan("completed", "failed", "failed", "pending", todo=[3]),
            Result(1),
            "Completed with 2 failures: 1 completed, 2 failed, 1 skipped, 4 in all",
        ),
        (
            plan(*["pending"] * 5, todo=range(5)),
            Result(1, failed=[failure(1, "x")], not_begun=3),
            "Stopped with 1 failure: 1 completed, 1 failed, 3 not started, 0 skipped, 5 in all",
        ),
        (
            plan(*["pending"] * 5, todo=range(5)),
            Result(1, failed=[], interrupted=True, not_begun=2),
            "Interrupted: 1 completed, 0 failed, 2 interrupted, 2 not started, 0 skipped, 5 in all",
        ),
        (
            plan("pending", todo=[0]),
            Result(failed=[], interrupted=True),
            "Interrupted: 0 completed, 0 failed, 1 interrupted, 0 skipped, 1 in all",
        ),
        (
            plan(*["pending"] * 5, todo=[1, 3], shard=Shard(2, 2)),
            Result(2),
            "Completed: 2 completed, 0 failed, 0 skipped, 2 of shard 2/2 (5 chunks) in all",
        ),
    ],
)
def test_the_last_line_counts_each_chunk_once(made: Plan, result: Result, summary: str) -> None:
    assert report.summary(made, result, {}) == summary


def test_differences_and_lost_rows_stand_in_the_last_line() -> None:
    made, result = plan("pending", todo=[0]), Result(1)
    ending = ": 1 completed, 0 failed, 0 skipped, 1 in all"
    assert report.summary(made, result, {"a": [DIFFERENCE]}) == f"Completed with 1 difference{ending}"
    assert report.summary(made, result, {"a": [DIFFERENCE]}, [LOST]) == f"Completed with 2 differences{ending}"
    assert report.summary(made, result, {"a": []}, [MORE]) == f"Completed{ending}"
    failed = replace(result, completed=0, failed=[failure(0, "x")])
    assert report.summary(made, failed, {}, [LOST]).startswith("Completed with 1 failure and 1 difference: 0 completed")


@pytest.mark.parametrize(
    ("left", "result", "differences", "mismatched", "code"),
    [
        ("completed", Result(), {}, [], 0),
        ("completed", Result(failed=[]), {"a": []}, [MORE], 0),
        ("completed", Result(failed=[failure(0, "x")]), {}, [], 1),
        ("completed", Result(not_begun=1), {}, [], 1),
        ("failed", Result(), {}, [], 1),
        ("completed", Result(), {"a": [], "b": [DIFFERENCE]}, [], 1),
        ("completed", Result(), {}, [MORE, LOST], 1),
        ("failed", Result(interrupted=True, failed=[failure(0, "x")]), {}, [], 130),
    ],
)
def test_the_exit_code_says_whether_anything_is_left_or_wrong(
    left: str,
    result: Result,
    differences: Mapping[str, Sequence[Difference]],
    mismatched: Sequence[Mismatch],
    code: int,
) -> None:
    got, said = printed(plan(left, "pending", todo=[1]), result, (), differences, mismatched)
    assert got == code
    assert said.colours[said.lines[-1]] == ("green" if code == 0 else "red")


def test_a_report_says_rows_time_missing_days_and_differences() -> None:
    covered = [Coverage("events", 1234, [dt.date(2024, 1, 2)]), Coverage("below", 5, [])]
    found = {"old": [DIFFERENCE, Difference(None, 1000, 0)], "same": []}
    code, said = printed(plan("pending", todo=[0]), Result(1, rows=1234, seconds=61), covered, found, [LOST])
    assert code == 1
    assert said.lines == [
        "",
        "backfill 'history': 1,234 rows in 1 min 01 s.",
        "events: 1,234 rows from 2024-01-01 to 2024-01-06, 1 day without rows: 2024-01-02",
        "below: 5 rows from 2024-01-01 to 2024-01-06, no day is missing.",
        "compared to old by chunk: 2 chunks differ.",
        "  2024-01-01: 1 rows here, 2 there",
        "  date is NULL: 1,000 rows here, 0 there",
        "compared to same by chunk: no difference.",
        "error: 2024-01-01 does not hold the rows that were reported: something else wrote to the table, "
        "or chunks undid each other: 7 reported, 5 there",
        "To fill them again: the same command with --reprocess all",
        "Completed with 3 differences: 1 completed, 0 failed, 0 skipped, 1 in all",
    ]
    coloured = {line: said.colours.get(line) for line in said.lines}
    assert [coloured[line] for line in said.lines[2:5]] == ["yellow", None, "red"]
    assert coloured[said.lines[7]] is None


def test_one_difference_is_singular_and_fifty_are_listed() -> None:
    _, said = printed(plan(), Result(), (), {"old": [DIFFERENCE]})
    assert "compared to old by chunk: 1 chunk differs." in said.lines
    _, said = printed(plan(), Result(), (), {"old": [DIFFERENCE] * 1051})
    assert "compared to old by chunk: 1,051 chunks differ." in said.lines
    assert sum(line.endswith("2 there") for line in said.lines) == 50


def test_chunks_that_stay_failed_are_told_with_what_tries_them_again() -> None:
    _, said = printed(plan("failed", "pending", todo=[1]), Result(1))
    assert "1 chunk that failed before stays failed. --reprocess failed tries it again." in said.lines
    _, said = printed(plan("failed", "failed"), Result())
    assert "2 chunks that failed before stay failed. --reprocess failed tries them again." in said.lines
    _, said = printed(plan("failed", "failed"), Result(interrupted=True))
    assert not any("stay" in line for line in said.lines)
    _, said = printed(plan("completed"), Result())
    assert not any("stay" in line for line in said.lines)


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (Result(), False),
        (Result(interrupted=True), True),
        (Result(failed=[failure(0, "x")]), True),
        (Result(not_begun=1), True),
    ],
)
def test_what_is_left_is_continued_by_the_same_command(result: Result, told: bool) -> None:
    assert ("To continue: the command" in printed(plan(), result)[1].lines) is told


def test_chunks_that_failed_alike_are_told_once_the_oldest_first(tmp_path: Path) -> None:
    kept = str(tmp_path / "a.sql")
    failed = [
        failure(3, "\n no rows on 2024-01-04\n at all\n"),
        failure(0, "other", kept),
        failure(1, "\n no rows on 2024-01-02\n at all\n", kept),
        failure(2, "no error", None),
    ]
    _, said = printed(plan(), Result(failed=failed))
    assert said.lines[2:-2] == [
        "failed: 2024-01-01",
        "  other",
        f"  SQL: {kept}",
        "failed: 2 chunks, the first 2024-01-02, the last 2024-01-04",
        "  no rows on 2024-01-02\n   at all",
        f"  SQL of the first: {kept}",
        "failed: 2024-01-03",
        "  no error",
    ]


def test_a_failure_without_words_is_told_too() -> None:
    _, said = printed(plan(), Result(failed=[Chunk(0, DAYS[0], "failed"), Chunk(1, DAYS[1], "failed")]))
    assert "failed: 2 chunks, the first 2024-01-01, the last 2024-01-02" in said.lines


def test_an_error_is_cut_where_it_is_too_long_for_a_screen() -> None:
    assert report.shortened("x" * 4000) == "x" * 4000
    assert report.shortened("x" * 4001) == "x" * 4000 + "... [1 more characters]"
    assert report.shortened("x" * 5500) == "x" * 4000 + "... [1,500 more characters]"


def days(*numbers: int) -> list[dt.date]:
    return [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in numbers]


def test_missing_days_that_follow_each_other_are_one_range() -> None:
    assert report.runs_of_days(days(0, 1, 2, 4, 6, 7)) == [
        (dt.date(2024, 1, 1), dt.date(2024, 1, 3)),
        (dt.date(2024, 1, 5), dt.date(2024, 1, 5)),
        (dt.date(2024, 1, 7), dt.date(2024, 1, 8)),
    ]
    assert report.runs_of_days([]) == []


def test_ten_ranges_of_missing_days_are_listed() -> None:
    assert report._missing(days(0, 1, 3)) == "3 days without rows: 2024-01-01 to 2024-01-02, 2024-01-04"
    ten = report._missing(days(*range(0, 20, 2)))
    assert ten.startswith("10 days without rows: ")
    assert ten.endswith(", 2024-01-19")
    assert report._missing(days(*range(0, 22, 2))) == ten.replace("10", "11", 1) + ", ..."


def of_chunks(width: int | None = None, estimates: Mapping[int, int | None] | None = None) -> list[str]:
    chunks = [
        Chunk(0, Window("2024-01-01", "2024-01-31"), "completed", 2, rows=12345),
        Chunk(1, Window("2024-02-01", "2024-02-01"), "pending"),
    ]
    return list(report.plan_lines(Plan(IDENTITY, chunks, chunks[1:]), estimates or {}, 6.25, width))


def test_a_plan_is_a_line_a_chunk_below_a_heading() -> None:
    assert of_chunks() == [
        "chunk                     state      now      attempts    rows",
        "2024-01-01 to 2024-01-31  completed  skipped         2  12,345",
        "2024-02-01                pending    runs",
    ]


def test_a_plan_shows_what_its_chunks_bill_where_that_is_known() -> None:
    assert of_chunks(estimates={1: 2**40}) == [
        "chunk                     state      now      attempts    rows     bytes  cost",
        "2024-01-01 to 2024-01-31  completed  skipped         2  12,345",
        "2024-02-01                pending    runs                       1.00 TiB  6.25",
    ]
    assert of_chunks(estimates={1: None}) == of_chunks()
    # numbers stand below each other by their last digit
    assert [line[-17:] for line in of_chunks(estimates={0: 2**44, 1: 2**40})] == [
        "    bytes    cost", "16.00 TiB  100.00", " 1.00 TiB    6.25",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (62, ["chunk", "state", "now", "attempts", "rows"]),
        (61, ["chunk", "state", "now", "rows"]),
        (52, ["chunk", "state", "now", "rows"]),
        (51, ["chunk", "state", "now"]),
        (44, ["chunk", "state", "now"]),
        (43, ["chunk", "now"]),
        (10, ["chunk", "now"]),
    ],
)
def test_a_narrow_screen_shows_what_is_needed_most(width: int, columns: list[str]) -> None:
    lines = of_chunks(width)
    assert lines[0].split() == columns
    assert width == 10 or max(map(len, lines)) <= width


def test_a_column_without_a_value_is_not_shown() -> None:
    lines = list(report.plan_lines(plan("pending", todo=[0]), {}, 6.25, None))
    assert lines == ["chunk       state    now", "2024-01-01  pending  runs"]


def model(**changed: Any) -> Model:
    known: dict[str, Any] = {
        **dict.fromkeys(("path", "checksum", "raw_code"), ""),
        "unique_id": "model.shop.events",
        "name": "events",
        "relation": "main.events",
        "materialized": "incremental",
        "strategy": "merge",
        "config": {},
        "filters": (),
    }
    return Model(**{**known, **changed})


class Warehouse:
    """Tables by name: the types of their columns, and rows by day. It notes what was asked."""

    adapter_type = "duckdb"

    def __init__(self, tables: Mapping[str, Mapping[str, str]], rows: Mapping[str, Mapping[str | None, int]]) -> None:
        self.tables = tables
        self.rows = rows
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def relation(self, of: Model) -> str:
        return of.name

    def columns(self, relation: str) -> Mapping[str, str]:
        return self.tables[relation]

    def connected(self) -> Any:
        return nullcontext()

    def call(self, macro: str, **asked: Any) -> Any:
        self.calls.append((macro, asked))
        if macro == "_stored_kind":
            return asked["data_type"]
        return (macro, asked["table"]) if macro.endswith("_sql") else asked["table"]

    def query(self, sql: tuple[str, str]) -> list[dict[str, Any]]:
        macro, table = sql
        counts = self.rows[table]
        if macro == "window_row_count_sql":
            return [{"row_count": str(sum(counts.values()))}]
        if macro == "missing_dates_sql":
            return [{"missing_date": dt.date(2024, 1, 9)}]
        return [{"day": day, "row_count": str(count)} for day, count in counts.items()]

    def asked(self, macro: str) -> list[dict[str, Any]]:
        return [asked for name, asked in self.calls if name == macro]


def test_the_rows_and_missing_days_of_a_range_come_from_the_macros() -> None:
    warehouse: Any = Warehouse({"events": {"day": "date"}}, {"events": {"2024-01-01": 3, None: 4}})
    target = Target(model(), "day", "Europe/Berlin")
    found = report.coverage(warehouse, target, "2024-01-01", "2024-01-31")
    assert found == Coverage("events", 7, [dt.date(2024, 1, 9)])
    wanted = {
        "table": "events",
        "start_date": "2024-01-01",
        "end_date": "2024-01-31",
        "date_column": "day",
        "timezone": "Europe/Berlin",
        "data_type": "date",
    }
    assert warehouse.asked("window_row_count_sql") == warehouse.asked("missing_dates_sql") == [wanted]


def test_another_table_is_counted_by_a_column_of_the_same_name() -> None:
    warehouse: Any = Warehouse({"old": {"ID": "integer", "Day": "date"}}, {})
    target = Target(model(), "day", "UTC", said="date")
    assert report.find_comparison(warehouse, target, "old") == Comparison("old", "old", "Day")
    # refused by the macro before anything runs where days can't be counted in it
    assert warehouse.asked("_kind_of") == [{"table": "old", "column": "Day", "data_type": "date"}]


def test_another_table_may_have_the_column_of_the_filter_alone() -> None:
    warehouse: Any = Warehouse({"old": {"id": "integer", "sent_on": "date"}}, {})
    for named in ("sent_on", "t.sent_on", "db.t.SENT_ON"):
        target = Target(model(filters=((named, "date", "UTC"),)), "day", "UTC")
        assert report.find_comparison(warehouse, target, "old").column == "sent_on"
    other = Target(model(filters=(("t.other", "date", "UTC"),)), "day", "UTC")
    with pytest.raises(
        UsageError, match=r"^--compare-to old: it has no column 'day' to .* Its columns: id, sent_on\.$"
    ):
        report.find_comparison(warehouse, other, "old")


def test_two_tables_are_compared_by_chunk_and_rows_without_a_date_apart() -> None:
    rows = {
        "events": {"2024-01-01": 1, "2024-01-02": 2, "2024-01-03": 3, None: 1},
        "old": {"2024-01-01": 1, "2024-01-02": 3, "2024-01-04": 4},
    }
    warehouse: Any = Warehouse({"events": {"day": "date"}}, rows)
    found = report.compare(warehouse, Target(model(), "day", "UTC"), Comparison("old", "old", "d"), plan(*["x"] * 5))
    assert found == [
        Difference(DAYS[1], 2, 3), Difference(DAYS[2], 3, 0), Difference(DAYS[3], 0, 4), Difference(None, 1, 0),
    ]  # fmt: skip
    here, there = warehouse.asked("row_counts_by_day_sql")
    assert here == {
        "table": "events",
        "date_column": "day",
        "start_date": "2024-01-01",
        "end_date": "2024-01-06",
        "timezone": "UTC",
        "data_type": None,
    }
    assert there == {**here, "table": "old", "date_column": "d"}


@pytest.mark.parametrize(
    ("stored", "said", "asked"),
    [
        ("date", None, None),
        ("varchar", "string", "string"),
        ("datetime", "datetime", "datetime"),
        ("date", "datetime", None),
    ],
)
def test_both_tables_are_counted_in_the_type_that_the_model_names(
    stored: str, said: str | None, asked: str | None
) -> None:
    warehouse: Any = Warehouse({"events": {"day": stored}}, {"events": {}, "old": {}})
    report.compare(warehouse, Target(model(), "day", "UTC", said), Comparison("old", "old", "d"), plan("x"))
    assert [each["data_type"] for each in warehouse.asked("row_counts_by_day_sql")] == [asked, asked]
