"""Wrong words, missing things and broken places: each with its message and exit code."""

from __future__ import annotations

import shutil
import subprocess
import sys

import duckdb
import pytest
from shop import DELETE_INSERT, FILTERED, RANGE, ROOT, STRATEGIES, Shop

WRONG_WORDS = {
    "start after end": (
        ("--start", "2024-03-31", "--end", "2024-01-01"),
        "--start 2024-03-31 is after --end 2024-01-01",
    ),
    "a day that is not in the calendar": (
        ("--start", "2013-02-30", "--end", "2013-03-01"),
        "--start is '2013-02-30', which is not in the calendar: that month has days 01 to 28.",
    ),
    "a month that is not in the calendar": (
        ("--start", "2013-13-01", "--end", "2014-03-01"),
        "years go from 0001 to 9998, months from 01 to 12",
    ),
    "no date at all": (
        ("--start", "yesterday", "--end", "2013-03-01"),
        "--start is 'yesterday', which is no date. Write an ISO day: YYYY-MM-DD",
    ),
    "an unknown chunk": ((*RANGE, "--chunk", "fortnight"), "chunk 'fortnight' is not known. Allowed: day, week, month"),
    "no days in a chunk": ((*RANGE, "--chunk", "0 day"), "chunk '0 day' is not known"),
    "a shard out of range": ((*RANGE, "--shard", "5/4"), "--shard needs I/N with I from 1 to N, got '5/4'"),
    "vars that are no mapping": ((*RANGE, "--vars", "[1"), "--vars '[1' is not YAML"),
    "the window in vars": ((*RANGE, "--vars", "{start_date: 2024-01-01}"), "Use --start and --end."),
    "a limit on a warehouse that does not bill": (
        (*RANGE, "--max-bytes", "1"),
        "--max-bytes and --max-cost need a warehouse that bills by bytes; duckdb does not",
    ),
    "a comparison with a table that is not there": (
        (*RANGE, "--compare-to", "raw.event"),
        "raw.event",
    ),
}


@pytest.mark.parametrize("case", WRONG_WORDS)
def test_wrong_words_are_said_to_be_wrong(shop: Shop, case: str) -> None:
    words, message = WRONG_WORDS[case]
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *words)
    assert said.code == 2
    assert message in said.err
    assert "Traceback" not in said.err
    assert shop.sql(
        "select count(*) from information_schema.tables where table_name = 'events' and table_schema = 'main'"
    ) == [(0,)]


def test_an_unknown_model_is_answered_with_near_misses(shop: Shop) -> None:
    shop.model("stg_events", STRATEGIES["merge"])
    said = shop.run("stg_evnts", *RANGE)
    assert said.code == 2
    assert "no model is selected by 'stg_evnts' in project 'shop'.\nDid you mean: stg_events" in said.err


def test_an_unknown_option_is_answered_with_the_help(shop: Shop) -> None:
    said = shop.run("events", *RANGE, "--chunks", "day")
    assert said.code == 2
    assert "No such option" in said.err
    assert "Did you mean '--chunk'?" in said.err or "(Possible options: --chunk" in said.err


def test_no_project_is_said(tmp_path) -> None:  # type: ignore[no-untyped-def]
    said = Shop(tmp_path).run("events", *RANGE)
    assert said.code == 3
    assert f"there is no dbt project in {tmp_path}: it has no dbt_project.yml." in said.err
    assert "--project-dir" in said.err


