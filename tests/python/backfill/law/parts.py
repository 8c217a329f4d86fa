"""Many cases in seeded parts. Processes share the parts of a folder, and what was done there is not done again."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from law.cases import Case
from law.choices import cases
from law.judge import BreachError
from law.law import Law

SIZE = 50


@dataclass(frozen=True)
class Parts:
    """`examples` cases in parts of SIZE; part N has the seed `seed + N`. Another seed or number needs another folder."""

    folder: Path
    examples: int
    seed: int

    def run(self) -> None:
        """Do every part that is not done and that no living process does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        said = json.dumps({"examples": self.examples, "seed": self.seed})
        about = self.folder / "about.json"
        own = self.folder / f"about.{os.getpid()}"
        own.write_text(said)
        # whole or not at all: others read it at the same moment
        with contextlib.suppress(FileExistsError):
            os.link(own, about)
        own.unlink()
        if about.read_text() != said:
            raise SystemExit(
                f"{self.folder} holds the parts of {about.read_text()}, not of {said}. Name another --folder."
            )
        law = Law(Path(tempfile.mkdtemp(prefix="law")))
        for part in range(-(-self.examples // SIZE)):
            result = self.folder / f"part{part:03}.json"
            if not result.exists() and self._claim(part):
                size = min(SIZE, self.examples - part * SIZE)
                done = survey(law, size, self.seed + part)
                half = result.with_suffix(f".{os.getpid()}")
                half.write_text(json.dumps({"part": part, "seed": self.seed + part, **done}))
                half.rename(result)

    def _claim(self, part: int) -> bool:
        claim = self.folder / f"part{part:03}.claim"
        try:
            holder = int(claim.read_text() or 0)
            os.kill(holder, 0)
            return False
        except PermissionError:
            return False
        except FileNotFoundError:
            pass
        except (ProcessLookupError, ValueError):
            claim.unlink(missing_ok=True)
        try:
            with claim.open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return False
        return True

    def done(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.folder.glob("part*.json")):
            yield json.loads(path.read_text())


def survey(law: Law, examples: int, start: int) -> dict[str, Any]:
    """Some cases of one seed; every breach, not the first alone."""
    outcomes: Counter[str] = Counter()
    why: Counter[str] = Counter()
    breaches: list[dict[str, Any]] = []
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
        try:
            verdict = law.hold(case)
        except BreachError as breach:
            outcomes["breach"] += 1
            breaches.append(
                {"kind": breach.kind, "about": case.about, "example": outcomes.total(), "text": str(breach)}
            )
        except Exception:
            print(f"seed {start}, example {outcomes.total() + 1}: {case}", file=sys.stderr)
            raise
        else:
            outcomes[verdict.outcome] += 1
            last = verdict.why.splitlines()[-1][:150] if verdict.why else ""
            why[f"{verdict.outcome}: {case.child or case.model.shape}: {last}"] += 1

    each()
    return {"outcomes": outcomes, "why": why, "breaches": breaches, "seconds": time.monotonic() - began}
