"""What a failing test shows: the SQL with line numbers, what was sent, what was printed, and rows side by side."""

from __future__ import annotations

from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.macros import Macros
from dbt_playbooks.pytest_plugin.rows import Rows, difference

_MOST_LINES = 200


def sections(calls: Macros) -> list[tuple[str, str]]:
    """Sections of a report about the last call of the test."""
    last = calls.last
    if last is None:
        return []
    found = []
    if last.text and isinstance(last.value, str):
        found.append((f"rendered on {calls.target}", _cut(listing(last.text))))
    for number, statement in enumerate(last.statements[-5:], start=max(len(last.statements) - 4, 1)):
        found.append(
            (f"statement {number} of {len(last.statements)} for {calls.target}", _cut(listing(statement.strip())))
        )
    found += [(f"warned on {calls.target}", _cut(message)) for message in last.warnings]
    if last.printed:
        found.append((f"printed on {calls.target}", _cut(last.printed)))
    return found


def compared(left: object, right: object) -> list[str] | None:
    """Rows that differ, as a table."""
    found, expected = (left, right) if isinstance(left, Rows) else (right, left)
    if not isinstance(found, Rows) or not isinstance(expected, (list, tuple)):
        return None
    counts = "the rows differ" if len(found) == len(expected) else f"{len(found)} rows, expected {len(expected)}"
    return [f"{counts} (- expected, + found):", *difference(found, expected)]


def _cut(text: str) -> str:
    lines = text.split("\n")
    return (
        text
        if len(lines) <= _MOST_LINES
        else "\n".join([*lines[:_MOST_LINES], f"... {len(lines) - _MOST_LINES} more lines"])
    )
