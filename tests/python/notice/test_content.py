"""What a notice says for each kind of change, as Markdown."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evolving import graph, lineage, node
from test_slack import assert_slack_takes

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.impact.trace import impact_of
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change
from dbt_playbooks.migrations.readers import Readers, readers_of
from dbt_playbooks.notice.content import Notice, notice_of
from dbt_playbooks.notice.markdown import page
from dbt_playbooks.notice.request import Request, Subject, subject_of
from dbt_playbooks.notice.slack import message
from dbt_playbooks.notice.words import plain

TODAY = dt.date(2024, 1, 20)
EVENTS = node("events", config={"partition_by": {"field": "month", "granularity": "month"}}, owners=("@data-eng-team",))
V2 = node(
    "events_v2", config={"partition_by": {"field": "day", "granularity": "day"}, "cluster_by": ["region", "kind"]}
)
COLUMNS = lineage(["id", "user_type"])
DATES = {"planned_date": "2024-01-25", "remove_after": "2024-02-01"}


def below() -> list[tuple[Node, Lineage | None]]:
    segments = node(
        "user_segments",
        parents=["events"],
        path="models/marts/user_segments.sql",
        raw_code="select user_type from {{ ref('events') }}",
    )
    return [
        (segments, lineage(passes={"events.user_type": "user_type"})),
        (node("weekly", parents=["user_segments"]), lineage(passes={"user_segments.user_type": "user_type"})),
        (node("all_events", parents=["events"]), lineage(passes={"events.user_type": "user_type"}, star=True)),
        (node("a_dashboard", "exposure", ["user_segments"], owners=("Bob",), language=None), None),
        (node("forecast", parents=["events"], language="python"), Lineage(unread="a Python model")),
    ]


def notice(root: Path, *nodes: tuple[Node, Lineage | None], events: Node = EVENTS, **options: Any) -> Notice:
    shop = graph(root, (events, COLUMNS), (V2, None), *nodes)
    request = Request(**options)
    subject = subject_of(shop, events, [], request, TODAY)
    column = None if request.kind == "repartition" else request.column
    impact = None if request.kind == "add" else impact_of(shop, events, column)
    owners = {"models/marts/user_segments.sql": ["Ann, by git"]}
    return notice_of(subject, request, readers_of(shop, root, subject.change, "duckdb"), impact, owners)


def test_a_rename_is_told_as_the_playbook_tells_it(tmp_path: Path) -> None:
    options = {"kind": "rename", "column": "user_type", "to": "user_segment", **DATES}
    found = notice(tmp_path, *below(), **options, reason="Other tables call it so.", channel="#data-eng")
    assert page(found) == (
        """\
# Schema change: Renaming column `user_type` to `user_segment`

**Table**: `main.events`\x20\x20
**Change Type**: Renaming column `user_type` to `user_segment`\x20\x20
**Planned Date**: 2024-01-25; the last day of `user_type` is 2024-02-01\x20\x20
**Risk Level**: High (2 readers in the project)\x20\x20

## What's Changing

The column `user_type` is being renamed to `user_segment`. Its values and its type stay as they are.
Other tables call it so.

## Timeline

- 2024-01-25: Phase 1 - Both columns are there, with the same values
- 2024-01-25 to 2024-02-01: Migration period - update your queries
- After 2024-02-01: Phase 2 - `user_type` is removed; only `user_segment` is left

## Action Required

If you query this table directly:

1. Replace `user_type` by `user_segment` in your queries, dashboards and exports
2. Where you need the old name, write `user_segment as user_type`
3. Test in your development environment
4. Tell #data-eng when you are done

## Downstream Impact

These are affected, and will be updated by us:

- `models/marts/user_segments.sql` (Ann, by git)

These take all columns, so the same happens to them; tell those who read them:

- `models/all_events.sql`

These are further down, and need no edit:

- `models/weekly.sql`

These depend on the table, and do not say on which columns; ask their owners:

- exposure `a_dashboard` (Bob)

Of these it could not be told whether they are affected:

- `models/forecast.sql`: a Python model

## Questions?

