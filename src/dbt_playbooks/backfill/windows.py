"""Rows of a table, counted by the windows of a backfill."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dbt_playbooks.interface import Project, Window


def rows_by_window(project: Project, windows: Sequence[Window], **asked: Any) -> Counter[Window | None]:
    """Rows of each window of a table, and under None those whose date is NULL."""
    firsts = [window.start_date for window in windows]
    counts: Counter[Window | None] = Counter()
    with project.connected():
        for row in project.query(project.call("row_counts_by_day_sql", **asked)):
            window = None if row["day"] is None else windows[bisect_right(firsts, str(row["day"])) - 1]
            counts[window] += int(row["row_count"])
    return counts
