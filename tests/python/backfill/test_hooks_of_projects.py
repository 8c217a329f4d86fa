"""Hooks of whole projects: read as dbt renders them, whatever names and macros stand in between; and nothing of a rehearsal stays."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, MICROBATCH, RANGE, Shop, hooked

from dbt_playbooks.interface import HookText, Options, Window
from dbt_playbooks.project import open_project

OWN = "a hook changes its own table"
FEEDS = "a hook changes with each chunk what models of the selection read"
LOOKED_UP = FILTERED + " and id not in (select id from {{ source('raw', 'looked_up') }})"


def _sources(shop: Shop, *more: str) -> None:
    file = shop.folder / "models/raw.yml"
    shop.write("models/raw.yml", file.read_text() + "".join(f"      - {each}\n" for each in more))


def _on_run(shop: Shop, kind: str, *hooks: str) -> None:
    project = (shop.folder / "dbt_project.yml").read_text()
    shop.write("dbt_project.yml", project + f"{kind}:\n" + "".join(f'  - "{hook}"\n' for hook in hooks))


@pytest.mark.parametrize(
    "macro",
    [
        "insert into {{ this }} select * from {{ this }} where false",
        "{% do run_query('insert into ' ~ this ~ ' (id) values (-1)') %}",
        "{% if is_incremental() %}update {{ this }} set amount = 1{% endif %}",
        "update {{ this.schema }}.{{ 'ev' ~ 'ents' }} set amount = 1",
    ],
)
def test_a_macro_that_writes_into_the_models_own_table_is_refused(shop: Shop, macro: str) -> None:
    shop.write("macros/maintained.sql", "{% macro maintained() %}" + macro + "{% endmacro %}")
    shop.model("events", hooked("{{ maintained() }}") + FILTERED)
    said = shop.run("events", *RANGE)
    assert (said.code, OWN in said.err) == (2, True), said.err
    assert shop.sql("select count(*) from duckdb_tables() where schema_name = 'main'") == [(0,)]


def test_a_source_that_is_named_as_the_model_is_another_table(shop: Shop) -> None:
    _sources(shop, "{name: audited, identifier: log}")
    shop.sql("create table raw.log (n bigint)")
    shop.model("audited", hooked("insert into {{ source('raw', 'audited') }} select 1") + FILTERED)
    said = shop.run("audited", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select count(*) from raw.log") == [(3,)]


@pytest.mark.parametrize(
    ("hook", "name"),
    [
        ("update {{ this }} set amount = 1", "events"),
        ("update other set amount = 1", "events"),
        ("insert into {{ source('own', 'mine') }} (id) select 1", "events"),
        ("update main.events_v2 set amount = 1", "events"),
    ],
)
def test_a_model_under_another_name_is_known(shop: Shop, hook: str, name: str) -> None:
    head = hooked(hook)
    if "v2" in hook:
        shop.model(f"{name}_v2", head + FILTERED)
        shop.write("models/events.yml", "models: [{name: events, latest_version: 2, versions: [{v: 2}]}]\n")
    else:
        shop.model(name, head.replace("unique_key", "alias='other', unique_key") + FILTERED)
        shop.write(
            "models/own.yml", "sources: [{name: own, schema: main, tables: [{name: mine, identifier: other}]}]\n"
        )
    said = shop.run(name, *RANGE)
    assert (said.code, OWN in said.err) == (2, True), said.err


@pytest.mark.parametrize(
    "hook",
    [
        "insert into {{ source('raw', 'looked_up') }} select 1",
        "{{ kept(source('raw', 'looked_up')) }}",
        "{% set t = source('raw', 'looked_up') %}insert into {{ t }} select 1",
        "update {{ source('raw', 'looked_up').include(database=false) }} set id = id + 1",
        "call {{ 'refresh' }}_of(raw.seen)",
    ],
)
def test_a_hooks_that_feed_the_model_by_another_name_is_refused(shop: Shop, hook: str) -> None:
    _sources(shop, "{name: looked_up, identifier: seen}")
    shop.sql("create table raw.seen (id bigint)")
    shop.write(
        "macros/kept.sql",
        "{% macro kept(table) %}{% do run_query('insert into ' ~ table ~ ' values (1)') %}{% endmacro %}",
    )
    shop.model("events", hooked(hook, kind="pre_hook") + LOOKED_UP)
    said = shop.run("events", *RANGE)
    assert (said.code, FEEDS in said.err) == (2, True), said.err
    assert shop.sql("select count(*) from raw.seen") == [(0,)]


@pytest.mark.parametrize("kind", ["on-run-start", "on-run-end"])
def test_what_a_command_writes_before_or_after_is_not_read_by_the_next(shop: Shop, kind: str) -> None:
    _sources(shop, "{name: looked_up, identifier: seen}")
    shop.sql("create table raw.seen (id bigint)")
    _on_run(shop, kind, "insert into raw.seen select count(*) from raw.events", "insert into raw.log select 1")
    shop.sql("create table raw.log (n bigint)")
    shop.model("events", DELETE_INSERT + LOOKED_UP)
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert (
        f"  {kind}: a hook changes with each command what models of the selection read: insert into raw.seen"
        in said.err
    )
    shop.model("events", DELETE_INSERT + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    assert shop.sql("select count(*) from raw.log") == [(1,)]


def test_two_models_that_need_what_a_macro_makes_when_the_run_starts(shop: Shop) -> None:
    shop.write(
        "macros/make.sql",
        "{% macro make() %}{% if execute %}{% do run_query('create table if not exists main.made as select -1 as id') %}{% endif %}{% endmacro %}",
    )
    _on_run(shop, "on-run-start", "{{ make() }}")
    reads = " and id not in (select id from main.made)"
    shop.model("events", DELETE_INSERT + FILTERED + reads)
    shop.model(
        "later",
        MERGE + "select * from {{ ref('events') }} where {{ dbt_playbooks.backfill_filter('event_date') }}" + reads,
    )
    said = shop.run("events", "later", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == shop.difference("later") == []


CLOCKS = (
    "modules.datetime.datetime.now()", "modules.datetime.datetime.utcnow().isoformat()", "modules.datetime.datetime.today()",
    "modules.datetime.datetime.now(modules.pytz.timezone('Asia/Tokyo'))", "run_started_at.strftime('%f')",
)  # fmt: skip


@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("hidden", ["start_date", None])
def test_a_clock_excuses_no_window_that_a_macro_hides(shop: Shop, clock: str, hidden: str | None) -> None:
    day = f"{{{{ var('dbt_playbooks_' ~ '{hidden}', '2024-01-01') }}}}" if hidden else "1970-01-01"
    shop.write(
        "macros/cleared.sql",
        f"{{% macro cleared() %}}delete from {{{{ this }}}} where event_date < date '{day}' and '{{{{ {clock} }}}}' > ''{{% endmacro %}}",
    )
    shop.model(
        "events", hooked("{{ cleared() }}", f"delete from {{{{ this }}}} where '{{{{ {clock} }}}}' = ''") + FILTERED
    )
    said = shop.run("events", *RANGE)
    assert (said.code, OWN in said.err) == ((2, True) if hidden else (0, False)), said.err


LEAVING = {
    "behind a comment": "-- all\ncommit; create table main.left_behind as select 1 as a; /* now */ commit",
    "by a macro": "{% do run_query('create table main.left_behind as select 1 as a; commit') %}",
    "by a macro alone": "create table main.left_behind as select 1 as a; {% do run_query('commit') %}",
    "a file": "{% do run_query(\"copy (select 1 as a) to 'left.csv'\") %}",
    "a file behind a comment": "/* out */ copy (select 1 as a) to 'left.csv'",
}


@pytest.mark.parametrize("case", LEAVING)
def test_nothing_of_a_rehearsal_stays(shop: Shop, case: str) -> None:
    file = shop.folder / "left.csv"
    shop.write(
        "macros/left.sql", "{% macro left() %}" + LEAVING[case].replace("left.csv", str(file)) + "{% endmacro %}"
    )
    shop.write("macros/made.sql", "{% macro made() %}create or replace macro main.twice(x) as 2 * x{% endmacro %}")
    _on_run(shop, "on-run-start", "{{ left() }}", "{{ made() }}")
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "* replace (main.twice(amount) as amount)"))
    said = shop.playbooks("backfill", "plan", "events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select table_name from duckdb_tables() where schema_name = 'main'") == []
    assert not file.exists()


def test_a_hook_that_cannot_be_read_before_it_runs_is_told(shop: Shop) -> None:
    shop.write(
        "macros/noted.sql", "{% macro noted() %}{% do run_query('select a from main.made') %}select 1{% endmacro %}"
    )
    shop.model("events", hooked("create table if not exists main.made as select 1 as a", "{{ noted() }}") + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert (
        "warning: events (models/events.sql): these hooks can't be read before they run: {{ noted() }}."
    ) in said.err


def test_a_hook_that_asks_what_to_do_is_told(shop: Shop) -> None:
    shop.write(
        "macros/tidy.sql",
        "{% macro tidy() %}{% if execute %}select {{ run_query('select 1').rows[0][0] }}{% endif %}{% endmacro %}",
    )
    shop.model("events", hooked("{{ tidy() }}") + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert "warning: events (models/events.sql): these hooks ask the warehouse what to do: {{ tidy() }}." in said.err


@pytest.mark.parametrize("billed", [False, True])
def test_no_question_of_a_hook_is_sent_where_questions_are_billed(shop: Shop, billed: bool) -> None:
    shop.write(
        "macros/tidy.sql",
        "{% macro tidy() %}{% if execute %}{% set found = run_query('select 7') %}select {{ found.rows | length }}{% endif %}{% endmacro %}",
    )
    shop.model("events", hooked("{{ tidy() }}") + FILTERED)
    folder = str(shop.folder)
    with open_project(Options(project_dir=folder, profiles_dir=folder), ("events",)) as project:
        vars(project)["bills_bytes"] = billed
        (hook,) = project.hooks(project.select()[0], Window("2024-01-01", "2024-01-31"))
    assert hook == HookText("{{ tidy() }}", ("select 0",) if billed else ("select 1",), asks=True)


def test_a_model_of_which_the_jinja_asks_in_other_ways_is_run(shop: Shop) -> None:
    asks = [
        "pragma table_info('raw.events')",
        "describe raw.events",
        "explain select 1",
        "set threads = 2",
        "pragma database_list",
    ]
    asked = "".join('{% do run_query("' + each + '") %}' for each in asks)
    shop.model("events", DELETE_INSERT + "{% if execute %}" + asked + "{% endif %}" + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


def test_a_hook_that_refs_its_own_model_is_a_cycle_to_dbt(shop: Shop) -> None:
    shop.model("events", hooked("update {{ ref('events') }} set amount = 1") + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert said.err.startswith("error: models depend on each other in a cycle"), said.err
    assert "model.shop.events" in said.err


OF_RESULTS = (
    "{% for each in results %}{% if each.status == 'success' %}insert into raw.seen select 1;{% endif %}{% endfor %}"
)


def test_what_on_run_end_does_with_results_is_read(shop: Shop) -> None:
    _sources(shop, "{name: looked_up, identifier: seen}")
    shop.sql("create table raw.seen (id bigint)")
    _on_run(shop, "on-run-end", OF_RESULTS, "select '{{ schemas | join }} {{ database_schemas | length }}'")
    shop.model("events", DELETE_INSERT + LOOKED_UP)
    said = shop.run("events", *RANGE)
    assert (said.code, "  on-run-end: a hook changes with each command" in said.err) == (2, True), said.err
    shop.model("events", DELETE_INSERT + FILTERED)
    said = shop.run("events", *RANGE)
    assert (said.code, "warning" in said.err) == (0, False), said.err


@pytest.mark.parametrize(
    "macro",
    [
        "{% for each in adapter.get_columns_in_relation(this) if each.is_string() %}update {{ this }} set {{ each.name }} = 'A'; {% endfor %}",
        "{% if load_relation(this) is not none %}update {{ this }} set amount = amount + 1{% endif %}",
        "{% do adapter.truncate_relation(this) %}",
        "{% do adapter.add_query('update ' ~ this ~ ' set amount = 1', auto_begin=false) %}",
    ],
)
def test_a_hook_after_the_model_finds_its_table_and_columns(shop: Shop, macro: str) -> None:
    shop.write("macros/touched.sql", "{% macro touched() %}" + macro + "{% endmacro %}")
    shop.model("events", hooked("{{ touched() }}") + FILTERED)
    said = shop.run("events", *RANGE)
    assert (said.code, OWN in said.err) == (2, True), said.err


@pytest.mark.parametrize(
    ("kind", "hook"),
    [
        ("on-run-end", "update main.events set amount = amount + 1"),
        ("on-run-start", "drop table if exists main.events"),
    ],
)
def test_what_a_command_does_to_the_table_of_a_model_is_refused(shop: Shop, kind: str, hook: str) -> None:
    _on_run(shop, kind, hook)
    shop.model("events", DELETE_INSERT + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert f"  {kind}: a hook changes the table of events ({hook}): it would run with each command" in said.err


def test_a_hook_that_writes_into_another_model_of_the_selection_is_refused(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.model("others", hooked("update {{ ref('events') }} set amount = amount + 1") + FILTERED)
    said = shop.run("events", "others", *RANGE)
    assert said.code == 2, said.err
    assert "others (models/others.sql): a hook changes the table of events (update" in said.err


def test_what_two_hooks_do_together_is_followed(shop: Shop) -> None:
    shop.sql("create schema audit; create table audit.runs (ran date)")
    last = "set variable last_run = (select coalesce(max(ran), date '1970-01-01') from audit.runs)"
    head = DELETE_INSERT.replace(
        "unique_key", f'pre_hook="{last}", post_hook="insert into audit.runs select date \'2024-02-15\'", unique_key'
    )
    shop.model("events", head + FILTERED + " and event_date >= getvariable('last_run')")
    said = shop.run("events", *RANGE)
    assert (said.code, FEEDS in said.err) == (2, True), said.err


def test_what_hooks_read_behind_a_view_is_followed(shop: Shop) -> None:
    shop.sql(
        "create schema audit; create table audit.runs (ran date); create view audit.seen as select count(*) as n from audit.runs"
    )
    for read in ("audit.seen", "(select main.runs_so_far() as n)"):
        shop.sql("create or replace macro main.runs_so_far() as (select count(*) from audit.runs)")
        counted = f"set variable runs = (select n from {read})"
        head = DELETE_INSERT.replace(
            "unique_key",
            f'pre_hook="{counted}", post_hook="insert into audit.runs select date \'2024-02-15\'", unique_key',
        )
        shop.model("events", head + FILTERED.replace("*", "* replace (amount + getvariable('runs') as amount)"))
        said = shop.run("events", *RANGE)
        assert (said.code, FEEDS in said.err) == (2, True), said.err


def test_nothing_that_a_hook_does_by_the_adapter_is_done_by_a_plan(shop: Shop) -> None:
    shop.sql("create table main.kept as select 1 as a; create sequence main.numbers")
    macro = (
        "{% do adapter.add_query('create table main.left_behind as select 1 as a', auto_begin=false) %}"
        "{% set kept = adapter.get_relation(this.database, 'main', 'kept') %}{% if kept %}{% do adapter.drop_relation(kept) %}{% endif %}"
        "{% do run_query(\"select nextval('main.numbers')\") %}"
        "{% do run_query('with x as (select 1 as a) insert or replace into main.kept select a from x') %}"
    )
    shop.write("macros/done.sql", "{% macro done() %}{% if execute %}" + macro + "{% endif %}{% endmacro %}")
    shop.model("events", hooked("{{ done() }}", kind="pre_hook") + FILTERED)
    said = shop.playbooks("backfill", "plan", "events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select table_name from duckdb_tables() where schema_name = 'main'") == [("kept",)]
    assert shop.sql("select * from main.kept") == [(1,)]
    assert shop.sql("select nextval('main.numbers')") == [(1,)]


def test_batches_do_not_run_without_what_runs_before_them(shop: Shop) -> None:
    shop.sql("create schema audit")
    noted = "insert into audit.log select 1"
    head = MICROBATCH.replace("event_time", f'pre_hook="{noted}", event_time', 1)
    shop.model("events", head + "select * from {{ source('raw', 'events') }}")
    said = shop.run("events", *RANGE, "--chunk", "month")
    assert (said.code, "0 completed, 3 failed" in said.err) == (1, True), said.err
    shop.sql("create table audit.log (n int)")
    said = shop.run("events", *RANGE, "--chunk", "month")
    assert said.code == 0, said.err
    assert shop.sql("select count(*) from audit.log") == [(1,)]


def test_hooks_that_make_what_is_read_and_fail_are_told_before_anything_runs(shop: Shop) -> None:
    head = hooked("create or replace table main.made as select id from raw.missing", kind="pre_hook")
    shop.sql("create table main.made as select -1 as id")
    shop.model("events", head + FILTERED + " and id not in (select id from main.made)")
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert "a hook that makes what the selection reads fails when it is tried" in said.err
    assert "raw.missing" in said.err


def test_a_model_that_asks_whether_its_table_is_there_reads_itself(shop: Shop) -> None:
    asked = "{% set there = run_query(\"select count(*) from information_schema.tables where table_name = 'events'\").rows[0][0] if execute else 0 %}"
    shop.model("events", DELETE_INSERT + asked + FILTERED.replace("*", "* replace (amount + {{ there }} as amount)"))
    said = shop.run("events", *RANGE)
    assert (said.code, "it reads itself" in said.err) == (2, True), said.err
