"""Owners: those that YAML names, and those whom git names, without their addresses unless asked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from shop import Shop

from dbt_playbooks.impact.owners import Author, git_owners


def git(folder: Path, *words: str, name: str = "Ann", day: str = "2024-05-01") -> None:
    identity = ("-c", f"user.name={name}", "-c", f"user.email={name.lower()}@example.com", "-c", "commit.gpgsign=false")
    env = {
        "GIT_AUTHOR_DATE": f"{day}T12:00:00Z",
        "GIT_COMMITTER_DATE": f"{day}T12:00:00Z",
        "PATH": "/usr/bin:/bin:/usr/local/bin",
    }
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True, env=env)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A repository whose subfolder is the project: two authors, and a file with a name that git would quote."""
    project = tmp_path / "repository" / "dbt"
    (project / "models").mkdir(parents=True)
    git(tmp_path / "repository", "init")
    for number, (name, day, files) in enumerate(
        [
            ("Ann", "2024-05-01", ["dbt/models/one.sql", "elsewhere.txt"]),
            ("Bob", "2024-06-01", ["dbt/models/one.sql", 'dbt/models/größe "x".sql']),
            ("Ann", "2024-07-01", ["dbt/models/one.sql"]),
        ]
    ):
        for file in files:
            (tmp_path / "repository" / file).write_text(f"-- {number}")
        git(tmp_path / "repository", "add", ".")
        git(tmp_path / "repository", "commit", "-m", f"change {number}\n\nmodels/not_a_file.sql", name=name, day=day)
    return project


def test_authors_are_told_by_file_those_with_most_commits_first(history: Path) -> None:
    assert git_owners(str(history), lambda _: None) == {
        "models/one.sql": [Author("Ann", 2, "2024-07-01", "ann@example.com"), Author("Bob", 1, "2024-06-01", "bob@example.com")],
        "models/größe \"x\".sql": [Author("Bob", 1, "2024-06-01", "bob@example.com")],
    }  # fmt: skip


def test_git_is_asked_again_after_a_commit_and_not_before(history: Path) -> None:
    before = git_owners(str(history), lambda _: None)
    said: list[str] = []
    assert git_owners(str(history), said.append) == before
    assert said == []
    (history / "models/one.sql").write_text("-- once more")
    git(history, "commit", "-a", "-m", "more", name="Bob")
    after = git_owners(str(history), said.append)
    assert [author.commits for author in after["models/one.sql"]] == [2, 2]
    assert len(said) == 1


def test_a_project_that_is_in_no_repository_has_no_authors(tmp_path: Path, monkeypatch) -> None:
    said: list[str] = []
    assert git_owners(str(tmp_path), said.append) == {}
    monkeypatch.setenv("PATH", str(tmp_path))  # no git at all
    assert git_owners(str(tmp_path), said.append) == {}
    assert said == []


def test_a_repository_without_a_commit_has_no_authors(tmp_path: Path) -> None:
    git(tmp_path, "init")
    assert git_owners(str(tmp_path), lambda _: None) == {}


def test_the_report_names_authors_beside_owners_and_keeps_addresses_to_itself(project: Callable[..., Shop]) -> None:
    shop = project(
        {"one": "select 1 as id", "two": "select id from {{ ref('one') }}"},
        **{"models/two.yml": "models: [{name: two, config: {meta: {owner: Olga}}}]"},
    )
    git(shop.folder, "init")
    shop.write(".gitignore", "target\nlogs\n")
    git(shop.folder, "add", ".")
    git(shop.folder, "commit", "-m", "first")
    said = shop.playbooks("impact", "one")
    assert "Olga; git: Ann (1)" in said.out
    assert "@" not in said.out
    assert "Olga; git: Ann <ann@example.com> (1)" in shop.playbooks("impact", "one", "--emails").out
    found = json.loads(shop.playbooks("impact", "one", "--json").out)["affected"][0]
    assert found["authors"] == [{"name": "Ann", "commits": 1, "last": "2024-05-01"}]
