"""What a difference between the emulator and BigQuery is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """What differs, what it breaks, a statement that shows it, and what the emulator answers where BigQuery answers otherwise.

    `emulator` and `bigquery` are the first value of the first row as text; "error" when the statement is refused, "no rows" when it is
    accepted and returns none. `{dataset}` in a statement stands for a dataset with the table `events` (id INT64: 1, 2; name STRING: a, b).
    """

    what: str
    breaks: str
    shown_by: str
    emulator: str
    bigquery: str
    before: tuple[str, ...] = ()
    """Statements that run first."""
