"""What a test of a macro costs: ours, a dbt process a test, dbtRunner, dbt-tests-adapter, pytest-dbt-core, on one small project.

Rounds of all contenders alternate, so that a noisy minute hits them all; figures are medians over the tests of all rounds.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import click
import orchard
from measure import machine, run
from peers import PeerError, cache_folder, environment
from rich.console import Console
from rich.table import Table

DBT = [sys.executable, "-m", "dbt.cli.main"]
PEERS = {"dbt-tests-adapter": "dbt-tests-adapter==1.20.0", "pytest-dbt-core": "pytest-dbt-core==0.2.4"}
PROCESS, RUNNER = "a `dbt run-operation` process a test", "dbtRunner with a loaded manifest"
THE_TEST = "test_of_the_macro"
UNPARSED, PARSED, MIXED, WITH, WITHOUT = "unparsed", "parsed", "mixed", "with the plugin", "without the plugin"
# Only what each contender needs; bqemulator's plugin even ends sessions where `testcontainers` is missing.
PYTEST = ["-m", "pytest", "-q", *(f"-pno:{name}" for name in ("bqemulator", "xdist", "hypothesispytest"))]


@dataclass(frozen=True)
class Size:
    """How much is run: rounds; and in each, tests of a kind, processes, mixed tests of a kind, pairs of sessions without macros."""

    rounds: int
    tests: int
    processes: int
    mixed: int
    pairs: int


FULL = Size(rounds=5, tests=60, processes=3, mixed=100, pairs=12)
QUICK = Size(rounds=1, tests=20, processes=2, mixed=20, pairs=6)


@dataclass(frozen=True)
class Figure:
    """A median of ours, in seconds, and the target that it is held against, if there is one."""

    name: str
    seconds: float
    target: float | None
    of: int

    @property
    def verdict(self) -> str:
        if self.target is None:
            return ""
        return "holds" if self.seconds <= self.target else "FAILS"


@dataclass
class Peer:
    """What a test of the same macro takes with something else; or why that is not known."""

    name: str
    seconds: list[float] = field(default_factory=list)
    why_not: str | None = None


@click.command()
@click.option("--quick", is_flag=True, help="One round of few tests, to try it.")
@click.option(
    "--cache", type=click.Path(file_okay=False, path_type=Path), help="Where the peers' environments are kept."
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
def harness(quick: bool, cache: Path | None, json_file: Path | None) -> None:
    """A test of a macro: a dbt process each, dbtRunner, dbt-tests-adapter, pytest-dbt-core, our pytest plugin.

    Progress goes to stderr, the tables to stdout. Peers are installed into environments of their own, which are kept.
    """
    size = QUICK if quick else FULL
    header = machine(["dbt-core", "dbt-duckdb", "dbt-bigquery", "duckdb", "zetasql", "pytest"])
    with tempfile.TemporaryDirectory(prefix="bench-harness-") as folder:
        bench = _Bench(Path(folder), size, cache or cache_folder())
        bench.run()
    _print(header, bench.figures(), list(bench.peers.values()))
    if json_file:
        found = {
            "machine": header,
            "ours": [{**asdict(each), "verdict": each.verdict} for each in bench.figures()],
            "peers": [asdict(each) for each in bench.peers.values()],
        }
        json_file.write_text(json.dumps(found, indent=2) + "\n")


class _Bench:
    """Each contender in turns; ours and the peers have a project of their own, because each saves its parse in it."""

    def __init__(self, folder: Path, size: Size, cache: Path) -> None:
        self._size = size
        self._cache = cache
        self._unused = folder / "unused"
        self._ours = orchard.write_project(folder / "ours")
        self._theirs = orchard.write_project(folder / "theirs")
        self.peers = {name: Peer(name) for name in (PROCESS, RUNNER, *PEERS)}
        self._timed: dict[str, list[float]] = {}

    def run(self) -> None:
        pythons = self._install()
        at_home = ["--dbt-project-dir", str(self._theirs), "--profiles-dir", str(self._theirs)]
        steps: list[Callable[[], None]] = [
            self._processes,
            lambda: self._peer(RUNNER, [sys.executable], orchard.RUNNER),
            lambda: self._peer("dbt-tests-adapter", [pythons("dbt-tests-adapter"), *PYTEST], orchard.DBT_TESTS_ADAPTER),
            lambda: self._peer(
                "pytest-dbt-core", [pythons("pytest-dbt-core"), *PYTEST, *at_home], orchard.PYTEST_DBT_CORE
            ),
            self._plugin,
            self._nothing,
        ]
        for n in range(self._size.rounds):
            for number, step in enumerate(steps, start=1):
                _say(f"round {n + 1} of {self._size.rounds}, step {number} of {len(steps)}")
                step()

    def _install(self) -> Callable[[str], str]:
        _say(f"environments of the peers: {self._cache}")
        pythons = {name: self._python_of(name, requirement) for name, requirement in PEERS.items()}
        return pythons.__getitem__

    def _python_of(self, name: str, requirement: str) -> str:
        try:
            return str(environment(requirement, self._cache))
        except PeerError as error:
            self.peers[name].why_not = str(error)
            return ""

    # --- peers -----------------------------------------------------------------------------------------------------

    def _processes(self) -> None:
        for _ in range(self._size.processes):
            measured = run([*DBT, "run-operation", "check_totals_by", "--profiles-dir", "."], self._theirs)
            self.peers[PROCESS].seconds.append(measured.seconds)

    def _peer(self, name: str, command: Sequence[str], text: str) -> None:
        """A peer that breaks does not end the benchmark: its row says why."""
        peer = self.peers[name]
        if peer.why_not is not None:
            return
        try:
            found = self._tests(self._theirs, name, command, text, self._size.tests)[1]
        except click.ClickException as error:
            said = [line for line in error.message.splitlines() if line.strip()]
            peer.why_not = "breaks: " + next((line[2:] for line in said if line.startswith("E ")), said[-1]).strip()
            return
        peer.seconds += found[THE_TEST][1:]  # the first one opens the project

    def _tests(
        self, project: Path, name: str, command: Sequence[str], text: str, tests: int
    ) -> tuple[float, Mapping[str, list[float]]]:
        """Run a test file in a project. Seconds of the whole process, and of each test by name."""
        file = orchard.write_tests(project, name.replace(" ", "_"), text, tests)
        notes = file.with_name("seconds.json")
        words = {"BENCH_SECONDS": str(notes), "DBT_PROFILES_DIR": str(project)}
        seconds = run([*command, str(file)], project, words).seconds
        return seconds, json.loads(notes.read_text())

    # --- ours ------------------------------------------------------------------------------------------------------

    def _plugin(self) -> None:
        (self._ours / "pytest.ini").write_text("[pytest]\ndbt_project = .\n")
        shutil.rmtree(self._ours / ".pytest_cache", ignore_errors=True)  # dbt's saved parse is there
        command = [sys.executable, *PYTEST]
        for kind in (UNPARSED, PARSED):
            self._note(kind, self._tests(self._ours, "one", [*command, "-k", THE_TEST], orchard.OURS, 1)[0])
        _, found = self._tests(self._ours, "ours", command, orchard.OURS, self._size.tests)
        for name, seconds in found.items():
            self._note(name, *seconds[1:])
        self._note(MIXED, self._tests(self._ours, "mixed", command, orchard.MIXED, self._size.mixed)[0])

    def _nothing(self) -> None:
        """Sessions of one test that uses nothing of dbt, with the plugin and without it in turns."""
        self._unused.mkdir(exist_ok=True)
        (self._unused / "test_it.py").write_text("def test_nothing():\n    pass\n")
        for n in range(self._size.pairs):
            for kind in (WITH, WITHOUT) if n % 2 else (WITHOUT, WITH):
                left_out = ["-p", "no:dbt_playbooks"] if kind == WITHOUT else []
                self._note(kind, run([sys.executable, *PYTEST, *left_out], self._unused).seconds)

    def _note(self, name: str, *seconds: float) -> None:
        self._timed.setdefault(name, []).extend(seconds)

    def figures(self) -> list[Figure]:
        """What we say of ourselves."""
        tests = self._size.mixed * orchard.MIXED_TESTS
        figures = [
            self._figure("a rendered macro, DuckDB", "rendered on duckdb", 0.0025),
            self._figure("a rendered macro, BigQuery", "rendered for bigquery", 0.0025),
            self._figure("a test of it, with pytest's own share", THE_TEST, 0.006),
            self._figure("a test that makes two tables and queries, DuckDB", "test_of_two_tables", 0.020),
            self._figure("an analyzed statement", "analyzed", 0.015),
            self._figure("the same, on a table of new columns (1)", "analyzed on a new table", None),
            self._figure(f"{tests:,} mixed tests on two targets, a session", MIXED, 30 if tests >= 1000 else None),
            self._figure("a session of one test, DuckDB, nothing parsed before", UNPARSED, 5),
            self._figure("a session of one test, DuckDB", PARSED, 5),
        ]
        cost = median(self._timed[WITH]) - median(self._timed[WITHOUT])
        return [*figures, Figure("the plugin in a session that does not use it", cost, 0.050, len(self._timed[WITH]))]

    def _figure(self, name: str, timed: str, target: float | None) -> Figure:
        found = self._timed[timed]
        return Figure(name, median(found), target, len(found))


def _print(header: Mapping[str, str], figures: Sequence[Figure], peers: Sequence[Peer]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(", ".join(f"{name} {value}" for name, value in header.items()), markup=False, soft_wrap=True)
    table = Table(title="What a test of a macro costs, medians")
    for name in ("ours", "of", "ms", "target, at most ms", ""):
        table.add_column(name, justify="left" if name in ("ours", "") else "right")
    for each in figures:
        target = "" if each.target is None else f"{each.target * 1000:,g}"
        table.add_row(each.name, f"{each.of:,}", _ms(each.seconds), target, each.verdict)
    console.print(table)
    ours = next(each.seconds for each in figures if "pytest's own share" in each.name)
    beside = Table(title="A test of the same macro, medians")
    for name in ("", "of", "ms", "/ ours"):
        beside.add_column(name, justify="right" if name else "left")
    for peer in peers:
        if peer.why_not is None:
            beside.add_row(
                peer.name, f"{len(peer.seconds):,}", _ms(median(peer.seconds)), f"{median(peer.seconds) / ours:,.0f}"
            )
        else:
            beside.add_row(f"{peer.name}: {peer.why_not}", "", "", "")
    beside.add_row("our plugin, DuckDB", "", _ms(ours), "1")
    console.print(beside)
    for line in _NOTES:
        console.print(line, soft_wrap=True)


_NOTES = (
    "Each compared the text that the macro rendered. The first test of a session, which opens the project, is not among the medians.",
    "(1) BigQuery's catalogue is sent to the analyzer once for all tests whose tables have the same columns; this is its price.",
)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.{0 if seconds >= 0.1 else 2}f}"


def _say(text: str) -> None:
    click.echo(text, err=True)
