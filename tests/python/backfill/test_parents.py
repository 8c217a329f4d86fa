"""A model and what it reads, filled by one backfill: a chunk reads no rows of its parent but those of its own window, or it is refused."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, MICROBATCH, Shop

RANGE = ("--start", "2024-01-01", "--end", "2024-03-31")
EVENTS = "{{ source('raw', 'events') }}"
F = "{{ dbt_playbooks.backfill_filter('event_date') }}"
CUT = f"with e as (select * from {EVENTS} where {F})\n"
BY_KEY = CUT + "select e.id, e.event_date, p.event_date as other from e left join %s as p on p.id = 900 - e.id"

BESIDE = (
    f"with e as (select * from {{{{ ref('parent') }}}} where {F})\n"
    "select e.id, e.event_date, p.id as other from e left join %s as p on p.id = 900 - e.id"
)

REFUSED = {
    "joined by key": (DELETE_INSERT + BY_KEY % "{{ ref('parent') }}", "it reads parent without the window"),
    "through a view": (DELETE_INSERT + BY_KEY % "{{ ref('seen') }}", "it reads parent through seen"),
    "by a scalar": (
        DELETE_INSERT + CUT + "select *, (select max(id) from {{ ref('parent') }}) as newest from e",
        "it reads parent without the window",
    ),
    "by a macro of the warehouse": (
        DELETE_INSERT + "-- depends_on: {{ ref('parent') }}\n" + BY_KEY % "every_parent()",
        "it reads parent by another name",
    ),
    "as a source": (
        DELETE_INSERT + f"select id, event_date from {{{{ source('own', 'parent') }}}} where {F}",
        "it reads parent without ref(), so dbt may run it before that",
    ),
    "by another date": (
        DELETE_INSERT
        + f"select id, cast(event_ts as date) as event_date from {{{{ ref('parent') }}}} where {F.replace('event_date', 'moved')}",
        "it reads parent by moved, and that is filled by event_date",
    ),
    "by a wider window": (
        DELETE_INSERT + f"select * from {{{{ ref('parent') }}}} where {F.replace(')', ', days_before=3)')}",
        "it reads parent by another window",
    ),
    "through a view that dbt does not know": (
        DELETE_INSERT + BESIDE % "every_row",
        "it reads parent through every_row",
    ),
    "by a macro beside its window": (
        DELETE_INSERT + BESIDE % "every_parent()",
        "a macro of the warehouse, every_parent",
    ),
    "by its Jinja": (
        DELETE_INSERT
        + "-- depends_on: {{ ref('parent') }}\n{% set newest = run_query('select max(event_date) from ' ~ ref('parent')).rows[0][0] if execute %}"
        + CUT
        + "select id, event_date, '{{ newest }}' as newest from e",
        "its Jinja asks parent while it is compiled",
    ),
    "by a join that takes the nearest row": (
        DELETE_INSERT
        + f"select e.id, p.event_date from {EVENTS} as e asof join {{{{ ref('parent') }}}} as p on e.event_ts >= p.moved"
        + f" where {F.replace('event_date', 'p.event_date')}",
        "it reads parent without the window",
    ),
    "without its batches": (
        MICROBATCH + f"select e.* from {EVENTS} as e join {{{{ ref('parent').render() }}}} as p on p.id = 900 - e.id",
        "it reads parent without the window",
    ),
}


@pytest.fixture
def family(shop: Shop) -> Shop:
    shop.model("parent", DELETE_INSERT + FILTERED.replace("*", "*, event_date + 1 as moved"))
    shop.write("models/own.yml", "sources:\n  - name: own\n    schema: main\n    tables: [{name: parent}]\n")
    shop.model("seen", "select * from {{ ref('parent') }}")
    return shop


@pytest.mark.parametrize("case", REFUSED)
def test_a_child_that_reads_more_of_its_parent_is_refused(family: Shop, case: str) -> None:
    sql, reason = REFUSED[case]
    if "macro" in case or "dbt does not know" in case or "Jinja" in case:
        family.dbt("run", "--select", "parent", "--empty")
        family.sql("create view every_row as select * from main.parent")
        family.sql("create macro every_parent() as table select * from main.parent")
    family.model("child", sql)
    before = family.sql("select table_name from information_schema.tables where table_schema = 'main' order by all")
    said = family.run("parent", "child", *RANGE, "--chunk", "month")
    assert said.code == 2, said.err
    assert reason in said.err
    assert "It reads parent, which this backfill fills: fill that first, then this model alone" in said.err
    assert (
        family.sql("select table_name from information_schema.tables where table_schema = 'main' order by all")
        == before
    )


COPIES = {
    "of its parent, by the parent": ("post_hook='create or replace table main.copied as select * from {{ this }}'", ""),
    "of its parent, by itself": (
        "",
        "pre_hook=\"create or replace table main.copied as select * from {{ ref('parent') }}\"",
    ),
    "through a view": ("", "pre_hook=\"create or replace table main.copied as select * from {{ ref('seen') }}\""),
    "of what Jinja names": (
        "",
        "pre_hook=\"create or replace table main.copied as select * from {{ builtins.ref('parent') }}\"",
    ),
    "row by row": ("post_hook='insert into main.copied select * from {{ this }}'", ""),
}


@pytest.mark.parametrize("case", COPIES)
def test_a_child_that_reads_what_a_hook_copies_is_refused(family: Shop, case: str) -> None:
    parent, child = COPIES[case]
    family.sql("create table main.copied as select *, event_date + 1 as moved from raw.events limit 0")
    if parent:
        sql = DELETE_INSERT.replace("unique_key", f"{parent}, unique_key")
        family.model("parent", sql + FILTERED.replace("*", "*, event_date + 1 as moved"))
    head = DELETE_INSERT.replace("unique_key", f"{child}, unique_key") if child else DELETE_INSERT
    family.model("child", head + BESIDE % "main.copied")
    said = family.run("parent", "child", *RANGE, "--chunk", "month")
    assert said.code == 2, said.err
    assert "a hook changes with each chunk what models of the selection read" in said.err
    assert family.sql("select count(*) from main.copied") == [(0,)]


def test_after_its_parent_a_child_that_reads_it_by_key_is_filled(family: Shop) -> None:
    family.model("child", REFUSED["joined by key"][0])
    for model in ("parent", "child"):
        said = family.run(model, *RANGE, "--chunk", "month", "--reverse")
        assert said.code == 0, said.err
    assert family.sql("select count(*), count(other) from child") == [(273, 91)]


def test_one_chunk_holds_all_that_a_child_reads_of_its_parent(family: Shop) -> None:
    family.model("child", REFUSED["joined by key"][0])
    assert family.run("parent", "child", *RANGE, "--chunk", "year").code == 0
    assert family.sql("select count(*), count(other) from child") == [(273, 91)]


KEPT = {
    "filtered": DELETE_INSERT + f"select id, event_date from {{{{ ref('parent') }}}} where {F}",
    "joined by the date": DELETE_INSERT
    + CUT
    + f", p as (select * from {{{{ ref('parent') }}}} where {F}) select e.id, e.event_date, count(*) as n from e join p"
    " on p.event_date = e.event_date group by all",
    "batch by batch": MICROBATCH + "select id, event_date from {{ ref('dated') }}",
}


@pytest.mark.parametrize("case", KEPT)
def test_a_child_that_reads_its_own_window_is_filled_beside_its_parent(family: Shop, case: str) -> None:
    family.model("dated", DELETE_INSERT.replace("unique_key", "event_time='event_date', unique_key") + FILTERED)
    family.model("child", KEPT[case])
    parent = "dated" if "batch" in case else "parent"
    said = family.run(
        parent, "child", *RANGE, "--chunk", "day" if "batch" in case else "week", "--reverse", "--threads", "3"
    )
    assert said.code == 0, said.err
    filled = family.sql("select * from child order by all")
    family.sql("drop table child")
    dates = ("--event-time-start", "2024-01-01", "--event-time-end", "2024-04-01")
    family.dbt(
        "run",
        "--select",
        "child",
        *(dates if "batch" in case else ("--vars", "{start_date: 2024-01-01, end_date: 2024-03-31}")),
    )
    assert family.sql("select * from child order by all") == filled
