"""Runs tests on a copy of the tree, and ends them when one takes too long."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warm import BROKEN

STARTING = 120.0
"""Seconds until the first test begins: pytest collects, dbt is imported."""
NOTICED, SURVIVED, TIMED_OUT = "noticed", "survived", "timed out"


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant, and which test said so."""

    what: str
    by: str = ""
    seconds: float = 0.0


class Trial:
    """A tree, a process that forks for each run of its tests, and a file in which they say what they do."""

    def __init__(self, tree: Path, events: Path, python: Path) -> None:
        self.tree = tree
        self.events = events
        self._warm = subprocess.Popen(
            [python, Path(__file__).with_name("warm.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        self._warm.communicate("")

    def run(
        self, tests: Sequence[str], limits: Mapping[str, float] | None = None, stop_at_first: bool = True
    ) -> Outcome:
        """Run tests in this order. A test that takes longer than its limit in seconds ends the run."""
        self.events.unlink(missing_ok=True)
        arguments = self.events.with_suffix(".tests")
        arguments.write_text("\n".join(tests))
        options = ["-q", "--no-header", "--no-summary", "--maxfail=1" if stop_at_first else "--maxfail=0"]
        options += ["-p", "no:cacheprovider", "-p", "watching"]
        paths = [str(self.tree / "src"), str(Path(__file__).parent)]
        request = {
            "arguments": [*options, f"@{arguments}"],
            "folder": str(self.tree),
            "paths": paths,
            "environment": {"PYTHONPATH": os.pathsep.join(paths), "MUTANTS_EVENTS": str(self.events)},
            "output": str(self.events.with_suffix(".output")),
            "work": str(self.events.parent),
        }
        assert self._warm.stdin
        assert self._warm.stdout
        started = time.monotonic()
        print(json.dumps(request), file=self._warm.stdin, flush=True)
        process = int(self._warm.stdout.readline())
        try:
            late = self._wait(process, limits)
            code = int(self._warm.stdout.readline())
        finally:
            _kill(process)  # or what the tests left behind
        seconds = time.monotonic() - started
        if late is not None:
            return Outcome(TIMED_OUT, late, seconds)
        if code == 0:
            return Outcome(SURVIVED, "", seconds)
        if code == BROKEN:
            raise RuntimeError(f"The tests did not begin:\n{self.events.with_suffix('.output').read_text()}")
        failed = [name for event, name, *_ in events(self.events) if event == "failed"]
        return Outcome(NOTICED, failed[0] if failed else f"pytest, exit code {code}", seconds)

    def _wait(self, process: int, limits: Mapping[str, float] | None) -> str | None:
        """Wait until the tests have ended; the test that took too long, if one did, after ending it."""
        assert self._warm.stdout
        test, since = "before the first test", time.monotonic()
        while not select.select([self._warm.stdout], [], [], 0.2)[0]:
            begun = [name for event, name, *_ in events(self.events) if event == "begin"] if limits is not None else []
            if begun and begun[-1] != test:
                test, since = begun[-1], time.monotonic()
            if limits is not None and time.monotonic() - since > limits.get(test, STARTING):
                _kill(process)
                return test
        return None


def events(file: Path) -> Iterator[list[str]]:
    if file.exists():
        for line in file.read_text().splitlines():
            yield line.split("\t")


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
