"""Follows a node, or one of its columns, down the graph: who is affected, how, by which way, and who may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.interface import Node


@dataclass(frozen=True)
class Step:
    """A node on the way, and the column there that carries the one that was asked for; None where none does."""

    node: Node
    column: str | None = None


@dataclass(frozen=True)
class Affected:
    """A node that the change reaches.

    way       from the start to this node, both included
    columns   the node's own columns that carry it: name to whether the value is as it was (a rename, a cast) or computed from it
    uses      how the node uses what reaches it, some of `lineage.USES`; empty when no column was asked for
    named     its code names the column: a rename or removal needs an edit here. False where a star carries it
    """

    node: Node
    way: tuple[Step, ...]
    columns: Mapping[str, bool] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    named: bool = False


@dataclass(frozen=True)
class Unread:
    """A node of which it could not be told whether it uses the column, and why."""

    node: Node
    reason: str


@dataclass(frozen=True)
class Edge:
    """Child reads parent; `columns` pairs the names of what is carried: in the parent, and in the child (None: it ends there)."""

    parent: str
    child: str
    columns: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Impact:
    """What a change of a node, or of one of its columns, reaches. `possible` holds what lies at or below what is unread."""

    node: Node
    column: str | None
    affected: Sequence[Affected]
    possible: Sequence[Affected] = ()
    unread: Sequence[Unread] = ()
    edges: Sequence[Edge] = ()


def impact_of(graph: Graph, node: Node, column: str | None = None) -> Impact:
    """What reads the node, or the column. Raises UsageError, with near misses, when it has no such column."""
    raise NotImplementedError
