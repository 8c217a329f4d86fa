"""Changes one thing at a time in a copy of the tree and runs the tests that reach it: what no test notices, no test holds."""

from __future__ import annotations

import contextlib
import json
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
from belonging import targets, tests_of
from mutant import Mutant
from python_code import python_mutants
from recording import Test, record, tests_for
from report import Result, share, written
from templates import template_mutants
from tree import copy, digest, mutated
from trial import NOTICED, SURVIVED, Outcome, Trial

ROOT = Path(__file__).resolve().parents[1]


def made(root: Path, files: Sequence[str], cosmic_python: Path | None) -> list[Mutant]:
    """All mutants of these files."""
    found: list[Mutant] = []
    for file in files:
        if file.endswith(".py"):
            found += python_mutants(file, root / file, cosmic_python)
        else:
            found += template_mutants(file, (root / file).read_text())
    return found


class Trials:
    """Tries mutants one after the other and keeps what became of each in a file, so that an interrupted run goes on there."""

    def __init__(
        self,
        root: Path,
        tests: Sequence[Test],
        results: Path,
        work: Path,
        python: Path,
        longest: float,
        patience: float,
    ) -> None:
        self._root = root
        self._tests = tests
        self._file = results
        self._trial = Trial(copy(root, work / "tree"), work / "tree.events", python)
        self._longest = longest
        self._patience = patience
        self._sound: set[str] = set()
        self._stored = json.loads(results.read_text()) if results.exists() else {}

    def close(self) -> None:
        self._trial.close()

    def outcome(self, mutant: Mutant) -> tuple[Outcome, bool]:
        """What becomes of a mutant, and whether that was known."""
        text = (self._root / mutant.path).read_text()
        reaching = tests_for(mutant, text, self._tests)
        stored = self._stored.get(mutant.key(text))
        if stored and stored["mark"] == self._mark(reaching, Outcome(**stored["outcome"])):
            return Outcome(**stored["outcome"]), True
        outcome = self._tried(mutant, reaching)
        self._stored[mutant.key(text)] = {"mark": self._mark(reaching, outcome), "outcome": asdict(outcome)}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_suffix(".new")
        partial.write_text(json.dumps(self._stored, indent=1))
        partial.replace(self._file)
        return outcome, False

    def _tried(self, mutant: Mutant, reaching: Sequence[Test]) -> Outcome:
        chosen: list[Test] = []
        seconds = 0.0
        for test in reaching:
            if not chosen or seconds + test.cost <= self._longest:
                chosen.append(test)
                seconds += test.cost
        while chosen:
            with mutated(self._trial.tree, mutant):
                outcome = self._run(chosen)
            if outcome.what == SURVIVED:
                return replace(outcome, by=f"{len(chosen)} of the {len(reaching)} tests that reach it ran")
            # what fails without a mutant, now and then, has noticed nothing
            witness = next((test for test in chosen if test.name == outcome.by), chosen[0])
            if witness.name in self._sound or self._run([witness]).what == SURVIVED:
                self._sound.add(witness.name)
                return outcome
            click.echo(f"{witness.name} fails without a mutant and is left out.", err=True)
            chosen.remove(witness)
        return Outcome(SURVIVED, "no test reaches it")

    def _run(self, tests: Sequence[Test]) -> Outcome:
        limits = {test.name: self._patience + 10 * test.seconds for test in tests}
        return self._trial.run([test.name for test in tests], limits)

    def _mark(self, reaching: Sequence[Test], outcome: Outcome) -> str:
        """Changes when the tests do that an outcome rests on."""
        names = [outcome.by] if outcome.what == NOTICED else [test.name for test in reaching]
        files = {self._root / name.split("::")[0] for name in names}
        mark = digest(file for file in files if file.is_file())
        # with more time, more tests run
        return f"{mark} {self._longest:g}" if outcome.what == SURVIVED else mark


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.argument("folders", nargs=-1, required=True)
@click.option("--sample", type=click.IntRange(1), help="Try so many, chosen by chance. [default: all]")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed chooses the same sample.")
@click.option(
    "--at-least",
    type=click.IntRange(0, 100),
    default=85,
    show_default=True,
    help="Exit code 1 below this share, in percent.",
)
@click.option("--tests", multiple=True, help="Test files or folders. [default: those that belong to the folders]")
@click.option(
    "--longest", type=float, default=120.0, show_default=True, help="Run tests of at most so many seconds for a mutant."
)
@click.option(
    "--cosmic-python", type=click.Path(path_type=Path), hidden=True, help="The interpreter that has cosmic-ray."
)
@click.option(
    "--patience",
    type=float,
    default=30.0,
    show_default=True,
    help="End a test that takes so many seconds more than ten times its usual.",
)
@click.option("--root", type=click.Path(path_type=Path), default=ROOT, hidden=True)
@click.option(
    "--store", type=click.Path(path_type=Path), help="Where to keep what was found. [default: target/mutants]"
)
def mutants(
    folders: tuple[str, ...],
    sample: int | None,
    seed: int,
    at_least: int,
    tests: tuple[str, ...],
    longest: float,
    cosmic_python: Path | None,
    patience: float,
    root: Path,
    store: Path | None,
) -> None:
    """Try mutants of FOLDERS (files or folders below src/dbt_playbooks or macros), and say which of them no test notices.

    What was found is kept and not tried again until the file or its tests change. Ctrl-C ends a run with its report.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    store = store or root / "target" / "mutants"
    files = targets(root, folders)
    everything = made(root, files, cosmic_python)
    # a run that is ended early has tried a sample, too
    chosen = random.Random(seed).sample(everything, min(sample or len(everything), len(everything)))
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        work, python = Path(folder), Path(sys.executable)
        modules = [path.relative_to(root).as_posix() for path in (root / "src").rglob("*.py")]
        known = record(root, modules, list(tests) or tests_of(root, files), store / "tests.json", work, python)
        trials = Trials(root, known, store / "results.json", work, python, longest, patience)
        results: list[Result] = []
        with contextlib.suppress(KeyboardInterrupt):
            for mutant in chosen:
                text = (root / mutant.path).read_text()
                outcome, before = trials.outcome(mutant)
                results.append(Result(mutant, mutant.diff(text), mutant.line(text), outcome))
                if not before:
                    _say(results, len(chosen))
        trials.close()
    click.echo(written(sorted(results, key=lambda each: each.mutant), len(everything)))
    if share(results) * 100 < at_least:
        click.echo(f"That is below {at_least} %.", err=True)
        raise SystemExit(1)


def _say(results: Sequence[Result], of: int) -> None:
    last = results[-1]
    click.echo(
        f"{len(results)}/{of} {last.mutant.path}:{last.line} {last.mutant.kind}: {last.outcome.what}"
        f" in {last.outcome.seconds:.1f} s {last.outcome.by}",
        err=True,
    )


if __name__ == "__main__":
    mutants()
