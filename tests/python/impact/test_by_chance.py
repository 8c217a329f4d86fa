"""Which queries pick their rows by chance, and which of their columns may be others each time."""

from __future__ import annotations

import pytest
import sqlglot

from dbt_playbooks.impact.reading import parse
from dbt_playbooks.impact.reading.by_chance import (
    NONE,
    chances_of,
    columns_that_differ,
    differs_each_time,
    is_of_the_moment,
    picked_by_chance,
)

PICKS = [
    ("select * from t order by random() limit 5", "RANDOM()"),
    ("select * from t order by uuid() limit 5", "UUID()"),
    ("select * from t where random() < 0.1", "RANDOM()"),
    ("select * from t where id in (select id from t order by random() limit 5)", "RANDOM()"),
    ("select * from t where a < (select random())", "RANDOM()"),
    ("select * from t where a < (select b from (select random() as b))", "RANDOM()"),
    ("select * from (select *, random() as r from t) where r < 0.1", "RANDOM()"),
    ("select * from (select *, random() as R from t) as x where X.\"r\" < 0.1", "RANDOM()"),
    ("with c as (select *, random() as r from t), d as (select *, r * 2 as q from c) select * from d where q < 1", "RANDOM()"),
    ("with c(a, r) as (select a, random() from t) select a from c where r < 0.1", "RANDOM()"),
    ("select * from (select a, random() from t) as x(a, r) where r < 0.1", "RANDOM()"),
    ("select *, random() as r from t order by r limit 5", "RANDOM()"),
    ("select a, random() from t order by 2 limit 5", "RANDOM()"),
    ("select a, random() from t order by 2 offset 5", "RANDOM()"),
    ("select distinct on (a) a, b from t order by random()", "RANDOM()"),
    ("select a from t union all select a from u order by random() limit 5", "RANDOM()"),
    ("select * from t qualify row_number() over (partition by a order by random()) = 1", "RANDOM()"),
    ("select * from (select *, row_number() over (order by random()) as n from t) where n < 5", "RANDOM()"),
    ("select a, random() as r, count(*) from t group by 1, 2", "RANDOM()"),
    ("select count(*) from t group by floor(random() * 3)", "RANDOM()"),
    ("select a from t group by a having max(b) > random()", "RANDOM()"),
    ("select * from t join u on t.a = u.a and random() < 0.5", "RANDOM()"),
    ("select * from (select random() as r) join u using (r)", "RANDOM()"),
    ("select a, unnest(range(cast(random() * 3 as int))) from t", "RANDOM()"),
    ("select * from range(cast(random() * 3 as int))", "RANDOM()"),
    ("select * from t limit cast(random() * 3 as int)", "RANDOM()"),
    ("select * from t using sample 5 rows", "TABLESAMPLE RESERVOIR (5 ROWS)"),
    ("select * from t tablesample reservoir(5 rows)", "TABLESAMPLE RESERVOIR (5 ROWS)"),
]  # fmt: skip
PICKS += [
    (sql, "RANDOM()")
    for sql in (
        "select * from (select * from t order by random()) limit 5",
        "with c as (select * from t order by random()) select * from c limit 5",
        "select a, random() < 0.5 as r from t group by all",
        "select distinct day, random() < 0.5 as r from t",
        "select a, random() < 0.5 as r from t union select b, c from u",
        "select a, random() as r from t except select b, c from u",
        "select * from (select a, random() as r from t) natural join u",
        "select * from (select * from (select a, random() as r from t) as x) as y where y.r < 0.5",
        "with c as (select a, random() as r from t), d as (select * from c) select a from d as e where e.r < 0.5",
        "select x.a from (select a, random() as r from t) as x join u on x.r < u.b",
        "select a from (select a, random() as r from t) as x where exists (select 1 from u where u.b < x.r)",
        "select a, random() as r from t qualify row_number() over (order by r) = 1",
        "select a from (select a, r from t union all select b, random() from u) as x where x.r < 0.5",
        "with recursive c as (select a, random() as r from t union all select * from c) select a from c where r < 0.5",
    )
]
KEEPS = [
    "select uuid() as id, a.x from a join b on a.id = b.id",
    "with seen as (select * from t where id is not null) select uuid() as id, x from seen",
    "select uuid() as key, item from t cross join unnest(xs) as u(item) where item > 0",
    "select x.id from (select random() as r, id from t) as x join u on x.id = u.r where u.r > 1",
    "with c as (select a, random() as r from t) select a from c as x join u as r on r.r = x.a",
    "select a, random() as r from t union all select b, c from u",
    "with recursive c as (select a, random() as r from t union all select * from c) select a from c",
    "select a from (select a, r from t union all select b, random() from u) as x where x.a < 0.5",
    "select * from (select a, random() as r from t) as x order by x.a limit 5",
    "select a, 0 as r from t union all select b, random() from u",
    "select a from (select a, random() from t) as x(a, r) where a < 1",
    "select * from t order by id limit 5",
    "select *, random() as r from t",
    "select * from (select *, uuid() as r from t) where id < 5",
    "select *, random() as r from t order by r",
    "select a, random() as r from t order by 1 limit 5",
    "select a, random() as r from t order by a limit 5",
    "with c as (select *, random() as r from t) select *, r + 1 as s from c",
    "select a, max(random()) as r from t group by a",
    "select a, row_number() over (order by random()) as n from t",
    "select a, string_agg(b order by random()) as n from t group by a",
    "select *, random() as r from t union all select *, 0 from u",
    "select a, (select random()) as r from t",
    "select * from t where at < now()",
    "select * replace (random() as a) from t",
    "select * from t using sample reservoir(5 rows) repeatable (42)",
]


