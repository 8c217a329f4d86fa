"""Runs that are killed, and a server that goes away: what was done is kept, and the same command completes the rest."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command import completed

from .conftest import DAYS, PROJECT, RANGE, Shop, each_model
from .proxy import Proxy
from .server import Emulator

# twelve chunks: enough to be killed in the middle of
CHUNKS = (*RANGE, "--chunk", "5 day")


@pytest.mark.parametrize("model", each_model())
def test_a_run_that_was_killed_is_completed_by_the_same_command(shop: Shop, model: str) -> None:
    shop.model(model)
    shop.start_run(model, *CHUNKS).until(completed(5)).kill()
    before = sum(status == "completed" for _, status in shop.checkpoints())
    assert 5 <= before < 12

    again = shop.start_run(model, *CHUNKS).said()
    assert again.code == 0, again.err
    assert again.events[-1]["completed_before"] == before
    assert shop.rows(model) == shop.rows("events")
    ended = shop.sql("select date_processed, count(*) from {backfill_log} where status = 'completed' group by 1")
    assert [times for _, times in ended] == [1] * 12


def test_the_status_of_a_run_is_seen_from_outside_while_it_goes_on_and_when_it_was_killed(shop: Shop) -> None:
    shop.model("merged")
    run = shop.start_run("merged", *CHUNKS).until(completed(3))
    # it must not end while it is looked at
    run.signal(signal.SIGSTOP)
    [status] = shop.status()
    assert len(status["held_by"]) == 1
    assert f"process {run.pid}," in status["held_by"][0]
    assert 3 <= status["chunks"]["completed"] < 12
    assert 0 < status["share_done"] < 1
    assert status["rows"] == 15 * status["chunks"]["completed"]

    run.kill()
    [status] = shop.status()
    assert status["held_by"] == []
    assert shop.run("merged", *CHUNKS).code == 0
    [status] = shop.status()
    assert (status["chunks"], status["rows"], status["share_done"]) == ({"completed": 12}, 3 * DAYS, 1.0)


def test_an_interrupted_run_ends_its_chunk_and_says_how_to_go_on(shop: Shop) -> None:
    shop.model("merged")
    run = shop.start_run("merged", *CHUNKS).until(completed(2))
    run.signal(signal.SIGINT)
    said = run.said()
    assert said.code == 130, said.err
    assert "To continue: dbt-playbooks backfill run merged" in said.err
    statuses = {status for _, status in shop.checkpoints()}
    assert statuses == {"completed"}
    assert shop.run("merged", *CHUNKS).code == 0
    assert shop.rows("merged") == shop.rows("events")


@pytest.mark.parametrize("statement", ["create (or replace )?table", "merge into"])
def test_a_statement_that_outlives_its_killed_run_does_no_harm_when_it_lands(shop: Shop, statement: str) -> None:
    shop.model("merged")
    late = Proxy(shop.emulator.port, f"{statement} `{PROJECT}`.`{shop.dataset}`.`merged`")
    try:
        shop.connect(late.endpoint)
        run = shop.start_run("merged", *CHUNKS)
        assert late.held.wait(60)
        run.kill()
        shop.connect(shop.emulator.endpoint)
        again = shop.run("merged", *CHUNKS)
        assert again.code == 0, again.err
        assert shop.rows("merged") == shop.rows("events")
        answer = late.release().decode()
        assert shop.rows("merged") == shop.rows("events"), answer
        assert ("already exists" in answer.lower()) == statement.startswith("create")
    finally:
        late.close()


@pytest.fixture
def own_emulator(tmp_path: Path) -> Iterator[Emulator]:
    """A server to kill."""
    home = tmp_path / "emulator"
    home.mkdir()
    server = Emulator(home, keeps_data=True)
    server.start()
    yield server
    server.kill()


def test_a_warehouse_that_goes_away_ends_the_run_and_a_later_one_goes_on(
    make_shop: Callable[[Emulator], Shop], own_emulator: Emulator
) -> None:
    shop = make_shop(own_emulator)
    shop.model("merged")
    # Google's client would try again for ten minutes
    run = shop.start_run("merged", *CHUNKS, GOOGLE_RETRIES_FOR="3").until(completed(2))
    own_emulator.kill()
    said = run.said()
    assert said.code == 3
    assert said.events[-1]["event"] != "run_ended"
    assert "error: the warehouse (bigquery, target 'dev') said:" in said.err

    own_emulator.start()
    done = [day for day, status in shop.checkpoints() if status == "completed"]
    again = shop.start_run("merged", *CHUNKS).said()
    assert again.code == 0, again.err
    assert again.events[-1]["completed_before"] == len(done) < 12
    assert shop.rows("merged") == shop.rows("events")
