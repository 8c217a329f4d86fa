"""Which hooks change what models of a selection read, from plain text: the project is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from dbt_playbooks.backfill.checks.effects import CATALOG, Thing, things_of_plan, things_read, trees
from dbt_playbooks.backfill.checks.feeding import Feeding, hooks_that_feed
from dbt_playbooks.backfill.checks.hooks import Hook, Place, read_hook
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.impact.reading.own_chances import chances_of
from dbt_playbooks.interface import HookText, Model, Rendering, Window

JANUARY = Window("2024-01-01", "2024-01-31")
READS = "select * from raw.orders join main.seen using (id) where file in (select n from read_csv('in/a.csv')) and b in (select n from 'b*.parquet')"


def model(name: str, materialized: str = "incremental") -> Model:
    return Model(
        unique_id=f"model.shop.{name}", name=name, path=f"models/{name}.sql", relation=f'"shop"."main"."{name}"',
        materialized=materialized, strategy=None, config={}, checksum="", raw_code="", filters=(),
    )  # fmt: skip


class Project:
    """`events` reads READS, of which `main.seen` is a view over `deep.inside`, and `asked.about` in its Jinja; the view `of_events` and the
    table `later` read it. `daily` reads `of.daily` after it."""

    def __init__(self, adapter_type: str = "duckdb", more: str = "") -> None:
        self.adapter_type = adapter_type
        self.sql = {"events": READS + more, "daily": "select * from of.daily, main.events"}
        self.compiled = 0

    def compile(self, of: Model, window: Window) -> str:
        assert window == JANUARY
        self.compiled += 1
        return self.sql[of.name]

    def rendered(self, of: Model, _: Window, incremental: bool, *_more: bool) -> Rendering:
        asked = f"select max(id) from asked.{'about' if incremental else 'at_first'}"
        return Rendering(self.sql[of.name], (asked,) if of.name == "events" else ())

    def tables_read(self, of: Model, queries: Sequence[str]) -> list[str] | None:
        if queries != [self.sql[of.name]]:
            behind = {
                "SELECT MAX(id) AS id FROM audit.log_of_runs": ["shop.audit.log"],
                "SELECT COUNT(*) FROM audit.seen_events": ["shop.main.events"],
            }
            return behind.get(queries[0].removeprefix("(").removesuffix(")"), [])
        found = {
            "events": ["shop.raw.orders", "shop.deep.inside", *["read_csv()"] * 2, "range()"],
            "daily": ["shop.of.daily"],
        }
        behind_views = {"behind.file": "read_parquet()", "behind.catalog": "duckdb_columns()"}
        found["events"] += [what for view, what in behind_views.items() if view in queries[0]]
        return found[of.name] if self.adapter_type == "duckdb" else None

    def descendants(self, _: Sequence[Model]) -> list[Model]:
        return [model("of_events", "view"), model("later", "table"), model("next"), model("inner", "ephemeral")]


def fed(*hooks: Hook, adapter: str = "duckdb", more: str = "") -> str | None:
    project: Any = Project(adapter, more)
    targets = [Target(model(name), "day", "UTC") for name in ("events", "daily")]
    found = hooks_that_feed(project, targets, hooks, JANUARY).against
    return found[1] if found else None


def hook(sql: str, varies: bool = False, place: float = -0.5, each: str = "chunk") -> Hook:
    others = [HookText(sql, (sql + " ",))] if varies else []
    return read_hook("duckdb", Place("events (a.sql)", place, each), HookText(sql, (sql,)), *others)


@pytest.mark.parametrize(
    "sql",
    [
        "insert into raw.orders select 1",
        "insert into orders select 1",
        "insert into shop.raw.orders select 1",
        "update main.seen set id = 1",
        "update deep.inside set id = 1",
        "delete from deep.inside where id = 1",
        "merge into raw.orders using x on raw.orders.id = x.id when matched then delete",
        "truncate table deep.inside",
        "copy raw.orders from 'more.csv'",
        "alter table raw.orders add column a integer",
        "create or replace table deep.inside as select max(id) as id from events",
        "create or replace table raw.orders as select * from main.of_events",
        "create or replace view deep.inside as select * from inner",
        "copy (select 1) to 'in/a.csv'",
        "insert into asked.about select 1",
        "insert into asked.at_first select 1",
        "copy (select 1) to 'in' (partition_by (a))",
        "copy (select 1) to 'bcd.parquet'",
        "prepare p as insert into raw.orders select 1",
        "create or replace table deep.inside as select count(*) as id from information_schema.tables",
        "create or replace table deep.inside as select count(*) as id from duckdb_tables()",
        "create or replace table deep.inside as select id + 1 as id from deep.inside",
        "call refresh('raw.orders')",
        "execute later_on(main.events)",
        "update raw.orders sett a :: = 1 )",
    ],
)
def test_what_models_read_is_changed(sql: str) -> None:
    assert fed(hook(sql)) == (
        f"a hook changes with each chunk what models of the selection read: {sql[:80]}\n"
        "A chunk, or the next command, would find other rows there than one run of dbt does. "
        "Make it in a model of its own, or run it by hand before or after."
    )


@pytest.mark.parametrize(
    "sql",
    [
        "insert into audit.log select count(*) from events",
        "insert into other.orders select 1",
        "create or replace table deep.inside as select 1 as id",
        "create or replace table deep.inside as select * from main.later",
        "create or replace table deep.inside as select * from main.next",
        "create table copied as select * from events",
        "create or replace macro twice(x) as 2 * x",
        "drop table if exists deep.inside",
        "set variable n = 1",
        "set variable n = (select max(id) from raw.customers)",
        "set threads = 4",
        "copy events to 'out/c.csv.gz'",
        "copy (select 1) to 'out/c.parquet'",
        "set variable n = (select max(id) from events)",
        "set variable n = nextval('s')",
        "select * from raw.orders",
        "with a as (select 1) select * from a",
        "grant select on raw.orders to reader",
        "call refresh('audit')",
        "",
    ],
)
def test_what_models_read_stays(sql: str) -> None:
    assert fed(hook(sql)) is None


@pytest.mark.parametrize(
    "sql",
    [
        "create index i on raw.orders (id)",
        "create schema if not exists orders",
        "create schema raw",
        "create macro orders(x) as x",
    ],
)
def test_what_holds_no_rows_is_none_of_the_tables_of_its_name(sql: str) -> None:
    assert fed(hook(sql)) is None


READS_A_VARIABLE = " and v = getvariable('n')"


@pytest.mark.parametrize(
    "sql",
    [
        "set variable n = (select max(id) from events)",
        "set variable n = (select max(id) from shop.main.of_events)",
        "set variable n = getvariable('n') + 1",
        "set variable n = nextval('s')",
        "set variable N = (select count(*) from information_schema.tables)",
    ],
)
def test_a_variable_that_models_read_is_another_with_each_chunk(sql: str) -> None:
    assert fed(hook(sql), more=READS_A_VARIABLE)
    assert fed(hook(sql), more=" and v = getvariable(name)")
    assert fed(hook(sql), more=" and v = getvariable('m')") is None


@pytest.mark.parametrize(
    "sql",
    [
        "create or replace table deep.inside as select 1 as id",
        "drop table if exists deep.inside",
        "create or replace macro twice(x) as 2 * x",
        "set variable n = 1",
    ],
)
def test_what_is_made_anew_of_fixed_things_may_be_read_unless_it_varies(sql: str) -> None:
    more = READS_A_VARIABLE + " and twice(id) > 2"
    assert fed(hook(sql), more=more) is None
    assert fed(hook(sql, place=-1, each="command"), more=more) is None
    assert fed(hook(sql, varies=True), more=more)
    # a chunk would read it as it was, the next one as it is
    assert fed(hook(sql, place=0.5), more=more)
    assert fed(hook(sql, place=1_000_000, each="command"), more=more)
    assert fed(hook("select 1"), hook("insert into audit.log select 1", varies=True), more=more) is None


@pytest.mark.parametrize("value", ["now()", "uuid()", "random()", "current_date"])
def test_what_holds_the_time_is_another_with_each_chunk(value: str) -> None:
    assert fed(hook(f"set variable n = {value}"), more=READS_A_VARIABLE)
    assert fed(hook(f"create or replace table deep.inside as select {value} as id"))
    assert fed(hook(f"create or replace table audit.log as select {value} as id")) is None
    written = hook("set variable n = 1")
    assert fed(replace(written, by_moment=True), more=READS_A_VARIABLE)


def test_what_a_model_leaves_for_a_later_one_is_not_there_when_rows_are_compared() -> None:
    made = hook("create or replace table of.daily as select 1 as id", place=0.5)
    assert fed(made) is None
    assert fed(replace(made, is_after=True))


def test_what_a_later_model_alone_reads_may_be_made_before_that() -> None:
    assert fed(hook("create or replace table of.daily as select 1 as id", place=0.5)) is None
    assert fed(hook("create or replace table of.daily as select 1 as id", place=1.5))
    assert fed(hook("create or replace table deep.inside as select 1 as id", place=0.9))


def test_the_same_may_be_made_again_by_a_later_model() -> None:
    made, more = "create or replace macro twice(x) as 2 * x", " and twice(id) > 2"
    assert fed(hook(made), hook(made, place=0.5), more=more) is None
    assert fed(hook(made), hook(made.replace("2", "3"), place=0.5), more=more)
    assert fed(hook(made, place=0.5), hook(made, place=0.6), more=more)


def test_statements_run_in_the_order_in_which_they_stand() -> None:
    log = "create or replace temp table audit.log as select 1"
    assert fed(hook(f"{log}; {CHAIN}")) is None
    assert fed(hook(f"{CHAIN}; {log}"))


CHAIN = "create or replace table deep.inside as select count(*) as id from audit.log"


def test_what_it_is_made_from_counts_as_read() -> None:
    assert fed(hook(CHAIN)) is None
    assert fed(hook(CHAIN), hook("insert into audit.log select 1", place=0.5))
    assert fed(hook("insert into audit.log select 1", place=-1), hook(CHAIN))
    assert fed(hook("create or replace temp table audit.log as select 1", varies=True), hook(CHAIN))
    assert fed(hook("create or replace temp table audit.log as select 1"), hook(CHAIN)) is None
    assert fed(hook("create or replace temp table audit.log as select 1", place=0.5), hook(CHAIN))
    chain = [
        hook("create or replace table audit.log as select 1 from win"),
        hook("create or replace table win as select * from events"),
    ]
    assert fed(*chain, hook(CHAIN))
    assert fed(
        hook("set variable n = (select max(id) from audit.log)"),
        hook("insert into audit.log select 1"),
        more=READS_A_VARIABLE,
    )
    macro = hook("create or replace macro twice(x) as (select max(id) from audit.log)")
    assert fed(macro, more=" and twice(id) > 2") is None
    assert fed(macro, hook("insert into audit.log select 1"), more=" and twice(id) > 2")
    assert fed(hook("create or replace macro twice(x) as (select max(id) from main.events)"), more=" and twice(id) > 2")


def test_hooks_that_make_tables_of_each_other_are_read_to_an_end() -> None:
    one = hook("create or replace table deep.inside as select * from audit.log")
    other = hook("create or replace table audit.log as select * from deep.inside")
    # the first reads what the second left there before
    assert fed(one, other)


def test_views_are_looked_behind() -> None:
    behind = hook("create or replace table deep.inside as select max(id) as id from audit.log_of_runs")
    assert fed(behind) is None
    assert fed(behind, hook("insert into audit.log select 1"))
    assert fed(hook("create or replace table deep.inside as select count(*) from audit.seen_events"))
    assert fed(hook("set variable n = (select count(*) from audit.seen_events)"), more=READS_A_VARIABLE)


def test_a_sequence_that_models_read_and_hooks_move() -> None:
    reads = " and id = currval('s')"
    for sql in ("select nextval('s')", "insert into audit.log select nextval('s')", "create or replace sequence s"):
        assert fed(hook(sql), more=reads)
        assert fed(hook(sql)) is None


@pytest.mark.parametrize(
    ("written", "read", "meet"),
    [
        ("hist/m.parquet", "hist/*", True),
        ("out", "out/**/*.parquet", True),
        ("out", "*/x.parquet", True),
        ("hist/m.parquet", "hist/", True),
        ("./hist/m.parquet", "hist/m.parquet", True),
        ("hist/m.parquet", "other/m.parquet", False),
        ("m_out.parquet", "raw.parquet", False),
        ("m_out.parquet", "in/*.parquet", False),
        ("m_out.parquet", "*.parquet", True),
        ("out", "output/a.csv", False),
        ("of_jinja/m.csv", "hist/x.csv", True),
    ],
)
def test_files_meet_by_their_paths(written: str, read: str, meet: bool) -> None:
    assert (
        bool(fed(hook(f"copy (select 1) to '{written}'"), more=f" and c in (select c from read_csv('{read}'))")) == meet
    )


@pytest.mark.parametrize(
    ("hook_sql", "read", "meet"),
    [
        ("copy (select 1) to 'counts'", "from read_csv('counts')", True),
        ("copy (select 1) to 'counts'", "from read_csv('others')", False),
        ("copy (select 1) to 'counts'", "from read_csv('cou*')", True),
        ("copy (select 1) to 'counts'", "from read_csv(['x', 'counts'])", True),
        ("copy (select 1) to 'counts'", "from t where name = 'counts'", False),
        ("copy (select 1) to 'file:///tmp/x.csv'", "from read_csv('/tmp/x.csv')", True),
        ("copy (select 1) to '/tmp/x.csv'", "from read_csv('file:/tmp/x.csv')", True),
        ("copy (select 1) to 'counts.csv'", "from read_csv('cou' || 'nts.csv')", True),
        ("copy (select 1) to 'counts.csv'", "from read_parquet(getvariable('p'))", True),
        ("copy (select 1) to 'counts.csv'", "from read_csv(['x.csv', 'counts.csv'])", True),
        ("copy (select 1) to 'counts.csv'", "from read_csv(['x.csv', 'y.csv'])", False),
        ("copy (select 1) to 'counts.csv'", "from glob(concat('*', '.csv'))", True),
        ("copy (select 1) to (getvariable('p'))", "from read_csv('x.csv')", True),
        ("export database 'exp'", "from read_csv('exp/m.csv')", True),
        ("export database 'exp' (format csv)", "from read_csv('other/m.csv')", False),
        ("attach 'aux.duckdb' as aux", "from aux.t", False),
        ("attach or replace 'aux.duckdb' as \"AUX\"", "from aux.main.t", False),
        ("copy from database other to aux", "from aux.t", True),
        ("copy from database other to aux", "from third.t", False),
    ],
)
def test_files_and_databases_meet_by_their_names(hook_sql: str, read: str, meet: bool) -> None:
    more = f" and c in (select c {read})"
    assert bool(fed(hook(hook_sql), more=more)) == meet
    # what is another database for each chunk is another table
    if hook_sql.startswith("attach"):
        assert fed(hook(hook_sql, varies=True), more=more)
        assert fed(hook(hook_sql, place=0.5), more=more)
        assert not fed(hook(hook_sql, varies=True), more=more.replace("aux", "third"))


@pytest.mark.parametrize(
    "read",
    [
        "from information_schema.columns",
        "from duckdb_tables()",
        "from pragma_table_info('audit.log')",
        "from (show tables)",
        "from pg_class",
        "from behind.catalog",
    ],
)
def test_the_catalogue_shows_what_hooks_make(read: str) -> None:
    more = f" and n = (select count(*) {read})"
    for sql in (
        "create table if not exists audit.x (a int)",
        "alter table audit.log add column a int",
        "create schema s",
        "drop index i",
    ):
        assert fed(hook(sql, place=0.5), more=more), sql
    assert fed(hook("insert into audit.log select 1", place=0.5), more=more) is None
    assert fed(hook("create table audit.x (a int)", place=0.5), more=" and n in (from duckdb_settings())") is None


def test_files_behind_views_have_no_names() -> None:
    copied = hook("copy (select 1) to 'counts.csv'", place=0.5)
    assert fed(copied, more=" and n in (from behind.file)")
    assert fed(hook("insert into audit.log select 1", place=0.5), more=" and n in (from behind.file)") is None


@pytest.mark.parametrize(
    ("names", "sql", "files"),
    [
        (["read_csv()"], "select * from read_csv('a.csv')", 0),
        (["read_csv()", "read_csv()"], "select * from read_csv('a.csv'), seen", 1),
        (["read_csv()"], "with a as (select * from read_csv('a.csv')) select * from seen", 1),
        (["read_csv()"], "with a as (select * from read_csv('a.csv')) select * from a", 0),
        (["read_csv()", "shop.main.a.b"], 'select * from "a.b", seen', 1),
        (["read_csv()"], "select * from 'a.csv'", 0),
        (["range()", "shop.main.t"], "select * from t, range(3)", 0),
    ],
)
def test_files_that_a_query_does_not_name_are_behind_something(names: list[str], sql: str, files: int) -> None:
    things = list(things_of_plan(names, trees(sql, "duckdb"), "duckdb"))
    assert things.count(Thing("file", ())) == files


@pytest.mark.parametrize(
    ("name", "is_catalog"),
    [
        ("information_schema.tables", True),
        ("shop.information_schema.columns", True),
        ("pg_views", True),
        ("pg_catalog.pg_class", True),
        ("duckdb_columns", True),
        ("shop.__tables__", True),
        ("raw.pg_views", False),
        ("stg_pg_views", False),
        ("my_pg_classes", False),
        ("raw.duckdb_downloads", False),
        ("raw.information_schema", False),
        ("`region-eu`.INFORMATION_SCHEMA.JOBS_BY_PROJECT", False),
        ("`region-eu`.INFORMATION_SCHEMA.TABLE_STORAGE_USAGE_TIMELINE", False),
        ("`region-eu`.INFORMATION_SCHEMA.TABLE_STORAGE", True),
    ],
)
def test_names_of_the_catalogue(name: str, is_catalog: bool) -> None:
    dialect = "bigquery" if "`" in name else "duckdb"
    (tree,) = trees(f"select * from {name}", dialect)
    assert (CATALOG in things_read(tree, dialect)) == is_catalog


@pytest.mark.parametrize("sql", ["show tables", "from (SHOW TABLES)", "from (table seen), (Describe t)"])
def test_statements_that_ask_the_catalogue(sql: str) -> None:
    (tree,) = trees(sql, "duckdb")
    assert CATALOG in things_read(tree, "duckdb")


def test_a_schema_that_is_dropped_takes_its_tables_along() -> None:
    assert fed(hook("drop schema raw cascade"))
    assert fed(hook("drop schema if exists shop.deep cascade"))
    assert fed(hook("drop database shop"))
    assert fed(hook("drop schema scratch cascade")) is None
    assert fed(hook("create schema raw")) is None


def test_what_chance_makes_is_another_with_each_chunk() -> None:
    functions = [{"name": "coin", "definition": "random() < 0.5"}]
    views = [
        {
            "path": ["shop", "main", "tossed"],
            "definition": "create view main.tossed as select * from audit.log where coin()",
        }
    ]
    chances = chances_of(functions, views, "duckdb")
    for query in (
        "select id from audit.log using sample 10 rows",
        "select id from audit.log where coin()",
        "select id from main.tossed",
    ):
        made = hook(f"create or replace table deep.inside as {query}")
        project: Any = Project()
        targets = [Target(model("events"), "day", "UTC")]
        assert hooks_that_feed(project, targets, [made], JANUARY, chances).against, query
    plain = hook(
        "create or replace table deep.inside as select id from audit.log using sample reservoir(10 rows) repeatable (1)"
    )
    assert fed(plain) is None


def test_that_hooks_make_what_models_read_is_told() -> None:
    project: Any = Project()
    targets = [Target(model("events"), "day", "UTC")]
    made = hook("create or replace table deep.inside as select 1 as id")
    assert hooks_that_feed(project, targets, [made], JANUARY) == Feeding(None, made=True)
    other = hook("create or replace table deep.outside as select 1 as id")
    assert hooks_that_feed(project, targets, [other], JANUARY) == Feeding(None, made=False)


def test_names_that_jinja_writes_may_be_any_table() -> None:
    def said(written: str) -> bool:
        text = HookText(written, error="no such macro")
        return bool(fed(read_hook("duckdb", Place("events", -0.5, "chunk"), text), more=READS_A_VARIABLE))

    assert said("insert into {{ table_of('x') }} select 1")
    assert said("insert into raw.{{ table_of('x') }} select 1")
    assert said("insert into {{ schema_of('x') }}.orders select 1")
    assert said("create or replace table deep.inside as select * from {{ table_of('x') }}")
    assert said("set variable n = (select max(id) from {{ table_of('x') }})")
    assert not said("insert into {{ schema_of('x') }}.log select 1")
    assert not said("create or replace table deep.inside as select {{ value() }} as id")


def test_on_bigquery_names_are_read_as_they_are_written() -> None:
    assert fed(hook("insert into `shop.raw.orders` (id) values (1)"), adapter="bigquery")
    assert fed(hook("update deep.inside set id = 1 where true"), adapter="bigquery") is None
    # a variable of a script is over when that ends
    assert fed(hook("set n = 1", varies=True), adapter="bigquery") is None


def test_models_are_compiled_only_where_a_hook_changes_something() -> None:
    project: Any = Project()
    targets = [Target(model("events"), "day", "UTC")]
    assert hooks_that_feed(project, targets, [hook("select 1")], JANUARY) == Feeding()
    assert project.compiled == 0
    assert hooks_that_feed(project, targets, [hook("update audit set a = 1")], JANUARY) == Feeding()
    assert project.compiled == 1


def test_the_hook_is_told_as_it_is_written_on_one_line_and_how_often_it_runs() -> None:
    written = "{{ kept(\n  'a' * 200) }}" + " " * 3 + "-- " + "x" * 100
    text = HookText(written, ("insert into raw.orders select 1",))
    found = fed(read_hook("duckdb", Place("on-run-start", -1, "command"), text))
    line = " ".join(written.split())[:80]
    assert str(found).startswith(f"a hook changes with each command what models of the selection read: {line}\n")
