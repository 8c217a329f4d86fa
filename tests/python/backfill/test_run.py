"""A backfill from its first chunk to its report."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from shop import DELETE_INSERT, FILTERED, MERGE, RANGE, STRATEGIES, Shop


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_backfill_fills_the_target_with_exactly_the_rows_of_the_source(shop: Shop, strategy: str) -> None:
    shop.model("events", STRATEGIES[strategy])
    said = shop.run("events", *RANGE, "--chunk", "month")
    assert said.code == 0, said.err
    assert shop.difference("events") == []
    assert [status for _, status in shop.checkpoints()] == ["completed"] * 3
    assert "events: 273 rows from 2024-01-01 to 2024-03-31, no day is missing." in said.err


def test_only_the_range_is_filled(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", "--start", "2024-01-15", "--end", "2024-02-14", "--chunk", "week").code == 0
    assert shop.difference("events", "event_date between '2024-01-15' and '2024-02-14'") == []
    assert shop.sql("select min(event_date)::text, max(event_date)::text from events") == [("2024-01-15", "2024-02-14")]


def test_the_same_command_again_has_nothing_to_do(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    assert shop.run("events", *RANGE).code == 0
    said = shop.run("events", *RANGE, "--json")
    assert said.code == 0
    assert said.events[0]["todo"] == 0
    assert said.events[-1]["completed_before"] == 3
    assert not [event for event in said.events if event["event"].startswith("chunk_")]


def test_a_failing_chunk_is_recorded_and_the_others_go_on(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    said = shop.run("events", *RANGE)
    assert said.code == 1
    assert [status for _, status in shop.checkpoints()] == ["completed", "failed", "completed"]
    [(message,)] = shop.sql("select error_message from backfill_checkpoints where status = 'failed'")
    assert "Could not convert string" in message
    assert "failed: 2024-02-01 to 2024-02-29" in said.err
    assert "To continue: dbt-playbooks backfill run events" in said.err
    assert "29 days without rows: 2024-02-01 to 2024-02-29" in said.err

    shop.model("events", DELETE_INSERT + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0
    assert "the code of events has changed since 2 chunks were completed" in said.err
    assert shop.difference("events") == []
    assert shop.checkpoints("status, attempt") == [("completed", 1), ("completed", 2), ("completed", 1)]


def test_code_that_changed_is_told_until_every_chunk_is_done_by_it(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    assert shop.run("events", *RANGE).code == 1
    shop.model("events", DELETE_INSERT + FILTERED)
    for _ in range(2):
        said = shop.run("events", *RANGE)
        assert "the code of events has changed since 2 chunks were completed" in said.err
    assert "has changed" not in shop.run("events", *RANGE, "--reprocess", "all").err
    assert "has changed" not in shop.run("events", *RANGE).err


def test_a_model_that_breaks_on_the_way_says_its_error_once(shop: Shop) -> None:
    failing = "error('no rate for ' || event_date)"
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", f"* replace ({failing} as note)"))
    said = shop.run("events", *RANGE)
    assert said.code == 1
    assert said.err.count("no rate for 2024-01-01") == 2
    assert said.err.count("attempt 1: the same error") == 2
    assert "failed: 3 chunks, the first 2024-01-01 to 2024-01-31, the last 2024-03-01 to 2024-03-31" in said.err


def test_a_comment_that_names_the_model_itself_is_no_reading(shop: Shop) -> None:
    shop.model("events", MERGE + "-- fills {{ this }}\n" + FILTERED)
    assert shop.run("events", *RANGE).code == 0


def test_columns_that_the_table_lacks_are_told_before(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "id, event_date"))
    assert shop.run("events", *RANGE).code == 0
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", "id, event_date, note"))
    said = shop.run("events", *RANGE)
    assert "warning: events returns columns that its table lacks: note." in said.err
    assert "on_schema_change: append_new_columns adds them" in said.err


def test_a_reprocessing_that_was_cut_off_goes_on(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    again = (*RANGE, "--reprocess", "all", "--id", "e")
    assert shop.run("events", *RANGE, "--id", "e").code == 0
    # March fails in the first reprocessing, so only that is left of it
    shop.sql("insert into raw.events select 999, date '2024-03-01', null, 'no', null")
    shop.sql("create table raw.broken as select 999 as id")
    checked = "case when id in (select id from raw.broken) then error('not yet') else id end"
    shop.model("events", DELETE_INSERT + FILTERED.replace("*", f"* replace ({checked} as id)"))
    assert shop.run("events", *again).code == 1
    status = json.loads(shop.playbooks("backfill", "status", "e", "--json").out)
    assert status[0]["reprocessed"] == 2
    assert "--reprocess all has completed 2 of 3 chunks again" in shop.playbooks("backfill", "status", "e").out

    shop.sql("delete from raw.broken")
    said = shop.run("events", *again)
    assert said.code == 0
    assert "backfill 'e': 1 of 3 chunks to run, 2 completed before." in said.err
    assert shop.checkpoints("attempt") == [(2,), (2,), (3,)]
    assert json.loads(shop.playbooks("backfill", "status", "e", "--json").out)[0]["reprocessed"] is None
    # it is done: the next one begins with every chunk
    assert "backfill 'e': 3 of 3 chunks to run" in shop.run("events", *again).err


def test_a_reprocessing_by_other_code_begins_anew(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    assert shop.run("events", *RANGE, "--reprocess", "all").code == 1
    shop.model("events", DELETE_INSERT + FILTERED)
    assert "3 of 3 chunks to run" in shop.run("events", *RANGE, "--reprocess", "all").err


def test_a_reader_of_the_events_that_leaves_does_not_stop_the_run(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    words = ["backfill", "run", "events", *RANGE, "--chunk", "day", "--json"]
    run = subprocess.Popen(
        [sys.executable, "-m", "dbt_playbooks", *words],
        cwd=shop.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stdout is not None
    assert run.stderr is not None
    assert "run_started" in run.stdout.readline()
    run.stdout.close()
    said = run.stderr.read()
    assert run.wait() == 0, said
    assert "the reader of --json is gone: the run continues without events." in said
    assert "Traceback" not in said
    assert shop.difference("events") == []


def test_a_shard_counts_its_own_chunks(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    assert (
        "1 completed, 0 failed, 0 skipped, 1 of shard 2/2 (3 chunks) in all"
        in shop.run("events", *RANGE, "--shard", "2/2").err
    )


def test_fail_fast_begins_no_chunk_after_a_failed_one(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    said = shop.run("events", *RANGE, "--fail-fast")
    assert said.code == 1
    assert [status for _, status in shop.checkpoints()] == ["completed", "failed"]
    assert "1 failed, 1 not started" in said.err


def test_reprocess_says_which_ended_chunks_run_again(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    shop.run("events", *RANGE)
    untouched = shop.run("events", *RANGE, "--reprocess", "none", "--json")
    assert untouched.events[0]["todo"] == 0
    assert untouched.code == 1
    assert "1 chunk that failed before stays failed. --reprocess failed tries it again." in untouched.err
    assert shop.run("events", *RANGE, "--json").events[0]["todo"] == 1
    assert shop.run("events", *RANGE, "--reprocess", "all", "--json").events[0]["todo"] == 3
    assert shop.checkpoints("attempt") == [(2,), (3,), (2,)]


def test_a_failed_chunk_is_retried_as_often_as_asked(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    said = shop.run("events", "--start", "2024-02-01", "--end", "2024-02-29", "--retries", "1", "--json")
    assert [event["event"] for event in said.events[1:-1]] == ["chunk_started", "chunk_failed"] * 2
    assert shop.sql("select status, attempt from backfill_log order by attempt, status") == [
        ("failed", 1),
        ("running", 1),
        ("failed", 2),
        ("running", 2),
    ]


def test_reverse_begins_with_the_newest_chunk(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *RANGE, "--reverse", "--json")
    began = [event["start_date"] for event in said.events if event["event"] == "chunk_started"]
    assert began == ["2024-03-01", "2024-02-01", "2024-01-01"]


def test_shards_do_disjoint_chunks_and_together_all(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    first = shop.run("events", *RANGE, "--shard", "1/2")
    assert [day.month for day, _ in shop.checkpoints()] == [1, 3]
    assert first.code == 0
    assert shop.run("events", *RANGE, "--shard", "2/2").code == 0
    assert shop.difference("events") == []


def test_threads_run_chunks_side_by_side_without_losing_any(shop: Shop) -> None:
    shop.model("events", STRATEGIES["delete+insert"])
    said = shop.run("events", *RANGE, "--chunk", "day", "--threads", "4", "--retries", "3")
    assert said.code == 0, said.err
    assert shop.difference("events") == []
    assert [status for _, status in shop.checkpoints()] == ["completed"] * 91


def test_several_models_run_in_graph_order_within_each_chunk(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    shop.model("paid", DELETE_INSERT + FILTERED.replace("source('raw', 'events')", "ref('events')"))
    said = shop.run("+paid", *RANGE)
    assert said.code == 0, said.err
    assert shop.difference("paid") == []
    assert shop.checkpoints("model, rows_processed") == [
        ("events,paid", 186),
        ("events,paid", 174),
        ("events,paid", 186),
    ]


def test_the_window_follows_the_type_and_time_zone_of_the_column(shop: Shop) -> None:
    shop.model(
        "events",
        "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }}\n"
        "select * from {{ source('raw', 'events') }}\n"
        "where {{ dbt_playbooks.backfill_filter('event_ts', 'timestamp', timezone='America/New_York') }}",
    )
    said = shop.run("events", "--start", "2024-01-02", "--end", "2024-01-31", "--chunk", "day")
    assert said.code == 0, said.err
    # the day in New York begins at 05:00 UTC
    window = "event_ts >= '2024-01-02 05:00:00' and event_ts < '2024-02-01 05:00:00'"
    assert shop.difference("events", window) == []
    assert shop.sql(f"select count(*) from events where not ({window})") == [(0,)]
    assert shop.sql("select sum(rows_processed) from backfill_checkpoints") == shop.sql("select count(*) from events")


def test_hooks_and_tags_work_as_in_dbt_run(shop: Shop) -> None:
    shop.write(
        "dbt_project.yml",
        (shop.folder / "dbt_project.yml").read_text()
        + "on-run-start: \"create table if not exists hooks as select 'start' as said\"\n"
        + "on-run-end: \"insert into hooks select 'end'\"\n",
    )
    shop.model(
        "events",
        DELETE_INSERT.replace(
            "unique_key='id'",
            "unique_key='id', tags=['nightly'], post_hook=\"insert into hooks values ('{{ this.name }}')\"",
        )
        + FILTERED,
    )
    said = shop.run("tag:nightly", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select said from hooks") == [("start",), ("events",), ("events",), ("events",), ("end",)]


def test_a_hook_may_use_the_window(shop: Shop) -> None:
    shop.sql("create table windows (start_date date)")
    hook = "post_hook=\"insert into windows values ('{{ var('start_date') }}')\", unique_key"
    shop.model("events", DELETE_INSERT.replace("unique_key", hook) + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select month(start_date) from windows") == [(1,), (2,), (3,)]


def test_a_schema_change_is_taken_up_as_the_model_says(shop: Shop) -> None:
    shop.model("events", MERGE_WITH_SCHEMA_CHANGE + FILTERED)
    assert shop.run("events", "--start", "2024-01-01", "--end", "2024-01-31").code == 0
    shop.model("events", MERGE_WITH_SCHEMA_CHANGE + FILTERED.replace("select *", "select *, amount * 2 as twice"))
    said = shop.run("events", "--start", "2024-02-01", "--end", "2024-02-29")
    assert said.code == 0, said.err
    assert shop.sql("select count(twice), count(*) from events") == [(87, 180)]


def test_compare_to_shows_the_chunks_whose_row_counts_differ(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    shop.sql(
        "create table other as select * from raw.events where event_date not between '2024-02-10' and '2024-02-12'"
    )
    said = shop.run("events", *RANGE, "--compare-to", "main.other")
    assert said.code == 1
    assert "compared to main.other by chunk: 1 chunk differs." in said.err
    assert "2024-02-01 to 2024-02-29: 87 rows here, 78 there" in said.err
    said = shop.run("events", *RANGE, "--compare-to", "raw.events")
    assert said.code == 0
    assert "compared to raw.events by chunk: no difference." in said.err


def test_missing_days_of_the_range_are_reported(shop: Shop) -> None:
    shop.sql("delete from raw.events where event_date in ('2024-01-03', '2024-01-04', '2024-03-31')")
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *RANGE)
    assert said.code == 0
    assert "3 days without rows: 2024-01-03 to 2024-01-04, 2024-03-31" in said.err


def test_json_is_one_event_a_line_and_nothing_else(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    events = shop.run("events", *RANGE, "--json").events
    assert [event["event"] for event in events] == [
        "run_started",
        *["chunk_started", "chunk_completed"] * 3,
        "run_ended",
    ]
    assert events[2]["rows"] == 93
    assert events[-1]["exit_code"] == 0
    assert events[-1]["missing"] == {"events": []}


def test_a_dry_run_and_a_plan_change_nothing(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    for words in (("backfill", "run", "events", *RANGE, "--dry-run"), ("backfill", "plan", "events", *RANGE)):
        said = shop.playbooks(*words)
        assert said.code == 0
        assert "2024-02-01 to 2024-02-29" in said.out
        assert "3 chunks would run. duckdb does not bill by bytes." in said.out
    assert shop.sql("select table_name from information_schema.tables where table_schema = 'main'") == []


def test_a_plan_shows_the_state_of_each_chunk(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    shop.run("events", *RANGE)
    import json

    whole = json.loads(shop.playbooks("backfill", "plan", "events", *RANGE, "--json").out)
    assert [(chunk["status"], chunk["todo"]) for chunk in whole["chunks"]] == [
        ("completed", False),
        ("failed", True),
        ("completed", False),
    ]


def test_status_tells_how_far_a_backfill_is(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    assert "no backfill has run here." in shop.playbooks("backfill", "status").out
    shop.run("events", *RANGE, "--id", "history")
    said = shop.playbooks("backfill", "status")
    assert "history: 66% done (2 chunks completed, 1 chunk failed), 186 rows" in said.out
    assert "not running now" in said.out
    assert "failed: 2024-02-01 to 2024-02-29" in said.out
    unknown = shop.playbooks("backfill", "status", "histroy")
    assert unknown.code == 2
    assert (
        "'histroy' is neither the id nor a model of a backfill in target 'dev'.\nDid you mean: history" in unknown.err
    )


def test_status_of_a_model_shows_all_its_backfills(shop: Shop) -> None:
    unknown = shop.playbooks("backfill", "status", "events")
    assert (unknown.code, unknown.err) == (2, "error: no backfill of 'events': none was ever run in target 'dev'.\n")
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.model("others", DELETE_INSERT + FILTERED)
    shop.run("events", *RANGE)
    shop.run("events", "others", *RANGE, "--id", "both")
    shop.run("others", *RANGE, "--id", "events_again")

    def shown(*words: str) -> list[str]:
        said = shop.playbooks("backfill", "status", *words, "--json")
        return [each["id"] for each in json.loads(said.out)]

    assert shown() == ["events_again", "both", "events_2024-01-01_2024-03-31_month"]
    assert shown("events") == ["both", "events_2024-01-01_2024-03-31_month"]
    assert shown("others") == ["events_again", "both"]
    assert shown("both") == ["both"]
    near = shop.playbooks("backfill", "status", "event")
    assert "Did you mean: events" in near.err
    assert (
        "Backfills, the newest first: events_again, both, events_2024"
        in shop.playbooks("backfill", "status", "xyz").err
    )


def test_the_state_goes_where_the_project_says(shop: Shop) -> None:
    shop.write(
        "dbt_project.yml", (shop.folder / "dbt_project.yml").read_text() + "vars: {dbt_playbooks_schema: ops-state}\n"
    )
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql('select count(*) from "ops-state".backfill_checkpoints') == [(3,)]


def test_the_playbooks_own_monitoring_queries_run_as_they_are(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + _failing_in_february())
    shop.run("events", *RANGE, "--id", "user_events_backfill_2024")
    by_status = shop.sql(
        """
        SELECT
          status,
          COUNT(*) as partition_count,
          SUM(rows_processed) as total_rows
        FROM backfill_checkpoints
        WHERE backfill_id = 'user_events_backfill_2024'
        GROUP BY status;
        """
    )
    assert sorted(by_status) == [("completed", 2, 186), ("failed", 1, None)]
    failed = shop.sql(
        """
        SELECT date_processed, error_message
        FROM backfill_checkpoints
        WHERE backfill_id = 'user_events_backfill_2024'
          AND status = 'failed'
        ORDER BY date_processed;
        """
    )
    assert [str(day) for day, _ in failed] == ["2024-02-01"]


MERGE_WITH_SCHEMA_CHANGE = (
    "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id',"
    " on_schema_change='append_new_columns') }}\n"
)


def _failing_in_february() -> str:
    return FILTERED.replace(
        "select *",
        "select * replace (case when month(event_date) = 2 then cast(note as integer) else amount end as amount)",
    )


def test_a_contract_of_the_model_is_enforced_in_every_chunk(shop: Shop) -> None:
    contract = DELETE_INSERT.replace("unique_key", "contract={'enforced': true}, on_schema_change='fail', unique_key")
    columns = {"id": "bigint", "event_date": "date", "event_ts": "timestamp", "note": "varchar", "amount": "integer"}
    listed = "".join(f"      - {{name: {name}, data_type: {kind}}}\n" for name, kind in columns.items())
    shop.write("models/events.yml", f"models:\n  - name: events\n    columns:\n{listed}")
    shop.model("events", contract + FILTERED)
    assert shop.run("events", *RANGE).code == 0
    assert shop.difference("events") == []

    shop.model("events", contract + FILTERED.replace("*", "* exclude (note)"))
    said = shop.run("events", *RANGE, "--reprocess", "all")
    assert said.code == 1
    assert "This model has an enforced contract that failed" in said.err
    assert shop.difference("events") == []


def test_an_ephemeral_parent_is_part_of_every_chunk(shop: Shop) -> None:
    shop.model("parent", "{{ config(materialized='ephemeral') }}\n" + FILTERED)
    shop.model("events", STRATEGIES["merge"].replace("source('raw', 'events')", "ref('parent')"))
    assert shop.run("events", *RANGE).code == 0
    assert shop.difference("events") == []


def test_grants_are_applied_after_every_chunk(shop: Shop) -> None:
    """DuckDB has no grants: the project's own macro, which dbt calls for them, says that it was called."""
    shop.write(
        "macros/grants.sql",
        "{% macro duckdb__apply_grants(relation, grant_config, should_revoke=true) %}"
        '{% do run_query("select nextval(\'granted_to_" ~ grant_config.select[0] ~ "\')") %}{% endmacro %}',
    )
    shop.sql("create sequence granted_to_analyst")
    shop.model("events", DELETE_INSERT.replace("unique_key", "grants={'select': ['analyst']}, unique_key") + FILTERED)
    said = shop.run("events", *RANGE)
    assert said.code == 0, said.err
    assert shop.sql("select nextval('granted_to_analyst')") == [(4,)]


LIMITED = STRATEGIES["merge"] + " and id % 10 < {{ var('limit', 10) }}"


def test_a_run_with_vars_is_told_that_it_may_be_a_part_and_the_whole_is_refused_with_the_vars_name(shop: Shop) -> None:
    shop.model("events", LIMITED)
    words = ("events", *RANGE, "--vars", "{limit: 1}")
    (plan,) = shop.playbooks("backfill", "plan", *words, "--json").events
    told = "--vars gives limit. If that leaves rows out, the backfill holds only a part of them"
    assert [told in warning for warning in plan["warnings"]] == [True]
    said = shop.run(*words)
    assert said.code == 0
    assert f"warning: {told}" in said.err
    assert "under the id 'events_2024-01-01_2024-03-31_month'. Give a trial an --id of its own" in said.err

    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "--vars: 'limit' was given before, and is not given now" in said.err
    assert shop.run("events", *RANGE, "--id", "whole").code == 0
    assert shop.difference("events") == []
