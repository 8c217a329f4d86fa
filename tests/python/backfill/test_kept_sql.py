"""The SQL of a chunk that failed is kept and named, and its error keeps its lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from shop import DELETE_INSERT, FILTERED, MICROBATCH, RANGE, STRATEGIES, Shop

from dbt_playbooks.backfill.kept_sql import file_name

FAILING = "* replace (case when id = 310 then error('no amount') else note end as note)"
MODELS = {**STRATEGIES, "microbatch": MICROBATCH + "select * from {{ source('raw', 'events') }}"}


def _kept(shop: Shop) -> list[Path]:
    return sorted(shop.folder.glob("target/dbt_playbooks/backfill/*/*"))


@pytest.mark.parametrize("strategy", MODELS)
def test_the_sql_of_a_failed_chunk_is_kept_until_the_chunk_is_completed(shop: Shop, strategy: str) -> None:
    shop.model("events", MODELS[strategy].replace("*", FAILING))
    said = shop.run("events", *RANGE, "--chunk", "month", "--json")
    assert said.code == 1
    [path] = _kept(shop)
    assert path == shop.folder / "target/dbt_playbooks/backfill/events_2024-01-01_2024-03-31_month/2024-02-01.sql"
    assert "  SQL: target/dbt_playbooks/backfill/events_2024-01-01_2024-03-31_month/2024-02-01.sql" in said.err
    ended = [
        event for event in said.events if event["event"].startswith("chunk_") and event["event"] != "chunk_started"
    ]
    assert [event["sql_path"] for event in ended] == [None, str(path), None]
    # it is what failed: whole, and for its own window
    sql = path.read_text()
    assert "2024-02-01" in sql
    assert "2024-01-01" not in sql
    with pytest.raises(Exception, match="no amount"):
        shop.sql(sql)

    shop.model("events", MODELS[strategy])
    assert shop.run("events", *RANGE, "--chunk", "month").code == 0
    assert _kept(shop) == []


def test_the_report_holds_the_whole_error_and_the_line_of_a_chunk_its_headline(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "* replace (no_such as note)"))
    shop.sql("create table events as select * from raw.events where false")
    said = shop.run("events", *RANGE)
    # the check before anything runs says it, too
    assert said.code == 2

    shop.model("events", DELETE_INSERT + FILTERED.replace("*", FAILING.replace("no amount", "one\ntwo\n\n   three")))
    said = shop.run("events", *RANGE)
    assert said.code == 1
    line, report = said.err.split("failed: 2024-02-01 to 2024-02-29\n")
    assert "failed, attempt 1: Invalid Input Error: one two three\n" in line
    assert [each.strip() for each in report.splitlines()[:4]] == [
        "Runtime Error in model events (models/events.sql)", "Invalid Input Error: one", "two", "",
    ]  # fmt: skip


def test_of_several_models_the_file_is_of_the_one_that_failed(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.model(
        "below", DELETE_INSERT + FILTERED.replace("*", FAILING).replace("source('raw', 'events')", "ref('events')")
    )
    said = shop.run("events", "below", *RANGE, "--id", "../both of them")
    assert said.code == 1
    [path] = _kept(shop)
    assert path.name == "2024-02-01_below.sql"
    assert path.parent.parent == shop.folder / "target/dbt_playbooks/backfill"
    assert "no amount" in path.read_text()


def test_a_chunk_whose_rows_lie_outside_of_its_window_has_its_sql_kept_too(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "* replace (event_date + 40 as event_date)"))
    said = shop.run("events", *RANGE)
    assert said.code == 1
    assert len(_kept(shop)) == 3


def test_a_folder_that_cannot_be_written_ends_no_run(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", FAILING))
    shop.write("target/dbt_playbooks/backfill", "in the way")
    said = shop.run("events", *RANGE, "--json")
    assert said.code == 1
    assert [event["sql_path"] for event in said.events if event["event"] == "chunk_failed"] == [None]
    assert "SQL:" not in said.err


def test_two_ids_never_get_one_folder() -> None:
    names = ["a/b", "a_b", "..", "../b", ".", "a b", "x" * 300, "x" * 301, "a,b_2024-01-01"]
    assert len({file_name(name) for name in names}) == len(names)
    assert all("/" not in file_name(name) and not file_name(name).startswith(".") for name in names)
    assert file_name("a,b_2024-01-01") == "a,b_2024-01-01"
