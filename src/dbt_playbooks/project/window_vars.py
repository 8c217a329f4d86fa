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
    """The vars of a model, and of the ephemeral models that are part of it, while it is run for a window."""

    def __init__(self, config: Any, manifest: Any, node: Any) -> None:
        self._config = config
        self._parts = _with_ephemeral_parents(manifest, node)
        # beside a filter the vars of a project are no window
        self._filtered = any(_has_filter(manifest, part) for part in self._parts)

    def of(self, node: Any, window: Window) -> dict[str, str]:
        days = {"start_date": window.start_date, "end_date": window.end_date}
        given = {name: days[name] for name, needed in _reads(node) if self._is_given(node, name, needed)}
        return {**window.vars, **given}

    def _is_given(self, node: Any, name: str, needed: bool) -> bool:
        own = _own_value(self._config, node, name)
        if self._filtered:
            return own is None and needed  # it would be an error
        return own is None or _is_iso_day(own[0])

    def conflict(self) -> str | None:
        """Why the model can't have its window by hand: the project gave a var another meaning."""
        for node in self._parts:
            for name, _ in _reads(node):
                own = _own_value(self._config, node, name)
                if own is None or _is_iso_day(own[0]) or self._filtered:
                    continue
                value, place = own
                part = "" if node is self._parts[0] else f"{node.name}, which is part of it: "
                return (
                    f"{part}it reads var('{name}') by hand, and {place} sets that var to {value!r}, which is no ISO day: a window in its "
                    "place would be another thing. Write {{ dbt_playbooks.backfill_filter('<date column>') }}, or read "
                    f"var('dbt_playbooks_{name}') in {node.original_file_path}."
                )
        return None

    def config(self, window: Window) -> Any:
        """A copy of dbt's configuration under which each node has the window's vars."""
        config = copy.copy(self._config)
        config.vars = _Provider(config.vars, self, window)
        return config


class _Provider:
    """Stands for dbt's VarProvider of a project: what that says of a node, and the window's vars."""

    def __init__(self, provider: Any, window_vars: WindowVars, window: Window) -> None:
        self.vars = provider.vars
        self.to_dict = provider.to_dict
        self._vars_for = provider.vars_for
        self._window_vars = window_vars
        self._window = window

    def vars_for(self, node: Any, adapter_type: str) -> Mapping[str, Any]:
        return {**self._vars_for(node, adapter_type), **self._window_vars.of(node, self._window)}


def _with_ephemeral_parents(manifest: Any, node: Any) -> list[Any]:
    parts = {node.unique_id: node}
    left = [node]
    while left:
        for unique_id in left.pop().depends_on.nodes:
            parent = manifest.nodes.get(unique_id)
            if parent is not None and parent.is_ephemeral_model and unique_id not in parts:
                parts[unique_id] = parent
                left.append(parent)
    return list(parts.values())


def _has_filter(manifest: Any, node: Any) -> bool:
    """Whether a node's window is made by backfill_filter, in its own code or in a macro that it calls."""
    if "backfill_filter" in _code(node):
        return True
    left, seen = list(node.depends_on.macros), set()
    while left:
        unique_id = left.pop()
        if unique_id == f"macro.{PACKAGE}.backfill_filter":
            return True
        if unique_id not in seen and unique_id in manifest.macros:
            seen.add(unique_id)
            left += manifest.macros[unique_id].depends_on.macros
    return False


def _own_value(config: Any, node: Any, name: str) -> tuple[Any, str] | None:
    """What the project, or the node's package, sets a var to, as dbt finds it for the node, and where that stands."""
    projects = [config]
    if node.package_name != config.project_name:
        projects += [found for found in [config.load_dependencies().get(node.package_name)] if found is not None]
    for project in projects:
        scopes = project.vars.vars
        scoped = scopes.get(node.package_name)
        # dbt 1.12 has a file of its own for vars
        is_apart = (Path(project.project_root) / "vars.yml").is_file()
        file = f"{'vars.yml' if is_apart else 'dbt_project.yml'} of {project.project_name}"
        if isinstance(scoped, Mapping) and name in scoped:
            return scoped[name], f"{file} (vars: {node.package_name}:)"
        if name in scopes:
            return scopes[name], f"{file} (vars:)"
    return None


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
