"""What commands show in a terminal of 110, 80 and 60 columns, and what goes into pipes beside it."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from dbt.clients.jinja import MacroGenerator
from rich.console import Console
from screen import Seen, seen
from shop import DELETE_INSERT, FILTERED, RANGE, Shop

WIDTHS = [110, 80, 60]
BAR = re.compile(r"^[\u2501\u2500]{8,} (\d+)/13 chunks, (time left: \?|[\d a-z]+ left)")
WEEKS = (*RANGE, "--chunk", "week")
RUN = ("backfill", "run", "events", *WEEKS)
FAILING = FILTERED.replace("*", "* replace (case when id = 310 then error('no amount') else note end as note)")


def _bars(found: Seen) -> list[str]:
    return [moment for moment in found.moments if "\u2501" in moment or "\u2500" in moment]


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_bar_shows_n_of_m_and_the_time_left_at_every_width(shop: Shop, columns: int) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    found = seen(RUN, shop.folder, columns)
    assert found.code == 0, found.screen
    bars = _bars(found)
    assert [bar for bar in bars if not BAR.match(bar)] == []
    assert {int(BAR.match(bar)[1]) for bar in bars} == set(range(14))  # type: ignore[index]
    assert all(len(bar) < columns for bar in bars)
    assert any("2024-01-08" in bar and "so far" in bar for bar in bars) == (columns == 110)
    assert found.screen.count("/13 chunks") == 1, "the bar is drawn in one place"
    assert found.lines.rstrip().endswith("Completed: 13 completed, 0 failed, 0 skipped, 13 in all")
    assert "\x1b[?25l" not in found.sent, "a run that is killed leaves no terminal without its cursor"


@pytest.mark.parametrize("columns", WIDTHS)
def test_events_reach_a_pipe_while_the_terminal_shows_a_bar(shop: Shop, columns: int) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    found = seen((*RUN, "--json"), shop.folder, columns, pipes=["out"])
    events = [json.loads(line) for line in found.out.splitlines()]
    names = [event["event"] for event in events]
    assert (found.code, names.count("chunk_completed"), names[-1]) == (0, 13, "run_ended")
    assert events[-1]["bytes"] is None, "DuckDB does not bill by bytes"
    assert "13/13 chunks" in found.screen
    assert "{" not in found.screen


def test_events_on_a_terminal_are_whole_lines_and_no_bar_is_drawn_over_them(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    found = seen((*RUN, "--json"), shop.folder, 1000)
    events = [json.loads(line)["event"] for line in found.screen.splitlines() if line.startswith("{")]
    assert (events.count("chunk_completed"), events[-1]) == (13, "run_ended")
    assert _bars(found) == []


def test_failures_and_warnings_have_colours_and_the_last_line_sums_up(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FAILING)
    shop.model("daily", "{{ config(materialized='table') }} select 1 as one from {{ ref('events') }}")
    found = seen(RUN, shop.folder, 110)
    assert found.code == 1
    assert {"31", "32", "33"} <= found.styles
    assert found.lines.rstrip().endswith("Completed with 1 failure: 12 completed, 1 failed, 0 skipped, 13 in all")
    assert "\x1b[33mwarning:" in found.sent
    assert "\x1b[31mfailed:" in found.sent
    again = seen((*RUN, "--reprocess", "none"), shop.folder, 110)
    assert again.moments[-1].startswith("Completed with 1 failure: 0 completed, 1 failed, 12 skipped, 13 in all")


@pytest.mark.parametrize("reason", ["NO_COLOR", "TERM=dumb", "pipes"])
def test_no_escape_code_where_none_belongs(shop: Shop, reason: str) -> None:
    shop.model("events", DELETE_INSERT + FAILING)
    environment = {"NO_COLOR": {"NO_COLOR": "1"}, "TERM=dumb": {"TERM": "dumb"}, "pipes": {"FORCE_COLOR": "1"}}[reason]
    pipes = ["out", "err"] if reason == "pipes" else []
    run, plan, status, wrong = (
        seen(words, shop.folder, 80, pipes, environment)
        for words in (
            RUN,
            ("backfill", "plan", "events", *WEEKS),
            ("backfill", "status"),
            ("backfill", "plan", "no", *RANGE),
        )
    )
    assert [each.code for each in (run, plan, status, wrong)] == [1, 0, 0, 2]
    for each in (run, plan, status, wrong):
        text = each.sent + each.out + each.err
        assert text
        assert "\x1b" not in text
    shown = run.err if pipes else run.lines
    assert "[13/13] 2024-03-25 to 2024-03-31" in shown
    assert "\nCompleted with 1 failure: 12 completed, 1 failed, 0 skipped, 13 in all\n" in shown


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_plan_keeps_a_chunk_on_a_line_at_every_width(shop: Shop, columns: int) -> None:
    shop.model("events", DELETE_INSERT + FAILING)
    shop.run("events", *WEEKS)
    found = seen(("backfill", "plan", "events", *WEEKS), shop.folder, columns)
    assert found.code == 0
    chunks = [line for line in found.screen.splitlines() if re.match(r"2024-\d\d-\d\d to 2024-\d\d-\d\d ", line)]
    assert len(chunks) == 13
    assert [line.split()[4] for line in chunks] == ["runs" if "failed" in line else "skipped" for line in chunks]
    assert all(len(line) <= columns for line in chunks)


@pytest.mark.parametrize("columns", WIDTHS)
def test_status_is_readable_at_every_width(shop: Shop, columns: int) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    shop.run("events", *WEEKS)
    found = seen(("backfill", "status"), shop.folder, columns, pipes=["err"])
    assert found.code == 0
    assert "100% done (13 chunks completed)," in found.lines


def test_an_error_is_red_and_says_what_to_type(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    found = seen(("backfill", "run", "event", *RANGE), shop.folder)
    assert found.code == 2
    assert "\x1b[1;31merror:" in found.sent
    wrong = seen(("backfill", "run", "event", "--no-such-option"), shop.folder)
    assert wrong.code == 2
    assert "\x1b[1;31merror:" in wrong.sent
    assert wrong.screen.startswith("Usage: dbt-playbooks backfill run")


def test_a_run_that_is_refused_leaves_no_bar(shop: Shop) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    found = seen((*RUN, "--compare-to", "nowhere"), shop.folder)
    assert found.code == 2
    assert _bars(found)
    assert "chunks, time left" not in found.screen
    assert "error: dbt_playbooks: there is no table" in found.screen


@pytest.mark.parametrize("words", [("compare", "raw.events", "raw.events", "--json"), ("impact", "events", "--json")])
def test_other_commands_that_move_a_line_leave_stdout_alone(shop: Shop, words: tuple[str, ...]) -> None:
    shop.model("events", DELETE_INSERT + FILTERED)
    found = seen(words, shop.folder, 60, pipes=["out"])
    assert found.code == 0, found.screen
    assert json.loads(found.out)
    assert "{" not in found.screen


def test_a_comparison_on_a_terminal_leaves_nothing_of_its_moving_line(shop: Shop) -> None:
    found = seen(("compare", "raw.events", "raw.events"), shop.folder, 80)
    assert found.code == 0
    assert "comparing raw.events" in found.sent
    assert "comparing raw.events" not in found.screen


def test_a_plan_of_many_chunks_takes_hardly_more_calls_than_one_of_few(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls of macros and of rich cost far more than all else there is to do for a chunk."""
    calls: Counter[str] = Counter()

    def counted(owner: type, name: str) -> None:
        real = getattr(owner, name)

        def count(*arguments: Any, **more: Any) -> Any:
            calls[name] += 1
            return real(*arguments, **more)

        monkeypatch.setattr(owner, name, count)

    counted(MacroGenerator, "__call__")
    counted(Console, "print")
    counted(Console, "render")
    shop.model("events", DELETE_INSERT + FILTERED)
    assert shop.run("events", *RANGE, "--id", "few").code == 0
    few, many = ("--start", "2024-02-01", "--end", "2024-02-03"), ("--start", "2011-08-01", "--end", "2036-08-02")
    shop.playbooks("backfill", "plan", "events", *few, "--chunk", "day")
    made = []
    for days in (few, many):
        calls.clear()
        said = shop.playbooks("backfill", "plan", "events", *days, "--chunk", "day")
        made.append((dict(calls), said.out.count(" pending ")))
    assert [number for _, number in made] == [3, 9134]
    of_few, of_many = (calls for calls, _ in made)
    # the SQL of at most some forty chunks is looked at
    assert of_many.pop("__call__") < 2 * of_few.pop("__call__")
    assert of_many == of_few
