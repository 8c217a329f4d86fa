"""Rows of a table, counted by the windows of a backfill."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dbt_playbooks.backfill.checks import Target
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


def rows_of(project: Project, target: Target, window: Window, data_type: str | None) -> int:
    """Rows that a target holds in a window."""
    sql = project.call(
        "window_row_count_sql",
        table=project.relation(target.model),
        date_column=target.column,
        start_date=window.start_date,
        end_date=window.end_date,
        timezone=target.timezone,
        data_type=data_type,
    )
    return int(project.query(sql)[0]["row_count"])
