"""A backfill on the BigQuery emulator, from its first chunk to its report."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from .conftest import FILTERED, MERGED, MODELS, MONTHS, PROJECT, RANGE, TOKEN, Shop, each_model

ID = "user_events_backfill_2024"
# The playbook's two queries that watch a backfill, as they are; only the dataset is added.
MONITORING = f"""
SELECT
  status,
  COUNT(*) as partition_count,
  SUM(rows_processed) as total_rows
FROM {{backfill_checkpoints}}
WHERE backfill_id = '{ID}'
GROUP BY status;
"""
FAILED_PARTITIONS = f"""
SELECT date_processed, error_message
FROM {{backfill_checkpoints}}
WHERE backfill_id = '{ID}'
  AND status = 'failed'
ORDER BY date_processed;
"""

# What an error may hold at its worst, as BigQuery spells it in a literal, and as people should read it.
NASTY = r"""it\'s "broken" in C:\\new\\table\nsecond line: größer, 日本語, `tick`, {braces} and a token: """ + TOKEN
READABLE = 'it\'s "broken" in C:\\new\\table\nsecond line: größer, 日本語, `tick`, {braces} and a token: *****'
FAILING_IN_FEBRUARY = MERGED + FILTERED + f"and if(extract(month from day) = 2, cast(error('{NASTY}') as bool), true)"


@pytest.mark.parametrize("model", each_model())
def test_the_target_holds_exactly_the_rows_of_the_source_and_follows_it_when_it_shrinks(shop: Shop, model: str) -> None:
    shop.model(model)
    said = shop.run(model, *RANGE)
    assert said.code == 0, said.err
    assert shop.rows(model) == shop.rows("events")
    assert shop.checkpoints() == [(month, "completed") for month in MONTHS]
    assert f"{model}: 180 rows from 2024-01-11 to 2024-03-10, no day is missing." in said.err

    # an emptied first day of the range, one row less, and changes on both sides of the range's ends
    shop.sql("delete from {events} where day = '2024-02-01' or id = 100")
    shop.sql("update {events} set amount = 99 where day in ('2024-01-31', '2024-02-10', '2024-02-20', '2024-02-21')")
    inside = "day between '2024-02-01' and '2024-02-20'"
    outside = shop.rows(model, f"not ({inside})")
    said = shop.run(model, "--start", "2024-02-01", "--end", "2024-02-20")
    assert said.code == 0, said.err
    assert shop.rows(model, inside) == shop.rows("events", inside)
    assert shop.rows(model, f"not ({inside})") == outside

    said = shop.run(model, *RANGE, "--reprocess", "all")
    assert said.code == 0, said.err
    assert shop.rows(model) == shop.rows("events")
    assert "1 day without rows: 2024-02-01" in said.err


@pytest.mark.slow
@pytest.mark.parametrize("model", ["overwritten", "batched"])
def test_a_chunk_of_a_day_replaces_that_day_only(shop: Shop, model: str) -> None:
    shop.model(model)
    days = ("--start", "2024-02-28", "--end", "2024-03-01", "--chunk", "day")
    assert shop.run(model, *days).code == 0
    assert [day for day, _ in shop.checkpoints()] == ["2024-02-28", "2024-02-29", "2024-03-01"]
    shop.sql("delete from {events} where day in ('2024-02-28', '2024-02-29')")
    assert shop.run(model, "--start", "2024-02-29", "--end", "2024-02-29", "--chunk", "day").code == 0
    assert dict(shop.sql(f"select cast(day as string), count(*) from {{{model}}} group by 1")) == {
        "2024-02-28": 3,
        "2024-03-01": 3,
    }


def test_the_command_line_runs_and_the_playbooks_queries_watch_it(shop: Shop) -> None:
    shop.model("merged")
    words = ["backfill", "run", "merged", *RANGE, "--id", ID, "--json"]
    said = subprocess.run(
        [sys.executable, "-m", "dbt_playbooks", *words], cwd=shop.folder, capture_output=True, text=True, timeout=120
    )
    assert said.returncode == 0, said.stderr
    events = [json.loads(line) for line in said.stdout.splitlines()]
    assert [event["event"] for event in events] == [
        "run_started",
        *["chunk_started", "chunk_completed"] * 3,
        "run_ended",
    ]
    assert [event["rows"] for event in events if event["event"] == "chunk_completed"] == [63, 87, 30]
    assert shop.sql(MONITORING) == [("completed", 3, 180)]
    assert shop.sql(FAILED_PARTITIONS) == []


