"""How risky a change is for those who read the table: from its kind, and from whether anyone below reads what goes.

An added column is a low risk. A column that goes or gets another type is a high one when something in the project reads it, a medium one
when that could not be told or an exposure depends on the table, and else a low one. A table that is replaced is a medium one if it is read.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Risk:
    """low, medium or high, and the reason in a few words."""

    level: str
    reason: str


def risk_of(kind: str, readers: int, unsure: int) -> Risk:
    """`readers` read what changes for sure, `unsure` may read it."""
    if kind == "add":
        return Risk("low", "a column is added, and nothing goes")
    if readers:
        return Risk("medium" if kind == "repartition" else "high", f"{_many(readers, 'reader')} in the project")
    if unsure:
        return Risk("medium", f"{_many(unsure, 'possible reader')} in the project")
    return Risk("low", "no reader in the project")


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