@pytest.mark.parametrize(("sql", "by"), PICKS)
def test_rows_that_chance_picks(sql: str, by: str) -> None:
    assert picked_by_chance(parse(sql, "duckdb"), "duckdb") == by


@pytest.mark.parametrize("sql", KEEPS)
def test_rows_that_chance_does_not_pick(sql: str) -> None:
    assert picked_by_chance(parse(sql, "duckdb"), "duckdb") is None


@pytest.mark.parametrize(
    ("sql", "by"),
    [
        ("select * from t where rand() < 0.1", "RAND()"),
        ("select * from t order by generate_uuid() limit 5", "GENERATE_UUID()"),
        ("select * from t tablesample system (10 percent)", "TABLESAMPLE SYSTEM (10 PERCENT)"),
        ("select a, rand() as r from t", None),
    ],
)
def test_chance_on_bigquery(sql: str, by: str | None) -> None:
    assert picked_by_chance(parse(sql, "bigquery"), "bigquery") == by


@pytest.mark.parametrize(
    ("sql", "column", "may_be_another"),
    [
        ("select a, now() as at from t", "at", True),
        ("select a, now() as at from t", "a", False),
        ("select a, now() from t", "now()", True),
        ("select a, now() as at from t", "AT", True),
        ("select a, b as at from (select a, current_timestamp as b from t)", "at", True),
        ("select a, b as at from (select a, c as b from t)", "at", False),
        ("with c as (select a, uuid() as b from t) select * from c", "b", True),
        ("select a, count(*) over (order by b) as n from t", "n", True),
        ("select a, any_value(b) as b from t group by a", "b", True),
        ("select a, own_clock(a) as n from t", "n", True),
        ("select a, a as b, b as a from t", "a", False),
        ("select a, upper(a) as b from t", "b", False),
        ("select * from t", "a", False),
        ("select a, now(), count(*) from t group by a", "now()", True),
        ("select a from t", "a", False),
    ],
)
def test_columns_that_may_be_others_each_time(sql: str, column: str, may_be_another: bool) -> None:
    assert is_of_the_moment(parse(sql, "duckdb"), column) == may_be_another


FUNCTIONS = [
    {"name": "Rnd", "definition": "random()"},
    {"name": "coin", "definition": "(rnd() < 0.5)"},
    {"name": "randomly", "definition": "x + 1"},
    {"name": "at", "definition": "now()"},
]
VIEWS = [
    {"path": "raw.late", "definition": "CREATE VIEW raw.late AS SELECT * FROM raw.Picked WHERE a > 1;"},
    {"path": "raw.picked", "definition": "CREATE VIEW raw.picked AS SELECT * FROM t ORDER BY random() LIMIT 5;"},
    {"path": "raw.tossed", "definition": "CREATE VIEW raw.tossed AS SELECT * FROM t WHERE main.coin();"},
    {"path": "raw.sampled", "definition": "CREATE VIEW raw.sampled AS SELECT * FROM t USING SAMPLE 5 ROWS;"},
    {"path": "raw.numbered", "definition": "CREATE VIEW raw.numbered AS SELECT *, random() AS r FROM t;"},
    {"path": "raw.timed", "definition": "CREATE VIEW raw.timed AS SELECT *, main.at() AS r FROM t;"},
    {"path": "raw.plain", "definition": "CREATE VIEW raw.plain AS SELECT * FROM t;"},
    {"path": "raw.broken", "definition": "CREATE VIEW raw.broken AS SELEC random( FROM;"},
]


