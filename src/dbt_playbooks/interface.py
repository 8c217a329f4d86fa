"""What the rest of the package knows of a dbt project, whichever engine runs it: `Project` and what goes in and out of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True)
class Options:
    """What dbt is told on its command line; names as dbt spells them."""

    project_dir: str | None = None
    profiles_dir: str | None = None
    profile: str | None = None
    target: str | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)
    threads: int | None = None

    def arguments(self) -> list[str]:
        """The options as dbt's own command line arguments."""
        given = {
            "--project-dir": self.project_dir,
            "--profiles-dir": self.profiles_dir,
            "--profile": self.profile,
            "--target": self.target,
            "--threads": None if self.threads is None else str(self.threads),
            "--vars": json.dumps(dict(self.vars), default=str) if self.vars else None,
        }
        return [word for name, value in given.items() if value is not None for word in (name, value)]


@dataclass(frozen=True)
class Window:
    """Whole days from `start_date` to `end_date`, both included, as ISO days."""

    start_date: str
    end_date: str

    @property
    def vars(self) -> dict[str, str]:
        """The names of our own, which no project uses for anything else."""
        return {"dbt_playbooks_start_date": self.start_date, "dbt_playbooks_end_date": self.end_date}

    def __str__(self) -> str:
        return self.start_date if self.start_date == self.end_date else f"{self.start_date} to {self.end_date}"


@dataclass(frozen=True)
class Model:
    """A model of the project, as far as a backfill has to know it."""

    unique_id: str
    name: str
    """What people type and dbt selects: `orders`, of a model with versions `orders.v2`."""
    path: str
    relation: str
    materialized: str
    strategy: str | None
    config: Mapping[str, Any]
    checksum: str
    raw_code: str
    filters: tuple[tuple[Any, ...], ...]
    """The literal arguments of each `backfill_filter` call in the model: (date_column, data_type, timezone)."""

    @property
    def is_microbatch(self) -> bool:
        return self.strategy == "microbatch"


@dataclass(frozen=True)
class Node:
    """Anything of the dbt graph, as its files and dbt's parse say it. All fields are plain values, as JSON has them."""

    unique_id: str
    kind: str
    """One of NODE_KINDS."""
    name: str
    """What people type and dbt selects: `orders`, of a source `raw.orders`, of a model with versions `orders.v2`."""
    package: str
    path: str
    """The file that makes it, from the folder of its package; of what is YAML alone, that YAML file."""
    relation: str | None = None
    """Its table as SQL names it, of an ephemeral model its CTE (`__dbt__cte__orders`); None of what SQL does not name."""
    materialized: str | None = None
    language: str | None = None
    """'sql' or 'python'; None of what has no code."""
    parents: tuple[str, ...] = ()
    raw_code: str = ""
    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Those that YAML names, with the type that YAML says; a seed's are those of its file's first line."""
    owners: tuple[str, ...] = ()
    """From YAML: meta.owner, its own owner, and that of its group. A name, or an address where there is no name."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    properties_path: str | None = None
    """The YAML file that describes it, from the folder of its package."""
    latest_version: bool = True
    details: Mapping[str, Any] = field(default_factory=dict)
    """What only its kind has, in the words of dbt's manifest: test_metadata, given, type_params, measures, url and so on."""


