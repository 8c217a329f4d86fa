"""What a run says of its chunks; test_terminal.py looks at it in a terminal."""

from __future__ import annotations

import io
import json
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console, ConsoleOptions
from rich.text import Text

from dbt_playbooks.backfill import progress as progress_module
from dbt_playbooks.backfill.progress import Progress, _Bar, duration, headline, many, without_days
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.interface import Window
from dbt_playbooks.terminal import Out

JANUARY, FEBRUARY = Window("2024-01-01", "2024-01-31"), Window("2024-02-01", "2024-02-29")


class Clock:
    """The time of a progress, which the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress_module, "time", made)
    return made


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def done(window: Window = JANUARY, rows: int | None = 1000, seconds: float | None = 2.0) -> Chunk:
    return Chunk(0, window, "completed", 1, rows=rows, seconds=seconds)


def failed(error: str | None, status: str = "failed") -> Chunk:
    return Chunk(0, JANUARY, status, 2, error=error)


def test_where_no_bar_is_drawn_there_is_a_line_a_chunk() -> None:
    stream = io.StringIO()
    with Progress(todo=2, before=1, json_events=False, out=Out(stream)) as progress:
        progress.began(Chunk(1, JANUARY))
        progress.ended(Chunk(1, JANUARY, "completed", 1, rows=1234, seconds=2.0), again=False)
        error = "Runtime Error in model x (x.sql)\n  no [such] table :key: of one"
        progress.ended(Chunk(2, FEBRUARY, "failed", 1, error=error), again=False)
    first, second = stream.getvalue().splitlines()
    assert first.startswith("[2/3] 2024-01-01 to 2024-01-31  1,234 rows in 2.0 s, ")
    assert first.endswith("left")
    assert second == "[3/3] 2024-02-01 to 2024-02-29  failed, attempt 1: no [such] table :key: of one"


def test_the_line_of_a_chunk_says_its_time_the_pace_of_the_run_and_the_time_left(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(todo=4, before=6, json_events=False, out=Out(stream))
    clock.now = 200.0
    with progress:
        clock.now += 10
        progress.ended(done(rows=1000, seconds=1.0), again=False)
        clock.now += 10
        progress.ended(done(FEBRUARY, rows=5000, seconds=0.987), again=False)
        progress.ended(done(rows=None, seconds=None), again=False)
        progress.ended(done(rows=0, seconds=1.96), again=False)
    assert stream.getvalue().splitlines() == [
        "[7/10] 2024-01-01 to 2024-01-31  1,000 rows in 1.0 s, 100 rows/s on average, 30 s left",
        "[8/10] 2024-02-01 to 2024-02-29  5,000 rows in 0.99 s, 300 rows/s on average, 20 s left",
        "[9/10] 2024-01-01 to 2024-01-31  0 rows in 0.00 s, 300 rows/s on average, 7 s left",
        "[10/10] 2024-01-01 to 2024-01-31  0 rows in 2.0 s, 300 rows/s on average, 0 s left",
    ]


def test_a_chunk_that_takes_no_time_has_a_pace(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(todo=1, before=0, json_events=False, out=Out(stream))
    assert clock.now == 100
    progress.ended(done(rows=2), again=False)
    assert "2,000 rows/s on average, 0 s left" in stream.getvalue()


def test_no_time_is_left_to_tell_before_the_first_chunk_has_ended(clock: Clock) -> None:
    progress = Progress(todo=2, before=3, json_events=False, out=Out(io.StringIO()))
    assert progress.seconds_left() is None
    clock.now += 4
    progress.ended(done(), again=False)
    assert progress.seconds_left() == 4
    assert progress.share == (4, 5)


class Coloured(Progress):
    """A progress that keeps its lines with their colours."""

    def __init__(self) -> None:
        super().__init__(4, 0, False, Out(io.StringIO()))
        self.lines: list[tuple[str, str | None]] = []

    def note(self, text: str, style: str | None = None) -> None:
        self.lines.append((text.partition("  ")[2] or text, style))


def test_a_chunk_that_is_tried_again_has_not_ended() -> None:
    progress = Coloured()
    progress.ended(failed("broken on 2024-01-01"), again=True)
    assert progress.share == (0, 4)
    progress.ended(failed("broken on 2024-01-02"), again=False)
    progress.ended(failed("another"), again=False)
    progress.ended(failed(None, "interrupted"), again=True)
    assert progress.share == (3, 4)
    assert progress.lines == [
        ("failed, attempt 2: broken on 2024-01-01 (it will be tried again)", "yellow"),
        ("failed, attempt 2: the same error", "red"),
        ("failed, attempt 2: another", "red"),
        ("interrupted, attempt 2: ", "red"),
    ]


def test_a_completed_chunk_has_no_colour_and_is_never_tried_again() -> None:
    progress = Coloured()
    progress.ended(done(), again=True)
    [(line, colour)] = progress.lines
    assert line.startswith("1,000 rows in 2.0 s")
    assert not line.endswith("again)")
    assert colour is None
    assert progress.share == (1, 4)


def test_events_are_json_a_line_when_they_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(2, 0, True, Out(io.StringIO()))
    progress.began(Chunk(0, JANUARY, "running", 1))
    progress.ended(Chunk(0, JANUARY, "failed", 1, 7, 2048, 1.23456, "no table", "this", "a.sql"), again=True)
    progress.event("other", window=JANUARY)
    said = capsys.readouterr().out.splitlines()
    window = {"start_date": "2024-01-01", "end_date": "2024-01-31"}
    nothing = dict.fromkeys(("rows", "bytes", "seconds", "error", "sql_path"))
    assert [json.loads(line) for line in said] == [
        {"event": "chunk_started", **window, "status": "running", "attempt": 1, **nothing},
        {
            "event": "chunk_failed",
            **window,
            "status": "failed",
            "attempt": 1,
            "rows": 7,
            "bytes": 2048,
            "seconds": 1.235,
            "error": "no table",
            "sql_path": "a.sql",
        },
        {"event": "other", "window": "2024-01-01 to 2024-01-31"},
    ]
    Progress(2, 0, False, Out(io.StringIO())).began(Chunk(0, JANUARY))
    assert capsys.readouterr().out == ""


class Unasked:
    """What nobody writes as text."""

    def __str__(self) -> str:
        raise AssertionError("an event was made")


def test_a_run_continues_when_the_reader_of_its_events_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    stream = io.StringIO()
    with os.fdopen(writer, "w") as gone:
        os.close(reader)
        monkeypatch.setattr(sys, "stdout", gone)
        progress = Progress(2, 0, True, Out(stream))
        progress.event("first")
        progress.event("second", asked=Unasked())
        # what else is written there is written nowhere
        os.write(writer, b"more")
    assert stream.getvalue() == "the reader of --json is gone: the run continues without events.\n"


class Drawn:
    """Stands in for the line that moves."""

    def __init__(self) -> None:
        self.refreshed = 0
        self.stays: list[bool | None] = []

    def refresh(self) -> None:
        self.refreshed += 1

    def stop(self, stays: bool | None = None) -> None:
        self.stays.append(stays)


def barred() -> tuple[Progress, Drawn, io.StringIO]:
    stream = io.StringIO()
    progress, drawn = Progress(3, 1, False, Out(stream)), Drawn()
    progress._bar = drawn  # type: ignore[assignment]
    return progress, drawn, stream


def test_beside_a_bar_only_failures_have_a_line() -> None:
    progress, drawn, stream = barred()
    progress.ended(done(), again=False)
    assert (stream.getvalue(), drawn.refreshed) == ("", 1)
    progress.ended(failed("x"), again=False)
    assert stream.getvalue() == "[3/4] 2024-01-01 to 2024-01-31  failed, attempt 2: x\n"
    assert drawn.refreshed == 2


def test_a_bar_stays_where_a_chunk_has_ended() -> None:
    progress, drawn, _ = barred()
    progress.stop()
    progress.ended(done(), again=False)
    progress.began(Chunk(1, FEBRUARY))
    assert str(FEBRUARY) in progress.texts()[1]
    progress.__exit__()
    assert drawn.stays == [False, True]
    assert str(FEBRUARY) not in progress.texts()[1]


@pytest.mark.parametrize(
    ("todo", "json_events", "on_screen", "drawn"),
    [(1, False, True, True), (0, False, True, False), (1, True, True, False), (1, True, False, True)],
)
def test_a_bar_is_drawn_where_there_is_something_to_do_and_no_event_on_the_screen(
    todo: int, json_events: bool, on_screen: bool, drawn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", Screen() if on_screen else io.StringIO())
    stream = Screen()
    with Progress(todo, 1, json_events, Out(stream)) as progress:
        assert (progress._bar is not None) is drawn
        assert ("chunks, time left: ?" in stream.getvalue()) is drawn
    with Progress(todo, 1, json_events, Out(io.StringIO())) as progress:
        assert progress._bar is None


def test_behind_the_bar_stand_the_chunks_and_then_what_is_given_up_last(clock: Clock) -> None:
    progress = Progress(todo=3, before=1, json_events=False, out=Out(io.StringIO()))
    assert progress.texts() == ("1/4 chunks, time left: ?", ["0 rows", "0 rows/s", "0 s so far"])
    clock.now += 10
    progress.began(Chunk(1, FEBRUARY))
    progress.ended(done(rows=12345), again=False)
    assert progress.texts() == (
        "2/4 chunks, 20 s left",
        ["2024-02-01 to 2024-02-29", "12,345 rows", "1,234 rows/s", "10 s so far"],
    )
    progress.ended(failed("no rows are known of it"), again=False)
    assert "12,345 rows" in progress.texts()[1]


def bar(width: int, ended: int = 1, total: int = 4, more: tuple[str, ...] = ("second", "third")) -> str:
    """The line, with = for what is done and - for what is not."""
    progress: Any = SimpleNamespace(texts=lambda: ("always", list(more)), share=(ended, total))
    options: Any = SimpleNamespace(max_width=width)
    console: Any = None
    drawn: list[Text] = list(_Bar(progress).__rich_console__(console, options))
    assert all(part.end == "" for part in drawn)
    return "".join(part.plain for part in drawn).replace("\u2501", "=").replace("\u2500", "-")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (100, "==========" + "-" * 30 + " always, second, third"),
        (63, "==========" + "-" * 30 + " always, second, third"),
        (62, "=========" + "-" * 30 + " always, second, third"),
        (32, "==------- always, second, third"),
        (31, "==------ always, second, third"),
        (30, "===----------- always, second"),
        (25, "==------- always, second"),
        (24, "==------ always, second"),
        (23, "===------------ always"),
        (9, "- always"),
        (8, "always"),
        (7, "always"),
        (6, "alway"),
        (1, ""),
        (0, ""),
    ],
)
def test_a_bar_takes_what_the_words_leave_and_words_what_the_bar_leaves(width: int, line: str) -> None:
    assert bar(width) == line
    assert width < 1 or len(line) < width


def test_a_bar_of_nothing_is_empty() -> None:
    assert bar(23, 0, 0) == "-" * 15 + " always"
    assert bar(23, 1, 1) == bar(23, 4, 4) == "=" * 15 + " always"


def test_full_and_empty_differ_in_colour_too() -> None:
    progress: Any = SimpleNamespace(texts=lambda: ("always", []), share=(1, 2))
    console = Console()
    options: ConsoleOptions = console.options.update(width=20)
    assert [part.style for part in _Bar(progress).__rich_console__(console, options)] == ["green", "dim", ""]


def test_a_headline_is_one_line_and_not_dbts_heading() -> None:
    assert headline("Runtime Error in model x (x.sql)\n  a\n\n  b") == "a b"
    assert headline("one line") == "one line"
    assert headline("Error in model x") == "Error in model x"
    assert headline("one\ntwo\n") == "one two"
    assert headline("x" * 300) == "x" * 300
    assert headline("x" * 400) == "x" * 300 + "..."


def test_errors_that_differ_in_days_alone_are_one() -> None:
    assert without_days("from 2024-01-01 to 2024-01-31: 7") == "from <day> to <day>: 7"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"), (59, "59 s"), (59.6, "1 min 00 s"), (60, "1 min 00 s"), (200, "3 min 20 s"), (3599, "59 min 59 s"),
        (3600, "1 h 00 min"), (7500, "2 h 05 min"), (7199, "1 h 59 min"),
    ],
)  # fmt: skip
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_one_is_singular() -> None:
    assert [many(number, "chunk") for number in (0, 1, 2, 1000)] == ["0 chunks", "1 chunk", "2 chunks", "1,000 chunks"]
