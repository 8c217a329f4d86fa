"""Queries at random with a random number somewhere: one whose ids differ from run to run on DuckDB must be known to pick its rows by chance."""

from __future__ import annotations

from collections import Counter

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbt_playbooks.impact.reading import parse
from dbt_playbooks.impact.reading.by_chance import picked_by_chance

BASE = (
    "select id, day, random() as r from t",
    "select id, day, id as r from t",
    "select t.id, t.day, u.r from t join (select id, random() as r from t) as u on t.id = u.id",
    "select id, day, random() from t",
    "select id, day, id as r from t union all select id, day, random() from t where id < 9",
    "select *, random() as r from t",
    "(select id, day, random() as r from t) union all (select id, day, 0.5 as r from t)",
    "select id, day, r from (select random() as r, id, day from t union all by name select id, day, id as r from t) as u",
    "select * replace (random() as day), id as r from t",
)
LAYERS = (
    "select * from ({0}) as x",
    "select x.* from ({0}) as x",
    "select id, day, r from ({0}) as x",
    "select id, r as day, day as r from ({0}) as x",
    "select id, day, r from ({0}) as x(id, r, day)",
    "select * from ({0}) as x where r < 0.5",
    "select * from ({0}) as x where x.id < 9",
    "select * from ({0}) as x where day < 0.5",
    "select * from ({0}) as x order by r limit 5",
    "select * from ({0}) as x order by id limit 5",
    "select * from ({0}) as x order by 3, 1 limit 5",
    "select * from (select * from ({0}) as x order by r) as y limit 5",
    "select min(id) as id, day, max(r) as r from ({0}) as x group by day",
    "select min(id) as id, day, r < 0.5 as r from ({0}) as x group by all",
    "select min(id) as id, min(day) as day, r < 0.5 as r from ({0}) as x group by 3",
    "select distinct on (day) id, day, r from ({0}) as x order by day, r",
    "select distinct id % 3 as id, 0 as day, r < 0.5 as r from ({0}) as x",
    "select id, day, r from ({0}) as x qualify row_number() over (partition by day order by r) = 1",
    "select id, day, row_number() over (order by r, id) as r from ({0}) as x",
    "select id, day, r from ({0}) as x where id in (select id from ({0}) as y where r < 0.5)",
    "select id, day, (select max(r) from ({0}) as y) as r from t",
    "with c as ({0}) select id, day, r from c as d where d.r < 0.5",
    "with c as ({0}), d as (select * from c) select * from d",
    "with c(id, r, day) as ({0}) select id, day, r from c",
    "select x.id, x.day, y.r from ({0}) as x join t as y2 on x.id = y2.id join (select id, id as r from t) as y on y.id = x.id",
    "select x.id, x.day, x.r from ({0}) as x join t as y on y.id > x.r",
    "select x.id, x.day, x.r from ({0}) as x join (select 0.5 as r) as y on true",
    "select id, day, r from ({0}) as x union all select id, day, 0 from t",
    "select id, day, r < 0.5 as r from ({0}) as x union select id, day, true from t",
    "select * from ({0}) as x using sample 5 rows",
    "(({0}) union all (select id, day, 0.5 as r from t)) order by r limit 5",
    "(select id, day, r < 0.5 as r from ({0}) as x) union (select id, day, true from t)",
    "select * from ({0}) as x except all select id, day, 0.5 from t",
    "select * replace (r < 0.5 as r) from ({0}) as x",
    "select * exclude (r), r as r from ({0}) as x",
    "select id, day, s.v as r from (select id, day, {{'v': r}} as s from ({0}) as x) as y where s.v < 0.5",
    "with c as (select * from ({0}) as x order by r), d as (select * from c limit 5) select * from d",
    "select id, day, r from ({0}) as x order by all limit 5",
    "select x.id, x.day, x.r from ({0}) as x, lateral (select 1 where x.r < 0.5) as l",
    "select id, day, r from ({0}) as x where columns('r') < 0.5",
    "with recursive c as (select id, day, r from ({0}) as x union all select id + 50, day, r from c where r < 0.5 and id < 50) select * from c",
    "select id, day, r from ({0}) as x, unnest(range(cast(r * 3 as int))) as u(n)",
)  # fmt: skip


def _ids(connection: duckdb.DuckDBPyConnection, sql: str) -> Counter[object]:
    return Counter(row[0] for row in connection.sql(sql).fetchall())


@settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.sampled_from(BASE), st.lists(st.sampled_from(LAYERS), min_size=1, max_size=3))
def test_rows_that_differ_from_run_to_run_are_picked_by_chance(base: str, layers: list[str]) -> None:
    sql = base
    for layer in layers:
        sql = layer.format(sql)
    connection = duckdb.connect(config={"threads": 1})  # with more, ties are chance, too
    connection.sql(
        "create table t as select cast(range as double) as id, cast(range % 7 as double) as day from range(40)"
    )
    try:
        first = _ids(connection, sql)
    except duckdb.BinderException:
        return  # an alias has fewer columns than a star gives
    if any(_ids(connection, sql) != first for _ in range(3)):
        assert picked_by_chance(parse(sql, "duckdb"), "duckdb"), sql
