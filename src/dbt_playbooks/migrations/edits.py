"""Edits of files as people make them: a file, a line, what stands there and what is to stand there. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dbt_playbooks.interface import MacroCall


@dataclass(frozen=True)
class Edit:
    """Lines of a file that others replace.

    line      the first of them; of what is only added the line that it belongs to, or None
    before    what stands there; nothing when something is only added
    after     what is to stand there; nothing when the lines go; None when that is left to a person, whom `note` tells what to do
    """

    path: str
    line: int | None
    before: tuple[str, ...]
    after: tuple[str, ...] | None
    note: str = ""


@dataclass(frozen=True)
class Piece:
    """A part of a text, by its positions, and what is to stand in its place."""

    start: int
    end: int
    text: str


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def identifier(name: str, dialect: str) -> str:
    """A column's name as SQL has it: quoted unless it is a plain word, and reserved in neither dialect (sqlglot lacks some of DuckDB's)."""
    from sqlglot import exp

    quoted = any(exp.to_identifier(name).sql(dialect=each) != name for each in ("bigquery", "duckdb"))
    return str(exp.to_identifier(name, quoted=quoted).sql(dialect=dialect))


def edits(path: str, text: str, pieces: Sequence[Piece], note: str = "") -> list[Edit]:
    """One edit for each run of neighbouring lines that the pieces touch. Pieces may not overlap."""
    found: list[Edit] = []
    runs: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.start):
        if runs and line_of(text, runs[-1][-1].end) + 1 >= line_of(text, piece.start):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    for run in runs:
        start = text.rfind("\n", 0, run[0].start) + 1
        end = text.find("\n", run[-1].end)
        end = len(text) if end < 0 else end
        after, position = "", start
        for piece in run:
            after += text[position : piece.start] + piece.text
            position = piece.end
        after += text[position:end]
        lines = tuple(line.rstrip() for line in after.split("\n") if line.strip())
        found.append(Edit(path, line_of(text, start), tuple(text[start:end].split("\n")), lines, note))
    return found


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
    if not found:
        return []
    start, end = found
    behind = re.compile(r"\s*,[ \t]*").match(text, end)
    if behind:
        return edits(path, text, [Piece(start, behind.end(), "")])
    before = re.compile(r",(\s|--[^\n]*\n)*\Z").search(text[:start])
    if before:
        return edits(path, text, [Piece(before.start(), before.start() + 1, ""), Piece(start, end, "")])
    return edits(path, text, [Piece(start, end, "")])


def _braces(text: str, call: MacroCall) -> tuple[int, int] | None:
    """Where `{{ call }}` begins and ends, if nothing but the call is in the braces."""
    before = re.search(r"\{\{[-+]?\s*\Z", text[: call.start])
    behind = re.compile(r"\s*[-+]?\}\}").match(text, call.end)
    return (before.start(), behind.end()) if before and behind else None
