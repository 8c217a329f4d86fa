"""Runs inside the tests. As a pytest plugin it writes to the file MUTANTS_EVENTS which test begins, ends, and how. In a copy of the
tree whose functions call `hit`, it also writes which statements and macros each test reaches, in whatever process it reaches them.

One line an event, appended at once: a process that is killed has said what it did.
"""

from __future__ import annotations

import os
import time
from typing import Any

_TEST, _EVENTS, _PROCESS = "MUTANTS_TEST", "MUTANTS_EVENTS", "MUTANTS_PROCESS"
_seen: set[tuple[str, str]] = set()


def _write(*words: str) -> None:
    if _EVENTS in os.environ:
        file = os.open(os.environ[_EVENTS], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(file, ("\t".join(words) + "\n").encode())
        finally:
            os.close(file)


def hit(what: str) -> None:
    """A test has come here."""
    test = os.environ.get(_TEST, "")
    if test and (test, what) not in _seen:
        _seen.add((test, what))
        _write("hit", test, what, "here" if os.environ.get(_PROCESS) == str(os.getpid()) else "process")


def watch_macros() -> None:
    """From now on each macro of ours that dbt renders counts as reached."""
    from dbt.clients.jinja import MacroGenerator

    rendered = MacroGenerator.__call__
    if getattr(rendered, "watched", False):
        return

    def call(self: Any, *positional: Any, **named: Any) -> Any:
        if self.macro.package_name == "dbt_playbooks":
            hit(f"macro {self.macro.name}")
        return rendered(self, *positional, **named)

    call.watched = True  # type: ignore[attr-defined]
    MacroGenerator.__call__ = call


def pytest_runtest_logstart(nodeid: str) -> None:
    os.environ[_TEST], os.environ[_PROCESS] = nodeid, str(os.getpid())
    _write("begin", nodeid, str(time.time()))


def pytest_runtest_logreport(report: Any) -> None:
    _write(report.outcome, report.nodeid, report.when, f"{report.duration:.3f}")
