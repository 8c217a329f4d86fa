"""Random queries of both dialects, of which a column is renamed on DuckDB: whatever that changes or breaks is listed, or said not to be told.

`RENAMED_QUERIES=1000 pytest -s -o faulthandler_timeout=0 tests/python/impact/test_renamed.py` tries as many of each dialect, others each day, and prints the
shares.
"""

from __future__ import annotations

import os
import time

import pytest
import sqlglot

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.impact.reading import Out, Rest, Table, UnreadableError, parse, read

from .rename_queries import TABLES, make_query
from .rename_warehouse import Warehouse

COUNT = int(os.environ.get("RENAMED_QUERIES", "100"))
FIRST = 0 if COUNT <= 100 else int(time.time() // 86400) * 100_000
KNOWN_TABLES = ((), ("t",), ("u", "w"))
"""Which of the tables have columns that the reader does not know."""


@pytest.mark.parametrize("dialect", ["duckdb", "bigquery"])
def test_what_a_renamed_column_changes_is_listed_or_not_told(dialect, caplog):
    caplog.set_level("ERROR", "sqlglot")
    warehouse = Warehouse()
    asked = listed = wrong = not_told = 0
    missed = []
    for seed in range(FIRST, FIRST + COUNT):
        query = make_query(dialect, seed)
        # of BigQuery's SQL what it means is asked of DuckDB, in its own words
        sql = query if dialect == "duckdb" else sqlglot.transpile(query, read=dialect, write="duckdb")[0]
        before = warehouse.answer(sql)
        if before is None or warehouse.answer(sql, ("none", "none")) != before:
            continue  # DuckDB refuses it, or answers as it likes
        rows = before[1]  # of none it can't be told what a name decides
        columns = [(table, name) for table in TABLES for name in TABLES[table]]
        changed = {each for each in columns if warehouse.answer(sql, each) != before}
        for unknown in KNOWN_TABLES:
            found = lineage(query, dialect, unknown)
            for column in columns:
                if column in changed:
                    asked += 1
                    if found is None or found.unread:
                        not_told += 1
                    elif not reaches(found, column):
                        missed.append((seed, unknown, column, query))
                elif rows and not unknown and found and is_sure(found, column):
                    wrong += not warehouse.uses(sql, *column)
            if rows and not unknown and found:
                listed += sum(is_sure(found, column) for column in columns)
    assert not missed
    print(
        f"{dialect}: {asked:,} changed, none missed, {not_told:,} not told; {listed:,} listed for sure, {listed - wrong:,} of them right"
    )
    assert asked > 10 * COUNT, "the queries are tried"
    assert not_told < 0.02 * asked
    assert wrong <= 0.03 * listed


def lineage(query: str, dialect: str, unknown: tuple[str, ...]) -> Lineage | None:
    def lookup(parts):
        name = parts[-1].lower()
        known = [Out(column, {(name, column): True}) for column in TABLES.get(name, ())]
        return (name, Table([Rest(name)] if name in unknown else known)) if known else None

    try:
        return read(parse(query, dialect), dialect, lookup).lineage
    except UnreadableError:
        return None


def reaches(found: Lineage, column: tuple[str, str]) -> bool:
    stars = any(star.parent == column[0] and column[1] not in star.without for star in found.stars)
    return stars or column in found.uses or (column[0], "*") in found.uses


def is_sure(found: Lineage, column: tuple[str, str]) -> bool:
    """A union that counts its columns does not mind how they are called."""
    doubtful = column in found.doubts or (column[0], "*") in found.doubts
    return column in found.uses and not doubtful and not found.unread and found.uses[column] != ("unites",)
