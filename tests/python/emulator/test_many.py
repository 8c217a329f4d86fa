"""Several runs of one backfill at once: one holds it, the others are told who, and shards share it."""

from __future__ import annotations

import signal

from command import completed

from .conftest import RANGE, Shop

CHUNKS = (*RANGE, "--chunk", "10 day", "--id", "events")


def test_a_second_run_is_refused_while_the_first_lives_and_takes_over_at_once_when_it_was_killed(shop: Shop) -> None:
    shop.model("merged")
    first = shop.start_run("merged", *CHUNKS).until(completed(1))
    first.signal(signal.SIGSTOP)
    second = shop.run("merged", *CHUNKS)
    assert second.code == 2, second.err
    assert "error: backfill 'events' (shard 1/1) is held by " in second.err
    assert f"process {first.pid}," in second.err
    first.kill()
    third = shop.run("merged", *CHUNKS)
    assert third.code == 0, third.err
    assert shop.rows("merged") == shop.rows("events")


def test_of_two_runs_that_begin_together_exactly_one_goes_on(shop: Shop) -> None:
    shop.model("merged")
    both = [shop.start_run("merged", *CHUNKS) for _ in range(2)]
    said = [run.said() for run in both]
    ran = [any(event["event"] == "chunk_started" for event in each.events) for each in said]
    assert sorted(ran) == [False, True], [each.err for each in said]
    assert said[ran.index(True)].code == 0
    assert "is held by" in said[ran.index(False)].err
    assert shop.rows("merged") == shop.rows("events")
    ended = shop.sql("select count(*) from {backfill_log} where status = 'completed' group by date_processed")
    assert ended == [(1,)] * 6


def test_a_holder_on_another_machine_is_believed_until_it_was_silent_for_five_minutes(shop: Shop) -> None:
    shop.model("merged")
    shop.start_run("merged", *CHUNKS).until(completed(1)).kill()
    elsewhere = """
        insert into {backfill_runs}
        select * replace (
          'else-where/1700000000' as host, 'another' as invocation_id, 'heartbeat' as event, 4711 as process_id,
          timestamp_sub(current_timestamp(), interval SECONDS second) as recorded_at
        )
        from {backfill_runs} limit 1
    """
    shop.sql(elsewhere.replace("SECONDS", "200"))
    said = shop.run("merged", *CHUNKS)
    assert said.code == 2, said.err
    assert "on else-where, process 4711, last sign of life 20" in said.err
    [status] = shop.status("events")
    assert [("else-where" in holder) for holder in status["held_by"]] == [True]

    shop.sql("delete from {backfill_runs} where invocation_id = 'another'")
    shop.sql(elsewhere.replace("SECONDS", "301"))
    said = shop.run("merged", *CHUNKS)
    assert said.code == 0, said.err
    assert shop.rows("merged") == shop.rows("events")


def test_two_shards_fill_a_new_table_and_then_refill_it_side_by_side(shop: Shop) -> None:
    shop.model("overwritten")

    def both(*words: str) -> None:
        runs = [shop.start_run("overwritten", *CHUNKS, "--shard", f"{n}/2", *words) for n in (1, 2)]
        said = [run.said() for run in runs]
        assert [each.code for each in said] == [0, 0], [each.err for each in said]
        assert [each.events[-1]["completed"] for each in said] == [3, 3]
        assert shop.rows("overwritten") == shop.rows("events")
        assert shop.checkpoints("status") == [("completed",)] * 6

    both()
    shop.sql("delete from {events} where extract(day from day) in (1, 15)")
    both("--reprocess", "all")