def test_a_chunk_that_fails_is_recorded_readably_and_mended_by_the_next_run(shop: Shop) -> None:
    shop.model("merged", FAILING_IN_FEBRUARY)
    said = shop.run("merged", *RANGE, "--id", ID)
    assert said.code == 1, said.err
    assert "1 failed" in said.err
    [(day, message)] = shop.sql(FAILED_PARTITIONS)
    assert str(day) == "2024-02-01"
    assert READABLE in _without_dbts_indent(message)
    assert TOKEN not in said.err + said.out
    assert sorted(shop.sql(MONITORING)) == [("completed", 2, 93), ("failed", 1, None)]
    assert shop.rows("merged") == shop.rows("events", "extract(month from day) != 2")
    [status] = shop.status(ID)
    assert [READABLE in _without_dbts_indent(failure["error"]) for failure in status["failed"]] == [True]

    shop.model("merged")
    said = shop.run("merged", *RANGE, "--id", ID)
    assert said.code == 0, said.err
    assert shop.sql(MONITORING) == [("completed", 3, 180)]
    assert shop.rows("merged") == shop.rows("events")


def _without_dbts_indent(message: str) -> str:
    return message.replace("\n  ", "\n")


def test_a_plan_shows_what_each_chunk_would_cost_and_changes_nothing(shop: Shop) -> None:
    shop.model("merged")
    said = shop.start("backfill", "plan", "merged", *RANGE).said()
    assert said.code == 0, said.err
    assert {"bytes", "cost"} <= set(said.out.replace("┃", " ").split())
    assert "3 chunks would scan" in said.out
    said = shop.start("backfill", "plan", "merged", *RANGE, "--json").said()
    plan = json.loads(said.out)
    # figures are BigQuery's to give: this server always says 0
    assert [type(chunk["estimated_bytes"]) for chunk in plan["chunks"]] == [int] * 3
    assert isinstance(plan["estimated_cost"], float)
    tables = shop.sql(f"select table_name from `{PROJECT}`.`{shop.dataset}`.INFORMATION_SCHEMA.TABLES")
    assert tables == [("events",)]


def test_a_limit_that_holds_lets_the_run_begin(shop: Shop) -> None:
    shop.model("merged")
    said = shop.run("merged", *RANGE, "--max-bytes", "1000000000", "--max-cost", "1")
    assert said.code == 0, said.err
    assert shop.rows("merged") == shop.rows("events")


@pytest.mark.slow
@pytest.mark.parametrize("model", each_model())
def test_chunks_at_the_same_time_fill_the_target_and_it_compares_equal_to_its_source(shop: Shop, model: str) -> None:
    shop.model(model)
    parallel = ("--chunk", "5 day", "--threads", "4", "--compare-to", f"{shop.dataset}.events")
    said = shop.run(model, *RANGE, *parallel)
    assert said.code == 0, said.err
    assert f"compared to {shop.dataset}.events by chunk: no difference." in said.err
    assert shop.rows(model) == shop.rows("events")
    shop.sql("delete from {events} where day = '2024-02-29'")
    said = shop.run(model, *RANGE, *parallel)
    assert said.code == 1, said.err
    assert "2024-02-25 to 2024-02-29: 15 rows here, 12 there" in said.err


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("*", "id, dya", "does not run, so nothing was begun"),
        (
            "unique_key='id'",
            "unique_key='idd'",
            "returns no column 'idd', which its unique_key names. It returns: id, day",
        ),
    ],
)
def test_what_cannot_run_is_refused_by_a_dry_run_before(shop: Shop, before: str, after: str, says: str) -> None:
    shop.model("broken", MODELS["merged"].replace(before, after))
    said = shop.run("broken", *RANGE)
    assert said.code == 2
    assert says in said.err
    assert "broken" not in {
        name for (name,) in shop.sql(f"select table_name from `{shop.dataset}`.INFORMATION_SCHEMA.TABLES")
    }
