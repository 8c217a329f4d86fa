"""Which process on which machine a claim names, and whether it still runs. Setting a clock changes neither answer."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil


def host() -> str:
    """This machine as far as its processes can be seen: containers and rented machines share names, and hide each other's."""
    return f"{platform.node()}/{_boot()}/{_link('/proc/self/ns/pid')}"


def started_at(process: psutil.Process) -> str:
    """When a process began, as a text that tells it apart from other processes that had its number since this machine started."""
    stat = _text(f"/proc/{process.pid}/stat")
    # the name of the program, in parentheses, may hold anything; the 22nd field is the start in ticks since the machine started
    return stat.rpartition(")")[2].split()[19] if stat else f"{process.create_time():.2f}"


def lives(run: Mapping[str, Any]) -> bool:
    """Whether the process of a run on this machine is there."""
    try:
        process = psutil.Process(int(run["process_id"]))
        # the number alone may have been given to another process since
        return started_at(process) == run["process_started_at"] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def is_this_process(run: Mapping[str, Any]) -> bool:
    """Whether a run is another one of this process."""
    process = psutil.Process()
    here = (host(), process.pid, started_at(process))
    return (run["host"], int(run["process_id"]), run["process_started_at"]) == here


def seconds_awake_or_asleep() -> float:
    """Seconds on a clock that nobody sets and that goes on while the machine sleeps."""
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # the first is Linux's; macOS counts its sleep in the second
        if hasattr(time, name):
            return time.clock_gettime(getattr(time, name))
    return time.monotonic()


def _boot() -> str:
    """This start of the machine. What is counted back from the clock changes when the clock is set."""
    return _text("/proc/sys/kernel/random/boot_id").strip() or str(int(psutil.boot_time()))


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