NODE_KINDS = (
    "source", "seed", "model", "snapshot", "test", "unit_test", "exposure", "semantic_model", "metric", "saved_query", "analysis", "function",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one model in one window."""

    error: str | None
    seconds: float
    bytes_processed: int | None = None
    compiled: str | None = None
    """Its SQL as dbt compiled it; None where it did not come to that."""


@dataclass(frozen=True)
class Shape:
    """What a node would return by its SQL as it is written.

    columns   names and types as the warehouse tells them; None where it was not asked, or the SQL does not hold
    error     why its SQL does not compile, or the warehouse does not take it
    why_not   why the warehouse was not asked
    holds     nothing is known against it: what reads it can be tried
    """

    columns: Mapping[str, str] | None = None
    error: str | None = None
    why_not: str | None = None
    holds: bool = False


@dataclass(frozen=True)
class Rendering:
    """A model's SQL as its Jinja writes it, and the statements that the Jinja sent to the warehouse meanwhile."""

    sql: str
    asked: tuple[str, ...] = ()
    error: str | None = None
    """Why it could not be rendered."""
    change: str | None = None
    """A statement by which the Jinja wanted to change the warehouse. It was not sent."""


@dataclass(frozen=True)
class Compiled:
    """The SQL of a node, and what was at work when it was compiled."""

    sql: str
    asked: tuple[str, ...] = ()
    """The statements that its Jinja sent to the warehouse."""
    macros: tuple[str, ...] = ()
    """The code of the macros of its own package that it calls, also through each other."""


@dataclass(frozen=True)
class HookText:
    """A hook as it is written, and the SQL that it becomes: what it returns, and what its macros would send to change the warehouse."""

    written: str
    sql: tuple[str, ...] = ()
    error: str | None = None
    """Why it could not be rendered before it runs."""
    asks: bool = False
    """Its Jinja asks the warehouse, and may do something else by the answer."""
    by_first_run: bool = False
    """It becomes other SQL on a first run than later."""


@dataclass(frozen=True)
class Hooks:
    """Which hooks of a model run with one of its windows."""

    before: bool = True
    after: bool = True


@dataclass(frozen=True)
class Inputs:
    """What decides how a project parses and compiles, the warehouse aside: while none of it changes, what was read of it holds."""

    root: str
    files: tuple[str, ...]
    """Paths; one that is not there yet may come."""
    folders: tuple[str, ...]
    """All files in them, however deep."""
    env: tuple[str, ...]
    """Environment variables that it reads."""
    packages: tuple[str, ...]
    """Python packages whose versions matter."""


@dataclass(frozen=True)
class Argument:
    """What a call gives to a parameter: as it is written, where that stands in the file, and its value if it is a literal."""

    text: str
    start: int
    end: int
    value: Any = None
    known: bool = True


@dataclass(frozen=True)
class MacroCall:
    """A call of a macro in Jinja. `start` and `end` are positions in the text that was read."""

    macro: str
    start: int
    end: int
    arguments: Mapping[str, Argument]
    more: bool = False
    """It is given `*` or `**`, so any parameter may have a value that is not known."""


KnownColumns = Callable[[str], "Sequence[str] | None"]
"""The columns of a table by its name in SQL, where they are known without asking the warehouse; else None."""


class Overridden(NamedTuple):
    """Macros of a project, or of its packages, in the place of others, by their names."""

    exact: Sequence[str] = ()
    """Of ours, which make a chunk exact."""
    deciding: Sequence[str] = ()
    """Of dbt's, which decide what a chunk replaces."""
    writing: Sequence[str] = ()
    """Of dbt's, which build a model, and which write rows here."""


class Project(Protocol):
    """What backfill, compare and the rest may ask of a dbt project, whichever engine runs it."""

    adapter_type: str
    target_name: str
    location: str
    target_path: str
    """The folder of dbt's artifacts, as the project sets it."""
    disables_transactions: bool
    admits_one_process: bool
    """No other process can have the warehouse open while this one has."""
    bills_bytes: bool

    def models(self) -> list[Model]: ...
    def select(self) -> list[Model]: ...
    def descendants(self, models: Sequence[Model]) -> list[Model]: ...
    def begin(self, models: Sequence[Model]) -> None: ...
    def end(self) -> None: ...
    def compile(self, model: Model, window: Window) -> str: ...
    def rendered(self, model: Model, window: Window, incremental: bool, later: bool = ...) -> Rendering: ...
    def has_hooks_before(self, models: Sequence[Model]) -> bool: ...
    def hooks(self, model: Model, window: Window, later: bool = ...) -> list[HookText]: ...
    def run_hooks(self, kind: str, window: Window, models: Sequence[Model], later: bool = ...) -> list[HookText]: ...
    def rehearsed(self, models: Sequence[Model], hooks: bool) -> AbstractContextManager[None]: ...
    def tables_read(
        self, model: Model, queries: Sequence[str], others: Sequence[tuple[Model, str]] = ()
    ) -> list[str] | None: ...
    def run(
        self,
        model: Model,
        window: Window,
        config: Mapping[str, Any],
        hooks: Hooks = ...,
        refuses: Callable[[str], str | None] | None = None,
    ) -> Outcome: ...
    def window_vars(self, model: Model, window: Window) -> dict[str, str]: ...
    def var_conflict(self, model: Model) -> str | None: ...
    def frozen_by_window(self, model: Model, one: Window, other: Window) -> list[str]: ...
    def relation(self, model: Model) -> Any: ...
    def exists(self, model: Model, refresh: bool = False) -> bool: ...
    def columns(self, relation: Any) -> dict[str, str]: ...
    def columns_of(self, sql: str, header: str | None = None) -> dict[str, str]: ...
    def unsafe_flags(self) -> list[str]: ...
    def overridden(self) -> Overridden: ...
    def call(self, macro: str, **arguments: Any) -> Any: ...
    def connected(self) -> AbstractContextManager[None]: ...
    def execute(self, sql: str) -> None: ...
    def query(self, sql: str) -> list[dict[str, Any]]: ...
    def estimate(self, sql: str) -> int | None: ...
    def cancel(self) -> None: ...
    def secrets(self) -> list[str]: ...
    def var(self, name: str, default: Any) -> Any: ...

    project_name: str

    def inputs(self) -> Inputs: ...
    def nodes(self) -> list[Node]: ...
    def compiled(self, node: Node, incremental: bool = False, columns: KnownColumns | None = None) -> Compiled: ...
    def stored_columns(self, node: Node) -> dict[str, str]: ...
    def shapes(self, wanted: Collection[str], edited: Collection[str]) -> dict[str, Shape]: ...
    def answers(self) -> bool: ...
