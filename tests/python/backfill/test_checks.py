"""In which order a selection is checked, and what is told together, with a stand-in for the project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from dbt_playbooks.backfill import checks
from dbt_playbooks.backfill.checks import EdgeOptions, check, check_rows
from dbt_playbooks.backfill.checks.columns import UnrunnableError
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import HookText, Model, Overridden, Rendering, Window

WINDOWS = [Window("2024-01-01", "2024-01-31"), Window("2024-02-01", "2024-02-10")]
FILTER = "where {{ dbt_playbooks.backfill_filter('day') }}"


def model(name: str = "events", strategy: str | None = None, raw_code: str = FILTER, **config: Any) -> Model:
    return Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f"shop.main.{name}",
        materialized=config.pop("materialized", "incremental"), strategy=strategy, checksum="", raw_code=raw_code, filters=(),
        config={"language": "sql", "unique_key": "id", "event_time": "day", **config},
    )  # fmt: skip


class Project:
    """A project whose models pass; `rehearsing` holds each rehearsal that was begun, and `inside` the one that is on."""

    adapter_type = "duckdb"
    target_name = "dev"
    disables_transactions = False

    def __init__(self) -> None:
        self.location = "shop.duckdb"
        self.flags: list[str] = []
        self.bills_bytes = False
        self.hooks_before = False
        self.rehearsing: list[tuple[list[str], bool]] = []
        self.inside = False

    def unsafe_flags(self) -> list[str]:
        return self.flags

    def overridden(self) -> Overridden:
        return Overridden()

    def descendants(self, models: Sequence[Model]) -> list[Model]:
        return [model("below", materialized="table")] if len(models) > 1 else []

    def var_conflict(self, asked: Model) -> str | None:
        if asked.name == "broken":
            raise UsageError("no such macro")
        return None

    def frozen_by_window(self, _: Model, first: Window, other: Window) -> list[str]:
        assert first == WINDOWS[0] != other
        return []

    def compile(self, _: Model, window: Window) -> str:
        return f"select * from raw where day >= '{window.start_date}'"

    def rendered(self, asked: Model, window: Window, *_: bool) -> Rendering:
        return Rendering(self.compile(asked, window))

    def tables_read(self, *_: Any) -> None:
        return None

    def call(self, macro: str) -> list[dict[str, str]]:
        assert macro in ("_own_functions", "_own_views")
        return []

    def run_hooks(self, kind: str, *_: object) -> list[HookText]:
        if kind == "on-run-end":
            return []
        return [
            HookText(text, (text,)) for text in ("create table if not exists audit (id integer)", "set threads = 4")
        ]

    def has_hooks_before(self, models: Sequence[Model]) -> bool:
        return self.hooks_before and len(models) == 2

    @contextmanager
    def rehearsed(self, models: Sequence[Model], hooks: bool) -> Iterator[None]:
        self.rehearsing.append(([each.name for each in models], hooks))
        self.inside = True
        yield
        self.inside = False


def checked(project: Any, *models: Model) -> tuple[list[Target], list[str]]:
    return check(project, models, WINDOWS)


def test_a_selection_that_passes_has_targets() -> None:
    targets, warnings = checked(Project(), model(), model("orders"))
    assert [(each.model.name, each.column) for each in targets] == [("events", "day"), ("orders", "day")]
    assert [each[:22] for each in warnings] == ["below reads what is ba"]


def test_a_database_in_memory_is_refused() -> None:
    project = Project()
    project.location = ":memory:"
    project.flags = ["--empty"]
    with pytest.raises(
        UsageError, match=r"^target 'dev' is a DuckDB in memory: what is backfilled, and its state, would"
    ):
        checked(project, model())


def test_flags_that_leave_rows_out_are_refused() -> None:
    project = Project()
    project.flags = ["--empty", "--sample"]
    with pytest.raises(UsageError, match=r"^dbt is told to run with --empty, --sample \(an environment variable DBT_"):
        checked(project, model())


def test_every_reason_is_told_with_the_file() -> None:
    with pytest.raises(UsageError) as refused:
        checked(
            Project(), model("seen", materialized="view"), model(), model("broken"), model("dateless", event_time=None),
            model("monthly", "microbatch", unique_key=None, batch_size="month"),
        )  # fmt: skip
    first, seen, broken, dateless, monthly = str(refused.value).split("\n")
    assert first == "this selection cannot be backfilled exactly, so nothing is run:"
    assert seen.startswith("  seen (models/seen.sql): it is materialized as view: ")
    assert broken == "  broken (models/broken.sql): dbt cannot compile it: no such macro"
    assert dateless.startswith(
        "  dateless (models/dateless.sql): which column of shop.main.dateless holds the date is not known."
    )
    assert monthly.startswith(
        "  monthly (models/monthly.sql): its batch_size is month, and the chunk 2024-02-01 to 2024-02-10 is not"
    )


def test_models_that_cut_by_hand_are_told() -> None:
    by_hand = {"raw_code": "where day >= '{{ var('start_date') }}'"}
    warnings = checked(Project(), model("a", **by_hand), model(), model("b", **by_hand))[1]
    assert warnings[1:] == [
        "a, b: the model itself does not call backfill_filter. "
        "Check that its window includes the whole last day: rows that it leaves out are missing"
    ]
    assert checked(Project(), model("a", "microbatch", unique_key=None, **by_hand))[1] == []


class Rows:
    """Stands for the checks that ask the warehouse; `needs` says why the SQL does not run."""

    def __init__(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project = project
        self.needs: Callable[[], bool] = lambda: False
        self.compared: list[tuple[list[Window], EdgeOptions]] = []
        self.inside: list[bool] = []
        monkeypatch.setattr(checks, "check_columns", self._columns)
        monkeypatch.setattr(checks, "check_edges", self._edges)

    def _columns(self, _: Any, targets: Sequence[Target], first: Window) -> tuple[list[Target], list[str]]:
        assert first == WINDOWS[0]
        self.inside.append(self.project.inside)
        if self.needs():
            raise UnrunnableError("no such table")
        return [*targets, *targets], ["of columns"]

    def _edges(
        self, _: Any, targets: Sequence[Target], windows: Sequence[Window], options: EdgeOptions, say: Callable[[str], None]
    ) -> tuple[list[Target], list[str]]:  # fmt: skip
        assert len(targets) == 4
        say("comparing")
        self.compared.append((list(windows), options))
        return list(targets[:2]), ["of edges"]

    def check(self, options: EdgeOptions | None = None, **config: Any) -> tuple[int, list[str]]:
        """The number of targets that come back, and the warnings."""
        said: list[str] = []
        targets = [Target(each, "day", "UTC") for each in (model(), model("orders", **config))]
        made: Any = self.project
        found, warnings = check_rows(made, targets, WINDOWS, options, said.append)
        assert said == (["comparing"] if options else [])
        return len(found), warnings


def test_rows_are_compared_where_something_is_going_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for bills_bytes in (True, False):
        rows = Rows(Project(), monkeypatch)
        rows.project.bills_bytes = bills_bytes
        assert rows.check() == (4, ["of columns"])
        assert rows.compared == []
        options = EdgeOptions(accepted=True)
        assert rows.check(options) == (2, ["of columns", "of edges"])
        assert rows.compared == [(WINDOWS, options)]
        assert rows.project.rehearsing == []


def test_headers_are_rehearsed_where_nothing_is_billed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows(Project(), monkeypatch)
    rows.check(EdgeOptions(), sql_header="set x = 1;")
    assert (rows.project.rehearsing, rows.inside) == ([(["events", "orders"], False)], [True])
    rows.project.bills_bytes = True
    rows.check(EdgeOptions(), sql_header="set x = 1;")
    assert (len(rows.project.rehearsing), rows.inside) == (1, [True, False])


def test_hooks_are_rehearsed_where_the_sql_does_not_run_without(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = Rows(Project(), monkeypatch)
    rows.needs = lambda: not rows.project.inside
    with pytest.raises(UnrunnableError):
        rows.check()
    assert rows.project.rehearsing == []
    rows.project.hooks_before = True
    assert rows.check() == (4, ["of columns"])
    assert rows.project.rehearsing == [(["events", "orders"], True)]
    # reading is all that is done where it is billed
    rows.project.bills_bytes = True
    with pytest.raises(UnrunnableError):
        rows.check()
    assert len(rows.project.rehearsing) == 1
