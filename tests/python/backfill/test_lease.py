"""Who holds a backfill: live runs, dead runs, runs elsewhere, and two that begin at the same moment."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import psutil
import pytest

from dbt_playbooks.backfill import lease as lease_module
from dbt_playbooks.backfill.lease import STALE, Lease, creating, describe
from dbt_playbooks.backfill.processes import host, lives, started_at
from dbt_playbooks.backfill.request import Identity, Shard
from dbt_playbooks.errors import HeldError, WarehouseError

IDENTITY = Identity("history", "events", "2024-01-01", "2024-01-31", "month", "main.events", "v", "c")


class Table:
    """The table backfill_runs, in memory: rows are appended, the newest event of each run is read."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.gone = False
        self.only_we_have_it = False

    def record_run(self, run: Mapping[str, Any], event: str) -> None:
        if self.gone:
            raise WarehouseError("gone")
        self.rows.append({**run, "event": event, "seconds_ago": 0})

    def runs(self, backfill_id: str) -> list[dict[str, Any]]:
        newest: dict[tuple[str, str], dict[str, Any]] = {}
        for row in self.rows:
            if row["backfill_id"] == backfill_id:
                newest[row["invocation_id"], row["shard"]] = row
        return list(newest.values())

    def held_elsewhere(self, seconds_ago: float, shard: str = "1/1", **row: Any) -> None:
        elsewhere = {"host": "elsewhere/1", "process_id": 7, "process_started_at": "1.00", "started_by": "ada"}
        self.rows.append(
            {
                **vars(IDENTITY),
                "invocation_id": "other",
                "event": "heartbeat",
                "shard": shard,
                "seconds_ago": seconds_ago,
                **elsewhere,
                **row,
            }
        )


def _lease(table: Table, shard: Shard | None = None) -> Lease:
    return Lease(table, IDENTITY, shard or Shard(), chunks=1, pause=lambda _: None)  # type: ignore[arg-type]


def test_a_holder_elsewhere_is_named() -> None:
    table = Table()
    table.held_elsewhere(STALE - 1)
    with (
        pytest.raises(HeldError, match="held by ada on elsewhere, process 7, last sign of life 299 s ago") as refused,
        _lease(table),
    ):
        pass
    assert refused.value.exit_code == 2
    assert [row["event"] for row in table.rows] == ["heartbeat", "claim", "release"]


def test_a_holder_elsewhere_that_is_silent_too_long_is_taken_over() -> None:
    table = Table()
    table.held_elsewhere(STALE + 1)
    with _lease(table):
        assert table.rows[-1]["event"] == "claim"
    assert table.rows[-1]["event"] == "release"


@pytest.mark.parametrize("ahead", [STALE, 10779.0])
def test_a_holder_elsewhere_whose_clock_is_far_ahead_is_taken_over(ahead: float) -> None:
    table = Table()
    table.held_elsewhere(-ahead)
    with _lease(table):
        assert table.rows[-1]["event"] == "claim"


def test_a_holder_elsewhere_whose_clock_is_a_little_ahead_holds_and_its_sign_is_not_of_the_future() -> None:
    table = Table()
    table.held_elsewhere(-3)
    with pytest.raises(HeldError, match="last sign of life 0 s ago"), _lease(table):
        pass
    assert "last sign of life 0 s ago" in describe({**table.rows[0], "seconds_ago": -10779}, "history")


def test_where_only_this_process_can_have_the_warehouse_open_no_claim_of_another_holds() -> None:
    table = Table()
    table.only_we_have_it = True
    parent = psutil.Process().parent() or psutil.Process()
    table.held_elsewhere(1)
    table.held_elsewhere(
        0, invocation_id="here", host=host(), process_id=parent.pid, process_started_at=started_at(parent)
    )
    with _lease(table), pytest.raises(HeldError, match=f"process {psutil.Process().pid}"), _lease(table):
        pass


