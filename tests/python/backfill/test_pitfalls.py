"""Rows 5 to 7 of what hand-written backfills get wrong: the recipe as people copy it, and ours beside it."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, STRATEGIES, Shop

RECIPE_TABLE = """
CREATE TABLE IF NOT EXISTS backfill_checkpoints (
  backfill_id VARCHAR, date_processed DATE, rows_processed BIGINT,
  status VARCHAR, error_message VARCHAR, processed_at TIMESTAMP
)
"""


def _recipe_row(status: str, rows: int, error: str | None) -> str:
    """The checkpoint as the recipe writes it: an f-string."""
    quoted = "NULL" if error is None else f"'{error}'"
    return (
        f"INSERT INTO backfill_checkpoints VALUES ('x', '2024-02-01', {rows}, '{status}', {quoted}, CURRENT_TIMESTAMP)"
    )


def test_pitfall_5_a_retry_does_not_duplicate_rows(shop: Shop, make_shop: Callable[[str], Shop]) -> None:
    insert = "INSERT INTO target SELECT * FROM raw.events WHERE event_date = '2024-02-01'"
    recipe = make_shop("recipe")
    recipe.sql("create table target as select * from raw.events limit 0")
    for _ in range(2):  # it was killed between the insert and its checkpoint, so it is run again
        recipe.sql(insert)
    assert recipe.sql("select count(*) from target") == [(6,)]

    shop.model("target", STRATEGIES["merge"])
    day = ("target", "--start", "2024-02-01", "--end", "2024-02-01", "--chunk", "day")
    assert shop.run(*day).code == 0
    shop.sql("insert into backfill_log select * replace ('running' as status, 2 as attempt) from backfill_checkpoints")
    assert shop.run(*day).code == 0
    assert shop.sql("select count(*) from target") == [(3,)]


def test_pitfall_5_an_append_model_is_refused_with_the_reason(shop: Shop) -> None:
    shop.model("target", "{{ config(materialized='incremental', incremental_strategy='append') }}\n" + FILTERED)
    said = shop.run("target", *RANGE)
    assert said.code == 2
    assert "its strategy is append, so a chunk that is run again would duplicate its rows" in said.err


def test_pitfall_6_an_apostrophe_in_an_error_does_not_lose_the_failure(
    shop: Shop, make_shop: Callable[[str], Shop]
) -> None:
    recipe = make_shop("recipe")
    recipe.sql(RECIPE_TABLE)
    with pytest.raises(duckdb.ParserException):
        recipe.sql(_recipe_row("failed", 0, "Could not convert string 'it's 1' to INT32"))
    assert recipe.sql("select count(*) from backfill_checkpoints") == [(0,)]

    shop.model("target", DELETE_INSERT + FILTERED.replace("*", "* replace (cast(note as integer) as amount)"))
    assert shop.run("target", *RANGE).code == 1
    messages = shop.sql("select error_message from backfill_checkpoints where status = 'failed'")
    assert len(messages) == 3
    assert all("Could not convert string 'it's " in message for (message,) in messages)


def test_pitfall_7_a_retried_chunk_is_counted_once(shop: Shop, make_shop: Callable[[str], Shop]) -> None:
    count = "select sum(rows_processed) from backfill_checkpoints"
    recipe = make_shop("recipe")
    recipe.sql(RECIPE_TABLE)
    for _ in range(2):
        recipe.sql(_recipe_row("completed", 87, None))
    assert recipe.sql(count) == [(174,)]

    shop.model("target", STRATEGIES["merge"])
    for _ in range(2):
        assert shop.run("target", *RANGE, "--reprocess", "all").code == 0
    assert shop.sql(count) == [(273,)]
    assert shop.sql("select count(*) from backfill_log where status = 'completed'") == [(6,)]
