"""kill -9 at any moment, then the same command again: the target equals the source, every chunk is completed once."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from typing import Any

import pytest
from command import happened
from shop import RANGE, STRATEGIES, Shop

from dbt_playbooks.backfill import command as backfill
from dbt_playbooks.backfill.checks import check

KILLS = 12
COMMAND = ("backfill", "run", "events", *RANGE, "--chunk", "3 day")
CHUNKS = 31


@pytest.mark.parametrize(
    "strategy", [pytest.param(name, marks=[pytest.mark.slow] if name == "merge" else []) for name in STRATEGIES]
)
def test_a_run_that_is_killed_at_random_moments_loses_and_doubles_nothing(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    chance = random.Random(strategy)
    killed_while_working = 0
    for number in range(KILLS // len(STRATEGIES)):
        run = shop.start(*COMMAND, "--json").until(happened("run_started"))
        # chunks take some 50 ms: spread over what is left
        time.sleep(chance.uniform(0, 0.8) if number else 0)
        run.kill()
        killed_while_working += run.said().code == -signal.SIGKILL
        _the_target_holds_whole_chunks(shop)

    assert killed_while_working > 0
    said = shop.start(*COMMAND).said()
    assert said.code == 0, said.err
    assert shop.difference("events") == []
    assert shop.checkpoints("status") == [("completed",)] * CHUNKS
    assert shop.sql(
        "select max(n) from (select count(*) as n from backfill_log where status = 'completed' group by date_processed)"
    ) == [(1,)]


def _the_target_holds_whole_chunks(shop: Shop) -> None:
    if shop.sql(
        "select count(*) from information_schema.tables where table_name = 'events' and table_schema = 'main'"
    ) == [(0,)]:
        return
    chunk = "date_diff('day', date '2024-01-01', event_date) // 3"
    torn = shop.sql(
        f"with ours as (select {chunk} as chunk, count(*) as n from events group by 1), "
        f"theirs as (select {chunk} as chunk, count(*) as n from raw.events group by 1) "
        "select * from ours join theirs using (chunk) where ours.n != theirs.n"
    )
    assert torn == []


def test_a_chunk_that_was_begun_and_not_ended_is_run_again(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    shop.sql(
        "insert into backfill_log select * replace ('running' as status, 2 as attempt) from backfill_checkpoints where month(date_processed) = 2"
    )
    said = shop.run("events", *RANGE, "--reprocess", "none", "--json")
    assert [event["start_date"] for event in said.events if event["event"] == "chunk_completed"] == ["2024-02-01"]
    assert shop.checkpoints("status, attempt") == [("completed", 1), ("completed", 3), ("completed", 1)]


def test_ctrl_c_that_a_library_drops_is_not_forgotten(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.model("events", STRATEGIES["merge"])

    def dropping(*arguments: Any) -> Any:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return check(*arguments)

    monkeypatch.setattr(backfill, "check", dropping)
    before = signal.getsignal(signal.SIGINT)
    said = shop.run("events", *RANGE)
    assert (said.code, signal.getsignal(signal.SIGINT)) == (130, before)
    assert "interrupted." in said.err
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []
    monkeypatch.undo()
    # it is over with the command
    assert shop.run("events", *RANGE).code == 0


def test_ctrl_c_ends_the_chunk_in_flight_records_it_and_exits_130(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    run = shop.start(*COMMAND, "--json").until(happened("chunk_started"))
    run.signal(signal.SIGINT)
    said = run.said()
    assert said.code == 130, said.err
    assert '"interrupted": true' in said.out
    assert "To continue: dbt-playbooks backfill run events" in said.err
    assert {status for _, status in shop.checkpoints()} == {"completed"}
    assert shop.sql("select event from backfill_runs order by recorded_at") == [("claim",), ("release",)]
    assert shop.playbooks(*COMMAND).code == 0
    assert shop.difference("events") == []


def test_a_second_ctrl_c_rolls_the_chunk_back(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", "--start", "2024-01-01", "--end", "2024-01-31").code == 0
    endless = "where (select count(*) from range(300000) as a(x), range(300000) as b(y) where hash(x, y) = 1) >= 0 and"
    shop.model("events", STRATEGIES["merge"].replace("where", endless))
    run = shop.start(*COMMAND, "--id", "endless", "--json").until(happened("chunk_started"))
    for _ in range(2):
        time.sleep(1)
        run.signal(signal.SIGINT)
    said = run.said()
    assert said.code == 130, said.err
    assert "0 failed, 1 interrupted, 30 not started, 0 skipped, 31 in all" in said.err
    assert shop.sql("select status from backfill_checkpoints where backfill_id = 'endless'") == [("interrupted",)]
    assert shop.sql("select count(*) from events") == [(93,)]