def test_setting_the_clock_makes_no_living_holder_a_dead_one(monkeypatch: pytest.MonkeyPatch) -> None:
    process = psutil.Process()
    here = {"host": host(), "process_id": process.pid, "process_started_at": started_at(process)}
    moved = psutil.boot_time() + 3600  # what is counted back from a clock that was set
    monkeypatch.setattr(psutil, "boot_time", lambda: moved)
    monkeypatch.setattr(psutil.Process, "create_time", lambda _: moved)
    assert host() == here["host"]
    assert lives(here)


def test_setting_the_clock_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    with _lease(table) as held:
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 10 * STALE)
        table.held_elsewhere(0)
        held.check()


def test_a_holder_here_whose_process_lives_is_refused_however_silent() -> None:
    table = Table()
    process = psutil.Process().parent() or psutil.Process()
    table.held_elsewhere(10 * STALE, host=host(), process_id=process.pid, process_started_at=started_at(process))
    with pytest.raises(HeldError, match=f"process {process.pid}"), _lease(table):
        pass


def test_a_holder_here_whose_process_is_gone_is_taken_over_at_once() -> None:
    table = Table()
    dead = subprocess.Popen([sys.executable, "-c", "pass"])
    began = started_at(psutil.Process(dead.pid))
    dead.wait()
    table.held_elsewhere(0, host=host(), process_id=dead.pid, process_started_at=began)
    with _lease(table):
        pass


def test_a_process_number_that_was_given_to_another_process_is_not_the_holder() -> None:
    table = Table()
    table.held_elsewhere(0, host=host(), process_id=psutil.Process().pid, process_started_at="1.00")
    with _lease(table):
        pass


def test_disjoint_shards_hold_side_by_side_and_overlapping_ones_do_not() -> None:
    table = Table()
    table.held_elsewhere(0, shard="1/2")
    with _lease(table, Shard(2, 4)), _lease(table, Shard(4, 4)):
        pass
    with pytest.raises(HeldError), _lease(table, Shard(3, 4)):
        pass
    with pytest.raises(HeldError), _lease(table):
        pass


def test_of_two_that_begin_at_once_the_first_goes_on_when_the_other_withdraws() -> None:
    table = Table()
    first = _lease(table)

    def the_other_withdraws(_: float) -> None:
        table.held_elsewhere(0, event="release")

    first._pause = the_other_withdraws
    claim = table.record_run

    def both_claim(run: Mapping[str, Any], event: str) -> None:
        claim(run, event)
        if event == "claim":
            table.held_elsewhere(0, event="claim")

    table.record_run = both_claim  # type: ignore[method-assign]
    with first:
        assert [row["event"] for row in table.rows] == ["claim", "claim", "release"]


def test_of_two_that_begin_at_once_the_second_withdraws() -> None:
    table = Table()
    table.held_elsewhere(0, event="claim")
    with pytest.raises(HeldError), _lease(table):
        pass
    assert table.rows[-1]["event"] == "release"


def test_a_run_that_slept_and_lost_its_backfill_stops() -> None:
    table = Table()
    with _lease(table) as held:
        held.check()
        held._beaten -= STALE + 1
        held.check()
        held._beaten -= STALE + 1
        table.held_elsewhere(0)
        with pytest.raises(HeldError, match="gave no sign of life for 300 seconds and lost its backfill"):
            held.check()


def test_a_warehouse_that_is_gone_does_not_hide_the_error_that_ended_the_run() -> None:
    table = Table()

    def fail() -> None:
        with _lease(table):
            table.gone = True
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_a_run_gives_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "HEARTBEAT", 0.01)
    table = Table()
    with _lease(table) as held:
        assert held._beating is not None
        while not any(row["event"] == "heartbeat" for row in table.rows):
            held._beating.join(0.01)


def test_creating_waits_until_the_other_shard_has_created() -> None:
    table = Table()
    table.held_elsewhere(0, backfill_id="history#create")
    said: list[str] = []

    def the_other_ends(_: float) -> bool:
        table.held_elsewhere(0, backfill_id="history#create", event="release")
        return False

    with creating(table, IDENTITY, said.append, the_other_ends) as mine:  # type: ignore[arg-type]
        assert mine
        assert said == ["waiting for another shard to create the table."]


