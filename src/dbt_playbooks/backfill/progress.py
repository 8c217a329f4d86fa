"""What a run says while it goes on: a bar on a terminal, a line a chunk otherwise (stderr), and one JSON event a line (stdout)."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.text import Text

from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.terminal import Moving, Out, is_terminal, stderr

_SHORTEST_BAR, _LONGEST_BAR = 8, 40


class Progress:
    """Tells what chunks do. Threads may call it at the same time."""

    def __init__(self, todo: int, before: int, json_events: bool, out: Out | None = None) -> None:
        self._out = out or stderr()
        self._json = json_events
        self._lock = threading.Lock()
        self._total = before + todo
        self._before = before
        self._ended = before
        self._rows = 0
        self._window = ""
        self._last_error: str | None = None
        self._started = time.monotonic()
        self._bar: Moving | None = None

    def __enter__(self) -> Progress:
        self._started = time.monotonic()
        # events and a bar on one screen would be written over each other
        events_on_screen = self._json and is_terminal(sys.stdout)
        if self._out.coloured and self._total > self._before and not events_on_screen:
            self._bar = Moving(self._out, _Bar(self), stays=True)
            self._bar.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the bar as it stands: what follows is about the whole."""
        if self._bar:
            self._window = ""
            # a run that is refused has nothing to show
            self._bar.stop(stays=self._ended > self._before)

    def event(self, name: str, **fields: Any) -> None:
        """One JSON object on stdout, when they were asked for."""
        if not self._json:
            return
        with self._lock:
            try:
                print(json.dumps({"event": name, **fields}, default=str), file=sys.stdout, flush=True)
            except BrokenPipeError:
                self._json = False
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                self.note("the reader of --json is gone: the run continues without events.")

    def note(self, text: str, style: str | None = None) -> None:
        """A line for the reader."""
        self._out.say(text, style)

    def began(self, chunk: Chunk) -> None:
        self.event("chunk_started", **_fields(chunk))
        self._window = str(chunk.window)

    def ended(self, chunk: Chunk, again: bool) -> None:
        """A chunk ended; `again` says that a failed one will be tried once more."""
        will_retry = chunk.status == "failed" and again
        with self._lock:
            self._rows += chunk.rows or 0
            self._ended += 0 if will_retry else 1
            line = self._line(chunk) + (" (it will be tried again)" if will_retry else "")
        if chunk.status != "completed":
            self.note(line, "yellow" if will_retry else "red")
        elif not self._bar:
            self.note(line)
        if self._bar:
            self._bar.refresh()
        self.event(f"chunk_{chunk.status}", **_fields(chunk))

    def seconds_left(self) -> float | None:
        """At the pace of the chunks that this run has ended; None before the first."""
        ended = self._ended - self._before
        return (time.monotonic() - self._started) / ended * (self._total - self._ended) if ended else None

    def texts(self) -> tuple[str, list[str]]:
        """What stands after the bar: what is always shown, and what follows where there is room, the most important first."""
        left = self.seconds_left()
        gone = max(time.monotonic() - self._started, 0.001)
        always = f"{self._ended}/{self._total} chunks, {'time left: ?' if left is None else f'{duration(left)} left'}"
        more = [self._window, f"{self._rows:,} rows", f"{self._rows / gone:,.0f} rows/s", f"{duration(gone)} so far"]
        return always, [text for text in more if text]

    @property
    def share(self) -> tuple[int, int]:
        return self._ended, self._total

    def _line(self, chunk: Chunk) -> str:
        heading = f"[{self._ended}/{self._total}] {chunk.window}"
        if chunk.status == "completed":
            took = chunk.seconds or 0
            rate = self._rows / max(time.monotonic() - self._started, 0.001)
            return (
                f"{heading}  {chunk.rows or 0:,} rows in {took:.{1 if took >= 1 else 2}f} s, "
                f"{rate:,.0f} rows/s on average, {duration(self.seconds_left() or 0)} left"
            )
        error = headline(chunk.error or "")
        repeated, self._last_error = without_days(error) == self._last_error, without_days(error)
        return f"{heading}  {chunk.status}, attempt {chunk.attempt}: {'the same error' if repeated else error}"


class _Bar:
    """One line as wide as the terminal: the bar, n of m and the time left; then as much of the rest as fits."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Any]:
        always, more = self._progress.texts()
        # the last column stays free: some terminals begin a new line there
        room = options.max_width - 1
        words = always
        for part in more:
            if _SHORTEST_BAR + 1 + len(words) + 2 + len(part) > room:
                break
            words += f", {part}"
        width = min(_LONGEST_BAR, room - 1 - len(words))
        if width > 0:
            ended, total = self._progress.share
            full = width * ended // max(total, 1)
            # heavy beside light: full and empty can be told apart without colours, too
            yield Text("\u2501" * full, style="green", end="")
            yield Text("\u2500" * (width - full) + " ", style="dim", end="")
        yield Text(words[: max(room, 0)], end="")


def headline(error: str, longest: int = 300) -> str:
    """An error on one line, without dbt's heading that names the model, which every chunk repeats."""
    lines = [line.strip() for line in error.strip().splitlines() if line.strip()]
    if len(lines) > 1 and " in model " in lines[0]:
        lines = lines[1:]
    text = " ".join(lines)
    return text if len(text) <= longest else text[:longest] + "..."


def without_days(error: str) -> str:
    """What an error says apart from the days in it: chunks that fail for one reason differ in nothing else."""
    return re.sub(r"\d{4}-\d{2}-\d{2}", "<day>", error)


def _fields(chunk: Chunk) -> dict[str, Any]:
    return {
        "start_date": chunk.window.start_date,
        "end_date": chunk.window.end_date,
        "status": chunk.status,
        "attempt": chunk.attempt,
        "rows": chunk.rows,
        "bytes": chunk.bytes,
        "seconds": None if chunk.seconds is None else round(chunk.seconds, 3),
        "error": chunk.error,
        "sql_path": chunk.sql_path,
    }


def duration(seconds: float) -> str:
    """`5 s`, `3 min 20 s`, `2 h 05 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def many(number: int, thing: str) -> str:
    """`1 chunk`, `2 chunks`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
