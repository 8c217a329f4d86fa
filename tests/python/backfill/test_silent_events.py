"""dbt's events while a backfill runs: only warnings are built and go on; whoever reads another one finds what it says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from dbt.adapters.events.types import SQLQuery
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import add_callback_to_manager, cleanup_event_logger
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note

from dbt_playbooks.project.quicker import silent_events


def test_warnings_go_on_and_other_events_are_not_even_built() -> None:
    heard: list[str] = []
    cleanup_event_logger()
    add_callback_to_manager(lambda message: heard.append(message.info.msg))
    before = Note(msg="before")
    with silent_events():
        quiet, loud = Note(msg="quiet"), Note(msg="loud")
        fire_event(quiet, level=EventLevel.DEBUG)
        fire_event(loud, level=EventLevel.WARN)
        assert "not_built" in quiet.__dict__
        assert "not_built" not in loud.__dict__
    fire_event(Note(msg="after"))
    cleanup_event_logger()
    assert heard == ["loud", "after"]
    assert before.message() == "before"


def test_an_event_is_built_when_somebody_reads_or_changes_it() -> None:
    with silent_events():
        asked = SQLQuery(conn_name="events", sql="select 1", node_info={})
        assert "select 1" in asked.message()
        assert asked.to_dict()["sql"] == "select 1"
        changed = SQLQuery(conn_name="events", sql="select 1", node_info={})
        changed.sql = "select 2"
        assert changed.sql == "select 2"


def test_an_event_is_read_when_the_silence_is_over() -> None:
    with silent_events():
        kept = Note(msg="kept")
    assert kept.message() == "kept"
    with silent_events():
        again = Note(msg="again")
    assert (again.message(), kept.message(), Note(msg="later").message()) == ("again", "kept", "later")


def _read(event: Note, together: Barrier) -> str:
    together.wait()
    return str(event.message())


def test_an_event_that_two_threads_read_is_there_for_both() -> None:
    for _ in range(50):
        with silent_events():
            shared = Note(msg="shared")
        with ThreadPoolExecutor(8) as pool:
            together = Barrier(8)
            assert [each.result() for each in [pool.submit(_read, shared, together) for _ in range(8)]] == [
                "shared"
            ] * 8