def test_no_profile_is_said(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    (shop.folder / "profiles.yml").write_text("other:\n  target: dev\n  outputs:\n    dev: {type: duckdb}\n")
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "dbt found no usable profile" in said.err
    assert "--profiles-dir" in said.err


def test_an_unknown_target_is_said(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *RANGE, "--target", "prod")
    assert said.code == 3
    assert "does not have a target named 'prod'" in said.err


def test_a_missing_adapter_is_said_with_what_to_install(shop: Shop) -> None:
    shop.write("profiles.yml", "shop:\n  target: dev\n  outputs:\n    dev: {type: teradata, threads: 1}\n")
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "the adapter 'teradata', which is not installed. Install it: pip install dbt-teradata" in said.err


def test_a_project_that_does_not_parse_is_said_in_dbts_words(shop: Shop) -> None:
    shop.model("events", "select {{ nonsense(")
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "dbt could not open the project" in said.err
    assert "models/events.sql" in said.err


def test_a_project_without_our_package_is_told_how_to_get_it(shop: Shop) -> None:
    (shop.folder / "dbt_packages" / "dbt_playbooks").unlink()
    (shop.folder / "packages.yml").unlink()
    shop.model("events", "select 1 as id")
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "does not have the dbt package dbt_playbooks installed" in said.err
    assert "dbt-playbooks path" in said.err


def test_a_package_of_another_version_is_refused(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    link = shop.folder / "dbt_packages" / "dbt_playbooks"
    link.unlink()
    shutil.copytree(ROOT / "macros", link / "macros")
    (link / "tests" / "dbt" / "singular").mkdir(parents=True)
    project = (ROOT / "dbt_project.yml").read_text()
    (link / "dbt_project.yml").write_text(project.replace("version: 0.1.0", "version: 0.0.9"))
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "has version 0.0.9 of the dbt package dbt_playbooks, and this command is version" in said.err
    assert "dbt-playbooks path" in said.err
    # of the same version, and yet not whole
    (link / "dbt_project.yml").write_text(project)
    (link / "macros" / "backfill" / "_own_functions.sql").unlink()
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "it has no _own_functions.\nRun `dbt deps`" in said.err


def test_an_id_that_cannot_be_printed_is_refused(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    said = shop.run("events", *RANGE, "--id", "two\nlines")
    assert said.code == 2
    assert r"--id 'two\nlines' has characters that can't be printed" in said.err


def test_a_locked_duckdb_file_is_said_with_its_holder(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb, time; c = duckdb.connect({str(shop.file)!r}); print('held', flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        said = shop.run("events", *RANGE)
    finally:
        holder.kill()
        holder.wait()
    assert said.code == 3
    assert f"PID {holder.pid}" in said.err
    assert "DuckDB lets one process write a file at a time" in said.err


def test_the_same_id_with_another_range_chunk_or_model_is_refused_with_the_difference(shop: Shop) -> None:
    shop.model("events", STRATEGIES["merge"])
    shop.model("others", STRATEGIES["merge"])
    assert shop.run("events", *RANGE, "--id", "history").code == 0
    said = shop.run(
        "others",
        "--start",
        "2024-01-02",
        "--end",
        "2024-03-31",
        "--chunk",
        "week",
        "--vars",
        "{a: 1}",
        "--id",
        "history",
    )
    assert said.code == 2
    assert "the backfill id 'history' is already in use for another backfill" in said.err
    assert "model: it was events, now it is others" in said.err
    assert "start: it was 2024-01-01, now it is 2024-01-02" in said.err
    assert "chunk: it was month, now it is week" in said.err
    assert "--vars" in said.err
    assert "end:" not in said.err


NASTY = "it's \"quoted\" \\ and\nbroken\r\nin two; '); drop table backfill_log; -- é 漢 \U0001f4a5 {{ x }}"


def test_an_error_text_with_quotes_and_line_ends_is_kept_as_it_is(shop: Shop) -> None:
    shop.sql(f"update raw.events set note = '{NASTY.replace(chr(39), chr(39) * 2)}' where id = 310")
    shop.model(
        "events",
        DELETE_INSERT + FILTERED.replace("*", "* replace (case when id = 310 then error(note) else note end as note)"),
    )
    said = shop.run("events", *RANGE)
    assert said.code == 1
    [(message,)] = shop.sql("select error_message from backfill_checkpoints where status = 'failed'")
    # dbt indents the lines of an error
    assert " ".join(NASTY.split()) in " ".join(message.split())
    assert [status for _, status in shop.checkpoints()] == ["completed", "failed", "completed"]


def test_an_error_text_of_a_megabyte_is_cut_and_says_so(shop: Shop) -> None:
    shop.model(
        "events",
        DELETE_INSERT
        + FILTERED.replace(
            "*", "* replace (case when id = 310 then error(repeat('x', 1000000)) else note end as note)"
        ),
    )
    said = shop.run("events", *RANGE)
    assert said.code == 1
    [(message,)] = shop.sql("select error_message from backfill_checkpoints where status = 'failed'")
    assert 4000 < len(message) < 4100
    assert message.endswith("characters]")
    assert len(said.err) < 20_000


def test_a_warehouse_that_goes_away_in_mid_run_ends_the_run(shop: Shop) -> None:
    """A hook shuts the database in February: what is done stays, and the run ends because its state can't be written."""
    shop.model(
        "events",
        DELETE_INSERT.replace(
            "unique_key",
            'pre_hook="{{ adapter.connections.close_all_connections() if false }}'
            "{% if var('start_date') == '2024-02-01' %}force checkpoint; drop table backfill_log cascade{% endif %}\", unique_key",
        )
        + FILTERED,
    )
    said = shop.run("events", *RANGE)
    assert said.code == 3
    assert "the warehouse (duckdb, target 'dev') said:" in said.err
    assert "backfill_log" in said.err
    assert "Traceback" not in said.err


def test_a_model_may_be_called_like_a_view_of_ours(shop: Shop) -> None:
    shop.model("progress", STRATEGIES["merge"])
    assert shop.run("progress", *RANGE).code == 0
    with duckdb.connect(str(shop.file)) as connection:
        assert connection.execute("select count(*) from progress").fetchall() == [(273,)]


def test_a_variable_of_the_environment_that_is_missing_is_no_error_of_the_warehouse(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED + "{% if execute %}{{ env_var('NOPE') }}{% endif %}")
    said = shop.run("events", *RANGE)
    assert said.code == 2
    assert "Env var required but not provided: 'NOPE'" in said.err
    assert "the warehouse" not in said.err
