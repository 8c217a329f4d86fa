"""What became of the mutants, for people: the share that was noticed, how sure that is, and each survivor with its diff."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mutant import Mutant
from trial import NOTICED, SURVIVED, TIMED_OUT, Outcome


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    diff: str
    line: int
    outcome: Outcome


def share(results: Sequence[Result]) -> float:
    """Of all mutants; one that makes tests hang is noticed."""
    return sum(each.outcome.what != SURVIVED for each in results) / len(results) if results else 1.0


def interval(noticed: int, sampled: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of `of` mutants, of which `sampled` were tried; the smaller the rest, the surer."""
    if not sampled:
        return 0.0, 1.0
    if sampled >= of:
        return noticed / sampled, noticed / sampled
    # as many trials as would be as sure with an endless supply of mutants
    n = sampled * (of - 1) / (of - sampled)
    p = noticed / sampled
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def written(results: Sequence[Result], of: int) -> str:
    """The report; `of` is how many mutants there are."""
    lines = []
    for result in results:
        if result.outcome.what == SURVIVED:
            why = f" ({result.outcome.by})" if result.outcome.by else ""
            lines += [f"Survived{why}: {result.mutant.path}:{result.line}, {result.mutant.kind}", result.diff]
    for path in sorted({result.mutant.path for result in results}):
        counts = Counter(result.outcome.what for result in results if result.mutant.path == path)
        lines.append(f"{path}: {_counted(counts)}")
    counts = Counter(result.outcome.what for result in results)
    caught = len(results) - counts[SURVIVED]
    low, high = interval(caught, len(results), of)
    sure = "" if len(results) >= of else f" (a sample of {of:,}: with 95 % confidence {low:.0%} to {high:.0%} of all)"
    lines.append(f"\n{len(results):,} mutants: {_counted(counts)}. Noticed or timed out: {share(results):.1%}{sure}.")
    return "\n".join(lines)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[what]} {what}" for what in (NOTICED, SURVIVED, TIMED_OUT))
