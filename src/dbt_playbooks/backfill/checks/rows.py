"""What several queries return together: their number, a checksum, and the sums of their floats."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_LAST_DIGITS = 1e-11
"""By which part of their size sums of floats may differ."""


@dataclass
class Rows:
    """What several queries return together."""

    count: int = 0
    checksum: int = 0
    floats: dict[str, float] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any]) -> None:
        self.count += int(row["row_count"])
        self.checksum += int(Decimal(row["checksum"] or 0))
        for name, value in row.items():
            if name.startswith("float_"):
                self.floats[name] = self.floats.get(name, 0.0) + float(value or 0)

    def same(self, other: Rows) -> bool:
        """Sums of floats depend on their order in the last digits: those of the largest, where they cancel each other."""
        return (self.count, self.checksum) == (other.count, other.checksum) and all(
            self._close(other, name) for name in self.floats
        )

    def _close(self, other: Rows, name: str) -> bool:
        one, two = self.floats[name], other.floats[name]
        column = "_".join(name.split("_")[:2])
        size = one if name.endswith("_roots") else max(self.floats[f"{column}_size"], other.floats[f"{column}_size"])
        if not (math.isfinite(one) and math.isfinite(two)):
            return math.isfinite(one) == math.isfinite(two)  # too large to be added up
        return math.isclose(one, two, rel_tol=0, abs_tol=_LAST_DIGITS * size)
