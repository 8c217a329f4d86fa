"""What a test expects of a macro beside its result: an error or a warning. A warning that nobody expects is shown as one of Python's."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

from dbt_playbooks.pytest_plugin.errors import MacroError


class Raises:
    """Not `contextlib.contextmanager`, whose own lines would end the traceback of the test."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        __tracebackhide__ = True
        if error is None:
            raise AssertionError(f"the macro raised no error. Expected was one with: {self._message}")
        if not isinstance(error, MacroError):
            return False
        if self._message not in str(error):
            raise AssertionError(
                f"the macro raised another error.\nexpected in it: {self._message}\nraised: {error}"
            ) from None
        return True


class Warns:
    """`expecting` holds those that are open, the outermost first."""

    def __init__(self, message: str, expecting: list[Warns]) -> None:
        self._message = message
        self._expecting = expecting
        self._taken = False
        self._others: list[str] = []

    def takes(self, message: str) -> bool:
        """Whether a warning is the expected one."""
        if self._message in message:
            self._taken = True
            return True
        self._others.append(message)
        return False

    def __enter__(self) -> None:
        self._expecting.append(self)

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        __tracebackhide__ = True
        self._expecting.remove(self)
        if error is None and not self._taken:
            others = "".join(f"\nwarned: {each}" for each in self._others)
            said = f"the macro warned of something else.\nexpected in it: {self._message}{others}"
            raise AssertionError(
                said if others else f"the macro did not warn. Expected was a warning with: {self._message}"
            )


def said_by_macros(lines: list[str], warned: list[str], exceptions: Any) -> dict[str, Any]:
    """Names of dbt's context by which macros speak to people: what they say is added to `lines` and `warned`."""

    def say(msg: Any, info: bool = True) -> str:
        if info:
            lines.append(str(msg))
        return ""

    def complain(msg: Any, node: Any = None) -> str:  # noqa: ARG001
        warned.append(str(msg))
        return ""

    def complain_of_snapshot(snapshot_time_data_type: str, updated_at_data_type: str) -> None:
        complain(
            f"the times of the snapshot are {snapshot_time_data_type}, and its updated_at is {updated_at_data_type}"
        )

    return {
        "print": say,
        "log": lambda msg, info=False: say(msg, info),
        "exceptions": {**exceptions, "warn": complain, "warn_snapshot_timestamp_data_types": complain_of_snapshot},
    }


def warn(message: str, kind: type[Warning]) -> None:
    """A warning of Python's at the line of the test, or of its helper, that called the plugin."""
    own = str(Path(__file__).parent)
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith(own):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)
