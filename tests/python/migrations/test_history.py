"""Since when something stands in a file: which commit of this branch brought it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from repository import QUIET, Repository

from dbt_playbooks.migrations.history import NOT_COMMITTED, Since, Trace, since


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever git is told on this machine, and whatever repository these tests run in."""
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def of(folder: Path, path: str = "models/m.sql", word: str = "call") -> Since:
    (found,) = since(folder, [Trace(path, lambda text: word in text)])
    return found


def test_it_is_the_commit_that_brought_it_and_not_one_that_changed_the_file_later(repo: Repository) -> None:
    repo.commit("2024-01-01", models__m="select 1")
    brought = repo.commit("2024-01-05", author="Bob", models__m="select call both")
    repo.commit("2024-01-09", models__m="select call new")
    repo.commit("2024-01-10", models__other="call")
    assert of(repo.folder) == Since("2024-01-05", brought, "Bob")


def test_what_went_and_came_again_is_as_old_as_its_second_coming(repo: Repository) -> None:
    repo.commit("2024-01-01", models__m="call")
    repo.commit("2024-01-02", models__m="gone")
    repo.commit("2024-01-03", models__m="call")
    repo.commit("2024-01-04", models__m="call again")
    assert of(repo.folder).day == "2024-01-03"


def test_a_file_that_was_moved_keeps_its_age(repo: Repository) -> None:
    repo.commit("2024-01-01", models__old="call\n" * 20)
    repo.git("mv", "models/old.sql", "models/m.sql")
    repo.commit("2024-02-01")
    assert of(repo.folder).day == "2024-01-01"


def test_a_branch_counts_from_its_merge(repo: Repository) -> None:
    repo.commit("2024-01-01", models__m="select 1\n\n\nfrom t")
    repo.git("checkout", "--quiet", "-b", "change")
    repo.commit("2024-01-02", models__m="select call\n\n\nfrom t")
    repo.git("checkout", "--quiet", "main")
    repo.commit("2024-01-03", models__m="select 1\n\n\nfrom u")
    repo.git("merge", "--quiet", "--no-ff", "--message", "merge", "change", day="2024-01-04")
    repo.commit("2024-01-05", models__m="select call, 2\n\n\nfrom u")
    assert of(repo.folder).day == "2024-01-04"


def test_a_project_in_a_folder_of_the_repository_is_read_by_its_own_paths(repo: Repository) -> None:
    repo.commit("2024-01-03", **{"dbt project__models__m": "call"})
    assert of(repo.folder / "dbt project").day == "2024-01-03"


def test_many_traces_are_answered_in_their_order(repo: Repository) -> None:
    repo.commit("2024-01-01", models__m="call", models__ünïcode="one")
    repo.commit("2024-01-02", models__m="call and more")
    wanted = [
        ("models/m.sql", "more"),
        ("models/ünïcode.sql", "one"),
        ("models/m.sql", "call"),
        ("models/none.sql", "x"),
    ]
    traces = [Trace(path, lambda text, word=word: word in text) for path, word in wanted]  # type: ignore[misc]
    assert [each.day for each in since(repo.folder, traces)] == ["2024-01-02", "2024-01-01", "2024-01-01", None]


@pytest.mark.parametrize("commit_first", [True, False])
def test_what_is_not_committed_is_said_to_be_not(repo: Repository, commit_first: bool) -> None:
    if commit_first:
        repo.commit("2024-01-01", models__m="select 1")
    repo.write("models/m.sql", "call")
    assert of(repo.folder) == Since(note=NOT_COMMITTED)


def test_a_file_that_was_deleted_and_written_again_is_as_old_as_that(repo: Repository) -> None:
    repo.commit("2024-01-01", models__m="call")
    repo.git("rm", "--quiet", "models/m.sql")
    repo.commit("2024-01-02", models__other="x")
    repo.commit("2024-01-03", models__m="call")
    assert of(repo.folder).day == "2024-01-03"


def test_a_shallow_checkout_does_not_pretend_to_know(repo: Repository, tmp_path: Path) -> None:
    repo.commit("2024-01-01", models__m="call")
    repo.commit("2024-01-02", models__m="call 2")
    repo.commit("2024-01-03", models__other="x")
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{repo.folder}", str(copy)], check=True)
    found = of(copy)
    assert (found.day, found.note) == ("2024-01-03", "or earlier: the checkout is shallow")


def test_a_folder_without_git_and_a_machine_without_git_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert of(tmp_path) == Since(note="not a git checkout")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert of(tmp_path) == Since(note="git is not installed")


def test_nothing_to_look_for_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert since(tmp_path, []) == []
