"""The law over many cases: the projects that they share, and how many were accepted, refused or failed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from law.bench import Bench
from law.cases import Case
from law.judge import BreachError, Verdict, hold
from law.quick import many_commands


class Law:
    """Holds cases, each in the project of its kind, and counts what becomes of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._benches: dict[str, Bench] = {}
        self.outcomes: Counter[str] = Counter()

    def hold(self, case: Case) -> Verdict:
        if case.project not in self._benches:
            folder = self._folder / (case.project or "plain")
            folder.mkdir()
            self._benches[case.project] = Bench(folder, case.project)
        try:
            with many_commands():
                verdict = hold(self._benches[case.project], case)
        except BreachError:
            self.outcomes["breach"] += 1
            raise
        self.outcomes[verdict.outcome] += 1
        return verdict

    def said(self) -> str:
        return ", ".join(f"{number} {outcome}" for outcome, number in self.outcomes.most_common())
