"""`scripts/bench compare` and `scripts/bench impact` in small: answers are checked, and a peer that can't be had is said to be missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import duckdb
import pytest


@pytest.fixture
def benchmarks(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Modules of the benchmarks, by name; none of them stays imported."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    before = set(sys.modules)

    def load(name: str) -> ModuleType:
        return __import__(name)

    yield load
    for name in set(sys.modules) - before:
        if str(root / "benchmarks") in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def compare(root: Path, folder: Path, *words: str, env: dict[str, str] | None = None) -> tuple[str, dict[str, Any]]:
    """What `bench compare` printed, and its figures."""
    command = [
        sys.executable,
        "benchmarks/bench.py",
        "compare",
        "--quick",
        "--json",
        str(folder / "found.json"),
        *words,
    ]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((folder / "found.json").read_text())


@pytest.mark.slow
def test_a_run_shows_the_right_answer_of_each_contender_and_holds_ours_against_the_targets(root, tmp_path):
    only = [word for name in ("limit", "except", "join", "ours", "audit_helper") for word in ("--only", name)]
    said, found = compare(root, tmp_path, "--state", "three", *only, env={"AUDIT_HELPER_DIR": str(tmp_path)})
    answers = {each["name"]: each["says"] for each in found["contenders"]}
    assert answers == {"limit": True, "except": 204, "join": 204, "ours": 204, "audit_helper": None}
    assert [claim["text"] for claim in found["claims"]] == [
        "3 dates differ: CPU of ours / one scan of each",
        "3 dates differ: memory of ours / one scan of each",
    ]
    assert all(f": {claim['ratio']:.2f} (target: at most 1.3)" in said for claim in found["claims"])
    assert "Not measured: audit_helper compare_queries, " in said
    assert "AUDIT_HELPER_DIR is " in said
    watched = [(each["label"], each["columns"]) for each in found["health"] if each["beside"]]
    assert watched == [("health_check", 1), ("monitoring_view", 1), ("health_check", 20), ("monitoring_view", 20)]
    assert all(min(each["cpu_seconds"]) > 0 for each in found["health"])


@pytest.mark.parametrize(("state", "dates"), [("equal", 0), ("three", 3), ("every", 365)])
def test_the_tables_differ_in_the_rows_that_are_known_and_what_is_written_by_hand_finds_them(benchmarks, state, dates):
    two_tables = benchmarks("two_tables")
    tables = two_tables.Tables(rows=20_001, columns=12)
    with duckdb.connect() as connection:
        for statement in tables.statements(state):
            if statement != "checkpoint":  # there is no file
                connection.execute(statement)
        differing = connection.execute("select id, day from (from new_table except all from old_table) order by id")
        rows = differing.fetchall()
        assert [id_ for id_, _ in rows] == sorted(tables.changed(state))
        assert len({day for _, day in rows}) == dates
        assert len(connection.execute("describe old_table").fetchall()) == 12
        assert connection.execute("select count(*), count(distinct day) from new_table").fetchone() == (20_001, 365)
        in_order = (
            "select bool_and(day >= before) from (select day, lag(day) over (order by rowid) as before from old_table)"
        )
        assert connection.execute(in_order).fetchone() == (True,)


def test_a_run_in_which_ours_is_wrong_or_breaks_fails(benchmarks):
    report = benchmarks("compare_report")
    others = report.Figures("sqlmesh", "SQLMesh", "three", says=7, right=False)
    ours = report.Figures("ours", "compare_rows", "three", says=1000)
    report.refuse_wrong([others, ours])
    ours.says, ours.right = 999, False
    with pytest.raises(click.ClickException, match="compare_rows is wrong on tables in the state 'three': it says 999"):
        report.refuse_wrong([others, ours])
    broken = report.Figures("ours", "compare_rows", "every", why_not="breaks: Out of Memory Error")
    with pytest.raises(click.ClickException, match="in the state 'every' breaks: Out of Memory Error"):
        report.refuse_wrong([others, broken])


def test_a_package_is_cloned_once_at_its_tag(benchmarks, tmp_path, monkeypatch):
    monkeypatch.delenv("AUDIT_HELPER_DIR", raising=False)
    peers, origin = benchmarks("peers"), tmp_path / "origin"
    origin.mkdir()

    def git(*words: str) -> None:
        identity = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(origin), *identity, *words], check=True, capture_output=True)

    git("init")
    for version in ("1", "2"):
        (origin / "dbt_project.yml").write_text(f"version: {version}")
        git("add", ".")
        git("commit", "-m", version)
        git("tag", f"v{version}")
    cloned = peers.checkout("audit_helper", origin.as_uri(), "v1", tmp_path / "cache")
    assert (cloned / "dbt_project.yml").read_text() == "version: 1"
    nowhere = (tmp_path / "nowhere").as_uri()
    assert peers.checkout("audit_helper", nowhere, "v1", tmp_path / "cache") == cloned
    with pytest.raises(
        peers.PeerError, match=r"can't be installed: fatal: .*AUDIT_HELPER_DIR=FOLDER names a checkout of file:"
    ):
        peers.checkout("audit_helper", nowhere, "v2", tmp_path / "cache")


def test_the_bench_of_impact_runs_and_finds_all_that_is_true_of_its_project(root: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "benchmarks/bench.py",
        "impact",
        "--quick",
        "--models",
        "20",
        "--json",
        str(tmp_path / "found.json"),
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    ours = next(each for each in found["scores"] if each["name"] == "impact")
    assert (ours["wrong"], ours["missed"]) == (0, 0)
    assert ours["right"] > 100
    assert {each["name"] for each in found["timed"]} >= {"the first run", "a second run"}
