"""The dbt graph as impact sees it: nodes by name, what is below them, and the lineage of each."""

from __future__ import annotations

import difflib
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.interface import Node

# where a name means more than one thing, the table comes first
_FIRST = ("model", "seed", "snapshot", "source")


@dataclass(frozen=True)
class Graph:
    """Every node of a project by its unique id, and the lineage of those whose SQL was read."""

    project: str
    root: str
    """The folder of the project itself; those of its packages are elsewhere."""
    nodes: Mapping[str, Node]
    lineage: Mapping[str, Lineage] = field(default_factory=dict)
    stored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The columns of nodes whose table the warehouse was asked for."""

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that read each node directly, by what dbt knows and by what their SQL names without `ref`."""
        found: dict[str, dict[str, None]] = {unique_id: {} for unique_id in self.nodes}
        for node in self.nodes.values():
            lineage = self.lineage.get(node.unique_id)
            for parent in (*node.parents, *(lineage.parents if lineage else ())):
                if parent in found and parent != node.unique_id:
                    found[parent][node.unique_id] = None
        return {unique_id: tuple(below) for unique_id, below in found.items()}

    def downstream(self, unique_id: str) -> list[Node]:
        """All that reads the node, directly or not, the nearest first."""
        seen, queue = {unique_id: None}, deque([unique_id])
        while queue:
            for child in self.children[queue.popleft()]:
                if child not in seen:
                    seen[child] = None
                    queue.append(child)
        return [self.nodes[each] for each in seen if each != unique_id]

    def find(self, name: str) -> Node:
        """The node that is meant by `orders`, `orders.v2`, `package.orders`, `raw.orders`, a unique id or a file.

        Raises UsageError, with near misses, when there is none, or more than one.
        """
        if name in self.nodes:
            return self.nodes[name]
        found = [node for node in self.nodes.values() if name in _names(node)]
        # a table comes before a metric of its name, the project itself before its packages
        found = [node for node in found if node.kind in _FIRST] or found
        found = [node for node in found if node.package == self.project] or found
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(sorted(f"{node.package}.{node.name} ({node.kind})" for node in found))
            raise UsageError(
                f"'{name}' names more than one node: {listed}. Say which one: package.name, or its unique id."
            )
        raise UsageError(self._unknown(name))

    def suggestion(self, wanted: str, names: Iterable[str]) -> str:
        """What is said of a name that is not there: the names that come nearest, or else the models that there are."""
        near = near_misses(wanted, names)
        listed = near or sorted(node.name for node in self.nodes.values() if node.kind == "model")[:10]
        return f"{'Did you mean' if near else 'Models of the project'}: {', '.join(listed) or 'none'}"

    def _unknown(self, name: str) -> str:
        known = {
            each for node in self.nodes.values() if node.kind not in ("test", "unit_test") for each in _names(node)
        }
        return (
            f"there is no '{name}' in project '{self.project}'.\n"
            f"{self.suggestion(name, known)}\n"
            "Give a model, seed, snapshot or other node by its name, a source as source.table; `dbt ls` lists them."
        )


def _names(node: Node) -> set[str]:
    names = {
        node.name,
        f"{node.package}.{node.name}",
        node.path if node.kind in ("model", "seed", "snapshot") else node.name,
    }
    plain = plain_name(node)
    if node.kind == "model" and node.latest_version:
        names |= {plain, f"{node.package}.{plain}"}
    return names


def near_misses(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that come nearest, whatever their case; at most three."""
    by_lower: dict[str, str] = {}
    for name in sorted(names):
        by_lower.setdefault(name.lower(), name)
    return [by_lower[name] for name in difflib.get_close_matches(wanted.lower(), by_lower, n=3, cutoff=0.6)]
