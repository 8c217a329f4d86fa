"""Microbatch models whose rows may lie on other days than their batch: dbt drops those, so they are compared."""

from __future__ import annotations

import pytest
from compared import SURE, WEEKS, Check, Warehouse, days

from dbt_playbooks.interface import Window

OTHER_DATE = "its event_time, day, may be another date than that by which its batches read"


@pytest.mark.parametrize(
    ("sql", "doubtful"),
    [
        (SURE, False),
        (SURE.replace("*", "day as day, n, f"), False),
        (SURE.replace("*", "date_trunc('week', day) as day, n, f"), True),
        (SURE.replace("*", "moved as day, n, f"), True),
        (SURE.replace("*", "moved as other, day, n, f"), False),
        ("select * from events where moved >= date '{first}' and moved < date '{after}'", True),
    ],
)
def test_batches_whose_rows_may_be_of_other_days_are_all_compared(sql: str, doubtful: bool) -> None:
    check = Check(Warehouse(sql=sql), WEEKS[:2], strategy="microbatch")
    assert check.refused is None
    assert any(OTHER_DATE in text for text in check.said) == doubtful
    # dbt's own batches, and models without batches, are as dbt runs them
    batches = [Window(day, day) for day in days(WEEKS[0])]
    assert not any(OTHER_DATE in text for text in Check(Warehouse(sql=sql), batches, strategy="microbatch").said)
    assert not any(OTHER_DATE in text for text in Check(Warehouse(sql=sql), WEEKS[:2]).said)
