"""What can go wrong, and the exit code that says so. The one home of exit codes.

A message says what happened, where, what was given, what is allowed and what to type next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

DONE = 0
SOME_FAILED = 1
USAGE = 2
UNREACHABLE = 3
DEFECT = 4
INTERRUPTED = 130


class PlaybooksError(Exception):
    """Any error that a user is meant to read."""

    exit_code = UNREACHABLE


class UsageError(PlaybooksError):
    """What was asked for cannot be done: the arguments, the dates, the selection or a model's configuration are invalid."""

    exit_code = USAGE


class ProjectError(PlaybooksError):
    """dbt cannot open the project: no project, no profile, no adapter, or it does not parse."""


class WarehouseError(PlaybooksError):
    """The warehouse cannot be reached, or refuses a statement of ours."""


class HeldError(UsageError):
    """Another run holds the backfill."""


class InterruptionError(PlaybooksError):
    """Ctrl-C, where there is more to say than that."""

    exit_code = INTERRUPTED


@contextmanager
def changing_nothing(doing: str) -> Iterator[None]:
    """Ctrl-C while nothing is changed."""
    try:
        yield
    except KeyboardInterrupt:
        raise InterruptionError(
            f"interrupted. {doing} changes nothing. Run the same command again to start over."
        ) from None
