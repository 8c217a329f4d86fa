"""A clock that stands still, for Jinja that is rendered more than once: what then still differs is no matter of the time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

_NOW = datetime.datetime.now(datetime.timezone.utc)
_LATER = _NOW + datetime.timedelta(days=400, hours=1, minutes=1, seconds=1, microseconds=1)


def still_clock(context: Mapping[str, Any], later: bool = False) -> dict[str, Any]:
    """The names of dbt's context that tell the time or which command it is, each as it is at one moment of this process, or `later` in another."""
    moment = _LATER if later else _NOW
    modules = context["modules"]
    clocks = {"datetime": _datetime_at(moment), "date": _date_at(moment)}
    names = {"modules": {**modules, "datetime": {**modules["datetime"], **clocks}}, "run_started_at": moment}
    return {**names, "invocation_id": "of another command", "thread_id": "another"} if later else names


def _datetime_at(moment: datetime.datetime) -> type[datetime.datetime]:
    class Datetime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Datetime:
            return cls.fromtimestamp(moment.timestamp(), tz)

        @classmethod
        def today(cls) -> Datetime:
            return cls.now()

        @classmethod
        def utcnow(cls) -> Datetime:
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

    return Datetime


def _date_at(moment: datetime.datetime) -> type[datetime.date]:
    class Date(datetime.date):
        @classmethod
        def today(cls) -> Date:
            return cls.fromtimestamp(moment.timestamp())

    return Date
