"""Where dbt takes longer than it has to, beside what runs in seconds: the same results, quicker."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any
from unittest import mock


def quick_flags() -> contextlib.AbstractContextManager[Any]:
    """To name the module that asks, dbt reads the source of the whole stack for each of an adapter's twenty behavior flags: seconds, deep
    inside of a program of many modules. Here it looks at the frames up to that module."""
    from dbt_common import behavior_flags

    def source() -> str:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_globals.get("__name__") == behavior_flags.__name__:
            frame = frame.f_back
        return str(frame.f_globals.get("__name__")) if frame is not None else "Unknown"

    kind = behavior_flags.BehaviorFlagRendered
    return mock.patch.object(kind, "_default_source", staticmethod(source), create=True)


@contextlib.contextmanager
def silent_events() -> Iterator[None]:
    """dbt builds a message for each of its events, 40 a chunk, though nobody listens: only warnings, which may be errors, are built and go on."""
    from dbt_common.events import event_manager_client
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.exceptions import base

    class Silent(EventManager):  # type: ignore[misc]
        def fire_event(self, e: Any, level: Any = None, *arguments: Any, **more: Any) -> None:
            if (level or e.level_tag()) == EventLevel.WARN:
                super().fire_event(e, level, *arguments, **more)

    build = BaseEvent.__init__

    def later(event: Any, *arguments: Any, **fields: Any) -> None:
        event.__dict__["not_built"] = (arguments, fields)

    def message(event: Any) -> Any:
        waiting = event.__dict__.get("not_built")
        if waiting:
            build(event, *waiting[0], **waiting[1])  # two threads build the same
            event.__dict__.pop("not_built", None)
        return event.__dict__["pb_msg"]

    # every exception that dbt builds, and its dispatch builds dozens a chunk, reads the whole environment for secrets
    secrets = base.env_secrets()
    read_secrets, base.env_secrets = base.env_secrets, lambda: secrets
    before = event_manager_client.get_event_manager()
    silent = Silent()
    silent.__dict__.update(before.__dict__)
    event_manager_client.ctx_set_event_manager(silent)
    BaseEvent.__init__ = later
    BaseEvent.pb_msg = property(message, lambda event, built: event.__dict__.update(pb_msg=built))
    try:
        yield
    finally:
        event_manager_client.ctx_set_event_manager(before)
        # whoever kept an event may read it later: how it is built stays
        BaseEvent.__init__ = build
        base.env_secrets = read_secrets
