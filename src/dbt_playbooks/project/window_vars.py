"""Which vars a chunk's window is told by, and to which nodes.

`dbt_playbooks_start_date` and `dbt_playbooks_end_date` are ours, and all that a chunk renders has them. `start_date` and `end_date` are
names that projects use, too: they reach a node only if its own code reads them by hand, and never over another meaning.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbt_playbooks.interface import Window
from dbt_playbooks.project.opening import PACKAGE

_READ = re.compile(r"\bvar(?:\.has_var)?\s*\(\s*\\?(['\"])(start_date|end_date)\\?\1\s*(.)")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


class WindowVars:
    """Stands for dbt's VarProvider of a project: what that says, and for each node the window's vars."""

    def __init__(self, config: Any, manifest: Any, window: Window) -> None:
        self._config = config
        self._manifest = manifest
        self._provider = config.vars
        self._window = window
        self.vars = self._provider.vars

    def vars_for(self, node: Any, adapter_type: str) -> Mapping[str, Any]:
        return {
            **self._provider.vars_for(node, adapter_type),
            **vars_of(self._config, self._manifest, node, self._window),
        }

    def to_dict(self) -> Any:
        return self._provider.to_dict()


def with_window(config: Any, manifest: Any, window: Window) -> Any:
    """A copy of dbt's configuration under which nodes have the window's vars."""
    copied = copy.copy(config)
    copied.vars = WindowVars(config, manifest, window)
    return copied


def vars_of(config: Any, manifest: Any, node: Any, window: Window) -> dict[str, str]:
    """The vars that a node gets for a window."""
    days = {"start_date": window.start_date, "end_date": window.end_date}
    given = {name: days[name] for name, needed in _reads(node) if _is_given(config, manifest, node, name, needed)}
    return {**window.vars, **given}


def conflict(config: Any, manifest: Any, node: Any) -> str | None:
    """Why a node that reads the window by hand can't have it: the project gave the var another meaning."""
    for name, _ in _reads(node):
        own = own_value(config, node, name)
        if own is None or _is_iso_day(own[0]) or _has_filter(manifest, node):
            continue
        value, place = own
        return (
            f"it reads var('{name}') by hand, and {place} sets that var to {value!r}, which is no ISO day: a window in its place would "
            f"be another thing. Write {{{{ dbt_playbooks.backfill_filter('<date column>') }}}}, or read "
            f"var('dbt_playbooks_{name}') in {node.original_file_path}."
        )
    return None


def own_value(config: Any, node: Any, name: str) -> tuple[Any, str] | None:
    """What the project or the node's package sets a var to, as dbt finds it for a node, and where that stands."""
    projects = [config]
    if node.package_name != config.project_name:
        projects += [found for found in [config.load_dependencies().get(node.package_name)] if found is not None]
    for project in projects:
        scopes = project.vars.vars
        scoped = scopes.get(node.package_name)
        # dbt 1.12 has a file of its own for vars
        name_of_file = "vars.yml" if (Path(project.project_root) / "vars.yml").is_file() else "dbt_project.yml"
        file = f"{name_of_file} of {project.project_name}"
        if isinstance(scoped, Mapping) and name in scoped:
            return scoped[name], f"{file} (vars: {node.package_name}:)"
        if name in scopes:
            return scopes[name], f"{file} (vars:)"
    return None


def _is_given(config: Any, manifest: Any, node: Any, name: str, needed: bool) -> bool:
    own = own_value(config, node, name)
    if _has_filter(manifest, node):
        # the filter is its window, and the var something else: only one that would be an error is given
        return own is None and needed
    return own is None or _is_iso_day(own[0])


def _has_filter(manifest: Any, node: Any) -> bool:
    """Whether a node's window is made by backfill_filter, in its own code or in a macro that it calls."""
    if "backfill_filter" in _code(node):
        return True
    left, seen = list(getattr(getattr(node, "depends_on", None), "macros", ())), set()
    while left:
        unique_id = left.pop()
        if unique_id == f"macro.{PACKAGE}.backfill_filter":
            return True
        if unique_id not in seen and unique_id in manifest.macros:
            seen.add(unique_id)
            left += manifest.macros[unique_id].depends_on.macros
    return False


def _reads(node: Any) -> list[tuple[str, bool]]:
    """The vars of these names that a node's own code and hooks read, and whether each needs a value: it has no default."""
    config = getattr(node, "config", None)
    hooks = [getattr(hook, "sql", "") for kind in ("pre_hook", "post_hook") for hook in getattr(config, kind, [])]
    found = [match for text in [_code(node), *hooks] for match in _READ.finditer(text)]
    return [(match[2], match[3] == ")" and ".has_var" not in match[0]) for match in found]


def _code(node: Any) -> str:
    return _COMMENT.sub("", getattr(node, "raw_code", None) or "")


def _is_iso_day(value: Any) -> bool:
    text = str(value)
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
