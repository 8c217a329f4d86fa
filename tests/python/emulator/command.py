"""`dbt-playbooks ...` as a process of its own, which can be watched and killed, begun where dbt is imported already.

Importing dbt and Google's libraries takes six seconds. A server that has done so forks each command: still a process a command.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from shop import Said

_PATIENCE = 90
_IMPORTED = ["dbt.cli.main", "dbt.task.run", "dbt.adapters.bigquery", "dbt_playbooks.backfill.command", __name__]


class Command:
    """A command that has begun."""

    def __init__(self, words: Sequence[str], folder: Path, output: Path, environment: Mapping[str, str]) -> None:
        output.mkdir()
        self._out, self._err = output / "out", output / "err"
        arguments = (list(words), str(folder), str(self._out), str(self._err), dict(environment))
        self._process = _server().Process(target=_become, args=arguments)
        self._process.start()

    def said(self) -> Said:
        """Wait for the end."""
        self._process.join(_PATIENCE)
        if self._process.exitcode is None:
            self.kill()
            raise AssertionError(f"the command did not end in {_PATIENCE} s:\n{self._err.read_text()}")
        return Said(self._process.exitcode, self._out.read_text(), self._err.read_text())

    def events(self) -> list[dict[str, Any]]:
        """The events so far."""
        lines = self._out.read_text().splitlines(keepends=True) if self._out.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def until(self, holds: Callable[[list[dict[str, Any]]], bool]) -> Command:
        """Wait until something holds for the events so far, while the command goes on."""
        deadline = time.monotonic() + _PATIENCE
        while not holds(self.events()):
            if not self._process.is_alive() or time.monotonic() > deadline:
                raise AssertionError(f"it never came to that: {self.events()}\n{self._err.read_text()}")
            time.sleep(0.02)
        return self

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9, as a crash, an out-of-memory killer or a spot machine does."""
        if self._process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                self.signal(signal.SIGKILL)
        self._process.join(_PATIENCE)


def completed(number: int) -> Callable[[list[dict[str, Any]]], bool]:
    """Whether at least so many chunks were completed."""
    return lambda events: sum(event["event"] == "chunk_completed" for event in events) >= number


def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    return context


def _become(words: list[str], folder: str, out: str, err: str, environment: dict[str, str]) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.update(environment)
    if "GOOGLE_RETRIES_FOR" in environment:
        from google.cloud.bigquery.retry import DEFAULT_RETRY

        # ten minutes; nothing but the object itself can be told otherwise
        DEFAULT_RETRY._timeout = DEFAULT_RETRY._deadline = float(environment["GOOGLE_RETRIES_FOR"])
    sys.argv = ["dbt-playbooks", *words]

    from dbt_playbooks.cli import main

    main()
