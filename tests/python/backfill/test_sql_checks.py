"""What a model's SQL says against a backfill, from plain SQL: the project is a stand-in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.sql import against_sql, differs_on_first_run
from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Model, Rendering, Window

JANUARY = Window("2024-01-01", "2024-01-31")
CUT = "select * from raw where day >= '{start}' and day <= '{end}'"


def model(
    name: str = "events", strategy: str = "merge", raw_code: str = "", materialized: str = "incremental"
) -> Model:
    return Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f'"shop"."main"."{name}"',
        materialized=materialized, strategy=strategy, config={}, checksum="", raw_code=raw_code, filters=(),
    )  # fmt: skip


class Project:
    adapter_type = "duckdb"

    def __init__(self, sql: str = CUT, later: str | None = None) -> None:
        self.sql, self.later = sql, later or sql
        self.asked: Sequence[str] = ()
        self.errors: dict[bool, str] = {}
        self.conflict: str | None = None
        self.frozen: list[str] = []
        self.table = True
        self.below: list[Model] = []
        self.resolved: list[str] | None = None
        self.queries: list[str] = []
        self.windows: set[Window] = set()

    def var_conflict(self, _: Model) -> str | None:
        return self.conflict

    def frozen_by_window(self, _: Model, one: Window, other: Window) -> list[str]:
        self.windows |= {one, other}
        return self.frozen

    def rendered(self, _: Model, window: Window, incremental: bool, *_more: bool) -> Rendering:
        sql = self.later if incremental else self.sql
        return Rendering(self._sql(sql, window), tuple(self.asked), self.errors.get(incremental))

    def compile(self, _: Model, window: Window) -> str:
        self.windows.add(window)
        return self._sql(self.sql, window)

    def _sql(self, sql: str, window: Window) -> str:
        return sql.format(start=window.start_date, end=window.end_date)

    def call(self, macro: str) -> str:
        return f"({macro})"

    def descendants(self, _: Sequence[Model]) -> list[Model]:
        return self.below

    def exists(self, _: Model) -> bool:
        return self.table

    def tables_read(self, _: Model, queries: Sequence[str]) -> list[str] | None:
        self.queries += queries
        return self.resolved


def reason(project: Any, asked: Model | None = None, first: Window = JANUARY) -> str | None:
    return against_sql(project, asked or model(), first)


def test_sql_that_follows_the_window_passes() -> None:
    project = Project()
    assert reason(project) is None
    assert project.windows == {JANUARY, Window("1970-01-02", "1970-01-03")}
    # its statements and what dbt would run, each once, and that once more for the catalogue
    assert project.queries == [project.compile(model(), JANUARY)] * 3


@pytest.mark.parametrize("first", [JANUARY, Window("1970-01-02", "1970-01-03"), Window("1970-01-02", "1970-01-02")])
def test_the_other_window_differs_in_both_days(first: Window) -> None:
    for sql in ("select * from raw where day >= '{start}'", "select * from raw where day <= '{end}'"):
        assert reason(Project(sql), first=first) is None


@pytest.mark.parametrize(
    ("table", "resolved", "refused"),
    [
        ("information_schema.columns", None, True),
        ("`region-eu`.INFORMATION_SCHEMA.TABLE_STORAGE", None, True),
        ("shop.__TABLES__", None, True),
        ("seen", ["shop.main.seen", "duckdb_tables()"], True),
        ("seen", ["shop.main.seen", "pragma_table_info()"], True),
        ("seen", ["shop.main.seen", "range()", "duckdb_settings()"], False),
        ("`region-eu`.INFORMATION_SCHEMA.JOBS", None, False),
    ],
)
def test_sql_that_reads_the_catalogue_is_refused(table: str, resolved: list[str] | None, refused: bool) -> None:
    project = Project(f"{CUT} and n > (select count(*) from {table})")
    project.resolved = resolved
    project.adapter_type = "bigquery" if "`" in table else "duckdb"
    assert str(reason(project)).startswith("it reads the warehouse's catalogue, where its own table") == refused
    # what its Jinja asks is another matter
    asking = Project()
    asking.asked = [f"select * from {table}"]
    assert reason(asking) is None


def test_vars_that_are_in_the_way_are_told_first() -> None:
    project = Project("select 1")
    project.conflict = "the var is set"
    assert reason(project) == "the var is set"


def test_config_that_follows_the_window_is_refused() -> None:
    project = Project()
    project.frozen = ["partitions", "alias", "tags"]
    assert reason(project) == (
        "the window's vars decide its alias and tags, and dbt reads those only once, when it parses the project: "
        "every chunk would get the first one's. Take the window's vars out of config(), ref() and source()."
    )
    project.frozen = ["partitions"]
    assert reason(project) is None


READS_ITSELF = (
    'it reads itself ("shop"."main"."events") inside a window that is replaced as a whole, so its rows would depend on '
    "the chunks before. Read the past from another model, or from the source with a wider filter."
)
OWN = CUT.replace("from raw", "from main.events")


@pytest.mark.parametrize("adapter", ["duckdb", "bigquery"])
def test_sql_that_reads_its_own_table_is_refused(adapter: str) -> None:
    for project in (Project(OWN), Project(CUT, OWN)):
        project.adapter_type = adapter
        assert reason(project) == READS_ITSELF
    below = Project(CUT.replace("raw", "seen"))
    below.below = [model("seen", materialized="view")]
    assert reason(below) == READS_ITSELF
    below.below = [model("seen", materialized="ephemeral")]
    assert reason(below) is None


def test_what_its_jinja_asks_counts_unless_it_asks_for_columns() -> None:
    project = Project()
    for asked in (
        "select max(day) from main.events",
        "select max(described) from main.events",
        "select * from main.events, Information_Schema.columns",
        "/* describe */ select max(day) from main.events",
        "select column_name from (describe main.events), main.events",
        "select * from (describe (select max(day) from main.events))",
    ):
        project.asked = ["select 1", asked]
        assert reason(project) == READS_ITSELF
    for asked in (
        "describe main.events",
        "DESCRIBE main.events",
        "-- of its columns\ndescribe main.events",
        "select column_name, column_type from (describe main.events)",
        "SELECT column_name FROM ( DESCRIBE main.events ) as columns",
        "select column_name from information_schema.columns where table_name = 'events'",
    ):
        project.asked = [asked]
        assert reason(project) is None
    assert "describe" not in " ".join(project.queries)


def test_what_the_warehouse_finds_counts() -> None:
    project = Project()
    project.resolved = ["shop.main.raw"]
    assert reason(project) is None
    project.resolved = ["shop.main.raw", "shop.main.events"]
    assert reason(project) == READS_ITSELF
    project.resolved, project.below = ["shop.main.seen"], [model("seen", materialized="view")]
    assert reason(project) == READS_ITSELF


@pytest.mark.parametrize("incremental", [True, False])
def test_sql_that_cannot_be_rendered_is_no_refusal_but_an_error(incremental: bool) -> None:
    project = Project(OWN if not incremental else CUT, OWN if incremental else CUT)
    project.errors = {incremental: "no such column"}
    # nor is the warehouse asked
    project.resolved = ["shop.main.events"]
    with pytest.raises(UsageError, match=r"^no such column$"):
        reason(project)
    assert project.queries == []
    project.errors = {incremental: "no such column", **({True: "another"} if not incremental else {})}
    with pytest.raises(UsageError, match=r"^no such column$"):
        reason(project)
    project.table = False
    said = "no such column Create its table empty first: dbt run --select events --empty"
    with pytest.raises(UsageError, match=f"^{re.escape(said)}$"):
        reason(project)
    # what can be rendered is read all the same
    project.errors = {not incremental: "no such column"}
    assert reason(project) == READS_ITSELF


def test_sql_that_ignores_the_window_is_refused_with_what_it_lacks() -> None:
    project = Project("select * from raw")
    assert reason(project) == (
        "it ignores the window: its SQL is the same for two windows. "
        "Add `where {{ dbt_playbooks.backfill_filter('<date column>') }}`."
    )
    assert str(reason(project, model(raw_code="{% if is_incremental() %}"))).startswith(
        "its window sits inside `if is_incremental()`, so the first run would read everything. Move"
    )
    batches = model(strategy="microbatch", raw_code="is_incremental")
    assert str(reason(project, batches)).startswith(
        "no input of this microbatch model has an event_time, so every chunk"
    )


@pytest.mark.parametrize(
    ("later", "differs"),
    [
        (CUT, False),
        (CUT.replace(" where", "\n\n  where"), False),
        (CUT + " -- later", False),
        (CUT + " /* later */", False),
        (CUT + " and true", True),
        (CUT.upper(), True),
    ],
)
def test_layout_and_comments_are_no_other_sql(later: str, differs: bool) -> None:
    project: Any = Project(CUT, later.replace("{START}", "{start}").replace("{END}", "{end}"))
    assert differs_on_first_run(project, model(), JANUARY) == differs
