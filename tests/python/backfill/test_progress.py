"""What a run says of its chunks; test_terminal.py looks at it in a terminal."""

from __future__ import annotations

import io

import pytest

from dbt_playbooks.backfill.progress import Progress, duration, headline
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.interface import Window
from dbt_playbooks.terminal import Out

JANUARY, FEBRUARY = Window("2024-01-01", "2024-01-31"), Window("2024-02-01", "2024-02-29")


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


def test_a_headline_is_one_line_and_not_dbts_heading() -> None:
    assert headline("Runtime Error in model x (x.sql)\n  a\n\n  b") == "a b"
    assert headline("one line") == "one line"
    assert headline("x" * 400) == "x" * 300 + "..."


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")])
def test_durations_are_written_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text