Contact: @data-eng-team or #data-eng
"""
    )


@pytest.mark.parametrize("kind", ["rename", "retype", "remove"])
def test_whoever_takes_the_column_by_a_star_reads_it(tmp_path: Path, kind: str) -> None:
    star = node("all_events", parents=["events"], raw_code="select * from {{ ref('events') }}")
    to = {"rename": "user_segment", "retype": "integer"}
    options = {"kind": kind, "column": "user_type", **({"to": to[kind]} if kind in to else {})}
    found = notice(tmp_path, (star, lineage(passes={"events.user_type": "user_type"}, star=True)), **options)
    assert found.downstream.edited == []
    assert (found.risk.level, found.risk.reason) == ("high", "1 reader in the project")


def test_a_union_by_position_needs_an_edit_when_one_of_its_columns_goes_and_none_when_it_is_renamed(
    tmp_path: Path,
) -> None:
    stacked = node("stacked", parents=["events"], raw_code="select * from {{ ref('events') }} union all select 1, 'a'")
    unites = lineage(reads={"events.user_type": ["unites"]}, passes={"events.user_type": "user_type"}, star=True)
    unites = replace(unites, named=frozenset())
    for kind, to, edited in (("remove", {}, True), ("rename", {"to": "user_segment"}, False)):
        found = notice(tmp_path, (stacked, unites), kind=kind, column="user_type", **to)
        assert ("models/stacked.sql" in " ".join(map(plain, found.downstream.edited))) is edited
        assert found.risk.level == "high"


def test_who_reads_a_star_that_is_filtered_by_the_column_is_not_told_that_nothing_is_to_be_edited(
    tmp_path: Path,
) -> None:
    filtered = node("filtered", parents=["events"], raw_code="select * from {{ ref('events') }} where user_type = 'a'")
    reads = lineage(reads={"events.user_type": ["filters"]}, passes={"events.user_type": "user_type"}, star=True)
    child = node("child", parents=["filtered"], raw_code="select user_type from {{ ref('filtered') }}")
    passes = lineage(passes={"filtered.user_type": "user_type"})
    found = notice(tmp_path, (filtered, reads), (child, passes), kind="rename", column="user_type", to="user_segment")
    assert found.downstream.follows == []
    assert [plain(each) for each in found.downstream.edited] == [
        "models/filtered.sql; it takes all columns, so tell those who read it",
        "models/child.sql",
    ]
    assert found.downstream.starred == []
    assert found.risk.reason == "2 readers in the project"


def test_what_stands_in_yaml_is_called_by_its_name_once_and_tests_are_no_readers(tmp_path: Path) -> None:
    snapshot = node(
        "history", "snapshot", ["events"], path="snapshots/all.yml", raw_code="select * from {{ ref('events') }}"
    )
    reads = lineage(passes={"events.user_type": "user_type"}, star=True, configured=frozenset({"user_type"}))
    unit = node("of_events", "unit_test", ["events"], path="models/all.yml", language=None)
    found = notice(
        tmp_path,
        (snapshot, reads),
        (unit, Lineage(unread="its rows can't be read")),
        kind="rename",
        column="user_type",
        to="user_segment",
    )
    said = [plain(each) for _, group in found.downstream.groups() for each in group]
    assert said == ["snapshot history; it takes all columns, so tell those who read it"]
    assert found.risk.reason == "1 reader in the project"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"kind": "remove", "column": "user_type", **DATES},
            [
                "# Schema change: Removing column `user_type`",
                "- 2024-01-25: Phase 1 - `user_type` is still there, and holds only NULLs",
                "- After 2024-02-01: Phase 2 - `user_type` is removed; queries that name it fail",
                "1. Take `user_type` out of your queries, dashboards and exports, also out of filters and joins",
            ],
        ),
        (
            {"kind": "retype", "column": "user_type", "to": "integer", "new_column": "user_type_int", **DATES},
            [
                "# Schema change: Changing the type of column `user_type` to `integer`",
                "- After 2024-02-01: Phase 2 - `user_type` and `user_type_cast_failures` are removed; only `user_type_int` is left",
                "1. Read `user_type_int` in place of `user_type` in your queries, dashboards and exports",
            ],
        ),
        (
            {"kind": "add", "column": "region", "planned_date": "2024-01-25"},
            [
                "**Risk Level**: Low (a column is added, and nothing goes)  ",
                "- 2024-01-25: `region` is there",
                "1. Nothing, if you name the columns that you read",
                "No model, exposure or the like of the dbt project reads it.",
            ],
        ),
        (
            {"kind": "repartition", "to": "events_v2"},
            [
                "**Planned Date**: to be announced  ",
                "**Risk Level**: Medium (4 readers in the project)  ",
                "Until now: partitioned by month of `month`.",
                "Afterwards: partitioned by day of `day`, clustered by `region` and `kind`.",
                "2. Filter by the new partition column, so that your queries read as little as before",
            ],
        ),
    ],
)
def test_each_kind_says_what_happens_and_what_to_do(tmp_path: Path, options: dict[str, str], said: list[str]) -> None:
    lines = page(notice(tmp_path, *below(), **options)).splitlines()
    assert [line for line in said if line not in lines] == []


OVER = {"phase": "new", "path": EVENTS.path, "line": 1, "until": dt.date(2024, 1, 15)}
IN_FULL = [
    "**Planned Date**: began on 2024-01-05; `user_type` is gone  ",
    "The column `user_type` was renamed to `user_segment`, and the old name is gone. Its values and its type are as they were.",
    "- From 2024-01-05: Phase 1 - Both columns were there, with the same values",
    "- Now: Phase 2 - `user_type` is gone; only `user_segment` is left",
    "1. Replace `user_type` by `user_segment` in your queries, dashboards and exports: those that still name it fail",
]
RETYPED = [
    "# Schema change: The type of column `user_type` was changed to `integer`",
    "- From 2024-01-05: Phase 1 - `user_type` was there as it had been, beside `user_type_int`",
    "- Now: Phase 2 - `user_type` and `user_type_cast_failures` are gone; only `user_type_int` is left",
    "1. Read `user_type_int` in place of `user_type` and `user_type_cast_failures` in your queries, dashboards and exports: "
    "those that still name what is gone fail",
]
SAME_NAME = [
    "**Planned Date**: began on 2024-01-05  ",
    "The values of `user_type` were cast to `integer`; a value that could not be cast is NULL there.",
    "- From 2024-01-05: Phase 1 - `user_type` was there as it had been",
    "- Now: Phase 2 - `user_type_cast_failures` is gone; only `user_type` is left",
    "1. Take `user_type_cast_failures` out of your queries, dashboards and exports: those that still name what is gone fail",
]


@pytest.mark.parametrize(
    ("kind", "new", "said"),
    [
        ("rename", "user_segment", IN_FULL),
        ("retype", "user_type_int", RETYPED),
        ("retype", "user_type", SAME_NAME),
    ],
)
def test_of_a_change_in_its_last_phase_what_is_over_is_told_as_past(kind: str, new: str, said: list[str]) -> None:
    change = Change(kind, EVENTS, old="user_type", new=new, **OVER)
    subject = Subject(change, "integer" if kind == "retype" else None, dt.date(2024, 1, 5), True)
    found = notice_of(subject, Request(), Readers(), None, {})
    lines = page(found).splitlines()
    assert [line for line in said if line not in lines] == []
    for future in ("to be announced", "Migration period", "is removed", "are removed", "being"):
        assert future not in page(found)
    assert_slack_takes(message(found))


def test_a_name_of_the_failures_that_is_no_literal_is_not_guessed() -> None:
    told = {**OVER, "phase": "both", "unknown": {"failures_name": "x"}}
    change = Change("retype", EVENTS, old="user_type", new="user_type_int", **told)
    text = page(notice_of(Subject(change, "integer", None, True), Request(), Readers(), None, {}))
    assert "failures" not in text
    assert "Phase 2 - `user_type` is removed; only `user_type_int` is left" in text


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        ({}, "to be announced"),
        ({"planned_date": "2024-01-25"}, "From 2024-01-25 to a day that is to be announced"),
        ({"remove_after": "2024-02-01"}, "Until 2024-02-01"),
        (DATES, "2024-01-25 to 2024-02-01"),
    ],
)
def test_a_migration_period_whose_days_are_open_is_said_in_words(
    tmp_path: Path, dates: dict[str, str], period: str
) -> None:
    text = page(notice(tmp_path, kind="remove", column="user_type", **dates))
    assert f"- {period}: Migration period - update your queries" in text.splitlines()


def test_dates_that_are_not_given_are_to_be_announced(tmp_path: Path) -> None:
    text = page(notice(tmp_path, kind="remove", column="user_type"))
    assert "**Planned Date**: to be announced; the last day of `user_type` is to be announced  " in text.splitlines()
    assert "- to be announced: Phase 2 - `user_type` is removed; queries that name it fail" in text.splitlines()
    assert "Low (no reader in the project)" in text


def test_what_names_hold_breaks_no_format(tmp_path: Path) -> None:
    odd = node("events", relation='"shop"."a_b"."x|y*"', owners=("*data_eng* <b>|",))
    reader = node(
        "r", parents=["events"], path="models/a`b|c_d.sql", raw_code="select user_type from {{ ref('events') }}"
    )
    found = notice(
        tmp_path,
        (reader, lineage(reads={"events.user_type": ["reads"]})),
        events=odd,
        kind="rename",
        column="user_type",
        to="a`b|<c>",
    )
    text = page(found)
    assert "**Table**: `a_b.x|y*`  " in text
    assert "# Schema change: Renaming column `user_type` to ``a`b|<c>``" in text
    assert "- ``models/a`b|c_d.sql``" in text
    assert r"Contact: \*data\_eng\* \<b\>\|" in text
    assert_slack_takes(message(found))
