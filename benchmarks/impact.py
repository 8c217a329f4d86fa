"""What impact finds and what it costs: precision and recall beside grep's on a project whose truth was written by hand, and time on a large one.

Every run is a process of its own, as a user starts it; the answer on the large project is checked against how it was made.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import click
from large_project import COLUMN, START, LargeProject, write_large_project
from measure import in_another_process, machine, run
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "python"
OURS = [sys.executable, "-m", "dbt_playbooks", "impact", START, "--column", COLUMN, "--json"]
DBT_LS = [sys.executable, "-m", "dbt.cli.main", "--quiet", "ls", "--select", f"{START}+"]
GREP = ["grep", "-rwl", COLUMN, "models"]
FIRST, AFTER_DBT, EDITED, SECOND = (
    "the first run",
    "the first run, dbt has parsed before",
    "after a change of one model",
    "a second run",
)


@dataclass
class Timed:
    """A command: seconds of each round, by the clock and of CPU, and the target that its median is held against."""

    name: str
    target: float | None = None
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return "" if self.target is None else "holds" if median(self.seconds) <= self.target else "FAILS"


@click.command()
@click.option("--quick", is_flag=True, help="100 models and one round, to try it.")
@click.option("--models", type=click.IntRange(min=10), help="Models of the large project.  [default: 1,000]")
@click.option("--rounds", type=click.IntRange(min=1), help="Rounds of all commands, for medians.  [default: 3]")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures there.")
def impact(quick: bool, models: int | None, rounds: int | None, json_file: Path | None) -> None:
    """Who uses a column: precision and recall beside grep's, and seconds on 1,000 models beside `dbt ls` and sqlglot.

    Progress goes to stderr, the tables to stdout.
    """
    models, rounds = models or (100 if quick else 1000), rounds or (1 if quick else 3)
    header = machine(["dbt-core", "dbt-duckdb", "sqlglot"])
    with tempfile.TemporaryDirectory(prefix="bench-impact-") as folder:
        _say("precision and recall")
        found = run(
            [sys.executable, "-m", "impact.grep", str(Path(folder) / "market")], TESTS, {"PYTHONPATH": str(TESTS)}
        )
        scores = json.loads(found.lines[-1].text)
        project = write_large_project(Path(folder) / "large", models)
        timed = _Bench(project).run(rounds)
        _say("reading SQL beside sqlglot's lineage")
        reading = in_another_process(_read, project.folder, 20 if quick else 100)
    _show(header, scores, project, timed, reading)
    if json_file:
        told = {
            "machine": header,
            "scores": scores,
            "models": models,
            "timed": [asdict(each) for each in timed],
            "reading": reading,
        }
        json_file.write_text(json.dumps(told, indent=2) + "\n")


class _Bench:
    """The commands, in turns."""

    def __init__(self, project: LargeProject) -> None:
        self._project = project
        self._target = project.folder / "target"
        # the targets are those of 1,000 models
        held = (30, 3) if project.models == 1000 else (None, None)
        names = (
            (FIRST, held[0]),
            (SECOND, held[1]),
            (EDITED, None),
            (AFTER_DBT, None),
            ("`dbt ls`, nothing parsed before", None),
            ("`dbt ls` again", None),
            ("`grep -rw`", None),
        )
        self._timed = {name: Timed(name, target) for name, target in names}

    def run(self, rounds: int) -> list[Timed]:
        steps: list[Callable[[], None]] = [self._ours, self._dbt, self._grep]
        for number in range(rounds):
            for step in steps:
                _say(f"round {number + 1} of {rounds}: {step.__name__.strip('_')}")
                step()
        return list(self._timed.values())

    def _time(self, name: str, command: Sequence[str]) -> str:
        measured = run(command, self._project.folder, {"DBT_PROFILES_DIR": str(self._project.folder)})
        self._timed[name].seconds.append(measured.seconds)
        self._timed[name].cpu_seconds.append(measured.cpu_seconds)
        return "".join(line.text for line in measured.lines)

    def _ours(self) -> None:
        shutil.rmtree(self._target, ignore_errors=True)
        for name in (FIRST, SECOND):
            self._check(self._time(name, OURS))
        model = self._project.folder / "models" / "base" / f"{START}.sql"
        model.write_text(f"{model.read_text()}-- changed\n")
        self._check(self._time(EDITED, OURS))

    def _check(self, said: str) -> None:
        """A wrong answer ends the benchmark: nobody is timed for one."""
        found = {each["name"]: each["columns"] for each in json.loads(said)["affected"] if each["kind"] == "model"}
        wrong = set(found.keys() ^ self._project.carriers.keys())
        wrong |= {
            name
            for name, column in self._project.carriers.items()
            if {"name": column, "as_is": True} not in found.get(name, [])
        }
        if wrong:
            raise click.ClickException(f"impact is wrong about {len(wrong)} models, {sorted(wrong)[0]} for one")

    def _dbt(self) -> None:
        shutil.rmtree(self._target, ignore_errors=True)
        self._time("`dbt ls`, nothing parsed before", DBT_LS)
        self._time("`dbt ls` again", DBT_LS)
        self._check(self._time(AFTER_DBT, OURS))

    def _grep(self) -> None:
        self._time("`grep -rw`", GREP)


def _read(folder: Path, many: int) -> dict[str, Any]:
    """Milliseconds a model: what we take for all columns and uses, parsing included, and what sqlglot's own lineage takes for its columns."""
    import os

    from sqlglot.lineage import lineage

    from dbt_playbooks.impact.load import load_graph
    from dbt_playbooks.impact.names import Names
    from dbt_playbooks.impact.reading import Out, parse, read
    from dbt_playbooks.impact.reading import Table as Columns
    from dbt_playbooks.interface import Options
    from dbt_playbooks.project import open_project

    os.chdir(folder)
    options = Options(project_dir=str(folder), profiles_dir=str(folder))
    graph = load_graph(options, say=lambda _: None)
    names = Names(graph.nodes.values(), "duckdb")
    chosen = [node for node in graph.nodes.values() if node.kind == "model" and node.name.startswith("layer_2_")][:many]
    with open_project(options, only_reads=True) as project:
        texts = {node.unique_id: project.compiled(node).sql for node in chosen}

    def columns(unique_id: str) -> list[str]:
        return [output.name for output in graph.lineage[unique_id].outputs.values()]

    def lookup(parts: Sequence[str], node: Any) -> Any:
        found = names.table(parts, node)
        if found is None:
            return None
        unique_id, doubt = found
        return unique_id, Columns([Out(name, {(unique_id, name.lower()): True}) for name in columns(unique_id)], doubt)

    started = time.perf_counter()
    for node in chosen:
        read(parse(texts[node.unique_id], "duckdb"), "duckdb", lambda parts, node=node: lookup(parts, node))
    ours = time.perf_counter() - started
    schema: dict[str, Any] = {}
    for node in graph.nodes.values():
        if node.kind == "model" and node.relation:
            database, place, table = (part.strip('"') for part in node.relation.split('"."'))
            schema.setdefault(database, {}).setdefault(place, {})[table] = dict.fromkeys(
                columns(node.unique_id), "varchar"
            )
    started, asked = time.perf_counter(), 0
    for node in chosen[: max(1, many // 10)]:
        for name in columns(node.unique_id):
            lineage(name, texts[node.unique_id], schema=schema, dialect="duckdb")
            asked += 1
    theirs = time.perf_counter() - started
    return {
        "models": len(chosen),
        "ours_ms": ours / len(chosen) * 1000,
        "sqlglot_ms_a_column": theirs / asked * 1000,
        "columns": asked / max(1, many // 10),
    }


def _say(text: str) -> None:
    click.echo(text, err=True)


def _show(
    header: Any,
    scores: Sequence[dict[str, Any]],
    project: LargeProject,
    timed: Sequence[Timed],
    reading: dict[str, Any],
) -> None:
    console = Console(highlight=False, width=120)
    console.print(", ".join(f"{name} {value}" for name, value in header.items()))
    table = Table("who uses a column", "right", "wrong", "missed", "precision", "recall")
    for each in scores:
        table.add_row(
            each["name"],
            *(f"{each[key]:,}" for key in ("right", "wrong", "missed")),
            f"{each['precision']:.2f}",
            f"{each['recall']:.2f}",
        )
    console.print(table)
    table = Table(
        f"{project.models:,} models, {len(project.carriers):,} of which carry the column",
        "seconds",
        "CPU s",
        "target, at most",
        "",
    )
    for each in timed:
        seconds, cpu = f"{median(each.seconds):.2f}", f"{median(each.cpu_seconds):.2f}"
        table.add_row(each.name, seconds, cpu, "" if each.target is None else f"{each.target:g}", each.verdict)
    console.print(table)
    whole = reading["sqlglot_ms_a_column"] * reading["columns"]
    console.print(
        f"Reading the SQL of a model, all of its columns and uses: {reading['ours_ms']:.1f} ms. sqlglot's own lineage: "
        f"{reading['sqlglot_ms_a_column']:.1f} ms a column, {whole:.0f} ms for all {reading['columns']:.0f}, without uses."
    )
