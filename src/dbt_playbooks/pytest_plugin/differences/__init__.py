"""Where the emulator is not BigQuery. The one list: a test that meets an entry is marked with its name, and docs print it.

    @pytest.mark.emulator_differs("safe_cast_rounds")

Each entry has a test of its own, which fails when the emulator changes.
"""

from __future__ import annotations

from dbt_playbooks.pytest_plugin.differences.difference import Difference
from dbt_playbooks.pytest_plugin.differences.statements import STATEMENTS
from dbt_playbooks.pytest_plugin.differences.times import TIMES
from dbt_playbooks.pytest_plugin.differences.values import VALUES

__all__ = ["DIFFERENCES", "NEVER_RIGHT", "Difference"]

DIFFERENCES = {**VALUES, **TIMES, **STATEMENTS}

NEVER_RIGHT = {
    "added columns": "a column that ALTER TABLE added is in no schema, so no macro that asks for columns sees it, and one that dbt adds for "
    "`on_schema_change` is not there: make the table with it",
    "bytes": "a dry run and a job say 0 bytes, and maximum_bytes_billed is ignored: no figure of cost is asserted there",
    "speed": "it is DuckDB behind a REST server: no time says anything of BigQuery",
    "pruning": "no partition is pruned: what a query would scan goes unseen",
}
"""What no single query shows."""
