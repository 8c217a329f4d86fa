"""At most one run per backfill and shard, by claims that are only appended to a table of the warehouse.

A run appends its claim, then reads all claims. Whoever sees another live claim and is not the first withdraws; the first waits
until it is alone. Of two claims the one stored later always sees the earlier, so two runs never both go on. A claim is live until
it is released, its process (on this machine) is gone, or it gave no sign for STALE seconds by the warehouse's clock. Where only one process
at a time can have the warehouse open, it is this one: no claim of another process is live.
"""

from __future__ import annotations

import getpass
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import psutil

from dbt_playbooks.backfill.processes import host, is_this_process, lives, seconds_awake_or_asleep, started_at
from dbt_playbooks.backfill.request import Identity, Shard
from dbt_playbooks.backfill.state import State
from dbt_playbooks.errors import HeldError, PlaybooksError

CREATION = "#create"
"""Ends the id under which shards agree on who creates the tables."""
HEARTBEAT = 60.0
STALE = 300.0
_PATIENCE = 10.0

_log = logging.getLogger(__name__)


class Lease:
    """Holds a backfill from `__enter__` to `__exit__`. Raises HeldError, naming the holder, when another run has it."""

    def __init__(
        self,
        state: State,
        identity: Identity,
        shard: Shard,
        chunks: int,
        generation: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.invocation_id = str(uuid.uuid4())
        self._state = state
        self._shard = shard
        self._pause = pause
        process = psutil.Process()
        self._run: dict[str, Any] = {
            **identity.columns(),
            "invocation_id": self.invocation_id,
            "shard": str(shard),
            "host": host(),
            "process_id": process.pid,
            "process_started_at": started_at(process),
            "started_by": _user(),
            "chunks": chunks,
            "generation": generation,
        }
        self._stop = threading.Event()
        self._beaten = seconds_awake_or_asleep()
        self._beating: threading.Thread | None = None
        self.lost: str | None = None

    def __enter__(self) -> Lease:
        self._state.record_run(self._run, "claim")
        try:
            self._wait_until_alone()
        except BaseException:
            self._release()
            raise
        self._beating = threading.Thread(target=self._beat, name="backfill-heartbeat", daemon=True)
        self._beating.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._beating:
            self._beating.join(timeout=5)
        self._release()

    def _release(self) -> None:
        # a warehouse that is gone can't be told; the claim then ends with this process
        try:
            self._state.record_run(self._run, "release")
        except PlaybooksError as error:
            _log.debug("the claim could not be released: %s", error)

    def _wait_until_alone(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            others, first = self._live_claims()
            if not others:
                return
            if not first or time.monotonic() > deadline:
                raise HeldError(describe(others[0], self._run["backfill_id"]))
            self._pause(0.5)

    def _live_claims(self) -> tuple[list[Mapping[str, Any]], bool]:
        """Other runs that hold the backfill or an overlapping shard, and whether our claim is older than all of them."""
        mine = False
        others: list[Mapping[str, Any]] = []
        first = True
        for run in self._state.runs(self._run["backfill_id"]):
            if run["invocation_id"] == self.invocation_id:
                mine = True
            elif self._shard.overlaps(Shard.parse(run["shard"])) and is_live(run, self._state.only_we_have_it):
                others.append(run)
                first = first and mine
        return others, first

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT):
            silent_for = seconds_awake_or_asleep() - self._beaten
            try:
                if silent_for > STALE:
                    others, _ = self._live_claims()
                    if others:
                        self.lost = describe(others[0], self._run["backfill_id"])
                        return
                self._state.record_run(self._run, "heartbeat")
                self._beaten = seconds_awake_or_asleep()
            except Exception as error:  # whatever it was, the next beat may succeed; `check` sees when none did
                _log.debug("no heartbeat: %s", error)

    def check(self) -> None:
        """Before a chunk begins: raises HeldError when the machine slept and another run took over."""
        if seconds_awake_or_asleep() - self._beaten > STALE and self.lost is None:
            others, _ = self._live_claims()
            if others:
                self.lost = describe(others[0], self._run["backfill_id"])
            else:
                self._state.record_run(self._run, "heartbeat")
                self._beaten = seconds_awake_or_asleep()
        if self.lost:
            raise HeldError(f"this run gave no sign of life for {STALE:.0f} seconds and lost its backfill. {self.lost}")


@contextmanager
def creating(
    state: State, identity: Identity, note: Callable[[str], None], stopped: Callable[[float], bool]
) -> Iterator[bool]:
    """Waits until this shard may create the tables alone: a chunk that creates a table would replace another shard's.

    `stopped` waits for a number of seconds and says whether to give up; then this yields False.
    """
    creation = replace(identity, backfill_id=identity.backfill_id + CREATION)
    waited = 0
    with ExitStack() as held:
        while True:
            try:
                held.enter_context(Lease(state, creation, Shard(), chunks=0))
                break
            except HeldError:
                if not waited:
                    note("waiting for another shard to create the table.")
                waited += 1
                if stopped(min(2.0 * waited, 30.0)):
                    yield False
                    return
        yield True


def is_live(run: Mapping[str, Any], only_we_have_it: bool) -> bool:
    """Whether a run of the table still holds what it claimed. `only_we_have_it` says that no other process can have the warehouse open now."""
    if run["event"] == "release":
        return False
    if only_we_have_it:
        return is_this_process(run)
    if run["host"] == host():
        return lives(run)
    # a sign from the future comes from a clock that is wrong: it can't be waited for
    return abs(float(run["seconds_ago"])) < STALE


def describe(run: Mapping[str, Any], backfill_id: str) -> str:
    """Who holds a backfill, and when another run may take it over."""
    return (
        f"backfill '{backfill_id}' (shard {run['shard']}) is held by {run['started_by']} on {run['host'].split('/')[0]}, "
        f"process {run['process_id']}, last sign of life {max(float(run['seconds_ago']), 0):.0f} s ago.\n"
        f"Wait for it, stop it, or run a disjoint --shard. Another run can take over after {STALE:.0f} s without a sign of life, "
        "on the same machine as soon as the process has ended."
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"
