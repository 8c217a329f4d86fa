"""Whether the SQL of one window is that of another but for the window's days: Jinja may take another branch for some days."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from dbt_playbooks.interface import Window
from dbt_playbooks.statements import plain

_DAY = re.compile(r"(?<!\d)(\d{4}-?\d{2}-?\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?)(?!\d)")


@dataclass(frozen=True)
class Shape:
    """The SQL of a window that was checked."""

    sql: str
    window: Window
    dialect: str | None = None

    def reason_against(self, sql: str, window: Window) -> str | None:
        """Where the SQL of another window is other SQL; None when only its days differ."""
        different = self._different(self.sql, sql, window)
        if (
            different is None
            or self._different(plain(self.sql, self.dialect), plain(sql, self.dialect), window) is None
        ):
            return None
        different = different or "nothing"
        return (
            f"its SQL for {window} is other SQL than for {self.window}, by which it was checked: `{different}`. Jinja takes another branch for "
            "some days. Decide by the date in SQL (case when ... then ...), or add --accept edges"
        )

    def _different(self, mine: str, theirs: str, window: Window) -> str | None:
        """The first piece of their text that is not mine."""
        # every second piece is a day, or a moment
        one, other = _DAY.split(mine), _DAY.split(theirs)
        for number, text in enumerate(other):
            same = number < len(one) and (
                one[number] == text or (number % 2 == 1 and self._same_day(one[number], text, window))
            )
            if not same:
                return (
                    " ".join(text.split())[:80]
                    if text.strip()
                    else " ".join("".join(other[number : number + 3]).split())[:80]
                )
        return None if len(one) == len(other) else " ".join("".join(one[len(other) :]).split())[:80]

    def _same_day(self, mine: str, theirs: str, window: Window) -> bool:
        """Whether two days are as far from the beginning of their windows, or from their end; the hour of a zone's midnight may be another."""
        one, other = _date(mine), _date(theirs)
        if one is None or other is None or one == other:
            return False
        return one - _date_of(self.window.start_date) == other - _date_of(window.start_date) or (
            one - _date_of(self.window.end_date) == other - _date_of(window.end_date)
        )


def _date(text: str) -> dt.date | None:
    text = re.split("[ T]", text)[0]
    try:
        return dt.date.fromisoformat(text) if "-" in text else dt.datetime.strptime(text, "%Y%m%d").date()
    except ValueError:
        return None


def _date_of(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def another(window: Window) -> Window:
    """A window that differs from the given one in both days."""
    return (
        Window("1970-01-02", "1970-01-03") if window.start_date != "1970-01-02" else Window("1971-02-03", "1971-02-04")
    )
