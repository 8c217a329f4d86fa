"""Commands as processes of their own, which can be watched and killed, begun where dbt is imported already.

Importing dbt and Google's libraries takes four seconds of a core. A server that has done so forks each command: still a process a command.
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

_PATIENCE = 240
_IMPORTED = [
    *("dbt.cli.main", "dbt.task.run", "dbt.adapters.duckdb", "dbt.adapters.bigquery"),
    *("dbt_playbooks.backfill.command", "dbt_playbooks.compare.command"),
]


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


class Command:
    """`dbt-playbooks ...`, or another program, that has begun in a folder, with this process's environment and `environment`."""

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        output: Path,
        environment: Mapping[str, str] | None = None,
        program: str = "dbt-playbooks",
    ) -> None:
        output.mkdir()
        self._out, self._err = output / "out", output / "err"
        surrounding = {**os.environ, **(environment or {})}
        arguments = (program, list(words), str(folder), str(self._out), str(self._err), surrounding)
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
    return happened("chunk_completed", number)


def happened(name: str, times: int = 1) -> Callable[[list[dict[str, Any]]], bool]:
    """Whether an event came at least so often."""
    return lambda events: sum(event["event"] == name for event in events) >= times


def dbt(folder: Path, *words: str, **environment: str) -> Said:
    """`dbt ...` in a folder."""
    return _whole("dbt", words, folder, environment)


def each_dbt(folder: Path, *commands: Sequence[str], **environment: str) -> Said:
    """Several commands of dbt, one after the other in one process. What each says comes after `$ words` and is followed by
    `= whether it succeeded` and, for each node, `> name status failures`."""
    return _whole("dbts", [json.dumps(commands)], folder, environment)


def _whole(program: str, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Said:
    with tempfile.TemporaryDirectory() as output:
        return Command(words, folder, Path(output) / "of", environment, program).said()


def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_IMPORTED)
    return context


def _become(program: str, words: list[str], folder: str, out: str, err: str, environment: dict[str, str]) -> None:
    # what is imported stays: no need to look through it for garbage
    gc.freeze()
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if "GOOGLE_RETRIES_FOR" in environment:
        from google.cloud.bigquery.retry import DEFAULT_RETRY

        # ten minutes; nothing but the object itself can be told otherwise
        DEFAULT_RETRY._timeout = DEFAULT_RETRY._deadline = float(environment["GOOGLE_RETRIES_FOR"])
    sys.argv = [program, *words]
    {"dbt-playbooks": _playbooks, "dbt": _dbt, "dbts": _dbts}[program]()


def _playbooks() -> None:
    from dbt_playbooks.cli import main

    main()


def _dbt() -> None:
    from dbt.cli.main import cli

    cli()


def _dbts() -> None:
    from dbt.cli.main import dbtRunner

    for words in json.loads(sys.argv[1]):
        print("$", *words, flush=True)
        result = dbtRunner().invoke([*words, "--no-use-colors"])
        print("=", result.success, result.exception or "", flush=True)
        for each in getattr(result.result, "results", None) or []:
            if hasattr(each, "node"):
                print(">", each.node.name, each.status, each.failures, flush=True)
