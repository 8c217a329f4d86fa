"""The risk of a change, by its kind and by who reads what changes."""

from __future__ import annotations

import pytest

from dbt_playbooks.notice.risk import risk_of


@pytest.mark.parametrize(
    ("kind", "readers", "unsure", "level"),
    [
        ("add", 5, 5, "low"),
        ("remove", 0, 0, "low"),
        ("remove", 0, 1, "medium"),
        ("remove", 1, 0, "high"),
        ("rename", 0, 0, "low"),
        ("rename", 0, 2, "medium"),
        ("rename", 2, 2, "high"),
        ("retype", 1, 0, "high"),
        ("repartition", 0, 0, "low"),
        ("repartition", 0, 1, "medium"),
        ("repartition", 3, 0, "medium"),
    ],
)
def test_the_level_follows_from_kind_and_readers(kind: str, readers: int, unsure: int, level: str) -> None:
    assert risk_of(kind, readers, unsure).level == level


def test_the_reason_counts() -> None:
    assert risk_of("rename", 1, 3).reason == "1 reader in the project"
    assert risk_of("remove", 2, 0).reason == "2 readers in the project"
    assert risk_of("retype", 0, 1).reason == "1 possible reader in the project"
    assert risk_of("repartition", 0, 0).reason == "no reader in the project"
