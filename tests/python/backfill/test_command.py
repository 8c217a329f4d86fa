"""Which steps run, plan and status take, and what they say: with stand-ins for the warehouse, the checks and the chunks, which have tests of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from dbt_playbooks.backfill import command, report
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.backfill.mismatches import Mismatch
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.report import Comparison, Coverage, Difference
from dbt_playbooks.backfill.request import Identity, Request, Shard
from dbt_playbooks.backfill.runner import Result, RunOptions
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.cost import Limits
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Model, Options, Window

TIB = 2**40
IDENTITY = Identity("history", "events", "2024-01-01", "2024-01-03", "day", "main.events", "{}", "code")
DAYS = [Window(f"2024-01-0{day}", f"2024-01-0{day}") for day in range(1, 4)]
REQUEST = Request("2024-01-01", "2024-01-03", "day")


def target(name: str = "events", strategy: str | None = "merge", **config: Any) -> Target:
    more: dict[str, Any] = dict.fromkeys(("path", "checksum", "raw_code"), "")
    made = Model(
        f"model.{name}",
        name,
        relation=f"main.{name}",
        materialized="",
        strategy=strategy,
        config=config,
        filters=(),
        **more,
    )
    return Target(made, "day", "UTC")


def plan(*statuses: str, todo: Sequence[int] = ()) -> Plan:
    chunks = [Chunk(index, DAYS[index], status) for index, status in enumerate(statuses)]
    return Plan(IDENTITY, chunks, [chunks[index] for index in todo], generation=7)


class Warehouse:
    """What a project says of itself; bytes of a chunk by its first day."""

    def __init__(self, adapter_type: str = "duckdb", **bytes_by_day: int | None) -> None:
        self.adapter_type = adapter_type
        self.bills_bytes = adapter_type == "bigquery"
        self.target_name = "dev"
        self.missing: set[str] = set()
        self.done: list[Any] = []
        self._bytes = {f"2024-01-0{day[1:]}": value for day, value in bytes_by_day.items()}

    def exists(self, model: Model) -> bool:
        return model.name not in self.missing

    def begin(self, models: Sequence[Model]) -> None:
        self.done.append(("begin", [model.name for model in models]))

    def end(self) -> None:
        self.done.append("end")

    def compile(self, _: Model, window: Window) -> str:
        return window.start_date

    def estimate(self, sql: str) -> int:
        found = self._bytes[sql]
        if found is None:
            raise WarehouseError("not found: table")
        return found

    def var(self, _: str, default: Any) -> Any:
        return default

    def secrets(self) -> list[str]:
        return ["hush-hush"]

    def select(self) -> list[Model]:
        return [target().model]


class Steps:
    """A run whose parts are stand-ins: `result` is what its chunks come to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, made: Plan, warehouse: Warehouse, *targets: Target) -> None:
        self.plan, self.warehouse, self.targets = made, warehouse, targets or (target(),)
        self.result = Result(completed=1, rows=5, bytes=9, seconds=1.23456)
        self.covered: dict[str, Sequence[Any]] = {}
        self.wrong: list[Mismatch] = []
        self.still_wrong: list[Mismatch] = []
        self.different: list[Difference] = []
        self.warnings: list[str] = []
        self.asked: list[Any] = []
        self.planned_again = made
        for name in ("make_plan", "Lease", "Runner", "mismatches", "recorded_again", "_prepared"):
            monkeypatch.setattr(command, name, getattr(self, name.lower().strip("_")))
        for name in ("coverage", "compare", "find_comparison"):
            monkeypatch.setattr(report, name, getattr(self, name))

    @contextmanager
    def prepared(self, *_: Any) -> Iterator[Any]:
        state: Any = SimpleNamespace(create=lambda: self.asked.append("create"), chunks=lambda of: {"chunks of": of})
        project: Any = self.warehouse
        yield command._Prepared(project, self.targets, self.warnings, state, self.plan, 0.12345)

    def make_plan(self, request: Request, identity: Identity, found: Sequence[Window], _: Any) -> Plan:
        self.asked.append(("plan", request, identity, list(found)))
        return self.planned_again

    @contextmanager
    def lease(self, _: Any, identity: Identity, *more: Any) -> Iterator[Any]:
        self.asked.append(("lease", identity, *more))
        yield SimpleNamespace(invocation_id="this")

    def runner(self, *parts: Any) -> Any:
        self.asked.append(("runner", parts[4]))
        return SimpleNamespace(run=self._run)

    def _run(self, made: Plan) -> Result:
        self.warehouse.done.append(("run", made))
        return self.result

    def coverage(self, _: Any, of: Target, start: str, end: str) -> Coverage:
        self.asked.append(("coverage", of.model.name, start, end))
        return Coverage(of.model.name, 5, [])

    def find_comparison(self, _: Any, of: Target, name: str) -> Comparison:
        self.asked.append(("comparison", of.model.name, name))
        return Comparison(name, name, "day")

    def compare(self, _: Any, of: Target, other: Comparison, __: Plan) -> list[Difference]:
        self.asked.append(("compare", of.model.name, other.name))
        return self.different

    def mismatches(
        self, _: Any, of: Sequence[Target], __: Plan, states: Mapping[str, Any], name: str
    ) -> list[Mismatch]:
        self.asked.append(("mismatches", [each.model.name for each in of], states, name))
        return self.wrong

    def recorded_again(self, *_: Any) -> list[Mismatch]:
        self.asked.append("recorded again")
        return self.still_wrong

    def run(self, compare_to: str | None = None, json_events: bool = True, limits: Limits = Limits()) -> int:  # noqa: B008
        run_options = RunOptions(1, 0, fail_fast=False)
        words = ["dbt-playbooks", "run", "a b"]
        return command.run(Options(), ["events"], [], REQUEST, run_options, limits, compare_to, json_events, words)

    def planned(self, as_json: bool, limits: Limits = Limits()) -> int:  # noqa: B008
        return command.plan(Options(), ["events"], [], REQUEST, limits, as_json)

    def first(self, kind: str) -> Any:
        return next((each for each in self.asked if isinstance(each, tuple) and each[0] == kind), None)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    return Steps(monkeypatch, plan("completed", "pending", todo=[1]), Warehouse())


