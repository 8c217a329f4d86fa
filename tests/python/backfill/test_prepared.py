"""What is done before a run or a plan: the checks, the plan and what is told of both. Checks and warehouse are stand-ins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from dbt_playbooks.backfill import command
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.request import Identity, Request
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.cost import Limits
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Model, Options, Window

IDENTITY = Identity("history", "events", "2024-01-01", "2024-01-03", "day", "main.events", "{}", "code")
DAYS = [Window(f"2024-01-0{day}", f"2024-01-0{day}") for day in range(1, 4)]
REQUEST = Request("2024-01-01", "2024-01-03", "day")


def target(name: str = "events") -> Target:
    more: dict[str, Any] = dict.fromkeys(("path", "checksum", "raw_code"), "")
    known: dict[str, Any] = {"materialized": "", "strategy": "merge", "config": {}, "filters": ()}
    return Target(Model(f"model.{name}", name, relation=f"main.{name}", **known, **more), "day", "UTC")


def plan(*statuses: str, todo: tuple[int, ...] = ()) -> Plan:
    chunks = [Chunk(index, DAYS[index], status) for index, status in enumerate(statuses)]
    return Plan(IDENTITY, chunks, [chunks[index] for index in todo])


class Warehouse:
    adapter_type = "duckdb"
    bills_bytes = False

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def exists(self, model: Model) -> bool:
        return model.name not in self.missing

    def secrets(self) -> list[str]:
        return ["hush-hush"]

    def select(self) -> list[Model]:
        return [target().model]


class Prepares:
    """The steps before a run, with stand-ins for the checks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, made: Plan, *targets: Target) -> None:
        self.project, self.plan, self.outdated = Warehouse(), made, 0
        self.edges: Any = "not asked"
        self.requests: list[Request] = []
        found = list(targets or (target(),))

        @contextmanager
        def opened(*_: Any) -> Iterator[Any]:
            yield self.project

        def make_plan(request: Request, *_: Any) -> Plan:
            self.requests.append(request)
            return self.plan

        def check_rows(*asked: Any) -> tuple[list[Target], list[str]]:
            self.edges = asked[3]
            return found, ["of the rows: hush-hush"]

        monkeypatch.setattr(command, "open_project", opened)
        monkeypatch.setattr(command, "windows", lambda *_: DAYS)
        monkeypatch.setattr(command, "check", lambda *_: (found, ["of the models"]))
        monkeypatch.setattr(command, "check_rows", check_rows)
        monkeypatch.setattr(command, "State", lambda *_: "state")
        monkeypatch.setattr(command, "make_plan", make_plan)
        monkeypatch.setattr(command, "done_by_other_code", lambda *_: self.outdated)

    def __call__(self, request: Request = REQUEST, limits: Limits = Limits(), **given: Any) -> Any:  # noqa: B008
        with command._prepared(Options(vars=given), ["events"], [], request, limits, print) as it:
            return it


def test_what_is_prepared_is_checked_planned_and_tells_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    prepares = Prepares(monkeypatch, plan("pending", todo=(0,)))
    it = prepares(replace(REQUEST, chunk=None), country="de")
    models, vars_, rows = it.warnings
    assert (models, rows) == ("of the models", "of the rows: *****")
    assert vars_.startswith("--vars gives country. ")
    assert (it.project, it.state, it.plan) == (prepares.project, "state", prepares.plan)
    assert 0 <= it.check_seconds < 60
    assert [request.chunk for request in prepares.requests] == ["month"]
    prepares(replace(REQUEST, chunk="week"))
    assert prepares.requests[-1].chunk == "week"


@pytest.mark.parametrize(("accepted", "asked"), [((), False), (("edges",), True), (("other",), False)])
def test_rows_beyond_edges_are_compared_while_something_is_to_be_done(
    monkeypatch: pytest.MonkeyPatch, accepted: tuple[str, ...], asked: bool
) -> None:
    prepares = Prepares(monkeypatch, plan("pending", todo=(0,)))
    prepares(replace(REQUEST, accepted=accepted))
    assert prepares.edges.accepted is asked
    prepares = Prepares(monkeypatch, plan("completed"))
    prepares()
    assert prepares.edges is None


@pytest.mark.parametrize(
    ("missing", "statuses", "said"),
    [
        ({"events"}, ["completed", "pending"], "main.events does not exist, although 1 chunk is recorded as completed"),
        (
            {"events", "below"},
            ["completed"] * 2,
            "main.events, main.below do not exist, although 2 chunks are recorded",
        ),
    ],
)
def test_a_table_that_is_gone_is_not_filled_in_part(
    monkeypatch: pytest.MonkeyPatch, missing: set[str], statuses: list[str], said: str
) -> None:
    prepares = Prepares(monkeypatch, plan(*statuses), target(), target("below"))
    prepares.project.missing = missing
    with pytest.raises(UsageError, match=f"^{re.escape(said)}.* in backfill '.*'. Fill it again with --reprocess all"):
        prepares()
    prepares(replace(REQUEST, reprocess="all"))
    prepares.plan = plan("failed", "pending")
    prepares()


@pytest.mark.parametrize(
    ("outdated", "said"),
    [
        (1, "the code of events has changed since 1 chunk was completed. --reprocess all runs it again"),
        (2, "the code of events has changed since 2 chunks were completed. --reprocess all runs them again"),
    ],
)
def test_chunks_of_other_code_are_told(monkeypatch: pytest.MonkeyPatch, outdated: int, said: str) -> None:
    prepares = Prepares(monkeypatch, plan("completed"))
    assert not any("the code" in warning for warning in prepares().warnings)
    prepares.outdated = outdated
    assert prepares().warnings[-1] == said


def test_an_error_of_the_warehouse_tells_no_secret_either(monkeypatch: pytest.MonkeyPatch) -> None:
    prepares = Prepares(monkeypatch, plan("completed"))

    def check(*_: Any) -> Any:
        raise WarehouseError("no access with hush-hush")

    monkeypatch.setattr(command, "check", check)
    with pytest.raises(WarehouseError, match=r"^no access with \*\*\*\*\*$"):
        prepares()


def test_a_limit_where_nothing_is_billed_is_refused_before_anything_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepares = Prepares(monkeypatch, plan("pending", todo=(0,)))
    with pytest.raises(UsageError, match="duckdb does not"):
        prepares(limits=Limits(max_bytes=1))
    assert prepares.requests == []
