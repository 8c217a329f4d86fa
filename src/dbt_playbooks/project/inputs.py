"""What decides how a project parses and compiles: its files and those of its packages, the environment, versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dbt_playbooks.interface import Inputs

_ENV_VAR = re.compile(r"env_var\(\s*['\"]([^'\"]+)['\"]")
_OF_ROOT = ("packages.yml", "dependencies.yml", "package-lock.yml", "selectors.yml", "catalogs.yml", "vars.yml")


def inputs_of(config: Any, manifest: Any, profiles_dir: str) -> Inputs:
    """Of the project and its packages. dbt's own files and its adapters' change with their versions."""
    projects = [
        each
        for each in config.load_dependencies().values()
        if "/dbt/include/" not in Path(each.project_root).as_posix()
    ]
    root = Path(config.project_root)
    files = [
        *(root / name for name in _OF_ROOT),
        Path(profiles_dir) / "profiles.yml",
        root / config.packages_install_path,
    ]
    files += [Path(each.project_root) / "dbt_project.yml" for each in projects]
    folders = [
        Path(each.project_root) / path for each in projects for path in {*each.all_source_paths, *each.docs_paths}
    ]
    return Inputs(
        root=str(root),
        files=tuple(sorted(str(path.absolute()) for path in files)),
        folders=tuple(sorted({str(path.absolute()) for path in folders})),
        env=tuple(sorted(set(_variables(config, manifest, projects)))),
        packages=("dbt-core", "dbt-adapters", f"dbt-{config.credentials.type}", "sqlglot"),
    )


def _variables(config: Any, manifest: Any, projects: list[Any]) -> Iterator[str]:
    """Those that dbt saw, and those that code names, whichever branch it takes."""
    for seen in (manifest.env_vars, config.profile_env_vars, config.project_env_vars):
        yield from seen
    ours = {each.project_name for each in projects}
    for macro in manifest.macros.values():
        if macro.package_name in ours:
            yield from _ENV_VAR.findall(macro.macro_sql)
    for node in manifest.nodes.values():
        yield from _ENV_VAR.findall(getattr(node, "raw_code", None) or "")
