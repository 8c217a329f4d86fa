"""What comparing two tables costs: one scan of each (the limit), EXCEPT, a full join, audit_helper, SQLMesh, `compare_rows`.

Every contender works in a process of its own on the same DuckDB file; rounds alternate, and every answer is checked.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import audit_helper
import click
import two_tables
from compare_report import (
    AUDIT_HELPER,
    CONTENDERS,
    EXCEPT,
    JOIN,
    LIMIT,
    MANY_ROWS,
    MEMORY_GB,
    OURS,
    SQLMESH,
    Figures,
    claims_of,
    refuse_wrong,
    show,
)
from health import health
from measure import in_another_process, machine, run
from peers import PeerError, cache_folder, environment
from two_tables import KEY, NEW, OLD, STATES, Tables

from dbt_playbooks.package import package_dir

SQLMESH_VERSION = "sqlmesh[duckdb]==0.236.4"


@dataclass(frozen=True)
class Contender:
    """Who compares, how that process opens the database, its work, and how many rows its answer says differ (or whether any do)."""

    name: str
    label: str
    opening: str
    work: Callable[[], Mapping[str, Any]]
    says: Callable[[Any], int | bool]
    first: Callable[[], Mapping[str, Any]] | None = None
    """What it does before its work is measured."""


@click.command()
@click.option("--quick", is_flag=True, help="100,000 rows and one round, to try it.")
@click.option("--rows", type=click.IntRange(min=10_000), help="Rows of each table.  [default: 10,000,000]")
@click.option("--columns", type=click.IntRange(min=8), default=8, show_default=True, help="Columns of each table.")
@click.option("--rounds", type=click.IntRange(min=1), help="Rounds of all contenders, for medians.  [default: 3]")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(STATES), help="How the new table differs.  [default: all]"
)
@click.option("--only", multiple=True, type=click.Choice(CONTENDERS), help="Contenders.  [default: all]")
@click.option(
    "--memory-limit", metavar="SIZE", help="DuckDB's, for all.  [default: DuckDB's own; 8GB from 100,000,000 rows on]"
)
@click.option("--health/--no-health", "with_health", default=True, help="Also what the health of a table costs.")
@click.option(
    "--cache", type=click.Path(file_okay=False, path_type=Path), help="Where the peers' environments are kept."
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
def compare(
    quick: bool, rows: int | None, columns: int, rounds: int | None, states: Sequence[str], only: Sequence[str],
    memory_limit: str | None, with_health: bool, cache: Path | None, json_file: Path | None,
) -> None:  # fmt: skip
    """Two tables of 10 million rows: one scan of each, EXCEPT, a full join, audit_helper, SQLMesh, compare_rows.

    Progress goes to stderr, the tables to stdout. Peers are fetched and kept; AUDIT_HELPER_DIR and DBT_UTILS_DIR name checkouts.
    The tables are made in the folder for temporary files: 1 GB for 10 million rows by 8 columns.
    """
    rows, rounds = rows or (100_000 if quick else 10_000_000), rounds or (1 if quick else 3)
    memory_limit = memory_limit or (f"{MEMORY_GB}GB" if rows >= MANY_ROWS else None)
    header = machine(["dbt-core", "dbt-duckdb", "duckdb"])
    with tempfile.TemporaryDirectory(prefix="bench-compare-") as folder:
        bench = _Bench(Path(folder), Tables(rows, columns), only, memory_limit, cache or cache_folder())
        figures = [each for state in STATES if state in (states or STATES) for each in bench.run(state, rounds)]
        watched = health(bench.project, bench.file, rows, rounds, _say) if with_health else []
    claims = claims_of(figures, rows)
    show(header, bench.tables, rounds, memory_limit, figures, claims, watched)
    if json_file:
        found = {
            "machine": header,
            "rows": rows,
            "columns": columns,
            "rounds": rounds,
            "memory_limit": memory_limit,
            "contenders": [asdict(each) for each in figures],
            "claims": [{**asdict(claim), "holds": claim.holds} for claim in claims],
            "health": [asdict(each) for each in watched],
        }
        json_file.write_text(json.dumps(found, indent=2) + "\n")
    refuse_wrong(figures)


class _Bench:
    """One file of two tables at a time, and the processes that compare them."""

    def __init__(
        self, folder: Path, tables: Tables, only: Sequence[str], memory_limit: str | None, cache: Path
    ) -> None:
        self.tables = tables
        self.file = folder / "tables.duckdb"
        self._asked = folder / "asked.json"
        self._settings = {"temp_directory": str(folder / "temp")}
        if memory_limit:
            self._settings["memory_limit"] = memory_limit
        self.project = self._write_project(folder / "ours")
        (self.project / "packages.yml").write_text(f"packages:\n  - local: {json.dumps(str(package_dir()))}\n")
        (self.project / "dbt_packages").mkdir()
        (self.project / "dbt_packages" / "dbt_playbooks").symlink_to(package_dir())
        self._theirs = self._write_project(folder / "theirs")
        self._python = {"sqlmesh": sys.executable}
        self._why_not: dict[str, str] = {}
        self._queries: Mapping[str, str] = {}
        self._contenders = [each for each in self._all() if not only or each.name in only]
        self._prepare(cache)

    def _write_project(self, folder: Path) -> Path:
        folder.mkdir()
        (folder / "dbt_project.yml").write_text("name: bench\nversion: '1.0'\nprofile: bench\n")
        target = {"type": "duckdb", "path": str(self.file), "threads": 1, "settings": self._settings}
        profile = {"bench": {"target": "dev", "outputs": {"dev": target}}}
        (folder / "profiles.yml").write_text(json.dumps(profile))  # JSON is YAML
        return folder

    def _prepare(self, cache: Path) -> None:
        """Fetch the peers. One that can't be had has a row that says why."""
        names = {each.name for each in self._contenders}
        if AUDIT_HELPER in names:
            _say(f"audit_helper: {cache}")
            try:
                audit_helper.install(self._theirs, cache)
            except PeerError as error:
                self._why_not[AUDIT_HELPER] = str(error)
        if SQLMESH in names:
            _say(f"the environment of SQLMesh: {cache}")
            try:
                self._python["sqlmesh"] = str(environment(SQLMESH_VERSION, cache, ["duckdb"]))
            except PeerError as error:
                self._why_not[SQLMESH] = str(error)

    def _all(self) -> list[Contender]:
        tables = self.tables

        def statements(found: Sequence[str]) -> Callable[[], Mapping[str, Any]]:
            return lambda: {"statements": found}

        def theirs(macro: str) -> Contender:
            return Contender(
                AUDIT_HELPER,
                f"audit_helper {macro.removesuffix('_query_results')}{' (1)' if macro == audit_helper.CLASSIFY else ''}",
                "duckdb",
                lambda: {"statements": [self._queries[macro]]},
                lambda found: audit_helper.says(macro, found[0]),
            )

        def ours(old: str, new: str) -> Mapping[str, Any]:
            arguments = {"old_table": old, "new_table": new, "key": KEY, "by": two_tables.DATE}
            return {"macro": "compare_rows", "arguments": arguments}

        return [
            Contender(
                LIMIT, "one scan of each (the limit)", "duckdb", statements(tables.limit()), two_tables.says_limit
            ),
            Contender(
                OURS, "dbt_playbooks compare_rows", "dbt",
                lambda: ours(OLD, NEW),
                lambda found: found["only_in_old"] + found["only_in_new"] + found["differing"],
                # dbt compiles a macro when it is first called
                lambda: ours(two_tables.SMALL_OLD, two_tables.SMALL_NEW),
            ),
            Contender(
                JOIN, "one full outer join", "duckdb", statements(tables.full_join()), two_tables.says_full_join
            ),
            Contender(
                EXCEPT, "EXCEPT both ways", "duckdb", statements(tables.both_excepts()), two_tables.says_excepts
            ),
            *map(theirs, audit_helper.MACROS),
            Contender(
                SQLMESH, "SQLMesh table_diff", "sqlmesh",
                lambda: {"old": OLD, "new": NEW, "key": KEY},
                lambda found: found,
            ),
        ]  # fmt: skip

    def run(self, state: str, rounds: int) -> list[Figures]:
        """All contenders in turns, on tables in one state."""
        _say(f"{self.tables.title(state)}: making tables of {self.tables.rows:,} rows by {self.tables.columns} columns")
        for old in self.file.parent.glob("tables.duckdb*"):
            old.unlink()
        in_another_process(_make, str(self.file), self.tables.statements(state), self._settings)
        if AUDIT_HELPER in {each.name for each in self._contenders} - self._why_not.keys():
            self._queries = self._queries or audit_helper.queries(self._theirs, self.tables)
        figures = [
            Figures(each.name, each.label, state, why_not=self._why_not.get(each.name)) for each in self._contenders
        ]
        for n in range(rounds):
            for contender, found in zip(self._contenders, figures, strict=True):
                if found.why_not is None:
                    _say(f"{self.tables.title(state)}, round {n + 1} of {rounds}: {contender.label}")
                    self._measure(contender, found, len(self.tables.changed(state)))
        return figures

    def _measure(self, contender: Contender, figures: Figures, differing: int) -> None:
        file = self.file
        if contender.opening == "sqlmesh":  # it writes into the database
            file = self._theirs / self.file.name
            shutil.copyfile(self.file, file)
        asked = {
            "opening": contender.opening,
            "file": str(file),
            "settings": self._settings,
            "project": str(self._theirs if contender.opening == "sqlmesh" else self.project),
            "works": [each() for each in (contender.first, contender.work) if each],
        }
        self._asked.write_text(json.dumps(asked))
        _read(file)
        python = self._python.get(contender.opening, sys.executable)
        try:
            done = run([python, str(Path(__file__).with_name("work.py")), str(self._asked)], self._theirs)
        except click.ClickException as error:
            said = [line.strip() for line in error.message.splitlines() if line.strip()]
            figures.why_not = "breaks: " + next((line for line in reversed(said) if "Error: " in line), said[-1])
            return
        finally:
            for left in self._theirs.glob(f"{self.file.name}*"):
                left.unlink()
        *first, took = json.loads(done.lines[-1].text)
        figures.first_seconds += [each["cpu_seconds"] for each in first]
        figures.cpu_seconds.append(took["cpu_seconds"])
        figures.seconds.append(took["seconds"])
        figures.peak_mb.append(took["peak_mb"])
        figures.used_mb.append(took["peak_mb"] - took["held_mb"])
        figures.says = contender.says(took["found"])
        _say(f"  {took['cpu_seconds']:.2f} CPU s, {took['peak_mb']:,.0f} MB")
        expected = bool(differing) if isinstance(figures.says, bool) else differing
        figures.right = figures.right and figures.says == expected


def _make(file: str, statements: Sequence[str], settings: Mapping[str, str]) -> None:
    import duckdb

    with duckdb.connect(file, config=dict(settings)) as connection:
        for statement in statements:
            connection.execute(statement)


def _read(file: Path) -> None:
    """Whoever comes first must not be the only one that waits for the disk."""
    with file.open("rb") as opened:
        while opened.read(2**24):
            pass


def _say(text: str) -> None:
    click.echo(text, err=True)
