"""What is read from the tables of the state and written to them: the macros are stand-ins that note how they are called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt_playbooks.backfill.state import Chunk, State
from dbt_playbooks.interface import Window
from dbt_playbooks.redact import Redactor

DAY = Window("2024-01-01", "2024-01-02")


class Macros:
    """A project whose macros answer with their names; `rows` is what each query returns."""

    admits_one_process = False

    def __init__(self, exists: bool, rows: list[dict[str, Any]] | None = None) -> None:
        self.exists = exists
        self.rows = rows or []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.executed: list[str] = []
        self.is_connected = False

    def call(self, macro: str, **asked: Any) -> Any:
        if macro == "backfill_state_exists":
            return self.exists
        self.calls.append((macro, asked))
        return [("one", "events,below"), ("two", "events")] if macro == "backfill_ids" else macro

    @contextmanager
    def connected(self) -> Iterator[None]:
        self.is_connected = True
        yield
        self.is_connected = False

    def query(self, sql: str) -> list[dict[str, Any]]:
        assert self.is_connected
        assert sql == self.calls[-1][0]
        return self.rows

    def execute(self, sql: str) -> None:
        assert self.is_connected
        self.executed.append(sql)


def state(macros: Any) -> State:
    return State(macros, Redactor(["hush-hush"]))


def test_a_state_that_is_not_there_holds_nothing_and_is_created_once() -> None:
    macros = Macros(exists=False)
    made = state(macros)
    assert (made.chunks("a"), made.runs("a"), made.progress("a"), made.backfills()) == ({}, [], [], {})
    assert macros.calls == []
    made.create()
    made.create()
    assert macros.calls == [("create_backfill_state", {})]
    assert list(made.backfills()) == ["one", "two"]
    there = Macros(exists=True)
    state(there).create()
    assert there.calls == []


def test_rows_of_a_backfill_come_from_the_macro_of_each_question() -> None:
    rows = [{"start_date": "2024-01-02"}, {"start_date": "2024-01-01"}]
    macros = Macros(exists=True, rows=rows)
    made = state(macros)
    assert made.chunks("history") == {"2024-01-02": rows[0], "2024-01-01": rows[1]}
    assert made.runs("history") == made.progress("history") == rows
    assert macros.calls == [
        (f"{name}_sql", {"backfill_id": "history"})
        for name in ("backfill_chunk_states", "backfill_runs", "backfill_progress")
    ]


def test_every_backfill_is_listed_with_its_models() -> None:
    assert state(Macros(exists=True)).backfills() == {"one": ["events", "below"], "two": ["events"]}


def test_whether_others_can_have_the_warehouse_open_is_known() -> None:
    macros = Macros(exists=True)
    assert state(macros).only_we_have_it is False
    macros.admits_one_process = True
    assert state(macros).only_we_have_it is True


def test_an_event_of_a_run_is_recorded_by_its_macro() -> None:
    macros = Macros(exists=True)
    state(macros).record_run({"shard": "1/1"}, "claim")
    assert macros.calls == [("record_run", {"run": {"shard": "1/1"}, "event": "claim"})]


def test_a_chunk_is_recorded_without_its_secrets_and_says_who_did_it() -> None:
    macros = Macros(exists=True)
    chunk = Chunk(3, DAY, "failed", 2, rows=5, bytes=7, seconds=1.23456, error="no hush-hush here", sql_path="a.sql")
    recorded = state(macros).record("history", "events", "this", chunk)
    assert recorded == Chunk(
        3,
        DAY,
        "failed",
        2,
        rows=5,
        bytes=7,
        seconds=1.23456,
        error="no ***** here",
        invocation_id="this",
        sql_path="a.sql",
    )
    known = {
        "backfill_id": "history", "model": "events", "start_date": "2024-01-01", "end_date": "2024-01-02", "attempt": 2,
        "status": "failed", "invocation_id": "this", "rows": 5, "bytes": 7, "seconds": 1.235, "error": "no ***** here",
    }  # fmt: skip
    assert macros.calls == [("record_chunk_sql", known)]
    assert macros.executed == ["record_chunk_sql"]


def test_of_a_chunk_that_has_not_ended_nothing_is_made_up() -> None:
    macros = Macros(exists=True)
    assert state(macros).record("history", "events", "this", Chunk(0, DAY)) == Chunk(0, DAY, invocation_id="this")
    [(_, asked)] = macros.calls
    assert {name: asked[name] for name in ("rows", "bytes", "seconds", "error", "status", "attempt")} == {
        "rows": None, "bytes": None, "seconds": None, "error": None, "status": "pending", "attempt": 0,
    }  # fmt: skip
