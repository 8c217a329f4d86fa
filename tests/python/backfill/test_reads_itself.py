"""A model that reads its own table is found however it spells it; one that only has a like name is not."""

from __future__ import annotations

import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, Shop

from dbt_playbooks.impact.reading.self_reads import reads

SPELLINGS = [
    "{{ this }}",
    "{{ this.schema }}.{{ this.identifier }}",
    "{{ this.include(database=false) }}",
    "events",
    "query_table('events')",
    "(select * from EVENTS)",
    "{{ adapter.get_relation(this.database, this.schema, this.identifier) or this }}",
]


@pytest.mark.parametrize("inside", [True, False], ids=["on incremental runs", "always"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_refused_before_anything_runs(shop: Shop, spelling: str, inside: bool) -> None:
    condition = f" and id not in (select id from {spelling})"
    if inside:
        condition = "{% if is_incremental() %}" + condition + "{% endif %}"
    shop.model("events", DELETE_INSERT + FILTERED + condition)
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert "it reads itself" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


def test_a_question_that_its_jinja_asks_of_its_own_table_is_reading_it(shop: Shop) -> None:
    asked = "{% if is_incremental() %}{% set newest = run_query('select max(id) from ' ~ this).rows[0][0] %} and id > {{ newest }}{% endif %}"
    shop.model("events", DELETE_INSERT + FILTERED + asked)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "it reads itself" in said.err


@pytest.mark.parametrize("noise", ["/* describe */ ", ""])
def test_a_question_of_its_own_table_is_found_beside_words_of_a_catalog(shop: Shop, noise: str) -> None:
    question = f"'{noise}select max(id) from ' ~ this ~ ' where exists (select 1 from information_schema.tables)'"
    asked = (
        "{% if is_incremental() %}{% set newest = run_query("
        + question
        + ").rows[0][0] %} and id > {{ newest or 0 }}{% endif %}"
    )
    shop.model("events", DELETE_INSERT + FILTERED + asked)
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert "it reads itself" in said.err


def test_a_view_of_its_own_table_is_found_beside_a_question_for_columns(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    shop.sql("create view seen as select max(id) as newest from events")
    question = "'select newest from seen, (describe raw.events) as columns limit 1'"
    asked = (
        "{% if execute %}{% set newest = run_query("
        + question
        + ").rows[0][0] %} and id > {{ newest or 0 }}{% endif %}"
    )
    shop.model("events", DELETE_INSERT + FILTERED + asked)
    said = shop.run("events", *RANGE, "--reprocess", "all")
    assert said.code == 2, said.err
    assert "it reads itself" in said.err


@pytest.mark.parametrize(
    "asking",
    [
        "load_relation(this)",
        "load_cached_relation(this)",
        "adapter.get_relation(this.database, this.schema, this.identifier)",
    ],
)
def test_reading_it_once_it_is_there_is_found_before_it_is_there(shop: Shop, asking: str) -> None:
    once = "{% if " + asking + " is not none %} and id not in (select id from {{ this }}){% endif %}"
    shop.model("events", DELETE_INSERT + FILTERED + once)
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "it reads itself" in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


def test_a_longer_name_without_quotes_is_another_table(shop: Shop) -> None:
    project = (shop.folder / "dbt_project.yml").read_text()
    shop.write("dbt_project.yml", project + "quoting: {database: false, schema: false, identifier: false}\n")
    shop.model("events_base", "select * from {{ source('raw', 'events') }}")
    shop.model("events", DELETE_INSERT + FILTERED.replace("source('raw', 'events')", "ref('events_base')"))
    shop.dbt("run", "--select", "events_base")
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("events") == []


PATH = ("shop", "main", "events")


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ('select * from "shop"."main"."events"', True),
        ("select * from main.events", True),
        ("select * from events", True),
        ("from events where x", True),
        ("select * from a where id in (select id from MAIN.EVENTS)", True),
        ("with events as (select * from events) select * from events", True),
        ("selec nonsense from main.events )", True),
        ("select * from events_base", False),
        ("select 'events' from a", False),
        ("select * from raw.events", False),
        ("with events as (select * from raw.events) select * from events", False),
        ("with recursive events as (select 1 union all select * from events) select * from events", False),
        ("selec nonsense from raw.events )", False),
    ],
)
def test_a_table_is_found_by_its_name_in_full_or_in_part(sql: str, found: bool) -> None:
    assert reads(sql, "duckdb", PATH) is found


HIDDEN = {
    "a catalog and a table": ("", " and id not in (select id from shop.events)"),
    "table": ("", " and (select count(*) from (table events)) = 0"),
    "a name put together": ("", " and id not in (select id from query('from event' || chr(115)))"),
    "a variable": ("set variable own = 'events'", " and id not in (select id from query_table(getvariable('own')))"),
    "a view that dbt does not know": (
        "create view seen as select * from main.events",
        " and id not in (select id from seen)",
    ),
    "a macro that is a table": (
        "create macro seen() as table select * from main.events",
        " and id not in (select id from seen())",
    ),
    "a macro that is a value": (
        "create macro seen(x) as exists (select 1 from main.events as e where e.id = x)",
        " and not seen(id)",
    ),
}


@pytest.mark.parametrize("there", [True, False], ids=["with a table", "on a first run"])
@pytest.mark.parametrize("case", HIDDEN)
def test_the_warehouse_is_asked_what_names_do_not_tell(shop: Shop, case: str, there: bool) -> None:
    made, condition = HIDDEN[case]
    shop.sql("create table main.events as select * from raw.events limit 0")
    header = f"{{% call set_sql_header(config) %}}{made};{{% endcall %}}" if "variable" in made else ""
    if made and not header:
        shop.sql(made)
    if not there:
        shop.sql("drop table main.events")
    shop.model("events", DELETE_INSERT + header + FILTERED + "{% if is_incremental() %}" + condition + "{% endif %}")
    said = shop.run("events", *RANGE)
    assert said.code == 2, said.err
    assert "it reads itself" in said.err


def test_a_view_of_another_table_is_no_view_of_its_own(shop: Shop) -> None:
    shop.sql("create view seen as select * from raw.events where id < 10")
    shop.model("events", DELETE_INSERT + FILTERED + " and id not in (select id from seen)")
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select count(*) from raw.events where id >= 10") == shop.sql("select count(*) from events")
