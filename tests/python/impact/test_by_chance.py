"""Which queries pick their rows by chance, and which of their columns may be others each time."""

from __future__ import annotations

import pytest
import sqlglot

from dbt_playbooks.impact.reading import parse
from dbt_playbooks.impact.reading.by_chance import picked_by_chance
from dbt_playbooks.impact.reading.chances import NONE, differs_each_time
from dbt_playbooks.impact.reading.of_the_moment import columns_that_differ, is_of_the_moment
from dbt_playbooks.impact.reading.own_chances import chances_of

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
    (sql, "UUID()" if "uuid()" in sql else "RANDOM()")
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
        "with recursive c as (select a, random() as r from t union all select * from c) select a from c",
        "with u as ((select *, random() as r from e) union all (select *, 0.5 from e)) select id from u as k where k.r < .97",
        "(select a, b + cast(random() < .005 as int) as b from e) union (select a, b from e)",
        "select * from (select * replace (random() as amount) from t) where amount < .97",
        "select * exclude (s) from (select {'r': random()} as s, * from t) where s.r < .97",
        "select a, random() as r from t except all select a, b from u",
        "with c as (select * from t order by random()), d as (select * from c limit 5) select * from d",
        "with c as (select * from t order by random()), d as (select *, row_number() over () as n from c) select * from d where n < 5",
        "select a from (select random() as r, a as a from t union all by name select b as a, c as r from u) as x where x.r < 0.5",
        "select a, random() as r from t order by all limit 5",
        "select a from (select a, random() as r from t) as x where x is distinct from null and columns(*) > 0.5",
        "select a from (select a, random() as r from t) as x where hash(x) % 2 = 0",
        "select * from ((select a, random() as r from t) union all (select b, c from u)) as t2 order by t2.r limit 3",
        "select a, r from (select a, random() as r from t) pivot (max(a) for r in (1, 2))",
        "select a from (select a, random() as r from t) as x where r.f = 1",
        "select y.b from (select a, random() as r from t) as x, lateral (select x.r as b) as y where y.b < 0.5",
        "select a, random() as r from t order by r fetch first 3 rows only",
        "select a from ((select a, random() as r from t) as x join u on x.a = u.b) where r < 5",
        "select a from ((select a, random() as r from t) as x join u on x.r < u.b)",
        "select * from ((select a, random() as r from t) order by r) as y limit 5",
        "select * from (select a, random() as r from t) as x natural join u",
        "select x.a from (select a, random() as r from t) as x join (select r from u) as y using (r)",
        "select * from (select a, random() as r from t) as x join u on true limit (select cast(max(r) as int) from (select random() as r))",
        "select a, sum(b) over w as s from t window w as (order by random())",
        "select * from ((select a, random() as r from t) limit cast(random() * 3 as int)) as x",
        "select a from u where exists (select 1 from (select a as b, random() as r from t) as x where x.r < 0.5)",
        "select a from u where (a, b) in (select a, random() from t)",
        "select * from (values (random()), (0.5)) as v(r) where r < 0.5",
        "select * from u join (values (random())) as v on v.col0 < u.a",
        "(select a, random() as r from t) order by r limit 5",
        "select x.a from (select a, random() as r from t) as x where hash(x.*) % 2 = 0",
        "select a from (select a, {'f': {'g': random()}} as s from t) as x where x.s.f.g < 0.5",
        "select a from (select *, random() as r from t) as x(a, b) where b < 0.5",
        "select b from (select a, random() as b from t union all select * from u) as x where x.c < 1",
        "select a from (select a, random() as r from t union all select b from u) as x where x.r < 1",
        "select a from t where uuid() < '8'",
        "select a from (select a, uuid() as k from t) as x where k < '8'",
        "select a from (select a, uuid() as k from t) as x join u on x.k = u.k",
        "select a from (select a, uuid() as k from t) as x qualify row_number() over (partition by a order by k) = 1",
        "select distinct a, substr(uuid(), 1, 1) as k from t",
        "select a from (select a, random() as r from t) as x, lateral (select 1 where x.r < 0.5) as y",
        "select a from (select a, random() as r from t) as x, generate_series(1, cast(x.r as int)) as g(n)",
    )
]
KEEPS = [
    "select x.a, y.b from (select a, random() as r from t) as x, lateral (select x.a + 1 as b) as y where y.b < 5",
    "select a from ((select a, random() as r from t) as x join u on x.a = u.b) where a < 5",
    "select *, random() as r from (select * from u) pivot (max(a) for b in (1, 2))",
    "select * from (with c as (select a, random() as r from t) select * from c) as x where a < 5",
    "select a, random() as r from t union all select b, c from u order by 2",
    "with b as (select *, cast(uuid() as varchar) as rk from t), x as (select rk from b group by rk) select b.id from b join x on b.rk = x.rk",
    "select a from (select a, random() as r from t) group by a having count(*) > 1",
    "select x.a from (select a, uuid() as k from t) as x join (select b, uuid() as k from u) as y using (k)",
    "select a from (select a, random() as r from t order by a) as x limit 5",
    "select x.a from (select a, random() as r from t) as x join u on hash(u.*) = x.a",
    "(select id, random() as r from t union all select id, b from u) order by id limit 5",
    "select x.a from (select a, b, random() as r from t) as x(c, d, r) where c < 5 and d < 3",
    "select * from u join (values (1)) as v(r) on v.r < u.a join (select a, random() as q from t) as x on x.a = u.a",
    "select a from (select a, {'f': b} as s, random() as r from t) as x where x.s.f < 0.5",
    "with b as (select *, uuid() as rk from t), x as (select rk, sum(k) as k from b group by rk) select b.id, x.k from b join x on b.rk = x.rk",
    "select b.id from t left join (select id, uuid() as rk from u) as b on b.id = t.id where b.rk is not null",
    "select distinct id, uuid() as sk from t",
    "select id, uuid() as sk from t union select id, b from u",
    "select id from (select id, uuid() as sk from t) join (select id, b from u) using (id)",
    "select * except (sk) from (select *, uuid() as sk from t) where day > 5",
    "select x.day from (select *, random() as r from t) as x where x.day > 5 group by x.day",
    "with c as (select *, random() as r from t), d as (select * from c where day > 5) select id, r from d",
    "select a, count(*) as n, avg(random()) as r from t group by a having count(*) > 1",
    "select uuid() as id, a.x from a join b on a.id = b.id",
    "with seen as (select * from t where id is not null) select uuid() as id, x from seen",
    "select uuid() as key, item from t cross join unnest(xs) as u(item) where item > 0",
    "select x.id from (select random() as r, id from t) as x join u on x.id = u.r where u.r > 1",
    "with c as (select a, random() as r from t) select a from c as x join u as r on r.r = x.a",
    "select a, random() as r from t union all select b, c from u",
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
        ("select k, a from (select generate_uuid() as k, rand() as r, a from t) as x where r < 0.5", "RAND()"),
        ("select generate_uuid() as id, a from t where id > 5", None),
        ("select a from (select a, rand() as r from `p.d.t`) as x join `p.d.u` as u on u.r = x.a", None),
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
    {"name": "is_live", "definition": "((uuid !~~ 'test%') OR (random = 'now()'))"},
    {"name": "tm", "definition": "SELECT v FROM raw.thousand USING SAMPLE 1 ROWS"},
    {"name": "tv", "definition": "SELECT * FROM raw.late"},
    {"name": "day_of_it", "definition": "CAST(current_date AS VARCHAR)"},
]
VIEWS = [
    {"path": ["shop", "raw", "late"], "definition": "CREATE VIEW raw.late AS SELECT * FROM raw.Picked WHERE a > 1;"},
    {
        "path": ["shop", "raw", "picked"],
        "definition": "CREATE VIEW raw.picked AS SELECT * FROM t ORDER BY random() LIMIT 5;",
    },
    {"path": ["shop", "raw", "tossed"], "definition": "CREATE VIEW raw.tossed AS SELECT * FROM t WHERE main.coin();"},
    {
        "path": ["shop", "main", "sampled"],
        "definition": "CREATE VIEW raw.sampled AS SELECT * FROM t USING SAMPLE 5 ROWS;",
    },
    {"path": ["shop", "raw", "numbered"], "definition": "CREATE VIEW raw.numbered AS SELECT *, random() AS r FROM t;"},
    {"path": ["shop", "raw", "timed"], "definition": "CREATE VIEW raw.timed AS SELECT *, main.at() AS r FROM t;"},
    {"path": ["shop", "raw", "plain"], "definition": "CREATE VIEW raw.plain AS SELECT * FROM t;"},
    {"path": ["shop", "raw", "broken"], "definition": "CREATE VIEW raw.broken AS SELEC random( FROM;"},
]


