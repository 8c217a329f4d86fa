"""Where an error is: the analyzer sees pieces of a script, and counts a tab as up to eight columns; people count characters of the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from dbt_playbooks.pytest_plugin.errors import SqlError
from dbt_playbooks.pytest_plugin.listing import listing

SCRIPTS_OWN = "MADE_BY_THE_SCRIPT"
"""What the analyzer calls the group of functions that a script makes, in messages too; people do not."""
_TAB = 8
_AT = re.compile(r" \[at (\d+):(\d+)\]")


@dataclass(frozen=True)
class Piece:
    """Text of a script from the character `begins` on; an expression stands between words that make a statement of it."""

    text: str
    begins: int
    before: str = ""
    after: str = ""

    @property
    def sql(self) -> str:
        return self.before + self.text + self.after


@dataclass(frozen=True)
class Source:
    """The text that people wrote: a script, or what EXECUTE IMMEDIATE was given (`within` says where that stands)."""

    text: str
    within: str = ""

    def cut(self, start: int, end: int, before: str = "", after: str = "") -> Piece:
        """The piece between two bytes, which is how the parser counts."""
        encoded = self.text.encode()
        return Piece(encoded[start:end].decode(), len(encoded[:start].decode()), before, after)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        before = self.text[:index]
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def refused(message: str, source: Source, piece: Piece) -> SqlError:
    """The analyzer's message, with the place in the source."""
    return refused_at(*located(message, source, piece))


def located(message: str, source: Source, piece: Piece) -> tuple[str, Source, int]:
    """The analyzer's message without the place that it names, and the character of the source there."""
    place = _AT.search(message)
    if place is None:
        return message, source, piece.begins
    inside = _index(piece.sql, int(place[1]), int(place[2])) - len(piece.before)
    return message.replace(place[0], ""), source, piece.begins + min(max(inside, 0), len(piece.text))


def refused_at(message: str, source: Source, index: int) -> SqlError:
    """The message for a character of the source."""
    line, column = source.place(index)
    return SqlError(
        f"GoogleSQL refuses it, line {line}, column {column}{source.within}: {message}\n{listing(source.text, line, column)}"
    )


def message_of(error: Exception) -> str:
    """All lines of the analyzer's message; the text of the exception has only the first."""
    raw = str(getattr(error, "raw_error", None) or error)
    return re.sub(r"^(Code: \d+, Message: |\[\w+\] )", "", raw).replace(f"{SCRIPTS_OWN}:", "")


def _index(text: str, line: int, column: int) -> int:
    """The character at a line and column of the analyzer's."""
    lines = text.split("\n")
    begins = sum(len(each) + 1 for each in lines[: line - 1])
    at = 1
    for number, character in enumerate(lines[line - 1] if line <= len(lines) else ""):
        if at >= column:
            return begins + number
        at += _TAB - (at - 1) % _TAB if character == "\t" else 1
    return min(begins + len(lines[line - 1]) if line <= len(lines) else len(text), len(text))
