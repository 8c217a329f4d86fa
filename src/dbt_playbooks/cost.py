"""What statements bill on a warehouse that bills by bytes: the price, the limits of a user, and how both are written."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_playbooks.errors import UsageError
from dbt_playbooks.interface import Project

PRICE_PER_TIB = 6.25
"""US dollars for a TiB that BigQuery scans on demand, of 2026; the var `price_per_tib` says what yours costs."""


@dataclass(frozen=True)
class Limits:
    """What a run may bill at most; None is no limit."""

    max_bytes: int | None = None
    max_cost: float | None = None

    @property
    def any(self) -> bool:
        return self.max_bytes is not None or self.max_cost is not None

    def need_bytes(self, project: Project) -> None:
        """Raises UsageError for a limit where nothing is billed by bytes."""
        if self.any and not project.bills_bytes:
            raise UsageError(
                f"--max-bytes and --max-cost need a warehouse that bills by bytes; {project.adapter_type} does not. Leave them out."
            )

    def refuse_over(self, number: int, price_per_tib: float, what: str, instead: str) -> None:
        """Raises UsageError when so many bytes are over a limit. `what` would scan them, `instead` says what to ask for."""
        asked = f"{what} would scan {bill(number, price_per_tib)}"
        if self.max_bytes is not None and number > self.max_bytes:
            raise UsageError(f"{asked}; --max-bytes allows {size(self.max_bytes)}. Nothing was run. {instead}")
        if self.max_cost is not None and cost(number, price_per_tib) > self.max_cost:
            raise UsageError(f"{asked}; --max-cost allows {self.max_cost:g}. Nothing was run. {instead}")


def price(project: Project) -> float:
    """What a TiB costs this user."""
    return float(project.var("price_per_tib", PRICE_PER_TIB))


def bill(number: int, price_per_tib: float) -> str:
    """`1.5 GiB, 0.01 at 6.25 per TiB`."""
    return f"{size(number)}, {money(number, price_per_tib)} at {price_per_tib:g} per TiB"


def size(number: int) -> str:
    """Bytes for people: `1.5 GiB`."""
    value = float(number)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.2f} TiB"


def cost(number: int, price_per_tib: float) -> float:
    """What bytes cost; a TiB is 2**40 bytes."""
    return number / 2**40 * price_per_tib


def money(number: int, price_per_tib: float) -> str:
    return f"{cost(number, price_per_tib):,.2f}"
