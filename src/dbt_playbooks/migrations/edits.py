"""Edits of files as people make them: a file, a line, what stands there and what is to stand there. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from dbt_playbooks.interface import MacroCall


@dataclass(frozen=True)
class Piece:
    """A part of a text, by its positions, and what is to stand in its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Edit:
    """Lines of a file that others replace.

    line      the first of them; of what is only added the line that it belongs to, or None
    before    what stands there; nothing when something is only added
    after     what is to stand there; nothing when the lines go; None when that is left to a person, whom `note` tells what to do
    left      what a person has to do on the same lines
    fails     what did not hold when the edit was tried on a copy of the project
    pieces    what it does to the text of the file, where `after` says it
    """

    path: str
    line: int | None
    before: tuple[str, ...]
    after: tuple[str, ...] | None
    note: str = ""
    left: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = field(default=(), compare=False, repr=False)


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def identifier(name: str, dialect: str) -> str:
    """A column's name as SQL has it: quoted unless it is a plain word, and reserved in neither dialect (sqlglot lacks some of DuckDB's)."""
    from sqlglot import exp

    quoted = any(exp.to_identifier(name).sql(dialect=each) != name for each in ("bigquery", "duckdb"))
    return str(exp.to_identifier(name, quoted=quoted).sql(dialect=dialect))


def edits(path: str, text: str, pieces: Sequence[Piece]) -> list[Edit]:
    """One edit for each run of neighbouring lines that the pieces touch. Pieces may not overlap."""
    found: list[Edit] = []
    runs: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: (each.start, each.end)):
        if runs and line_of(text, runs[-1][-1].end) + 1 >= line_of(text, piece.start):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    for run in runs:
        start = text.rfind("\n", 0, run[0].start) + 1
        end = text.find("\n", run[-1].end)
        end = len(text) if end < 0 else end
        moved = [Piece(each.start - start, each.end - start, each.text) for each in run]
        after = applied(text[start:end], moved).split("\n")
        lines = tuple(line.rstrip() for line in after if line.strip())
        found.append(Edit(path, line_of(text, start), tuple(text[start:end].split("\n")), lines, pieces=tuple(run)))
    return found


def applied(text: str, pieces: Iterable[Piece]) -> str:
    """The text with the pieces in it. Raises ValueError for pieces that overlap."""
    found, position = "", 0
    for piece in sorted(set(pieces), key=lambda each: (each.start, each.end)):
        if piece.start < position:
            raise ValueError(f"two edits of line {line_of(text, piece.start)}")
        found += text[position : piece.start] + piece.text
        position = piece.end
    return found + text[position:]


def together(text_of: Callable[[str], str], found: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits of one step: those of the same lines as one, and what is left to a person there with it."""
    by_path: dict[str, list[Edit]] = {}
    for each in dict.fromkeys(found):
        by_path.setdefault(each.path, []).append(each)
    return tuple(edit for path, of_path in by_path.items() for edit in _together(path, text_of(path), of_path))


def _together(path: str, text: str, found: Sequence[Edit]) -> list[Edit]:
    rewritten = [each for each in found if each.before and each.pieces]
    pieces: list[Piece] = []
    for piece in dict.fromkeys(piece for each in rewritten for piece in each.pieces):
        if not any(piece.start < other.end and other.start < piece.end for other in pieces):
            pieces.append(piece)
    made = edits(path, text, pieces)
    rest: list[Edit] = []
    for each in found:
        told = each.left if each in rewritten else (each.note,)
        covering = next((number for number, edit in enumerate(made) if _covers(edit, each)), None)
        if covering is not None:
            left = tuple(dict.fromkeys((*made[covering].left, *told)))
            made[covering] = replace(made[covering], left=left)
        elif each not in rewritten:
            rest.append(each)
    return sorted([*made, *rest], key=lambda each: (each.line is None, each.line or 0))


def _covers(edit: Edit, other: Edit) -> bool:
    """Whether the lines of an edit are those of another, of which some may be left to a person."""
    if other.line is None or edit.line is None or not other.before or (other.after is not None and not other.pieces):
        return False
    return edit.line <= other.line < edit.line + len(edit.before)


def set_argument(path: str, text: str, call: MacroCall, name: str, value: str) -> list[Edit]:
    """Give a parameter of a call another value."""
    given = call.arguments.get(name)
    if given is not None:
        return edits(path, text, [Piece(given.start, given.end, value)])
    last = max((each.end for each in call.arguments.values()), default=call.end - 1)
    return edits(path, text, [Piece(last, last, f", {name}={value}")])


def replace_expression(path: str, text: str, call: MacroCall, by: str) -> list[Edit]:
    """Write something else in place of the braces around a call. What is more than a call in braces can't be replaced: nothing."""
    found = _braces(text, call)
    return edits(path, text, [Piece(*found, by)]) if found else []


def remove_item(path: str, text: str, call: MacroCall) -> list[Edit]:
    """Take a call out of a list, with its braces and one comma. What is more than a call in braces can't be taken out: nothing."""
    found = _braces(text, call)
    return edits(path, text, without_item(text, *found)) if found else []


def without_item(text: str, start: int, end: int) -> list[Piece]:
    """Take what stands there out of a list, with one comma."""
    behind = re.compile(r"\s*,[ \t]*").match(text, end)
    if behind:
        return [Piece(start, behind.end(), "")]
    before = re.compile(r",(\s|--[^\n]*\n)*\Z").search(text[:start])
    if before and not before[0][1:].strip(" "):
        return [Piece(before.start(), end, "")]
    if before:
        return [Piece(before.start(), before.start() + 1, ""), Piece(start, end, "")]
    return [Piece(start, end, "")]


def _braces(text: str, call: MacroCall) -> tuple[int, int] | None:
    """Where `{{ call }}` begins and ends, if nothing but the call is in the braces."""
    before = re.search(r"\{\{[-+]?\s*\Z", text[: call.start])
    behind = re.compile(r"\s*[-+]?\}\}").match(text, call.end)
    return (before.start(), behind.end()) if before and behind else None
