"""What tests reach in a module that has changed since they were recorded: recording takes minutes, a change of a few lines does not need it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher


def lines_now(before: str, after: str) -> dict[int, set[int]]:
    """Where each line of a text is now. What stands in its place is taken for it, and what is new for the lines around it."""
    old, new = before.splitlines(), after.splitlines()
    found: dict[int, set[int]] = {}
    for kind, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            for line in range(first, last):
                found.setdefault(line + 1, set()).add(line + 1 + new_first - first)
        elif kind == "replace":
            for line in range(first, last):
                found.setdefault(line + 1, set()).update(range(new_first + 1, new_last + 1))
        elif kind == "insert":
            for line in (first, first + 1):
                found.setdefault(line, set()).update(range(new_first + 1, new_last + 1))
    return found


def reached_now(reaches: set[str], moves: Mapping[str, Mapping[int, set[int]]]) -> set[str]:
    """What a test reaches, with its lines as they are now; `moves` holds the modules that have changed."""
    now = set()
    for each in reaches:
        path, _, line = each.rpartition(":")
        now |= {f"{path}:{at}" for at in moves[path].get(int(line), ())} if path in moves else {each}
    return now
