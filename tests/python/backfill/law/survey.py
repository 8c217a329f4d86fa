"""Every breach of the law that so many cases show, one a kind, and the figures. In tests/python/backfill, with PYTHONPATH=../../../src:..:. :

    python -m law.survey 300 7                                        300 cases of seed 7
    python -m law.survey 5000 1 --folder /tmp/law-5000 --processes 2  the 5,000

The same command goes on where it was stopped, and others may run beside it, with the same folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from law.parts import Parts


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m law.survey", description="Hold so many cases against dbt itself.")
    words.add_argument("cases", type=int)
    words.add_argument("seed", type=int, nargs="?", default=0)
    words.add_argument("--folder", type=Path, help="where the parts that are done are kept (a new folder)")
    words.add_argument("--processes", type=int, default=1)
    asked = words.parse_args()
    parts = Parts(asked.folder or Path(tempfile.mkdtemp(prefix="law-parts")), asked.cases, asked.seed)
    again = [sys.executable, "-m", "law.survey", str(asked.cases), str(asked.seed), "--folder", str(parts.folder)]
    others = [subprocess.Popen(again, stdout=subprocess.DEVNULL) for _ in range(asked.processes - 1)]
    parts.run()
    for other in others:
        other.wait()
    say(parts)


def say(parts: Parts) -> None:
    outcomes: Counter[str] = Counter()
    why: Counter[str] = Counter()
    times: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    seconds = 0.0
    for part in parts.done():
        outcomes.update(part["outcomes"])
        why.update(part["why"])
        seconds += part["seconds"]
        for breach in part["breaches"]:
            kind = (breach["kind"], breach["about"])
            times[kind] += 1
            first.setdefault(kind, f"seed {part['seed']}, example {breach['example']}\n{breach['text']}")
    for kind, text in first.items():
        print(f"\n=== {kind[0]}: {kind[1]}; {times[kind]} times, first in {text}")
    print()
    for reason, often in sorted(why.items()):
        print(f"{often:4} {reason}")
    for kind, often in times.most_common():
        print(f"{often:4} breach: {kind[0]}: {kind[1]}")
    by_kind: Counter[str] = Counter()
    for (kind_of_breach, _), often in times.items():
        by_kind[kind_of_breach] += often
    said = ", ".join(f"{often} {outcome}" for outcome, often in outcomes.most_common())
    print(f"\n{outcomes.total()} of {parts.examples} cases in {seconds:.0f} s of all processes: {said}")
    for name, often in by_kind.most_common():
        print(f"{often:4} {name}")


if __name__ == "__main__":
    main()
