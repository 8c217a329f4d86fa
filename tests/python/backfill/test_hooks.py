"""Which hooks are taken for ones that write into the model's own table, from plain text: no project, no warehouse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hooked import OWN, as_written, changes, model, place, rendered

from dbt_playbooks.backfill.checks.hook_rules import (
    against_hooks,
    hook_that_changes,
    hook_that_sets,
    hooks_in_each_others_way,
)
from dbt_playbooks.backfill.checks.hooks import Hook, hooks_of, not_read, read_hook, run_hooks_of
from dbt_playbooks.backfill.checks.shape import another
from dbt_playbooks.interface import HookText, Model, Window


def told(*hooks: str) -> bool:
    return bool(not_read(as_written(*hooks)))


@pytest.mark.parametrize(
    "hook",
    [
        "insert into {{ this }} select * from later",
        "INSERT INTO {{this}} values (1)",
        "update {{- this -}} set a = 1",
        "update {{ this.schema }}.{{ this.identifier }} set a = 1",
        "update {{ this.database }}.{{ this.schema }}.{{ this.table }} set a = 1",
        "update {{ this.name }} set a = 1",
        "update {{ this.include(database=false) }} set a = 1",
        "update {{ this.render() }} set a = 1",
        "update {{ this.quote(identifier=false) }} set a = 1",
        "update main.events set a = 1",
        "update Events set a = 1",
        "merge into {{ this }} as t using late as s on t.id = s.id when matched then update set a = s.a",
        "truncate table {{ this }}",
        "copy {{ this }} from 'more.csv'",
        "with late as (select 1 as a) insert into {{ this }} select a from late",
        "{% if true %}update {{ this }} set a = 1{% endif %}",
        "{# for all #} update {{ this }} set a = 1",
        "-- once\nupdate {{ this }} set a = 1",
        "update {{ this }} set a = {{ value }}",
        "delete from {{ this }} where a = (select max(a) from {{ this }})",
        "delete from {{ this }} where exists (select 1 from gone where gone.id = events.id)",
        "delete from {{ this }} using gone where gone.id = events.id",
        "delete from {{ this }} where day < '{{ var('start_date') }}'",
        "delete from {{ this }} wher ( a",
        "update {{ ref('events') }} set a = 1",
        "alter table other rename to events",
        "alter table {{ this }} rename to other",
        "alter table {{ this }} alter column a type integer",
        "copy {{ this }} to 'all.csv'; update {{ this }} set a = 1",
        'update {{ ref("shop", "events") }} set a = 1',
        "update {{ source('own', 'events') }} set a = 1",
    ],
)
def test_a_hook_that_writes_into_its_own_table_is_found(hook: str) -> None:
    assert changes(hook)


@pytest.mark.parametrize(
    "hook",
    [
        "insert into other select * from {{ this }}",
        "alter table {{ this }} add column a integer",
        "copy {{ this }} to 'all.csv'; select 1",
        "insert into audit.events_log select 'events'",
        "insert into audit.events select * from {{ this }}",
        "update other set a = (select max(a) from {{ this }})",
        "update {{ this.schema }}.other set a = 1",
        "update {{ this.type }} set a = 1",
        "update {{ ref('other') }} set a = 1",
        "merge into other using {{ this }} as s on other.id = s.id when matched then update set a = s.a",
        "delete from {{ this }} where a is null",
        "copy {{ this }} to 'all.csv'",
        "copy (select * from {{ this }}) to 'all.parquet' (format parquet)",
        "select * from {{ this }}",
        "create index i on {{ this }} (a)",
        "grant select on {{ this }} to reader",
        "-- update {{ this }} set a = 1\nselect 1",
        "{# update {{ this }} #}",
        "{{ log('done') }}",
        "",
    ],
)
def test_other_hooks_are_none_of_its_business(hook: str) -> None:
    assert changes(hook) is None


def test_a_model_with_an_alias_is_known_by_its_name() -> None:
    aliased = '"shop"."main"."other"'
    for hook in ("update {{ ref('events') }} set a = 1", "update {{ this.include(database=false) }} set a = 1"):
        assert changes(hook, relation=aliased)
    assert changes("update {{ this.include(database=false) }} set a = 1", relation="other")
    assert changes("update {{ ref('another') }} set a = 1", relation=aliased) is None


def test_each_statement_of_each_hook_is_read_and_told_in_a_line() -> None:
    assert changes("select 1; update {{ this }}\n  set a = 1; select 2") == f"update {OWN} set a = 1"
    assert changes("select 1", "update {{ this }} set a = 1") == f"update {OWN} set a = 1"
    assert changes("insert into other select ';'", "select 1;") is None
    long = changes("update {{ this }} set " + ", ".join(f"column_{n} = {n}" for n in range(20)))
    assert long is not None
    assert len(long) == 80


@pytest.mark.parametrize(
    ("hook", "found"),
    [
        ("merge into {{ this }} using late on magic matched as ever", True),
        ("/* late */ merge into {{ this }} using late on magic matched as ever", True),
        ("merge into Main.Events using late on magic matched as ever", True),
        ("merge into other using late on magic matched as ever", False),
        ("update {{ this }} sett a :: = 1 )", True),
        ("with late as (select 1) insert into {{ this }} selekt ( from", True),
        ("\n insert into {{ this }} selekt ( from", True),
        ("truncate {{ this }} ( restart", True),
        ("copy {{ this }} from ( nowhere", True),
        ("vacuum {{ this }} ( fully", False),
        ("select ( update from {{ this }}", False),
        ("with late as (select 1)\n update {{ this }} sett ( a", True),
        ("updated {{ this }} sett ( a", False),
    ],
)
def test_a_statement_that_cannot_be_read_is_judged_by_its_first_word_and_its_names(hook: str, found: bool) -> None:
    assert bool(changes(hook)) == found


def test_names_as_bigquery_quotes_them() -> None:
    def said(hook: str, relation: str = "`shop-1`.`main`.`events`") -> bool:
        return bool(changes(hook, adapter="bigquery", relation=relation))

    assert said("insert into `shop-1.main.events` (a) values (1)")
    assert said("insert into {{ this }} (a) values (1)")
    assert said("update {{ this.schema }}.{{ this.name }} set a = 1 where true")
    assert not said("insert into `shop-1.other.events` (a) values (1)")
    assert said("merge into `shop-1`.main.events using late on magic matched as ever")
    assert said("merge into {{ this }} using late on magic matched as ever")


def test_a_relation_of_two_parts_has_its_name_alone() -> None:
    assert changes("update {{ this.name }} set a = 1", relation="main.events")
    assert changes("update {{ this.table }} set a = 1", relation="main.events")
    assert changes("update {{ this.include(database=false) }} set a = 1", relation="main.events")
    assert changes("update {{ this.schema }}.{{ this.identifier }} set a = 1", relation="main.events")
    assert changes("update {{ this.schema }} set a = 1", relation="main.events") is None
    assert changes("update {{ this.database }}.x set a = 1", relation="main.events") is None


@pytest.mark.parametrize(
    ("hook", "adapter", "found"),
    [
        ("set TimeZone = 'Europe/Berlin'", "duckdb", True),
        ("select 1; RESET search_path", "duckdb", True),
        ("use other", "duckdb", True),
        ("pragma default_null_order = 'nulls_first'", "duckdb", True),
        ("set threads = 4", "duckdb", False),
        ("set session memory_limit = '1GB'", "duckdb", False),
        ("set variable n = 1", "duckdb", False),
        ("update other set a = 1", "duckdb", False),
        ("declare n int64; set n = 1; select n", "bigquery", False),
        ("set @@time_zone = 'Europe/Berlin'", "bigquery", True),
    ],
)
def test_hooks_that_set_what_sql_means(hook: str, adapter: str, found: bool) -> None:
    relation = OWN if adapter == "duckdb" else "`shop`.`main`.`events`"
    assert bool(hook_that_sets(as_written(hook, adapter=adapter, relation=relation), adapter)) == found


@pytest.mark.parametrize(
    ("hook", "found"),
    [
        ("create or replace macro twice(x) as 2 * x", True),
        ("select 1; drop table if exists main.copied", True),
        ("alter table main.other add column n integer", True),
        ("update main.audit set runs = runs + 1", True),
        ("merge into other using x on magic matched as ever", True),
        ("insert into main.audit select 1", False),
        ("delete from {{ this }} where amount < 0", False),
        ("select 1", False),
        ("{{ this }}", False),
    ],
)
def test_hooks_that_chunks_cannot_run_side_by_side(hook: str, found: bool) -> None:
    assert hooks_in_each_others_way(as_written(hook), model(), "duckdb") == found
    assert not hooks_in_each_others_way(as_written(hook), model(strategy="microbatch"), "duckdb")


@pytest.mark.parametrize(
    "hook",
    [
        "{{ update_late_rows(this) }}",
        "  {{- maintain() -}} ",
        "/* late */ {{ maintain() }}",
        "insert into {{ target_of('x') }} select 1",
        "update {{ audited('other') }} set a = 1",
        "merge into {{ audited('other') }} using x",
        "truncate {{ audited('other') }}",
        "TRUNCATE TABLE {{ audited('other') }}",
        "update {{ ref(name) }} set a = 1",
        "truncate {{ ref('other', v=2) }}",
        "{% do prepare() %}{{ maintain() }}",
        "select 1; {{ maintain() }}",
        "{% do maintain() %}",
        "insert into raw.{{ table_of('x') }} select 1",
        "select {{ maintain() }}",
        "delete from {{ audited('other') }}",
    ],
)
def test_a_hook_that_is_wholly_jinja_is_told(hook: str) -> None:
    assert told(hook)
    # DuckDB lets one transaction at a time do what it may do
    assert hooks_in_each_others_way(as_written(hook), model(), "duckdb")


@pytest.mark.parametrize(
    "hook",
    [
        "insert into audit.log select {{ run_started_at }}",
        "update {{ this }} set a = {{ value }}",
        "{{ this }}",
        "{# {{ maintain() }} #}",
        "update {{ ref('other') }} set a = 1",
        "update {{ ref('shop', 'other') }} set a = 1",
        "merge into {{ source('raw', 'other') }} using x",
        "",
    ],
)
def test_a_hook_of_which_the_statement_can_be_seen_is_not_told(hook: str) -> None:
    assert not told(hook)


def test_hooks_are_told_once_in_order_with_whose_they_are() -> None:
    hooks = as_written("{{ b() }}", "{{ a() }}", "select 1", "{{ b() }}")
    assert not_read([*hooks, replace(hooks[1], owner="orders")]) == [
        f"{owner}: these hooks can't be read before they run: {listed}. "
        "One that writes to what a model reads, or to a model's table, would do so more often than in one run of dbt"
        for owner, listed in (("events (models/events.sql)", "{{ b() }}, {{ a() }}"), ("orders", "{{ a() }}"))
    ]


def changed(hook: Hook) -> str | None:
    found = hook_that_changes([hook], [model()], "duckdb")
    return found[1] if found else None


def test_a_hook_that_was_rendered_is_read_as_what_it_became() -> None:
    hook = rendered("{{ keep(ref('other')) }}", f"insert into {OWN} select 1", "select 2; select 3")
    assert hook.statements == (f"insert into {OWN} select 1", "select 2", "select 3")
    assert not hook.unread
    assert changed(hook) == f"insert into {OWN} select 1"
    # a source that is named as the model is another table
    other = rendered("insert into {{ source('raw', 'events') }} select 1", 'insert into "shop"."raw"."events" select 1')
    assert changed(other) is None
    nothing = rendered("{{ log('done') }}", "")
    assert (nothing.statements, nothing.unread) == ((), False)


def test_branches_are_read_as_they_are_written_where_jinja_may_take_another_one() -> None:
    written = "{% if late() %}update {{ this }} set a = 1{% endif %}"
    assert changed(rendered(written, "")) is None
    asking = read_hook("duckdb", place(), HookText(written, ("",), asks=True))
    assert changed(asking) == f"update {OWN} set a = 1"
    by_window = "{% if var('start_date') > '2024-03' %}update {{ this }} set a = 1{% endif %}"
    assert changed(rendered(by_window, "")) == f"update {OWN} set a = 1"


def test_a_hook_that_becomes_another_in_another_window_depends_on_it() -> None:
    assert rendered("{{ keep() }}", "select 1", other=("select 2",)).varies
    assert not rendered("{{ keep() }}", "select 1").varies
    assert rendered("select '{{ var('start_date') }}'", "select ''").varies
    assert read_hook("duckdb", place(), HookText("{{ keep() }}", ("select 1", "select 2"), by_first_run=True)).varies
    # what goes row by row goes with each chunk, too, unless one run would not do it
    at_first = HookText("{{ clear(this) }}", ("select 1", f"delete from {OWN} where amount < 0"), by_first_run=True)
    assert changed(replace(read_hook("duckdb", place(), replace(at_first, by_first_run=False)), is_after=True)) is None
    assert changed(replace(read_hook("duckdb", place(), at_first), is_after=True))
    assert changed(
        replace(read_hook("duckdb", place(), replace(at_first, by_first_run=False, asks=True)), is_after=True)
    )
    cleared = rendered(
        "{{ clear(this) }}", f"delete from {OWN} where day < '1'", other=(f"delete from {OWN} where day < '2'",)
    )
    assert changed(cleared)


def test_what_is_deleted_before_a_chunk_was_written_by_the_chunk_before() -> None:
    (last,) = as_written("delete from {{ this }} where amount < 0")
    assert changed(last) is None
    assert changed(replace(last, place=1_000_000.0, is_after=False, owner="on-run-end")) is None
    for other in (
        replace(last, is_after=False),
        replace(last, owner="others (models/others.sql)"),
        replace(last, place=-1.0, is_after=False, owner="on-run-start"),
    ):
        assert changed(other) == f"delete from {OWN} where amount < 0"


def test_what_is_said_against_a_model_with_such_hooks() -> None:
    def said(hook: str, **of: str) -> str | None:
        found = against_hooks(as_written(hook, **of), [model(**of)], "duckdb")
        return found[1] if found else None

    assert said("update {{ this }} set a = 1") == (
        f"a hook changes its own table (update {OWN} set a = 1): it would run with each chunk, and once in one run of dbt. "
        "Do it in the model's SQL, or by hand when the backfill is complete."
    )
    once = said("update {{ this }} set a = 1", strategy="microbatch")
    assert "it would run with each command, and once in one run of dbt" in str(once)
    assert said("use other") == (
        "a hook changes what SQL means (use other), and chunks are checked without that. Set it in the profile, or in sql_header."
    )
    assert said("update other set a = 1") is None


def test_a_hook_that_writes_into_the_table_of_another_model_is_found() -> None:
    other = replace(model('"shop"."main"."other"'), unique_id="model.shop.other", name="other")
    found = against_hooks(as_written("update main.other set a = 1"), [model(), other], "duckdb")
    assert found is not None
    assert found[1].startswith("a hook changes the table of other (update main.other set a = 1)")


def test_a_delete_by_a_function_that_sees_more_is_no_delete_by_row() -> None:
    hooks = as_written("delete from {{ this }} where main.is_last(day)")
    assert hook_that_changes(hooks, [model()], "duckdb") is None
    assert hook_that_changes(hooks, [model()], "duckdb", {"is_last"})


def test_a_sql_header_may_set_what_sql_means_and_change_nothing_else() -> None:
    def header(sql: str) -> list[Hook]:
        return hooks_of(
            Rendered(""), replace(model(), config={"sql_header": sql}), [Window("2024-01-01", "2024-01-31")]
        )  # type: ignore[arg-type]

    assert against_hooks(header("set TimeZone = 'UTC'; create temp macro f(x) as x"), [model()], "duckdb") is None
    assert against_hooks(header(f"insert into {OWN} select 1"), [model()], "duckdb")
    # beside another model it would be set for that, too
    zone, two = header("set TimeZone = 'UTC'"), [model(), model('"shop"."main"."others"')]
    assert against_hooks(zone, two, "duckdb") == (
        zone[0],
        "its sql_header changes what SQL of other models and of hooks means, too (set TimeZone = 'UTC'). "
        "Fill it by a command of its own, or set that in the profile.",
    )
    assert against_hooks(header("set @@time_zone = 'UTC'"), two, "bigquery") is None
    before = replace(as_written("create or replace table x as select 1")[0], place=-0.5, is_after=False)
    assert against_hooks([before, *zone], [model()], "duckdb")
    assert against_hooks([replace(before, place=0.5), *zone], [model()], "duckdb") is None
    assert against_hooks([replace(before, statements=("select 1",)), *zone], [model()], "duckdb") is None
    assert against_hooks(header("create temp macro f(x) as x"), two, "duckdb") is None
    assert not hooks_in_each_others_way(header("create temp macro f(x) as x"), model(), "duckdb")


@pytest.mark.parametrize(
    ("hook", "found"),
    [
        ("delete from main.log where a = 1", True),
        ("insert or replace into main.log select 1", True),
        ("insert into main.log select 1 on conflict do nothing", True),
        ("truncate table main.log", True),
        ("prepare p as insert into main.log select 1", False),
        ("prepare p as update main.log set n = 1", True),
        ("create temp table lk as select 1", False),
        ("create table lk as select 1", True),
        ("load json", False),
        ("delete from {{ this }} where a in (select a from main.log)", False),
    ],
)
def test_what_conflicts_beside_threads(hook: str, found: bool) -> None:
    assert hooks_in_each_others_way(as_written(hook), model(), "duckdb") == found


@pytest.mark.parametrize(
    "hook",
    [
        "create search index i on {{ this }} (all columns)",
        "create or replace row access policy p on {{ this }} grant to ('group:a') filter using (true)",
        "alter table {{ this }} set options (labels = [('a', 'b')])",
        "alter table {{ this }} alter column a set options (description = 'x')",
        "alter table {{ this }} alter column a drop not null",
        "alter table {{ this }} add primary key (a) not enforced",
    ],
)
def test_what_changes_no_row_may_be_done_with_each_chunk(hook: str) -> None:
    assert changes(hook, adapter="bigquery", relation="`shop`.`main`.`events`") is None


def test_a_hook_that_asks_the_warehouse_is_told() -> None:
    asking = read_hook(
        "duckdb",
        place(),
        HookText("{{ tidy(this) }}", ("select 1",)),
        HookText("{{ tidy(this) }}", ("select 1",), asks=True),
    )
    assert not_read([asking]) == [
        "events (models/events.sql): these hooks ask the warehouse what to do: {{ tidy(this) }}. "
        "One that writes to what a model reads, or to a model's table, would do so more often than in one run of dbt"
    ]
    assert not hooks_in_each_others_way([asking], model(), "duckdb")


class Rendered:
    """A project of which one model has a hook that does something in one window only."""

    adapter_type = "duckdb"

    def __init__(self, special: str, asks: bool = False) -> None:
        self.special, self.asks = special, asks
        self.seen: list[Window] = []
        self.count = 1
        self.later = ""

    def hooks(self, _: Model, window: Window, later: bool = False) -> list[HookText]:
        sql = f"update {OWN} set a = 1" if window.start_date == self.special else "select 1"
        if later:
            sql = self.later or sql
        else:
            self.seen.append(window)
        return [HookText("{{ tidy(this) }}", (sql,), asks=self.asks)] * self.count

    def run_hooks(self, kind: str, window: Window, _: object, later: bool) -> list[HookText]:
        varying = window.start_date if kind == self.special else ""
        return [HookText(kind, (f"select 1 {varying}", *([self.later] if later and self.later else [])))]


@pytest.mark.parametrize("number", [0, 1, 5, 9])
def test_hooks_are_looked_at_in_several_windows(number: int) -> None:
    windows = [Window(f"2024-01-{day:02}", f"2024-01-{day:02}") for day in range(1, 11)]
    project: Any = Rendered(windows[number].start_date)
    hooked = replace(model(), config={"post-hook": ["{{ tidy(this) }}"]})
    (hook,) = hooks_of(project, hooked, windows)
    assert hook.varies
    assert hook_that_changes([hook], [hooked], "duckdb")
    assert hooks_of(project, model(), windows) == []


def test_a_hook_that_is_another_at_another_moment_holds_the_time() -> None:
    project: Any = Rendered("")
    hooked = replace(model(), config={"post-hook": ["{{ tidy(this) }}"]})
    windows = [Window("2024-01-01", "2024-01-31")]
    assert [(hook.by_moment, hook.varies) for hook in hooks_of(project, hooked, windows)] == [(False, False)]
    project.later = "select 2"
    assert [(hook.by_moment, hook.varies) for hook in hooks_of(project, hooked, windows)] == [(True, False)]


def test_hooks_that_ask_are_looked_at_in_two_windows() -> None:
    windows = [Window(f"2024-01-{day:02}", f"2024-01-{day:02}") for day in range(1, 11)]
    project: Any = Rendered(windows[1].start_date, asks=True)
    (hook,) = hooks_of(project, replace(model(), config={"pre-hook": ["{{ tidy(this) }}"]}), windows)
    assert (hook.asks, hook.varies) == (True, False)
    assert project.seen == [windows[0], another(windows[0])]


def test_when_hooks_run_and_whose_they_are() -> None:
    config = {"pre-hook": ["{{ a() }}", "{{ b() }}"], "post-hook": ["{{ c() }}"], "sql_header": "select 1"}
    project: Any = Rendered("")
    project.count = 3
    windows = [Window("2024-01-01", "2024-01-31")]
    found = hooks_of(project, replace(model(), config=config), windows, number=4)
    assert [(hook.place, hook.each, hook.is_after, hook.is_header) for hook in found] == [
        (3.5, "chunk", False, False),
        (3.5, "chunk", False, False),
        (4.5, "chunk", True, False),
        (3.8, "chunk", False, True),
    ]
    batches = hooks_of(project, replace(model(strategy="microbatch"), config=config), windows)
    assert [(hook.place, hook.each) for hook in batches] == [
        (-0.5, "command"), (-0.5, "command"), (0.5, "command"), (-0.2, "chunk"),
    ]  # fmt: skip
    assert {hook.owner for hook in (*found, *batches)} == {"events (models/events.sql)"}
    runs = run_hooks_of(project, [model()], windows[0])
    assert [(hook.varies, hook.by_moment) for hook in runs] == [(False, False), (False, False)]
    project.later, project.special = "select 2", "on-run-end"
    assert [hook.varies for hook in run_hooks_of(project, [model()], windows[0])] == [False, True]
    assert [hook.by_moment for hook in run_hooks_of(project, [model()], windows[0])] == [True, True]
    assert [(hook.owner, hook.place, hook.each) for hook in runs] == [
        ("on-run-start", -1, "command"),
        ("on-run-end", 1_000_000, "command"),
    ]


def test_what_is_set_when_a_command_ends_changes_nothing_more() -> None:
    project: Any = Rendered("")
    start, end = (
        replace(hook, statements=("reset timezone",))
        for hook in run_hooks_of(project, [], Window("2024-01-01", "2024-01-31"))
    )
    assert against_hooks([start], [model()], "duckdb")
    assert against_hooks([end], [model()], "duckdb") is None
