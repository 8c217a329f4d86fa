"""The plugin is tested on a package that is not ours: its macros in this session, and whole sessions of pytest inside this one."""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugin.garden import write_garden

INI = "[pytest]\ndbt_project = garden\ncache_dir = {cache}\naddopts = -p no:bqemulator\n{more}\n"


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of the plugin never reach a developer's own project of BigQuery."""
    monkeypatch.delenv("DBT_PLAYBOOKS_BIGQUERY_PROJECT", raising=False)


@pytest.fixture(autouse=True)
def at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A session inside is the same on a CI server, where pytest repeats whole messages in its summary, and in a worker of xdist."""
    for name in ("CI", "BUILD_NUMBER", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `macro` and `table` of these tests work on."""
    return write_garden(tmp_path_factory.mktemp("plugin"))


class Modules:
    """pytester forgets what a session inside imported; libraries of dbt's size, and in C, do not bear a second import."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def pytest_unconfigure(self) -> None:
        """A session inside ends."""
        self._kept |= {
            name: module for name, module in sys.modules.items() if not name.startswith(("conftest", "test_"))
        }

    def restore(self) -> None:
        for name, module in self._kept.items():
            sys.modules.setdefault(name, module)


@pytest.fixture
def modules(finders: None) -> Iterator[Modules]:  # noqa: ARG001
    kept = Modules()
    yield kept
    kept.restore()


class Inside:
    """A folder with the package and a configured pytest, in which sessions run."""

    def __init__(self, pytester: pytest.Pytester, modules: Modules, cache: Path) -> None:
        self.pytester = pytester
        self._cache = cache
        self._modules = modules
        self.path = pytester.path
        self.garden = write_garden(pytester.path)
        self.configure()

    def configure(self, more: str = "") -> None:
        self.path.joinpath("pytest.ini").write_text(INI.format(cache=self._cache, more=more))

    def run(self, tests: str | None = None, *words: str) -> pytest.RunResult:
        """A session in this process, of a file of tests."""
        if tests is not None:
            self.pytester.makepyfile(test_garden="import pytest\n" + tests)
        result = self.pytester.runpytest_inprocess(*words, plugins=[self._modules])
        self._modules.restore()
        return result

    def process(self, tests: str, *words: str) -> pytest.RunResult:
        """A session in a process of its own."""
        self.pytester.makepyfile(test_garden="import pytest\n" + tests)
        return self.pytester.runpytest_subprocess(*words)


@pytest.fixture(scope="session")
def finders() -> None:
    """A library of dbt's takes the place of Python's own finder of distributions when it is imported; pytester would undo half of that."""
    with contextlib.suppress(ImportError):
        importlib.import_module("importlib_metadata")


@pytest.fixture
def inside(
    modules: Modules, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, cache_home: str, parsed: Path
) -> Inside:
    """After `modules`, which outlive what pytester forgets at its end."""
    monkeypatch.setenv("XDG_CACHE_HOME", cache_home)
    return Inside(pytester, modules, parsed)


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of all sessions inside: dbt parses the package once, and then what differs."""
    return tmp_path_factory.mktemp("parsed")


@pytest.fixture(scope="session")
def cache_home() -> str:
    """pytester gives its sessions another home: the compiled analyzer is to be found all the same."""
    return os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")


@pytest.fixture
def another_garden(tmp_path: Path) -> Callable[[], Path]:
    """A second copy of the package."""

    def make() -> Path:
        shutil.rmtree(tmp_path / "second", ignore_errors=True)
        return write_garden(tmp_path / "second")

    return make
