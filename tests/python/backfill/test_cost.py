"""What a plan on BigQuery would bill, and the limits that stop a run before it begins. The warehouse is a stand-in: its dry
runs answer with what the test says.
"""

from __future__ import annotations

from typing import Any

import pytest

from dbt_playbooks import cost
from dbt_playbooks.backfill import command
from dbt_playbooks.backfill.checks import Target
from dbt_playbooks.backfill.plan import Plan
from dbt_playbooks.backfill.request import Identity
from dbt_playbooks.backfill.state import Chunk
from dbt_playbooks.cost import Limits
from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.interface import Model, Window

TIB = 2**40
MODEL = Model("model.shop.events", "events", "", "", "incremental", "merge", {}, "", "", ())
MONTHS = [Window(f"2024-0{month}-01", f"2024-0{month}-28") for month in (1, 2, 3)]


class Warehouse:
    """Answers dry runs: bytes by the first day of the window, or an error."""

    adapter_type = "bigquery"
    bills_bytes = True

    def __init__(self, bytes_by_day: dict[str, int | None], price: float = 6.25) -> None:
        self._bytes = bytes_by_day
        self._price = price

    def compile(self, _: Model, window: Window) -> str:
        return window.start_date

    def estimate(self, sql: str) -> int:
        found = self._bytes[sql]
        if found is None:
            raise WarehouseError("not found: table")
        return found

    def var(self, name: str, default: Any) -> Any:
        return self._price if name == "price_per_tib" else default


def _plan() -> Plan:
    identity = Identity("history", "events", "2024-01-01", "2024-03-28", "month", "", "", "")
    done = Chunk(0, MONTHS[0], "completed", 1)
    return Plan(identity, [done, *(todo := [Chunk(1, MONTHS[1]), Chunk(2, MONTHS[2])])], todo)


class Keyed(Warehouse):
    """Has a table, or none, whose keys and dates are read."""

    def __init__(self, there: bool) -> None:
        super().__init__({"2024-02-01": TIB, "2024-03-01": 2 * TIB, "keys of events by id, event_date": 3})
        self._there = there

    def exists(self, _: Model) -> bool:
        return self._there

    def relation(self, model: Model) -> str:
        return model.name

    def call(self, macro: str, relation: str, keys: list[str], column: str, predicates: str | None) -> str:
        assert macro == "_keys_read_sql"
        assert predicates is None
        return f"keys of {relation} by {', '.join(keys)}, {column}"


@pytest.mark.parametrize(
    ("strategy", "config", "there", "more"),
    [
        ("merge", {"unique_key": "id"}, True, 3),
        (None, {"unique_key": ["id"]}, True, 3),
        ("merge", {"unique_key": "id"}, False, 0),
        ("insert_overwrite", {"unique_key": "id"}, True, 0),
        ("microbatch", {}, True, 0),
    ],
)
def test_what_a_merge_reads_to_compare_keys_is_estimated_with_each_chunk(
    strategy: str | None, config: dict[str, Any], there: bool, more: int
) -> None:
    model = Model("model.shop.events", "events", "", "", "incremental", strategy, config, "", "", ())
    found = command._estimates(Keyed(there), [Target(model, "event_date", "UTC")], _plan())  # type: ignore[arg-type]
    assert found == {1: TIB + more, 2: 2 * TIB + more}


TARGETS = [Target(MODEL, "event_date", "UTC")]


def test_only_chunks_that_would_run_are_estimated() -> None:
    warehouse = Warehouse({"2024-02-01": TIB, "2024-03-01": 2 * TIB})
    assert command._estimates(warehouse, TARGETS, _plan()) == {1: TIB, 2: 2 * TIB}  # type: ignore[arg-type]


def test_a_limit_that_is_kept_lets_the_run_begin() -> None:
    warehouse: Any = Warehouse({"2024-02-01": TIB, "2024-03-01": TIB})
    command._refuse_over(Limits(max_bytes=2 * TIB, max_cost=12.5), warehouse, TARGETS, _plan())


