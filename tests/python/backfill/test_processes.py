"""What is read of processes and clocks, on Linux and where there is no /proc; test_lease.py asks whether holders live."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from dbt_playbooks.backfill import processes


@pytest.fixture
def without_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is no Linux: nothing can be read below /proc."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise FileNotFoundError("/proc")

    monkeypatch.setattr(os, "readlink", refuse)
    monkeypatch.setattr(Path, "read_text", refuse)


def test_a_process_began_at_the_22nd_field_of_its_stat(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = " ".join(str(number) for number in range(3, 53))
    monkeypatch.setattr(Path, "read_text", lambda path: f"7 (a ) (b) {fields}" if str(path) == "/proc/7/stat" else "")
    process: Any = SimpleNamespace(pid=7, create_time=lambda: 1.239)
    assert processes.started_at(process) == "22"
    process.pid = 8
    assert processes.started_at(process) == "1.24"


@pytest.mark.usefixtures("without_proc")
def test_where_there_is_no_proc_the_operating_system_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes.platform, "node", lambda: "laptop")
    monkeypatch.setattr(psutil, "boot_time", lambda: 1234.9)
    assert processes.host() == "laptop/1234/"
    process: Any = SimpleNamespace(pid=7, create_time=lambda: 1.5)
    assert processes.started_at(process) == "1.50"


def test_a_machine_is_its_name_its_start_and_its_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes.platform, "node", lambda: "laptop")
    monkeypatch.setattr(Path, "read_text", lambda path: f"{path.name}\n")
    monkeypatch.setattr(os, "readlink", lambda path: f"link of {path}")
    assert processes.host() == "laptop/boot_id/link of /proc/self/ns/pid"


@pytest.mark.parametrize(
    ("clocks", "seconds"),
    [
        ({"CLOCK_BOOTTIME": 7, "CLOCK_MONOTONIC": 1}, 70),
        ({"CLOCK_MONOTONIC": 1}, 10),
        ({}, 5),
    ],
)
def test_the_clock_counts_sleep_where_there_is_one_that_does(
    monkeypatch: pytest.MonkeyPatch, clocks: dict[str, int], seconds: float
) -> None:
    made = SimpleNamespace(monotonic=lambda: 5.0, clock_gettime=lambda clock: clock * 10.0, **clocks)
    monkeypatch.setattr(processes, "time", made)
    assert processes.seconds_awake_or_asleep() == seconds
    monkeypatch.setattr(processes, "time", time)
    assert processes.seconds_awake_or_asleep() > 0


@pytest.mark.parametrize(
    ("began", "status", "living"),
    [("22", psutil.STATUS_RUNNING, True), ("22", psutil.STATUS_ZOMBIE, False), ("21", psutil.STATUS_RUNNING, False)],
)
def test_a_process_lives_when_it_is_the_one_that_was_and_no_zombie(
    monkeypatch: pytest.MonkeyPatch, began: str, status: str, living: bool
) -> None:
    monkeypatch.setattr(psutil, "Process", lambda number: SimpleNamespace(pid=number, status=lambda: status))
    monkeypatch.setattr(processes, "started_at", lambda _: "22")
    assert processes.lives({"process_id": "7", "process_started_at": began}) is living


@pytest.mark.parametrize(("refusal", "living"), [(psutil.NoSuchProcess, False), (psutil.AccessDenied, True)])
def test_a_process_that_is_gone_is_dead_and_a_hidden_one_may_live(
    monkeypatch: pytest.MonkeyPatch, refusal: type[Exception], living: bool
) -> None:
    def process(number: int) -> Any:
        raise refusal(number)

    monkeypatch.setattr(psutil, "Process", process)
    assert processes.lives({"process_id": 7, "process_started_at": "22"}) is living


@pytest.mark.parametrize("other", [None, "host", "process_id", "process_started_at"])
def test_a_run_of_this_process_agrees_in_machine_number_and_start(other: str | None) -> None:
    process = psutil.Process()
    run: dict[str, Any] = {
        "host": processes.host(),
        "process_id": str(process.pid),
        "process_started_at": processes.started_at(process),
    }
    if other:
        run[other] = f"{run[other]}1"
    assert processes.is_this_process(run) is (other is None)
