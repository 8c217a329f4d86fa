"""Queries of a window: none that the reader lets pass may depend on where the window ends. DuckDB itself is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dbt_playbooks.impact.reading import UnreadableError, parse
from dbt_playbooks.impact.reading.by_window import read_by_window
from impact.window_queries import Queries, adds_up, warehouse, window

F = "event_date >= date '<first>' and event_date < date '<after>'"
CUT = f"select * from ev where {F}"


def _queries(name: str) -> list[str]:
    lines = (Path(__file__).parent / "queries" / f"{name}.sql").read_text().splitlines()
    return [line for line in lines if not line.startswith("--")]


def _sql(query: str) -> str:
    query = query.replace("{cut}", CUT).replace("{f}", F)
    query = re.sub(r"\{by ([^}]+)\}", r"\1 >= date '<first>' and \1 < date '<after>'", query)
    return re.sub(r"\{at ([^}]+)\}", r"\1 >= timestamp '<first>' and \1 < timestamp '<after>'", query)


def _doubts(query: str, dialect: str = "duckdb") -> tuple[str, ...]:
    return read_by_window(*(parse(window(query, first, first + 2), dialect) for first in (0, 2)), dialect).doubts


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    with warehouse() as connection:
        yield connection


@pytest.mark.parametrize("query", _queries("keep_to_one_date"))
def test_a_query_that_keeps_to_one_date_leaves_no_doubt(tables: duckdb.DuckDBPyConnection, query: str) -> None:
    assert _doubts(_sql(query)) == ()
    assert adds_up(tables, _sql(query))


@pytest.mark.parametrize("query", _queries("depend_on_the_window"))
def test_a_query_whose_rows_depend_on_the_window_is_doubted(tables: duckdb.DuckDBPyConnection, query: str) -> None:
    assert _doubts(_sql(query))
    assert not adds_up(tables, _sql(query))


def test_a_tree_that_is_another_for_the_next_window_is_doubted() -> None:
    one, other = (window(_sql("{cut}"), first, first + 2) for first in (0, 2))
    assert read_by_window(parse(one, "duckdb"), parse(other + " and id % 2 = 0", "duckdb"), "duckdb").doubts
    assert read_by_window(parse(one, "duckdb"), parse(other + " limit 3", "duckdb"), "duckdb").doubts
    assert read_by_window(parse(one, "duckdb"), parse(other.replace("ev", "ev_2", 1), "duckdb"), "duckdb").doubts


def test_a_sample_is_doubted() -> None:
    assert _doubts(_sql("select * from (select * from ev tablesample 3 rows) where {f}")) == ("a sample of a table",)


@pytest.mark.parametrize("part", range(4))
def test_what_leaves_no_doubt_is_the_same_window_by_window(tables: duckdb.DuckDBPyConnection, part: int) -> None:
    _hold(tables, range(part * 250, (part + 1) * 250))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(40))
def test_what_leaves_no_doubt_is_the_same_in_many_queries(tables: duckdb.DuckDBPyConnection, part: int) -> None:
    _hold(tables, range(10_000 + part * 500, 10_000 + (part + 1) * 500))


def _hold(tables: duckdb.DuckDBPyConnection, seeds: range) -> None:
    clean = 0
    for seed in seeds:
        query = Queries(seed).query()
        try:
            tables.execute(window(query, 0, 2)).fetchall()
            doubts = _doubts(query)
        except (duckdb.Error, UnreadableError):
            # not each query that chance makes is one
            continue
        if not doubts:
            clean += 1
            assert adds_up(tables, query), f"seed {seed}: {query}"
    assert clean > len(seeds) / 25


TIMESTAMPS = "ts >= timestamp '<first> 00:00:00+00' and ts < timestamp '<after> 00:00:00+00'"
BIGQUERY_GOOD = [
    "select date(ts) as d, count(*) as n from t where {f} group by d",
    "select extract(date from ts) as d, count(*) as n from t where {f} group by 1",
    "select datetime_trunc(datetime(ts), day) as d, count(*) as n from t where {f} group by 1",
    "select timestamp_trunc(ts, hour) as d, count(*) as n from t where {f} group by 1",
    "select ts, approx_count_distinct(x) as n from t where {f} group by ts",
    "select ts, x from t, unnest(t.items) as x where {f}",
    "select * except (k) from t where {f}",
]
BIGQUERY_BAD = [
    "select timestamp_trunc(ts, day, 'America/New_York') as d, count(*) from t where {f} group by 1",
    "select date(ts, 'America/New_York') as d, count(*) from t where {f} group by 1",
    "select date(datetime(ts, 'Asia/Tokyo')) as d, count(*) from t where {f} group by 1",
    "select 1 as k, hll_count.init(x) as h from t where {f}",
    "select 'a' as k, array_concat_agg(x) as c from t where {f}",
    "select 'a' as k, my_own_aggregate(x) as c from t where {f}",
    "select *, row_number() over (partition by 1 order by id) as n from t where {f}",
    "select distinct * except (ts) from t where {f}",
    "select as struct ts, x from t where {f}",
]


@pytest.mark.parametrize("query", BIGQUERY_GOOD)
def test_bigquerys_sql_that_keeps_to_one_date_leaves_no_doubt(query: str) -> None:
    assert _doubts(query.replace("{f}", TIMESTAMPS), "bigquery") == ()


@pytest.mark.parametrize("query", BIGQUERY_BAD)
def test_bigquerys_sql_that_does_not_is_doubted(query: str) -> None:
    assert _doubts(query.replace("{f}", TIMESTAMPS), "bigquery")


def test_days_of_a_moment_are_days_of_the_window_on_one_clock_alone() -> None:
    query = "select cast(ts as date) as d, count(*) from t where ts >= timestamptz '<first> 00:00:00+00' and ts < timestamptz '<after> 00:00:00+00' group by 1"
    trees = [parse(window(query, first, first + 2), "duckdb") for first in (0, 2)]
    assert read_by_window(*trees, "duckdb", utc=True).doubts == ()
    assert read_by_window(*trees, "duckdb", utc=False).doubts