@pytest.mark.parametrize(
    ("limits", "price", "message"),
    [
        (
            Limits(max_bytes=TIB),
            6.25,
            "would scan 2.00 TiB, 12.50 at 6.25 per TiB; --max-bytes allows 1.00 TiB. Nothing was run",
        ),
        (Limits(max_cost=12.4), 6.25, "12.50 at 6.25 per TiB; --max-cost allows 12.4. Nothing was run"),
        (Limits(max_cost=12.5), 8.0, "16.00 at 8 per TiB; --max-cost allows 12.5"),
    ],
)
def test_a_limit_that_is_passed_stops_the_run_before_it_begins(limits: Limits, price: float, message: str) -> None:
    warehouse: Any = Warehouse({"2024-02-01": TIB, "2024-03-01": TIB}, price)
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        command._refuse_over(limits, warehouse, TARGETS, _plan())


def test_a_chunk_that_cannot_be_estimated_stops_a_run_with_a_limit() -> None:
    warehouse: Any = Warehouse({"2024-02-01": TIB, "2024-03-01": None})
    with pytest.raises(UsageError, match="1 chunk could not be estimated \\(the first: 2024-03-01 to 2024-03-28\\)"):
        command._refuse_over(Limits(max_bytes=TIB), warehouse, TARGETS, _plan())


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (5 * 2**30, "5.0 GiB"),
        (1536 * 2**30, "1.50 TiB"),
        (3000 * TIB, "3000.00 TiB"),
    ],
)
def test_bytes_are_written_for_people(number: int, text: str) -> None:
    assert cost.size(number) == text


def test_a_price_is_for_a_tebibyte() -> None:
    assert cost.cost(TIB, 6.25) == 6.25
    assert cost.cost(10**12, 6.25) < 6.25


@pytest.mark.parametrize(
    ("number", "text"),
    [(1536, "1.5 KiB"), (2**20 - 1, "1024.0 KiB"), (2**20, "1.0 MiB"), (2**30, "1.0 GiB"), (TIB, "1.00 TiB")],
)
def test_a_unit_begins_where_it_is_1(number: int, text: str) -> None:
    assert cost.size(number) == text


def test_a_bill_says_the_bytes_their_price_and_what_a_tebibyte_costs() -> None:
    assert cost.bill(TIB // 4, 6.25) == "256.0 GiB, 1.56 at 6.25 per TiB"
    assert cost.money(1000 * TIB, 5) == "5,000.00"
    assert cost.PRICE_PER_TIB == 6.25
    assert cost.price(Warehouse({}, 5)) == 5.0  # type: ignore[arg-type]


@pytest.mark.parametrize("limits", [Limits(), Limits(max_bytes=TIB), Limits(max_cost=6.25), Limits(TIB, 6.25)])
def test_what_is_exactly_at_a_limit_is_within_it(limits: Limits) -> None:
    limits.refuse_over(TIB, 6.25, "it", "Ask for less.")


@pytest.mark.parametrize("limits", [Limits(max_bytes=0), Limits(max_cost=0.0)])
def test_a_limit_of_nothing_is_a_limit(limits: Limits) -> None:
    assert limits.any
    with pytest.raises(UsageError, match=r"^it would scan 1 B, 0\.00 at 6\.25 per TiB; --max-.* Ask for less\.$"):
        limits.refuse_over(1, 6.25, "it", "Ask for less.")
    limits.refuse_over(0, 6.25, "it", "Ask for less.")


def test_a_limit_needs_a_warehouse_that_bills_bytes() -> None:
    assert not Limits().any
    duckdb: Any = type("DuckDB", (), {"bills_bytes": False, "adapter_type": "duckdb"})
    Limits().need_bytes(duckdb)
    Limits(max_bytes=1).need_bytes(Warehouse({}))  # type: ignore[arg-type]
    for limits in (Limits(max_bytes=1), Limits(max_cost=1)):
        with pytest.raises(UsageError, match=r"duckdb does not\. Leave them out"):
            limits.need_bytes(duckdb)