def test_waiting_to_create_ends_when_the_run_is_stopped() -> None:
    table = Table()
    table.held_elsewhere(0, backfill_id="history#create")
    with creating(table, IDENTITY, print, lambda _: True) as mine:  # type: ignore[arg-type]
        assert not mine


def _both_begin(table: Table, pause: Callable[[float], None]) -> Lease:
    """A run whose claim is stored just before another's."""
    lease = Lease(table, IDENTITY, Shard(), chunks=1, pause=pause)  # type: ignore[arg-type]
    claim = table.record_run

    def both_claim(run: Mapping[str, Any], event: str) -> None:
        claim(run, event)
        if event == "claim":
            table.held_elsewhere(0, event="claim")

    table.record_run = both_claim  # type: ignore[method-assign]
    return lease


def test_the_first_waits_half_a_second_at_a_time_and_no_longer_than_it_has_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table, clock, pauses = Table(), [1000.0], []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(lease_module.time, "monotonic", lambda: clock[0])
    with pytest.raises(HeldError, match="held by ada"), _both_begin(table, pause):
        pass
    assert set(pauses) == {0.5}
    assert sum(pauses) == pytest.approx(10.5)
    assert table.rows[-1]["event"] == "release"


def test_a_claim_says_who_runs_what() -> None:
    table = Table()
    with Lease(table, IDENTITY, Shard(2, 3), chunks=7, generation=4):  # type: ignore[arg-type]
        claim = table.rows[0]
    process = psutil.Process()
    assert claim.items() >= {**IDENTITY.columns(), "shard": "2/3", "chunks": 7, "generation": 4}.items()
    assert (claim["host"], claim["process_id"], claim["process_started_at"]) == (
        host(),
        process.pid,
        started_at(process),
    )
    assert claim["started_by"]
    assert Lease(table, IDENTITY, Shard(), chunks=1)._run["generation"] == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(("silent", "live"), [(STALE - 1, True), (STALE, False), (STALE + 1, False)])
def test_a_run_elsewhere_is_live_for_as_long_as_it_gives_signs(silent: float, live: bool) -> None:
    table = Table()
    table.held_elsewhere(silent)
    assert (_refusing(table) is not None) is live


def _refusing(table: Table) -> str | None:
    try:
        with _lease(table):
            return None
    except HeldError as error:
        return str(error)


def test_a_zombie_holds_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    process = psutil.Process(ended.pid)
    began = started_at(process)
    while process.status() != psutil.STATUS_ZOMBIE:
        pass
    table = Table()
    table.held_elsewhere(0, host=host(), process_id=ended.pid, process_started_at=began)
    assert not lives(table.rows[0])
    ended.wait()


def test_a_process_that_may_not_be_looked_at_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(number: int) -> Any:
        raise psutil.AccessDenied(number)

    table = Table()
    table.held_elsewhere(0, host=host())
    monkeypatch.setattr(psutil, "Process", refused)
    assert lives(table.rows[0])


def test_a_run_that_gave_signs_checks_nothing_and_writes_nothing() -> None:
    table = Table()
    with _lease(table) as held:
        table.held_elsewhere(0)
        held._beaten -= STALE - 1
        held.check()
        assert [row["event"] for row in table.rows] == ["claim", "heartbeat"]


def test_a_run_that_slept_and_is_still_alone_says_that_it_lives() -> None:
    table = Table()
    with _lease(table) as held:
        held._beaten -= STALE + 1
        slept = held._beaten
        held.check()
        assert [row["event"] for row in table.rows] == ["claim", "heartbeat"]
        assert held._beaten > slept + STALE
        held.check()
        assert len(table.rows) == 2