def test_a_run_plans_again_once_it_holds_the_backfill_and_runs_that_plan(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    steps.planned_again = plan("completed", "pending", "pending", todo=[1, 2])
    steps.result.completed = 2
    assert steps.run() == 0
    assert [each if isinstance(each, str) else each[0] for each in steps.asked] == [
        "create", "lease", "plan", "runner", "coverage", "mismatches",
    ]  # fmt: skip
    assert steps.first("lease") == ("lease", IDENTITY, Shard(), 2, 7)
    assert steps.first("plan") == ("plan", REQUEST, IDENTITY, DAYS[:2])
    assert steps.first("coverage") == ("coverage", "events", "2024-01-01", "2024-01-03")
    assert steps.first("mismatches") == ("mismatches", ["events"], {"chunks of": "history"}, "this")
    assert steps.warehouse.done == [("begin", ["events"]), ("run", steps.planned_again), "end"]
    said = capsys.readouterr()
    assert "backfill 'history': 2 of 3 chunks to run, 1 completed before.\n" in said.err
    started, ended = map(json.loads, said.out.splitlines())
    assert started == {
        "event": "run_started", "id": "history", "chunks": 3, "todo": 2, "invocation_id": "this", "check_seconds": 0.123,
    }  # fmt: skip
    assert ended == {
        "event": "run_ended", "id": "history", "exit_code": 0, "completed": 2, "completed_before": 1, "failed": 0,
        "not_begun": 0, "interrupted": False, "rows": 5, "bytes": None, "seconds": 1.235, "mismatches": [],
        "missing": {"events": []}, "differences": {},
    }  # fmt: skip


def test_where_nothing_is_to_be_done_no_hooks_of_a_run_run(steps: Steps) -> None:
    steps.planned_again = plan("completed", "completed")
    steps.result = Result()
    assert steps.run() == 0
    assert steps.warehouse.done == [("run", steps.planned_again)]


def test_an_interrupted_run_looks_at_no_rows(steps: Steps, capsys: pytest.CaptureFixture[str]) -> None:
    steps.result = Result(interrupted=True, not_begun=1)
    assert steps.run("old") == 130
    assert [steps.first(kind) for kind in ("coverage", "mismatches", "compare")] == [None] * 3
    said = capsys.readouterr()
    assert "To continue: dbt-playbooks run 'a b'\n" in said.err
    ended = json.loads(said.out.splitlines()[-1])
    assert (ended["interrupted"], ended["not_begun"], ended["exit_code"]) == (True, 1, 130)
    assert (ended["missing"], ended["differences"]) == ({}, {})


def test_bytes_are_told_where_they_are_billed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Steps(monkeypatch, plan("pending", todo=[0]), Warehouse("bigquery", d1=1)).run()
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["bytes"] == 9


def test_the_last_model_is_compared_and_only_tables_that_are_there_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = Warehouse()
    warehouse.missing = {"above"}
    steps = Steps(monkeypatch, plan("pending", todo=[0]), warehouse, target("above"), target("beside"), target())
    steps.different = [Difference(DAYS[0], 1, 2), Difference(None, 0, 3)]
    assert steps.run("old") == 1
    assert steps.first("comparison") == ("comparison", "events", "old")
    assert steps.first("compare") == ("compare", "events", "old")
    assert steps.first("mismatches")[1] == ["beside", "events"]
    assert [each[1] for each in steps.asked if each[0] == "coverage"] == ["beside", "events"]
    ended = json.loads(capsys.readouterr().out.splitlines()[-1])
    day = {"start_date": "2024-01-01", "end_date": "2024-01-01"}
    assert ended["differences"] == {
        "old": [{"window": day, "rows": 1, "other_rows": 2}, {"window": None, "rows": 0, "other_rows": 3}]
    }


@pytest.mark.parametrize(
    ("strategy", "config", "hook"),
    [
        ("microbatch", {"post-hook": ["delete"]}, True),
        ("microbatch", {"post_hook": ["delete"]}, True),
        ("microbatch", {"post-hook": []}, False),
        ("merge", {"post-hook": ["delete"]}, False),
    ],
)
def test_what_a_hook_did_after_all_batches_is_recorded(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    strategy: str,
    config: dict[str, Any],
    hook: bool,
) -> None:
    steps = Steps(
        monkeypatch, plan("pending", todo=[0]), Warehouse(), target(strategy=strategy, **config), target("below")
    )
    steps.wrong = [Mismatch(DAYS[0], 10, 8, lost=True), Mismatch(DAYS[1], 10, 9, lost=True)]
    steps.still_wrong = steps.wrong[1:]
    assert steps.run() == 1
    assert ("recorded again" in steps.asked) is hook
    ended = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert len(ended["mismatches"]) == (1 if hook else 2)
    # two rows of the first chunk are gone for good
    assert ended["rows"] == (3 if hook else 5)


def test_without_a_mismatch_nothing_is_recorded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    hooked = target(strategy="microbatch", post_hook=["delete"])
    steps = Steps(monkeypatch, plan("pending", todo=[0]), Warehouse(), hooked)
    assert steps.run(json_events=False) == 0
    assert "recorded again" not in steps.asked


def test_a_run_tells_its_warnings_first_and_refuses_what_is_over_a_limit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Steps(monkeypatch, plan("pending", todo=[0]), Warehouse("bigquery", d1=TIB))
    steps.warnings = ["beware"]
    with pytest.raises(UsageError, match="--max-bytes allows"):
        steps.run(limits=Limits(max_bytes=1))
    assert capsys.readouterr().err == "warning: beware\n"
    assert steps.asked == []


@pytest.mark.parametrize(
    ("adapter", "strategy", "threads", "shard", "told"),
    [
        ("bigquery", "merge", 2, Shard(), True),
        ("bigquery", None, 1, Shard(1, 2), True),
        ("bigquery", "merge", 1, Shard(), False),
        ("bigquery", "insert_overwrite", 2, Shard(), False),
        ("duckdb", "merge", 2, Shard(1, 2), False),
    ],
)
def test_merges_at_the_same_time_may_conflict_on_bigquery(
    adapter: str, strategy: str | None, threads: int, shard: Shard, told: bool
) -> None:
    project: Any = Warehouse(adapter)
    request, run_options = replace(REQUEST, shard=shard), RunOptions(threads, 0, fail_fast=False)
    targets = [target("other", "insert_overwrite"), target(strategy=strategy)]
    said = command._side_by_side(project, targets, request, run_options)
    words = "on BigQuery, merges by key into one table at the same time may conflict (events). Add --retries 3"
    assert said == ([words] if told else [])


def test_a_plan_as_json_holds_each_chunk_and_what_it_bills(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Steps(
        monkeypatch, plan("completed", "pending", "pending", todo=[1, 2]), Warehouse("bigquery", d2=TIB, d3=None)
    )
    steps.warnings = ["beware"]
    assert steps.planned(as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert {**said, "chunks": None} == {
        "id": "history", "model": "events", "warnings": ["beware"], "chunks": None,
        "estimated_bytes": TIB, "estimated_cost": 6.25,
    }  # fmt: skip
    assert [(each["todo"], each["estimated_bytes"], each["status"]) for each in said["chunks"]] == [
        (False, None, "completed"), (True, TIB, "pending"), (True, None, "pending"),
    ]  # fmt: skip
    assert said["chunks"][0]["window"] == {"start_date": "2024-01-01", "end_date": "2024-01-01"}


def test_a_plan_as_json_of_what_bills_nothing_has_no_price(steps: Steps, capsys: pytest.CaptureFixture[str]) -> None:
    steps.planned(as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (said["estimated_bytes"], said["estimated_cost"]) == (None, None)


def test_a_plan_for_people_ends_with_what_it_comes_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Steps(
        monkeypatch, plan("completed", "pending", "pending", todo=[1, 2]), Warehouse("bigquery", d2=TIB, d3=TIB)
    )
    steps.warnings = ["beware"]
    assert steps.planned(as_json=False) == 0
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "backfill 'history' of events"
    assert lines[1].split() == ["chunk", "state", "now", "bytes", "cost"]
    assert [line.split()[0] for line in lines[2:5]] == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert lines[5:] == ["warning: beware", "2 chunks would scan 2.00 TiB, 12.50 at 6.25 per TiB."]


def test_a_plan_of_what_bills_nothing_says_how_many_chunks_would_run(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    assert steps.planned(as_json=False) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 chunk would run. duckdb does not bill by bytes."


def test_a_plan_over_a_limit_is_shown_and_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = Steps(monkeypatch, plan("pending", todo=[0]), Warehouse("bigquery", d1=TIB))
    with pytest.raises(UsageError, match="--max-bytes"):
        steps.planned(as_json=False, limits=Limits(max_bytes=1))
    assert "1 chunk would scan" in capsys.readouterr().out


def test_what_several_models_scan_is_added_and_what_one_does_not_know_is_unknown() -> None:
    project: Any = Warehouse("bigquery", d1=3, d2=None)
    made = plan("pending", "pending", todo=[0, 1])
    assert command._estimates(project, [target(), target("below")], made) == {0: 6, 1: None}
    one_known: Any = Warehouse("bigquery")
    one_known.compile = lambda model, _: model.name
    one_known._bytes = {"events": None, "below": 3}
    assert command._estimates(one_known, [target(), target("below")], made) == {0: None, 1: None}
    assert command._estimates(one_known, [target("below"), target()], made) == {0: None, 1: None}
    duckdb: Any = Warehouse()
    assert command._estimates(duckdb, [target()], made) == {0: None, 1: None}


def test_a_limit_counts_zero_bytes_and_names_the_first_chunk_that_is_unknown() -> None:
    made = plan("pending", "pending", "pending", todo=[0, 1, 2])
    free: Any = Warehouse("bigquery", d1=0, d2=0, d3=0)
    command._refuse_over(Limits(max_bytes=0), free, [target()], made)
    with pytest.raises(UsageError, match="--max-bytes allows"):
        command._refuse_over(Limits(max_bytes=9), Warehouse("bigquery", d1=0, d2=10, d3=0), [target()], made)  # type: ignore[arg-type]
    unknown: Any = Warehouse("bigquery", d1=0, d2=None, d3=None)
    with pytest.raises(UsageError, match=r"^2 chunks could not be estimated \(the first: 2024-01-02\)"):
        command._refuse_over(Limits(max_bytes=0), unknown, [target()], made)
    duckdb: Any = Warehouse()
    with pytest.raises(UsageError, match="duckdb does not"):
        command._refuse_over(Limits(max_bytes=0), duckdb, [target()], made)


class Opened:
    """A project that is open, with the backfills that its state knows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **backfills: list[str]) -> None:
        self.read: list[str] = []
        known = {name.replace("_create", "#create"): models for name, models in backfills.items()}

        @contextmanager
        def opened(*_: Any) -> Iterator[Any]:
            yield Warehouse()

        monkeypatch.setattr(command, "open_project", opened)
        monkeypatch.setattr(command, "State", lambda *_: SimpleNamespace(backfills=lambda: known))
        monkeypatch.setattr(command, "read_status", lambda _, name: self.read.append(name) or plan())
        monkeypatch.setattr(command, "print_status", lambda _, found: print(f"{len(found)} for people"))


@pytest.mark.parametrize(
    ("name", "read"),
    [(None, ["one", "two"]), ("one", ["one"]), ("events", ["one", "two"]), ("below", ["two"])],
)
def test_a_status_is_of_an_id_of_a_model_or_of_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str | None, read: list[str]
) -> None:
    opened = Opened(monkeypatch, one=["events"], two=["events", "below"], one_create=["events"])
    assert command.status(Options(), name, as_json=True) == 0
    assert opened.read == read
    assert len(json.loads(capsys.readouterr().out)) == len(read)
    assert command.status(Options(), name, as_json=False) == 0
    assert capsys.readouterr().out == f"{len(read)} for people\n"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, "no backfill of 'event': none was ever run in target 'dev'."),
        ({"one_create": ["events"]}, "no backfill of 'event': none was ever run in target 'dev'."),
        (
            {"one": ["events"], "event_3": ["x"], "event_4": ["x"], "event_5": ["x"]},
            "'event' is neither the id nor a model of a backfill in target 'dev'.\nDid you mean: events, event_5, event_4",
        ),
        (
            {name: ["x"] for name in "abcdefg"},
            "'event' is neither the id nor a model of a backfill in target 'dev'.\nBackfills, the newest first: a, b, c, d, e",
        ),
    ],
)
def test_a_name_that_no_backfill_has_is_refused(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, list[str]], said: str
) -> None:
    Opened(monkeypatch, **known)
    with pytest.raises(UsageError, match=f"^{re.escape(said)}$"):
        command.status(Options(), "event", as_json=False)
    if not [name for name in known if not name.endswith("_create")]:
        assert command.status(Options(), None, as_json=False) == 0
