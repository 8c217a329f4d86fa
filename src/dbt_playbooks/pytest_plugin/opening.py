"""Opens a project on a target, once a session, with a profile of the harness's own: nobody's warehouse is ever touched."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_playbooks.errors import PlaybooksError
from dbt_playbooks.interface import Options
from dbt_playbooks.project.materializing import MaterializingSession
from dbt_playbooks.pytest_plugin.errors import HarnessError
from dbt_playbooks.pytest_plugin.targets import version
from dbt_playbooks.pytest_plugin.targets.opened import OpenTarget


class Opener:
    """Keeps what is open until the session ends."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._open: dict[tuple[Path, str], OpenTarget] = {}
        self._failed: dict[tuple[Path, str], str] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="dbt-macros-"))

    def open(self, project: Path, name: str, test: str) -> OpenTarget:
        """The target, open. A project that dbt can't open is told once, with dbt's own words."""
        __tracebackhide__ = True
        key = (project.resolve(), name)
        said = ""
        if key in self._failed:
            said = f" see {self._failed[key]}"
        elif key not in self._open:
            try:
                self._open[key] = self._opened(*key)
            except PlaybooksError as error:
                self._failed[key] = test
                said = f"\n{error}"
            except Exception:
                self._failed[key] = test
                raise
        if said:  # not inside of `except`: pytest would print dbt's whole chain of exceptions
            pytest.fail(f"dbt can't open {project} on target '{name}':{said}", pytrace=False)
        return self._open[key]

    def close(self) -> None:
        """Every target, whatever another one says."""
        with contextlib.ExitStack() as closing:
            closing.callback(shutil.rmtree, self._folder, ignore_errors=True)
            for target in self._open.values():
                closing.callback(target.close)

    def _opened(self, project: Path, name: str) -> OpenTarget:
        if version("sqlglot") is None:
            raise HarnessError(
                "the tables of tests need sqlglot, which is not installed. pip install 'dbt-playbooks[pytest]'"
            )
        profile = _profile_name(project)
        target = _target(name, lambda: _own_duckdb(project, profile, str(self._config.getini("dbt_duckdb_output"))))
        profiles = Path(tempfile.mkdtemp(dir=self._folder))
        # JSON is YAML; dbt renders env_var() in it
        (profiles / "profiles.yml").write_text(
            json.dumps({profile: {"target": name, "outputs": {name: dict(target.output)}}})
        )
        variables = _variables(str(self._config.getini("dbt_vars")))
        options = Options(str(project), str(profiles), profile, name, variables)
        # dbt saves its parse there; a folder for each worker, because dbt writes it without a lock
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        parsed = (
            Path(cache.mkdir("dbt")) / worker / f"{project.name}-{name}"
            if (cache := getattr(self._config, "cache", None))  # -p no:cacheprovider
            else profiles / "target"
        )
        try:
            target.begin(
                MaterializingSession(options, str(project), ["--target-path", str(parsed), "--log-path", str(profiles)])
            )
        except BaseException:
            target.close()
            raise
        return target


def _variables(text: str) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise HarnessError(f"dbt_vars of the pytest configuration is not YAML:\n{error}") from None
    if not isinstance(found, Mapping):
        raise HarnessError(
            f"dbt_vars of the pytest configuration is '{text}', and not names with values. Write: dbt_vars = {{limit: 1000}}."
        )
    return found


def _target(name: str, own_duckdb: Any) -> OpenTarget:
    if name == "duckdb":
        from dbt_playbooks.pytest_plugin.targets.duckdb import DuckDB

        return DuckDB(own_duckdb())
    if name == "bigquery":
        from dbt_playbooks.pytest_plugin.targets.bigquery import BigQuery

        return BigQuery()
    if name == "emulator":
        from dbt_playbooks.pytest_plugin.targets.emulator import Emulator

        return Emulator()
    from dbt_playbooks.pytest_plugin.targets.sandbox import Sandbox

    return Sandbox()


def _profile_name(project: Path) -> str:
    try:
        found = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise HarnessError(
            f"{project} holds no dbt_project.yml. `dbt_project` of the pytest configuration names its folder."
        ) from None
    except yaml.YAMLError:
        return "tests"  # dbt says what is wrong with it
    return str((found or {}).get("profile") or "tests") if isinstance(found, Mapping) else "tests"


def _own_duckdb(project: Path, profile: str, wanted: str) -> Mapping[str, Any]:
    """The DuckDB output of the project's own profile, for its extensions and settings; nothing when there is none."""
    places = [os.environ.get("DBT_PROFILES_DIR"), project, Path.home() / ".dbt"]
    file = next(
        (Path(place) / "profiles.yml" for place in places if place and (Path(place) / "profiles.yml").is_file()), None
    )
    if file is None:
        return {}
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        return {}
    found = read.get(profile) if isinstance(read, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    outputs = {
        name: each
        for name, each in (found.get("outputs") or {}).items()
        if isinstance(each, Mapping) and each.get("type") == "duckdb"
    }
    if wanted:
        if wanted not in outputs:
            raise HarnessError(
                f"dbt_duckdb_output = {wanted}: profile '{profile}' in {file} has no DuckDB output of that name. It has: {', '.join(outputs) or 'none'}."
            )
        return dict(outputs[wanted])
    if found.get("target") in outputs:
        return dict(outputs[found["target"]])
    if len({json.dumps(each, sort_keys=True, default=str) for each in outputs.values()}) > 1:
        raise HarnessError(
            f"profile '{profile}' in {file} has several DuckDB outputs: {', '.join(outputs)}. "
            "Say whose settings the tests use, in the pytest configuration: dbt_duckdb_output = " + next(iter(outputs))
        )
    return dict(next(iter(outputs.values()), {}))
