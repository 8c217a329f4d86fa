"""Which macros of DuckDB see more than the values that they are given: each is made and read back as DuckDB tells it."""

from __future__ import annotations

import duckdb
import pytest

from dbt_playbooks.impact.reading.own_functions import seeing_more

OF_VALUES = (
    "half(x) as x / 2",
    "either(x, y := 3) as case when x > y and not y is null then x else coalesce(y, 0) end",
    "tidy(t) as lower(t) || '-' || t::varchar",
    "whole(x) as cast(round(abs(x), 2) as decimal(18, 2))",
    "inside(x) as x in (1, 2) or x between 4 and 5",
    "constant() as 7",
    "Half(X) as X / 2",
)
SEE_MORE = (
    "visit(c, d) as row_number() over (partition by c order by d)",
    "total(x) as sum(x) + 1",
    "all_of(x) as (select max(id) from events where id < x)",
    "listed(k) as k in (select id from events)",
    "chance(x) as x + random()",
    "clock() as current_timestamp",
    "other(x) as half(x) + 1",
    "every(x) as list_transform(x, y -> y + 1)",
    "rows_of() as table select * from events",
    "unknown(x) as list_aggregate(x, 'sum')",
    # they stand in the place of functions that the reader knows
    "date_trunc(part, d) as d",
    "last_day(d) as d",
    "coalesce_all(x) as coalesce(x, (select 1))",
)


def seen(*macros: str) -> set[str]:
    with duckdb.connect() as connection:
        connection.execute("create table events (id integer, amount integer); create macro half(x) as x / 2")
        for macro in macros:
            connection.execute(f"create or replace macro {macro}")
        rows = connection.execute(
            "select lower(function_name), array_to_string(parameters, ','), macro_definition from duckdb_functions() "
            "where function_type in ('macro', 'table_macro') and not internal"
        ).fetchall()
    return seeing_more([dict(zip(("name", "parameters", "definition"), row, strict=True)) for row in rows], "duckdb")


@pytest.mark.parametrize("made", OF_VALUES)
def test_an_expression_of_its_parameters_sees_no_more(made: str) -> None:
    assert seen(made) == set()


@pytest.mark.parametrize("made", SEE_MORE)
def test_anything_else_may_see_more(made: str) -> None:
    assert seen(made) == {made.partition("(")[0].lower()}


def test_one_of_several_of_a_name_is_enough() -> None:
    assert seen("many(x) as x, (x, y) as (select max(id) from events) + x + y") == {"many"}
