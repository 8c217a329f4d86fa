"""A table that another one is to replace: the replacing model says so in its meta, `dbt_playbooks_replaces: orders`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.graph import Graph, near_misses
from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change, day_of, text_of
from dbt_playbooks.migrations.edits import line_of
from dbt_playbooks.migrations.properties import block_of

META = "dbt_playbooks_replaces"
_ALLOWED = ("model", "planned_date")
_EXAMPLE = f"{META}: orders, or {META}: {{model: orders, planned_date: 2024-02-01}}"


def replacements(graph: Graph, root: Path) -> Iterator[Change]:
    """The models of the root project that say whom they replace. Raises UsageError for what they say wrong."""
    for node in graph.nodes.values():
        if node.kind == "model" and node.package == graph.project and META in node.meta:
            name, planned = _read(node, node.meta[META])
            replaced = _replaced(graph, node, name)
            path, line = _place(root, node)
            yield Change("repartition", replaced, "beside", replaced.name, node.name, path, line, planned, None, node)


def stands_in(text: str, change: Change) -> bool:
    """Whether a version of the file said already that the model replaces the other."""
    return re.search(rf"{META}\W+(model\W+)?{re.escape(str(change.old))}\b", text) is not None


def _read(node: Node, value: Any) -> tuple[str, dt.date | None]:
    where = f"{META} of model '{node.name}' ({node.path})"
    given = value if isinstance(value, Mapping) else {"model": value}
    for key in given:
        if key not in _ALLOWED:
            near = near_misses(str(key), _ALLOWED)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UsageError(f"{where} has '{key}', which is not known. Allowed: {', '.join(_ALLOWED)}.{hint}")
    name = given.get("model")
    if not isinstance(name, str) or not name.strip():
        raise UsageError(
            f"{where} names no model: {value!r}. Write the name of the model that it replaces: {_EXAMPLE}."
        )
    planned, day = given.get("planned_date"), day_of(given.get("planned_date"))
    if planned is not None and day is None:
        raise UsageError(f"{where} has the planned_date '{planned}', which is no day. Write it as 2024-02-01.")
    return name.strip(), day


def _replaced(graph: Graph, node: Node, name: str) -> Node:
    models = {each.name: each for each in graph.nodes.values() if each.kind in ("model", "seed", "snapshot")}
    if name == node.name:
        raise UsageError(
            f"model '{name}' ({node.path}) says that it replaces itself. {META} names the model whose table it is to replace."
        )
    if name not in models:
        raise UsageError(
            f"model '{node.name}' ({node.path}) says that it replaces '{name}', and there is no such model in project "
            f"'{graph.project}'.\n{graph.suggestion(name, models)}"
        )
    return models[name]


def _place(root: Path, node: Node) -> tuple[str, int]:
    """The file and line that say it: the model's, its properties', or else dbt_project.yml, where configs are as well."""
    for path in (node.path, node.properties_path):
        text = text_of(root, path) if path else ""
        start, end = (block_of(text, plain_name(node)) if path != node.path else None) or (0, len(text))
        found = text.find(META, start, end)
        if path and found >= 0:
            return path, line_of(text, found)
    text = text_of(root, "dbt_project.yml")
    return "dbt_project.yml", line_of(text, max(text.find(META), 0))
