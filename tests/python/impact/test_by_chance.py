"""Which queries pick their rows by chance, and which of their columns may be others each time."""

from __future__ import annotations

import pytest

from dbt_playbooks.impact.reading import parse
from dbt_playbooks.impact.reading.by_chance import (
    columns_that_differ,
    is_of_the_moment,
    of_chance,
    picked_by_chance,
    tells_the_moment,
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
KEEPS = [
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


def test_functions_of_the_warehouse_that_are_random_numbers() -> None:
    functions = [
        {"name": "Rnd", "definition": "random()"},
        {"name": "coin", "definition": "(rnd() < 0.5)"},
        {"name": "randomly", "definition": "x + 1"},
        {"name": "named", "definition": "(random + uuid)"},
    ]
    assert of_chance(functions) == {"rnd", "coin"}
    assert of_chance([]) == set()
    tree = parse("select * from t where coin()", "duckdb")
    assert picked_by_chance(tree, "duckdb") is None
    assert picked_by_chance(tree, "duckdb", {"coin"}) == "COIN()"


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
    assert tells_the_moment(parse(f"select {call} as a", "duckdb"))
    assert is_of_the_moment(parse(f"select {call} as a, b from t", "duckdb"), "a")


def test_a_date_is_no_clock() -> None:
    assert not tells_the_moment(parse("select date '2024-01-01' as a, upper(b) as b from t", "duckdb"))
    assert tells_the_moment(parse("select current_datetime() as a", "bigquery"))


def test_queries_in_queries_are_looked_into() -> None:
    for sql in (
        "select * from ((select a from t union select a from u order by random() limit 3)) as x",
        "select * from t join (select a from u order by random() limit 3) as x using (a)",
        "select a from t intersect (select a from u where random() < 1)",
    ):
        assert picked_by_chance(parse(sql, "duckdb"), "duckdb") == "RANDOM()"
