"""Stand-ins for all that a runner needs: a warehouse that notes what it is asked to run, the state, the lease and the progress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.request import Identity, Shard
from dbt_playbooks.backfill.runner import Result, Runner, RunOptions
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.errors import HeldError
from dbt_playbooks.interface import Hooks, Model, Outcome, Window

IDENTITY = Identity("history", "events", "2024-01-01", "2024-01-06", "day", "main.events", "{}", "code")
DAYS = [Window(f"2024-01-0{day}", f"2024-01-0{day}") for day in range(1, 7)]
ALL = Hooks()


def target(name: str = "events", strategy: str | None = "merge", known: str | None = "date", **config: Any) -> Target:
    more: dict[str, Any] = dict.fromkeys(("path", "checksum", "raw_code"), "")
    model = Model(
        f"model.{name}", name, relation=name, materialized="", strategy=strategy, config=config, filters=(), **more
    )
    return Target(model, "day", "UTC", data_type=known)


def plan(days: int = 3, shard: Shard = Shard(), done: int = 0) -> Plan:  # noqa: B008
    chunks = [Chunk(index, DAYS[index], attempt=4, error="before", rows=9, bytes=9, seconds=9) for index in range(days)]
    return Plan(IDENTITY, chunks, chunks[done:], shard)


class Warehouse:
    """A project whose models make their tables when they run. `during` is called in each run, and may fail."""

    adapter_type = "duckdb"

    def __init__(self, folder: Path, *tables: str) -> None:
        self.target_path = str(folder)
        self.tables = set(tables)
        self.ran: list[tuple[str, str]] = []
        self.hooks: list[Hooks] = []
        self.configs: list[Mapping[str, Any]] = []
        self.bytes: int | None = None
        self.rows: Mapping[str, int] = {}
        self.refreshed: list[bool] = []
        self.cancelled = threading.Event()
        self.counted: list[Mapping[str, Any]] = []
        self.returned: dict[str, str] = {"day": "timestamp"}
        self.stored = "date"
        self.during: Callable[[str, str], str | None] = lambda *_: None

    def relation(self, model: Model) -> str:
        return model.name

    def exists(self, model: Model, refresh: bool = False) -> bool:
        self.refreshed.append(refresh)
        return model.name in self.tables

    def columns(self, _: str) -> dict[str, str]:
        return {"day": self.stored}

    def columns_of(self, sql: str) -> dict[str, str]:
        assert sql.startswith("select ")
        return self.returned

    def compile(self, model: Model, window: Window) -> str:
        return f"select {model.name} {window}"

    def run(
        self, model: Model, window: Window, config: Mapping[str, Any], hooks: Hooks, refuses: Any = None
    ) -> Outcome:
        self.ran.append((model.name, window.start_date))
        self.hooks.append(hooks)
        self.configs.append(config)
        error = self.during(model.name, window.start_date) or (refuses(f"the SQL of {model.name}") if refuses else None)
        if not error:
            self.tables.add(model.name)
        return Outcome(error, 1.0, self.bytes, f"the SQL of {model.name}")

    def connected(self) -> Any:
        return nullcontext()

    def call(self, macro: str, **asked: Any) -> Any:
        if macro == "_stored_kind":
            return asked["data_type"]
        self.counted.append(asked)
        return asked["table"]

    def query(self, table: str) -> list[dict[str, Any]]:
        return [{"row_count": self.rows.get(table, 1)}]

    def cancel(self) -> None:
        assert threading.current_thread().daemon, "a warehouse that hangs keeps nobody waiting"
        self.cancelled.set()


class Stored:
    """The state: what is recorded, in its order."""

    def __init__(self) -> None:
        self.recorded: list[Chunk] = []
        self.under: set[tuple[str, str, str]] = set()
        self.redactor: Callable[[str], str] = lambda text: text.replace("secret", "*****")

    def record(self, backfill_id: str, model: str, invocation_id: str, chunk: Chunk) -> Chunk:
        self.under.add((backfill_id, model, invocation_id))
        self.recorded.append(chunk)
        return chunk

    @property
    def ended(self) -> list[Chunk]:
        return [chunk for chunk in self.recorded if chunk.status != "running"]


class Held:
    invocation_id = "this"

    def __init__(self) -> None:
        self.checks = 0
        self.lost_at = -1

    def check(self) -> None:
        self.checks += 1
        if self.checks == self.lost_at:
            raise HeldError("lost")


class Told:
    def __init__(self) -> None:
        self.notes: list[str] = []
        self.began_with: list[Chunk] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def began(self, chunk: Chunk) -> None:
        self.began_with.append(chunk)

    def ended(self, chunk: Chunk, again: bool) -> None:
        assert not again
        assert chunk.status != "running"


class Run:
    """A runner with stand-ins for all that it needs."""

    def __init__(self, warehouse: Warehouse, *targets: Target, threads: int = 1, fail_fast: bool = False) -> None:
        self.warehouse, self.state, self.lease, self.told = warehouse, Stored(), Held(), Told()
        parts: Any = (warehouse, targets or (target(),), self.state, self.lease)
        told: Any = self.told
        self.runner = Runner(*parts, RunOptions(threads, 0, fail_fast), told)

    def of(self, made: Plan) -> Result:
        return self.runner.run(made)
