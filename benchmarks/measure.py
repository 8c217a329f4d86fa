"""Runs a contender as its user would, in a process of its own, and says what that took: seconds, arrivals of lines, memory.

This process stays small: on Linux a child's peak memory is never less than its parent's when it was started.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import click
import psutil

from dbt_playbooks import __version__

Result = TypeVar("Result")


@dataclass(frozen=True)
class Line:
    """A line of stdout, and how old its process was and how much CPU it had used when the line came."""

    seconds: float
    cpu_seconds: float
    text: str


@dataclass(frozen=True)
class Measured:
    """A process that ended well: its wall and CPU time, its peak memory, and what it said."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    lines: Sequence[Line]


@dataclass(frozen=True)
class Claim:
    """What we say of ourselves: a ratio, the target it is held against, and which side of it is good."""

    text: str
    ratio: float
    target: float
    at_least: bool
    cpu_ratio: float | None = None

    @property
    def holds(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def __str__(self) -> str:
        verdict, side = "holds" if self.holds else "FAILS", "at least" if self.at_least else "at most"
        cpu = "" if self.cpu_ratio is None else f"; by CPU time {self.cpu_ratio:.2f}"
        return f"{verdict}  {self.text}: {self.ratio:.2f} (target: {side} {self.target:g}{cpu})"


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> Measured:
    """Run a command in a folder. An exit code other than 0 ends the benchmark, with what the command said."""
    # dbt's usage statistics would measure the network; its colours would only be in the way
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_USE_COLORS": "false"}
    environment = {**os.environ, **quiet, **(variables or {})}
    lines: list[Line] = []
    with tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process:
            watched = psutil.Process(process.pid)
            lines.extend(Line(time.perf_counter() - started, _cpu(watched), text) for text in process.stdout or ())
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            said = "".join(line.text for line in lines[-30:]) + errors.read()[-4000:]
            raise click.ClickException(f"`{shlex.join(command)}` ended with exit code {process.returncode}:\n{said}")
    peak_mb = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)  # kilobytes, on macOS bytes
    return Measured(seconds, usage.ru_utime + usage.ru_stime, peak_mb, lines)


def _cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:  # it ended with its last line
        return float("nan")
    return times.user + times.system


def in_another_process(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function of a module in a fresh process, so that its memory is not ours."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def between(seconds: Sequence[float]) -> list[float]:
    """The time between one arrival and the next."""
    return [later - earlier for earlier, later in pairwise(seconds)]


def machine(packages: Sequence[str]) -> Mapping[str, str]:
    """What the figures depend on besides the code."""
    return {
        "dbt-playbooks": __version__,
        **{name: metadata.version(name) for name in packages},
        "python": sys.version.split()[0],
        "system": sys.platform,
        "cores": str(os.cpu_count()),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }
