"""How risky a change is for those who read the table: from its kind, and from whether anyone below reads what goes."""

from __future__ import annotations

from dataclasses import dataclass

RULE = """An added column is a low risk. What takes a column away or gives it another type is a high risk when something in the project reads
the column, a medium one when that could not be told or an exposure depends on the table, and else a low one. A table that is replaced is
a medium risk when something reads it, and else a low one."""


@dataclass(frozen=True)
class Risk:
    """low, medium or high, and the reason in a few words."""

    level: str
    reason: str


def risk_of(kind: str, readers: int, unsure: int) -> Risk:
    """`readers` read what changes for sure, `unsure` may read it."""
    if kind == "add":
        return Risk("low", "a column is added, and nothing goes")
    what = "the table" if kind == "repartition" else "the column"
    if readers:
        level = "medium" if kind == "repartition" else "high"
        return Risk(level, f"{readers} in the project read{'s' if readers == 1 else ''} {what}")
    if unsure:
        return Risk("medium", f"{unsure} in the project may read {what}")
    return Risk("low", f"nothing in the project reads {what}")
