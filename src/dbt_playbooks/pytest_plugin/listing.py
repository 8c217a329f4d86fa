"""SQL for people: with line numbers, and a mark below the place that is meant."""

from __future__ import annotations

import unicodedata


def listing(sql: str, line: int | None = None, column: int | None = None) -> str:
    """`sql` with line numbers from 1; below `line` a caret at `column` (both from 1, in characters)."""
    lines = sql.strip("\n").split("\n")
    skipped = len(sql) - len(sql.lstrip("\n"))
    width = len(str(len(lines)))
    shown = []
    for number, text in enumerate(lines, start=1):
        shown.append(f"  {number:>{width}} | {text}".rstrip())
        if line is not None and column is not None and number == line - skipped:
            shown.append(f"  {' ' * width} | {_blank(text, column - 1)}^")
    return "\n".join(shown)


def _blank(text: str, width: int) -> str:
    """Space as wide as the text before the caret is on a screen: tabs stay tabs, and letters of the Far East take two places."""
    shown = (
        each if each == "\t" else "  " if unicodedata.east_asian_width(each) in "WF" else " " for each in text[:width]
    )
    return "".join(shown) + " " * (width - len(text))
