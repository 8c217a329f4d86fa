"""Which models of a selection are parents of another, and how it may read them while they are filled, from SQL alone: the project is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.parents import beside_parents, next_day, unfilled_parents
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.impact.reading import parse
from dbt_playbooks.impact.reading.by_window import read_by_window
from dbt_playbooks.interface import Model, Rendering, Window

JANUARY = Window("2024-01-01", "2024-01-31")
FILL = "It reads parent, which this backfill fills: fill that first, then this model alone"


def model(name: str, materialized: str = "incremental") -> Model:
    return Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f'"shop"."main"."{name}"',
        materialized=materialized, strategy="merge", config={}, checksum="", raw_code="", filters=(),
    )  # fmt: skip


def target(name: str, column: str = "day") -> Target:
    return Target(model(name), column, "UTC")


CHILD, PARENT = target("child"), target("parent")


class Project:
    adapter_type = "duckdb"

    def __init__(
        self,
        sql: str = "",
        below: Sequence[Model] = (CHILD.model,),
        resolved: Sequence[str] | None = None,
        asked: Sequence[str] = (),
        views: Sequence[str] = (),
    ):
        self.sql, self.below, self.resolved = sql, below, resolved
        self.asked, self.views = asked, views

    def compile(self, asked: Model, window: Window) -> str:
        assert window == JANUARY
        return self.sql if asked == CHILD.model else f"select {asked.name}"

    def descendants(self, models: Sequence[Model]) -> list[Model]:
        return list(self.below) if models[0].name == "parent" else []

    def rendered(self, asked: Model, window: Window, incremental: bool, *_: bool) -> Rendering:
        assert (asked, window) == (CHILD.model, JANUARY)
        return Rendering(self.sql, tuple(self.asked if incremental else ()))

    def tables_read(
        self, asked: Model, queries: Sequence[str], others: Sequence[tuple[Model, str]]
    ) -> list[str] | None:
        assert asked == CHILD.model
        # what is not there yet is made before
        assert others
        assert all(sql == f"select {other.name}" for other, sql in others)
        if queries[0].startswith("all of "):
            return ["shop.main.parent"] if queries[0].removeprefix("all of ") in self.views else None
        assert queries[0] == self.sql
        return None if self.resolved is None else list(self.resolved)

    def call(self, macro: str, parts: list[str]) -> str:
        assert macro == "_all_of_sql"
        return f"all of {parts[-1]}"


def parents(project: Any, *others: str) -> list[str]:
    found = unfilled_parents(project, CHILD, [CHILD, *map(target, others)], JANUARY)
    return [each.model.name for each in found]


def test_parents_are_those_by_ref_by_name_and_by_what_the_warehouse_says() -> None:
    nothing = Project("select 1", below=())
    # a model alone is not even compiled
    assert parents(None) == []
    assert parents(nothing, "parent", "other") == []
    assert parents(Project("select 1"), "other", "parent") == ["parent"]
    assert parents(Project("select * from main.parent", below=()), "parent", "other") == ["parent"]
    assert parents(Project("select * from seen", below=(), resolved=["shop.main.other"]), "parent", "other") == [
        "other"
    ]
    assert parents(Project("select 1", below=[model("grandchild")]), "parent") == []


def said(sql: str, parent: Target = PARENT, others: Sequence[Target] = (), **project: Any) -> str | None:
    """Why the child may not read its parent like this; `{w}` stands for a window on `day`."""
    one, other = (
        sql.replace("{w}", f"day >= date '{first}' and day < date '{after}'")
        .replace("{first}", first)
        .replace("{after}", after)
        for first, after in (("2024-01-01", "2024-02-01"), ("2024-02-01", "2024-03-01"))
    )
    reading = read_by_window(parse(one, "duckdb"), parse(other, "duckdb"), "duckdb")
    made: Any = Project(one, **project)
    return beside_parents(made, CHILD, [parent, *others], JANUARY, reading)


EVENTS = "select * from events where {w}"


@pytest.mark.parametrize(
    "sql",
    [
        "select * from parent where {w}",
        "select * from shop.main.parent where {w}",
        EVENTS,
        "select * from parent where day >= '{first}' and day < '{after}'",
        "select * from parent where day >= timestamp '{first} 00:00:00' and day < timestamp '{after} 00:00:00'",
        "select * from parent where day >= timestamptz '{first} 00:00:00+00' and day < timestamptz '{after} 00:00:00+00'",
        "select * from parent where Day >= date '{first}' and Day < date '{after}'",
    ],
)
def test_a_window_of_a_parent_may_be_read(sql: str) -> None:
    assert said(sql) is None
    assert said(sql, resolved=["shop.main.parent"] if "parent" in sql else []) is None
    assert said(sql, target("parent", '"Day"')) is None


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("with e as (" + EVENTS + ") select e.* from e left join parent using (id)", "it reads parent without the window"),
        ("select * from parent where moved >= date '{first}' and moved < date '{after}'", "it reads parent by moved, and that is filled by day"),
        ("select * from parent where cast(day as int) >= date '{first}' and cast(day as int) < date '{after}'",
            "it reads parent by what it makes of day, and that is filled by day as it is"),
    ],
)  # fmt: skip
def test_more_of_a_parent_is_told(sql: str, reason: str) -> None:
    assert said(sql) == f"{reason}. {FILL}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("2023-12-25", "2024-02-01"), ("2024-01-25", "2024-03-01")),
        (("2024-01-01", "2024-02-02"), ("2024-02-01", "2024-03-02")),
        (("2024-01-01 10:00:00", "2024-02-01 10:00:00"), ("2024-02-01 10:00:00", "2024-03-01 10:00:00")),
        (("2024-01-01 06:00:00", "2024-02-01 06:00:00"), ("2024-02-01 06:00:00", "2024-03-01 06:00:00")),
    ],
)
def test_another_window_of_a_parent_is_told(one: tuple[str, str], other: tuple[str, str]) -> None:
    sql = "select * from parent where day >= '{}' and day < '{}'"
    reading = read_by_window(parse(sql.format(*one), "duckdb"), parse(sql.format(*other), "duckdb"), "duckdb")
    project: Any = Project(sql.format(*one))
    found = str(beside_parents(project, CHILD, [PARENT], JANUARY, reading))
    bounds = " ".join(f"'{each}'" for each in one)
    assert f"it reads parent by another window, {bounds}, than that is filled by. {FILL}" in found


def test_what_reading_leaves_open_is_told_with_the_names_of_all_parents() -> None:
    made: Any = Project()
    assert beside_parents(made, CHILD, [PARENT, target("other")], JANUARY, "no SQL") == (
        "no SQL. It reads parent, other, which this backfill fills: fill that first, then this model alone"
    )
    assert said("select *, count(*) over () as n from parent where {w}") == (
        f"the window function COUNT(*) OVER (), whose partitions do not hold the date. {FILL}"
    )
    both = (
        "with e as ("
        + EVENTS
        + "), n as (select *, count(*) over () as n from e) select n.* from n left join parent using (id)"
    )
    assert said(both) == (
        f"the window function COUNT(*) OVER (), whose partitions do not hold the date; it reads parent without the window. {FILL}"
    )
    # the same reason once
    twice = str(said("with e as (" + EVENTS + ") select e.* from e left join parent using (id)", others=[PARENT]))
    assert twice.count("without the window") == 1


def test_a_parent_without_ref_is_told() -> None:
    assert said("select * from parent where {w}", below=()) == (
        f"it reads parent without ref(), so dbt may run it before that. {FILL}"
    )


@pytest.mark.parametrize(
    ("materialized", "told"), [("view", True), ("materialized_view", True), ("ephemeral", False), ("table", False), ("incremental", False)]
)  # fmt: skip
def test_what_stands_between_a_parent_and_its_reader(materialized: str, told: bool) -> None:
    between = [model("seen", materialized), CHILD.model]
    found = f"it reads parent through seen. {FILL}" if told else None
    assert said("select * from seen where {w}", below=between) == found
    assert said("with e as (" + EVENTS + ") select e.* from e left join main.seen using (id)", below=between) == found
    assert said("select * from other where {w}", below=between) is None


def test_a_reader_that_is_a_view_of_its_parent_is_itself() -> None:
    own = [model("child", "view")]
    assert said("select * from child where {w}", below=own) is None


def test_a_parent_that_the_warehouse_finds_is_told() -> None:
    assert said(EVENTS, resolved=["shop.main.parent"]) == f"it reads parent by another name. {FILL}"
    assert said(EVENTS, resolved=["shop.main.other"]) is None


def test_the_day_after_a_window() -> None:
    assert next_day(Window("2024-02-01", "2024-02-28")) == Window("2024-02-29", "2024-02-29")
    assert next_day(Window("2024-12-31", "2024-12-31")) == Window("2025-01-01", "2025-01-01")


def test_views_that_dbt_does_not_know_and_questions_of_its_jinja_are_told() -> None:
    joined = "with e as (select * from parent where {w}) select e.* from e left join every_row using (id)"
    assert said(joined) is None
    assert said(joined, views=["every_row"]) == f"it reads parent through every_row. {FILL}"
    assert said(EVENTS, asked=["describe parent", "select 1"]) is None
    assert (
        said(EVENTS, asked=["select max(id) from main.parent"]) == f"its Jinja asks parent while it is compiled. {FILL}"
    )
