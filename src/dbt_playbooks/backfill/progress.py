"""What a run says while it goes on: a bar on a terminal, a line a chunk otherwise (stderr), and one JSON event a line (stdout)."""

from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from dbt_playbooks.backfill.state import Chunk


class Progress:
    """Tells what chunks do. Threads may call it at the same time."""

    def __init__(self, todo: int, before: int, json_events: bool, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._json = json_events
        self._lock = threading.Lock()
        self._total = before + todo
        self._before = before
        self._ended = before
        self._rows = 0
        self._last_error: str | None = None
        self._started = time.monotonic()
        self._bar: Bar | None = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        self._started = time.monotonic()
        if self._console.is_terminal and self._total > self._before:
            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("chunks, {task.fields[rows]} rows, {task.fields[rate]} rows/s,"),
                TimeElapsedColumn(),
                TextColumn("gone, {task.fields[left]} left"),
                console=self._console,
            )
            self._task = self._bar.add_task(
                "backfill", total=self._total, completed=self._before, rows="0", rate="0", left="?"
            )
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

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
                self.note("the reader of --json has gone: the run goes on without events.")

    def note(self, text: str) -> None:
        """A line for the reader."""
        self._console.print(text, markup=False)

    def began(self, chunk: Chunk) -> None:
        self.event("chunk_started", **_fields(chunk))
        if self._bar:
            self._bar.update(self._task, description=f"backfill {chunk.window}")

    def ended(self, chunk: Chunk, again: bool) -> None:
        """A chunk ended; `again` says that a failed one will be tried once more."""
        will_retry = chunk.status == "failed" and again
        with self._lock:
            self._rows += chunk.rows or 0
            self._ended += 0 if will_retry else 1
            gone = max(time.monotonic() - self._started, 0.001)
            rate = self._rows / gone
            left = gone / max(self._ended - self._before, 1) * (self._total - self._ended)
            line = self._line(chunk, rate, left) + (" (it will be tried again)" if will_retry else "")
        if self._bar:
            if chunk.status != "completed":
                self.note(line)
            self._bar.update(
                self._task, completed=self._ended, rows=f"{self._rows:,}", rate=f"{rate:,.0f}", left=duration(left)
            )
        else:
            self.note(line)
        self.event(f"chunk_{chunk.status}", **_fields(chunk))

    def _line(self, chunk: Chunk, rate: float, left: float) -> str:
        place = f"[{self._ended}/{self._total}] {chunk.window}"
        if chunk.status == "completed":
            took = chunk.seconds or 0
            return (
                f"{place}  {chunk.rows or 0:,} rows in {took:.{1 if took >= 1 else 2}f} s, "
                f"{rate:,.0f} rows/s on average, {duration(left)} left"
            )
        error = headline(chunk.error or "")
        repeated, self._last_error = without_days(error) == self._last_error, without_days(error)
        return f"{place}  {chunk.status}, attempt {chunk.attempt}: {'the same error' if repeated else error}"


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
