"""What a call wrote to DuckDB in a transaction that nothing committed. dbt rolls it back without a word."""

from __future__ import annotations

import re
from collections.abc import Iterable

COMMIT = (
    "`call statement` and `adapter.add_query` begin a transaction, and dbt rolls it back at the end, also of `dbt run-operation`. Commit it: "
    "{% do adapter.commit() %} after them. Or begin none: {% call statement('name', auto_begin=false) %}, run_query(...)."
)
_WRITES = (
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE_INTO",
    "CREATE",
    "CREATE_FUNC",
    "DROP",
    "ALTER",
    "COPY",
    "COPY_DATABASE",
    "EXECUTE",
)
_TO_A_FILE = re.compile(r"\bto\s+'", re.IGNORECASE)


def uncommitted(script: Iterable[str]) -> list[str]:
    """Statements of a script, begun and committed as it says, whose writing is undone when the connection closes."""
    import duckdb

    written: list[str] = []
    begun = False
    for sql in script:
        try:
            statements = duckdb.extract_statements(sql)
        except duckdb.Error:
            continue  # it has failed
        for each in statements:
            kind, text = each.type.name, each.query.strip()
            if kind == "TRANSACTION":
                begun = text.lower().startswith(("begin", "start"))
                written.clear()
            elif begun and kind in _WRITES and _is_kept(kind, text):
                written.append(text)
    return written


def _is_kept(kind: str, text: str) -> bool:
    """Whether it writes to the database: a pivot makes a type on its way, and COPY may write a file."""
    if kind == "CREATE":
        return "create" in text.lower()
    return kind != "COPY" or _TO_A_FILE.search(text) is None