def test_what_of_a_warehouse_is_another_each_time() -> None:
    found = chances_of(FUNCTIONS, VIEWS, "duckdb")
    assert (found.random, found.moment) == ({"rnd", "coin"}, {"rnd", "coin", "at"})
    assert {path[-1] for path in found.picking} == {"late", "picked", "tossed", "sampled"}
    assert {path[-1] for path in found.changing} == {"late", "picked", "tossed", "sampled", "numbered", "timed"}
    assert chances_of([], [], "duckdb") == NONE


@pytest.mark.parametrize(
    ("sql", "picks", "differs"),
    [
        ("select * from t where coin()", "COIN()", True),
        ("select * from raw.late", "raw.late", True),
        ("select * from t join sampled using (id)", "sampled", True),
        ("select * from raw.numbered", None, True),
        ("select at() as a from t", None, True),
        ("select * from raw.plain", None, False),
        ("select * from other.picked", None, False),
        ("create table x as select * from t using sample 5 rows", "TABLESAMPLE RESERVOIR (5 ROWS)", True),
    ],
)
def test_queries_of_functions_and_views_of_chance(sql: str, picks: str | None, differs: bool) -> None:
    found = chances_of(FUNCTIONS, VIEWS, "duckdb")
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    assert (picked_by_chance(tree, "duckdb", found), differs_each_time(tree, "duckdb", found)) == (picks, differs)
    if "t using" not in sql:
        assert picked_by_chance(tree, "duckdb") is None


def test_columns_of_which_two_readings_make_other_values() -> None:
    one, other = (
        f"with a as (select id, '{time}' as At, 1 as b from t) select * from a" for time in ("12:00", "13:00")
    )
    assert columns_that_differ(parse(one, "duckdb"), parse(other, "duckdb")) == ["at"]
    assert columns_that_differ(parse(one, "duckdb"), parse(one, "duckdb")) == []


CHANCE = ["rand()", "random()", "uuid()", "uuidv4()", "uuidv7()", "gen_random_uuid()", "generate_uuid()", "randn()"]
MOMENT = [
    "now()", "today()", "current_timestamp", "current_date", "current_time", "localtime", "localtimestamp", "get_current_timestamp()",
    "get_current_time()", "transaction_timestamp()", "txid_current()", "current_transaction_id()", "current_query_id()", "nextval('s')",
    "currval('s')", *CHANCE,
]  # fmt: skip


@pytest.mark.parametrize("call", CHANCE)
def test_each_random_number_picks(call: str) -> None:
    assert picked_by_chance(parse(f"select * from t where cast({call} as varchar) < '5'", "duckdb"), "duckdb")


@pytest.mark.parametrize("call", MOMENT)
def test_each_clock_tells_the_moment(call: str) -> None:
    assert differs_each_time(parse(f"select {call} as a", "duckdb"), "duckdb")
    assert is_of_the_moment(parse(f"select {call} as a, b from t", "duckdb"), "a")


def test_a_date_is_no_clock() -> None:
    assert not differs_each_time(parse("select date '2024-01-01' as a, upper(b) as b from t", "duckdb"), "duckdb")
    assert differs_each_time(parse("select current_datetime() as a", "bigquery"), "bigquery")


def test_queries_in_queries_are_looked_into() -> None:
    for sql in (
        "select * from ((select a from t union select a from u order by random() limit 3)) as x",
        "select * from t join (select a from u order by random() limit 3) as x using (a)",
        "select a from t intersect (select a from u where random() < 1)",
    ):
        assert picked_by_chance(parse(sql, "duckdb"), "duckdb") == "RANDOM()"
