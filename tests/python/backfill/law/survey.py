"""Every breach of the law that so many cases show, one a kind, instead of the first: `python -m law.survey 300 [SEED]`, in tests/python/backfill."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from law.cases import Case, cases
from law.judge import BreachError
from law.law import Law


def survey(examples: int, start: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="law"))
    law = Law(folder)
    first: dict[tuple[str, str], tuple[int, str]] = {}
    times: Counter[tuple[str, str]] = Counter()
    outcomes: Counter[str] = Counter()
    number = 0
    began = time.monotonic()

    @seed(start)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def each(case: Case) -> None:
        nonlocal number
        number += 1
        try:
            verdict = law.hold(case)
            outcomes[
                f"{verdict.outcome}: {case.model.shape}: {verdict.why.splitlines()[-1][:150] if verdict.why else ''}"
            ] += 1
        except BreachError as breach:
            kind = (breach.kind, _about(case))
            times[kind] += 1
            first.setdefault(kind, (number, str(breach)))
        except Exception:
            print(f"example {number}: {case}")
            raise

    each()
    for kind, (found, text) in sorted(first.items(), key=lambda item: item[1][0]):
        print(f"\n=== {kind[0]}: {kind[1]}; first in example {found}, {times[kind]} times\n{text}")
    print(f"\n{number} examples in {time.monotonic() - began:.0f} s: {law.said()}")
    for outcome, often in sorted(outcomes.items()):
        print(f"{often:4} {outcome}")
    for kind, (found, _) in sorted(first.items(), key=lambda item: item[1][0]):
        print(f"{times[kind]:4} from example {found:4}: {kind[0]}: {kind[1]}")


def _about(case: Case) -> str:
    model = case.model
    words = [model.strategy, model.shape]
    words += [f"key {'+'.join(model.key)}"] if model.key else []
    words += [model.kind] if model.kind in ("integer", "text") else []
    words += [model.extra] if model.extra else []
    return ", ".join(words)


if __name__ == "__main__":
    survey(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
