"""Reads one query with sqlglot: where each of its columns comes from, and what it does with the columns of the tables it reads.

Nothing is optimized or rewritten: names are resolved as SQL resolves them, from the inside out, and what can't be is told.
"""

from __future__ import annotations

from dbt_playbooks.impact.reading.parsing import UnreadableError, dialect_of, parse
from dbt_playbooks.impact.reading.query import Reading, read
from dbt_playbooks.impact.reading.tables import Out, Rest, Table

__all__ = ["Out", "Reading", "Rest", "Table", "UnreadableError", "dialect_of", "parse", "read"]
