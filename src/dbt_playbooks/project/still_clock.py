"""A clock that stands still, for Jinja that is rendered more than once: what then still differs is no matter of the time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

_MOMENT = datetime.datetime.now(datetime.timezone.utc)


class _Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Datetime:
        return cls.fromtimestamp(_MOMENT.timestamp(), tz)

    @classmethod
    def today(cls) -> _Datetime:
        return cls.now()

    @classmethod
    def utcnow(cls) -> _Datetime:
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)


class _Date(datetime.date):
    @classmethod
    def today(cls) -> _Date:
        return cls.fromtimestamp(_MOMENT.timestamp())


def still_clock(context: Mapping[str, Any]) -> dict[str, Any]:
    """The names of dbt's context that tell the time, each as it is at one moment of this process."""
    modules = context["modules"]
    clocks = {"datetime": _Datetime, "date": _Date}
    return {
        "modules": {**modules, "datetime": {**modules["datetime"], **clocks}},
        "run_started_at": _Datetime.now(datetime.timezone.utc),
    }
