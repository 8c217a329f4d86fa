"""What a comparison on BigQuery would scan, and the limits that stop it before it begins. The warehouse is a stand-in that answers dry runs
and macros with what the test says.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from dbt_playbooks.compare import command
from dbt_playbooks.compare.request import Request
from dbt_playbooks.cost import Limits
from dbt_playbooks.errors import UsageError
from dbt_playbooks.terminal import stderr

GIB = 2**30
STATEMENTS = {"always": ["counts", "checksums"], "when_different": ["buckets", "join", "join"]}
BYTES = {"counts": GIB, "checksums": 2 * GIB, "buckets": GIB, "join": 3 * GIB}


class Warehouse:
    """Remembers what it was asked."""

    adapter_type = "bigquery"
    bills_bytes = True

    def __init__(self) -> None:
        self.called: list[str] = []
        self.estimated: list[str] = []

    def connected(self) -> Any:
        return nullcontext()

    def call(self, macro: str, **_: Any) -> Any:
        self.called.append(macro)
        found = {"same": True}
        report = {"title": "the same", "notes": [], "tables": []}
        answers = {"_statements_of_comparison": STATEMENTS, "_found_differences": found, "_comparison_report": report}
        return answers.get(macro)

    def estimate(self, sql: str) -> int:
        self.estimated.append(sql)
        return BYTES[sql]

    def var(self, _: str, default: Any) -> Any:
        return default


def run(warehouse: Any, limits: Limits, dry_run: bool = False) -> int:
    show, code = command._compare(warehouse, stderr(), Request("a", "b"), limits, 10, dry_run, False)
    show()
    return code


def test_bytes_are_told_before_anything_runs_and_each_statement_is_asked_once(capsys: Any) -> None:
    warehouse = Warehouse()
    assert run(warehouse, Limits()) == 0
    assert "a dry run says: about 3.0 GiB, 0.02 at 6.25 per TiB, when the tables are the same; at most 10.0 GiB." in (
        capsys.readouterr().err
    )
    assert sorted(warehouse.estimated) == sorted(BYTES)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            Limits(max_bytes=9 * GIB),
            "the comparison would scan 10.0 GiB, .* --max-bytes allows 9.0 GiB. Nothing was run.",
        ),
        (
            Limits(max_cost=0.05),
            "--max-cost allows 0.05. Nothing was run. Allow more, or compare less of them: --where",
        ),
    ],
)
def test_a_limit_that_is_passed_stops_it_before_anything_is_compared(limits: Limits, message: str) -> None:
    warehouse = Warehouse()
    with pytest.raises(UsageError, match=message):
        run(warehouse, limits)
    assert "_found_differences" not in warehouse.called


def test_a_limit_that_is_kept_lets_it_run() -> None:
    warehouse = Warehouse()
    assert run(warehouse, Limits(max_bytes=10 * GIB)) == 0
    assert "_found_differences" in warehouse.called


def test_a_dry_run_shows_statements_and_compares_nothing(capsys: Any) -> None:
    warehouse = Warehouse()
    assert run(warehouse, Limits(), dry_run=True) == 0
    assert "_found_differences" not in warehouse.called
    assert capsys.readouterr().out.count("join;") == 1