def test_what_of_a_warehouse_is_another_each_time() -> None:
    found = chances_of(FUNCTIONS, VIEWS, "duckdb")
    assert (found.random, found.moment) == ({"rnd", "coin", "tm", "tv"}, {"rnd", "coin", "at", "tm", "tv", "day_of_it"})
    assert {path[-1] for path in found.picking} == {"late", "picked", "tossed", "sampled"}
    assert {path[-1] for path in found.changing} == {"late", "picked", "tossed", "sampled", "numbered", "timed"}
    assert chances_of([], [], "duckdb") == NONE


@pytest.mark.parametrize(
    ("sql", "picks", "differs"),
    [
        ("select * from t where coin()", "COIN()", True),
        ("select * from raw.late", "raw.late", True),
        ('select * from "shop"."raw"."late"', "shop.raw.late", True),
        ("select * from late", None, False),
        ("select * from lab.sampled", None, False),
        ("select * from raw.numbered where r < 0.5", "raw.numbered", True),
        ('select * from "shop"."raw"."numbered" as x where x.r < 0.5', "shop.raw.numbered", True),
        ("select * from raw.numbered where day < 5", None, True),
        ("select * from tm()", "TM()", True),
        ("select * from tv() as x", "TV()", True),
        ("select * from t where is_live(id)", None, False),
        ("select current_localtime() as a from t", None, True),
        ("select age(b) as a from t", None, True),
        (
            "select * from query('select * from t where random() < 0.5')",
            "QUERY('select * from t where random() < 0.5')",
            False,
        ),
        ("select age(b, c) as a from t", None, False),
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
    if "t using" not in sql and "query(" not in sql:
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
