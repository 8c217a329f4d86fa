"""Where a window of dates stands in a query: what differs between its trees for two windows, filters on a column, and days of that column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import QUERIES

_MIDNIGHT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]00:00(:00(\.0+)?)?(?P<zone>\+00(:00)?|Z)?)?")
_WITHIN_A_DAY = ("DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")
_PLAIN = "_"


@dataclass(frozen=True)
class Cut:
    """By what rows are cut: an expression of one column, with `_` in the column's place, and the window as it is written."""

    by: str
    bounds: str

    @property
    def by_value(self) -> bool:
        """By the column itself, or by its day."""
        return self.by == _PLAIN


@dataclass(frozen=True)
class Filter:
    """A condition that cuts: the alias of its column's table ('' where none is written), the column, and how."""

    table: str
    column: str
    cut: Cut
    days: tuple[str, ...] = ()
    """The first day and the day after the last, as they are written."""


class Differences:
    """What differs between a query for a window and the same query for the next window."""

    def __init__(self, one: Any, other: Any, utc: bool) -> None:
        self._differs: set[int] = set()
        self._next: dict[int, Any] = {}
        """What stands in the next window's tree in a node's place."""
        self.other_sql: list[Any] = []
        """What differs and is no value: another clause, another name."""
        self._mark(one, other)
        self.whole_days = all(self._is_midnight(node, utc) for node in one.walk() if id(node) in self._differs)
        """Whether windows begin and end where days do, on the clock by which a value is cast to a day."""

    def _is_midnight(self, node: Any, utc: bool) -> bool:
        if not isinstance(node, exp.Literal):
            return True
        found = _MIDNIGHT.fullmatch(str(node.this))
        return found is not None and (utc or not found["zone"])

    def _mark(self, one: Any, other: Any) -> None:
        """Note the smallest parts in which the two differ."""
        if type(one) is not type(other) or one.args.keys() != other.args.keys():
            self._note(one)
            return
        self._next[id(one)] = other
        for name, value in one.args.items():
            theirs = other.args[name]
            if isinstance(value, exp.Expression) and isinstance(theirs, exp.Expression):
                self._mark(value, theirs)
            elif isinstance(value, list) and isinstance(theirs, list) and len(value) == len(theirs):
                for mine, their in zip(value, theirs, strict=True):
                    if isinstance(mine, exp.Expression) and isinstance(their, exp.Expression):
                        self._mark(mine, their)
                    elif mine != their:
                        self._note(one)
            elif value != theirs:
                self._note(one)

    def _note(self, node: Any) -> None:
        self._differs.add(id(node))
        if not isinstance(node, exp.Literal):
            self.other_sql.append(node)

    def inside(self, node: Any) -> bool:
        """Whether anything in it differs by window."""
        return any(id(each) in self._differs for each in node.walk())

    def filters(self, condition: Any) -> tuple[list[Filter], list[str]]:
        """What a condition cuts by, and what is to be doubted about it. Two bounds of one expression are one filter."""
        found: dict[tuple[str, str, str], list[Any]] = {}
        doubts: list[str] = []
        for part in conjuncts(condition):
            if not self.inside(part):
                continue
            bounded = self._bounded(part)
            if bounded is None:
                doubts.append(
                    f"the window is in a condition that is no plain `column >= day` or `column < day`: {text(part)}"
                )
            else:
                found.setdefault(bounded, []).append(part)
        filters = []
        for (table, column, by), parts in found.items():
            lows = [part.expression for part in parts if isinstance(part, exp.GTE)]
            highs = [part.expression for part in parts if isinstance(part, exp.LT)]
            # in another tree nothing may stand in its place
            after = self._next.get(id(lows[0])) if len(lows) == len(highs) == 1 else None
            if after is None or highs[0].sql() != after.sql():
                doubts.append("its window does not end where the next one begins")
            ends = [*lows, *highs]
            days = tuple(str(each.find(exp.Literal).this) for each in ends)
            filters.append(Filter(table, column, Cut(by, " ".join(each.sql() for each in ends)), days))
        return filters, doubts

    def _bounded(self, node: Any) -> tuple[str, str, str] | None:
        """`column >= day` or `column < day`, also of an expression of one column: its table, its name, the expression."""
        if not isinstance(node, (exp.GTE, exp.LT)) or self.inside(node.left) or node.left.find(*QUERIES, exp.Window):
            return None
        day = node.right
        while isinstance(day, (exp.Cast, exp.Paren)):
            day = day.this
        columns = {(column.table.lower(), column.name.lower()) for column in node.left.find_all(exp.Column)}
        if not isinstance(day, exp.Literal) or len(columns) != 1:
            return None
        table, name = columns.pop()
        return table, name, by(node.left)


def by(node: Any) -> str:
    """An expression of one column as a text with `_` in the column's place; the column's day is the column itself."""
    core = without_days(node)
    if isinstance(core, exp.Column):
        return _PLAIN
    copy = core.copy()
    for column in list(copy.find_all(exp.Column)):
        column.replace(exp.to_identifier(_PLAIN))
    return str(copy.sql())


def without_days(node: Any) -> Any:
    """What a day, or a part of a day, is taken of. Functions that take a time zone, too, are another matter."""
    while (inner := _inside_of_day(node)) is not None:
        node = inner
    return node


def _inside_of_day(node: Any) -> Any:
    given = {name for name, value in node.args.items() if value not in (None, [], False)}
    if isinstance(node, (exp.Paren, exp.Alias)):
        return node.this
    if isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast):
        return node.this if node.to.is_type("date") and given <= {"this", "to"} else None
    if isinstance(node, (exp.Date, exp.TsOrDsToDate, exp.TsOrDsToDatetime)):
        return node.this if given == {"this"} else None
    if isinstance(node, (exp.DateTrunc, exp.TimestampTrunc, exp.DatetimeTrunc)):
        unit = text(node.args.get("unit")).strip("'").upper()
        return node.this if given <= {"this", "unit"} and unit in _WITHIN_A_DAY else None
    if isinstance(node, exp.Extract):
        return node.expression if text(node.this).upper() == "DATE" else None
    return None


def conjuncts(condition: Any) -> Iterator[Any]:
    """What AND puts together, without parentheses."""
    if isinstance(condition, exp.And):
        yield from conjuncts(condition.left)
        yield from conjuncts(condition.right)
    elif isinstance(condition, exp.Paren):
        yield from conjuncts(condition.this)
    elif condition is not None:
        yield condition


def text(node: Any) -> str:
    found = " ".join(node.sql().split()) if isinstance(node, exp.Expression) else str(node or "")
    return found if len(found) <= 80 else found[:80] + "..."


def texts(nodes: Iterable[Any]) -> str:
    return ", ".join(text(node) for node in nodes)
