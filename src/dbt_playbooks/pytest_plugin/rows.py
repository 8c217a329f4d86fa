"""Rows that came back: a list of tuples of Python values, the same on every target, that shows a difference as a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any


class Rows(list[tuple[Any, ...]]):
    """Rows of a result. Equal to a list of tuples, or of lists, with the same values in the same order."""

    def __init__(self, rows: Iterable[Sequence[Any]], columns: Iterable[tuple[str, str]] = ()) -> None:
        """`columns` are names and types, as the target writes these; none where nothing says them."""
        super().__init__(tuple(plain(value) for value in row) for row in rows)
        self.columns = tuple(columns)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sequence) and not isinstance(other, str):
            return len(self) == len(other) and all(
                isinstance(theirs, (list, tuple)) and tuple(mine) == tuple(theirs)
                for mine, theirs in zip(self, other, strict=True)
            )
        return NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    @property
    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, row, strict=True)) for row in self]

    def as_agate(self) -> Any:
        """The rows as an agate table, its columns typed by their Python values."""
        import agate

        names = self.names or [f"column_{number}" for number in range(1, len(self[0]) + 1 if self else 1)]
        types = [_agate_type(agate, [row[index] for row in self]) for index in range(len(names))]
        return agate.Table(list(self), names, types)


def _agate_type(agate: Any, values: Sequence[Any]) -> Any:
    """A type that leaves Python values as they are."""

    class Untouched(agate.data_types.DataType):  # type: ignore[misc]
        def cast(self, value: Any) -> Any:
            return value

    found = {type(value) for value in values if value is not None}
    if found <= {dt.date}:
        return agate.Date()
    if found <= {str}:
        return agate.Text(cast_nulls=False)
    return Untouched()


def plain(value: Any) -> Any:
    """A value as every target gives it: instants without a zone, in UTC."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.timezone.utc).replace(tzinfo=None)
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value


def difference(found: Rows, expected: Sequence[Any]) -> list[str]:
    """Both sides as one table: `-` only expected, `+` only found, a space in both."""
    import difflib

    try:
        wanted = [tuple(row) for row in expected]
    except TypeError:
        return []
    left, right = [_shown(row) for row in found], [_shown(row) for row in wanted]
    header = [list(found.names)] if found.names else []
    width = max((len(row) for row in [*left, *right, *header]), default=0)
    widths = [max((len(row[i]) for row in [*left, *right, *header] if i < len(row)), default=0) for i in range(width)]

    def line(mark: str, row: Sequence[str]) -> str:
        return f"{mark} " + " | ".join(text.ljust(size) for text, size in zip(row, widths, strict=False)).rstrip()

    lines = [line(" ", row) for row in header]
    lines += ["  " + "-+-".join("-" * size for size in widths)] if header else []
    matcher = difflib.SequenceMatcher(None, [tuple(row) for row in right], [tuple(row) for row in left], autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            lines += [line(" ", row) for row in right[first:last]]
            continue
        lines += [line("-", row) for row in right[first:last]]
        lines += [line("+", row) for row in left[start:end]]
    return lines


def _shown(row: Sequence[Any]) -> list[str]:
    return ["NULL" if value is None else repr(value) if isinstance(value, str) else str(value) for value in row]