def test_a_run_that_lost_its_backfill_never_gets_it_back() -> None:
    table = Table()
    with _lease(table) as held:
        held._beaten -= STALE + 1
        table.held_elsewhere(0)
        for _ in range(2):
            with pytest.raises(HeldError, match="lost its backfill"):
                held.check()
            table.held_elsewhere(0, event="release")
    assert [row["event"] for row in table.rows if row["invocation_id"] == held.invocation_id] == ["claim", "release"]


def _beats(held: Lease, times: int, before_each: Callable[[], None] = lambda: None) -> None:
    """The heartbeat's thread, in this one, for so many beats."""
    waits = iter([False] * times)

    def wait(seconds: float) -> bool:
        assert seconds == lease_module.HEARTBEAT
        before_each()
        return next(waits, True)

    held._stop.wait = wait  # type: ignore[assignment,method-assign]
    held._beat()


def test_a_heartbeat_notices_that_another_run_took_over_while_the_machine_slept() -> None:
    table = Table()
    held = _lease(table)
    table.held_elsewhere(0)
    held._beaten -= STALE + 1
    _beats(held, 3)
    assert held.lost is not None
    assert "held by ada" in held.lost
    assert [row["event"] for row in table.rows] == ["heartbeat"]
    with pytest.raises(HeldError, match="lost its backfill"):
        held.check()


def test_a_heartbeat_after_a_sleep_goes_on_when_nobody_took_over_and_one_that_fails_is_tried_again() -> None:
    table = Table()
    held = _lease(table)
    held._beaten -= STALE + 1
    slept, gone = held._beaten, iter([True])

    def gone_once() -> None:
        table.gone = next(gone, False)

    _beats(held, 3, gone_once)
    assert held.lost is None
    assert held._beaten > slept
    assert [row["event"] for row in table.rows] == ["heartbeat"] * 2


def test_a_heartbeat_in_time_asks_nobody() -> None:
    table = Table()
    held = _lease(table)
    table.held_elsewhere(0)
    _beats(held, 1)
    assert held.lost is None
    assert [row["event"] for row in table.rows] == ["heartbeat", "heartbeat"]


def test_the_heartbeat_ends_with_the_lease() -> None:
    with _lease(Table()) as held:
        beating = held._beating
        assert beating is not None
        assert (beating.is_alive(), beating.daemon) == (True, True)
    beating.join(5)
    assert not beating.is_alive()


def test_creating_waits_longer_each_time_up_to_half_a_minute_and_says_so_once() -> None:
    table = Table()
    table.held_elsewhere(0, backfill_id="history#create")
    said: list[str] = []
    waits: list[float] = []

    def stopped(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 17

    with creating(table, IDENTITY, said.append, stopped) as mine:  # type: ignore[arg-type]
        assert not mine
    assert waits == [*range(2, 31, 2), 30, 30]
    assert len(said) == 1


def test_who_creates_holds_it_under_an_id_of_its_own_until_it_has_created() -> None:
    table = Table()
    with creating(table, IDENTITY, print, lambda _: True) as mine:  # type: ignore[arg-type]
        assert mine
        assert [(row["backfill_id"], row["event"], row["shard"], row["chunks"]) for row in table.rows] == [
            ("history#create", "claim", "1/1", 0)
        ]
    assert [row["event"] for row in table.rows] == ["claim", "release"]


def test_creating_that_fails_lets_go() -> None:
    table = Table()
    with pytest.raises(ZeroDivisionError), creating(table, IDENTITY, print, lambda _: True):  # type: ignore[arg-type]
        raise ZeroDivisionError
    assert table.rows[-1]["event"] == "release"


def test_a_machine_is_told_by_its_name_its_boot_and_where_its_processes_can_be_seen() -> None:
    name, boot, namespace = host().split("/")
    assert name == platform.node()
    assert boot
    assert namespace == os.readlink("/proc/self/ns/pid") if os.path.exists("/proc/self/ns/pid") else not namespace


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(lease_module.getpass, "getuser", lambda: "ada")
    assert lease_module._user() == "ada"
    monkeypatch.setattr(lease_module.getpass, "getuser", unknown)
    assert lease_module._user() == str(os.getuid())
