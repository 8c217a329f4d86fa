"""Follows a node, or one of its columns, down the graph: who is affected, how, by which way, and who may be."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbt_playbooks.impact.columns import known_column, uses_of
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import USES, Lineage
from dbt_playbooks.interface import Node


@dataclass(frozen=True)
class Step:
    """A node on the way, and the column there that carries the one that was asked for; None where none does."""

    node: Node
    column: str | None = None


@dataclass(frozen=True)
class Affected:
    """A node that the change reaches.

    way       from the start to this node, both included; the start itself is there when it names its own column
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
    """What a change of a node, or of one of its columns, reaches. `possible` holds what is unread, and what lies below it."""

    node: Node
    column: str | None
    affected: Sequence[Affected]
    possible: Sequence[Affected] = ()
    unread: Sequence[Unread] = ()
    edges: Sequence[Edge] = ()


def impact_of(graph: Graph, node: Node, column: str | None = None) -> Impact:
    """What reads the node, or the column. Raises UsageError, with near misses, when it has no such column."""
    if column is None:
        return _of_node(graph, node)
    return _Trace(graph, node, known_column(graph, node, column)).impact()


def _of_node(graph: Graph, node: Node) -> Impact:
    ways: dict[str, tuple[Step, ...]] = {node.unique_id: (Step(node),)}
    queue, edges = deque([node.unique_id]), []
    while queue:
        parent = queue.popleft()
        for child in graph.children[parent]:
            edges.append(Edge(parent, child))
            if child not in ways:
                ways[child] = (*ways[parent], Step(graph.nodes[child]))
                queue.append(child)
    return Impact(node, None, [Affected(way[-1].node, way) for way in list(ways.values())[1:]], edges=edges)


@dataclass
class _Found:
    """An `Affected` in the making."""

    way: tuple[Step, ...]
    columns: dict[str, bool] = field(default_factory=dict)
    uses: set[str] = field(default_factory=set)
    named: bool = False


@dataclass(frozen=True)
class _Carrier:
    """A column to be followed: the way to it, its key in lower case, whether its value is as it was, and whether this is sure."""

    way: tuple[Step, ...]
    key: str
    as_is: bool = True
    sure: bool = True

    @property
    def node(self) -> Node:
        return self.way[-1].node

    @property
    def name(self) -> str:
        return self.way[-1].column or self.key


class _Trace:
    """One column, followed breadth first: first all that is sure, then what lies below doubts."""

    def __init__(self, graph: Graph, node: Node, column: str) -> None:
        self._graph = graph
        self._start = _Carrier((Step(node, column),), column.lower())
        self._sure: dict[str, _Found] = {}
        self._possible: dict[str, _Found] = {}
        self._unread: dict[str, str] = {}
        self._edges: dict[tuple[str, str], dict[tuple[str, str | None], None]] = {}
        self._seen: dict[tuple[str, str], bool] = {}
        self._certain: deque[_Carrier] = deque([self._start])
        self._doubtful: deque[_Carrier] = deque()

    def impact(self) -> Impact:
        self._follow(self._certain)
        self._follow(self._doubtful)
        self._below_unread()
        return Impact(
            self._start.node,
            self._start.name,
            [self._affected(each, found) for each, found in self._sure.items()],
            [self._affected(each, found) for each, found in self._possible.items() if each not in self._sure],
            [Unread(self._graph.nodes[each], reason) for each, reason in self._unread.items()],
            [Edge(parent, child, tuple(columns)) for (parent, child), columns in self._edges.items()],
        )

    def _affected(self, unique_id: str, found: _Found) -> Affected:
        uses = tuple(use for use in USES if use in found.uses)
        return Affected(self._graph.nodes[unique_id], found.way, found.columns, uses, found.named)

    def _follow(self, queue: deque[_Carrier]) -> None:
        while queue:
            carrier = queue.popleft()
            place = carrier.node.unique_id, carrier.key
            before = self._seen.get(place)
            if before is not None and (before or not carrier.as_is):
                continue
            self._seen[place] = carrier.as_is
            self._of_itself(carrier)
            for child in self._graph.children[carrier.node.unique_id]:
                self._reach(carrier, self._graph.nodes[child])

    def _of_itself(self, carrier: _Carrier) -> None:
        """The config of a node names its columns, and an incremental run may read the node's own table."""
        lineage = self._lineage(carrier.node)
        uses = {use for use in lineage.uses.get((carrier.node.unique_id, carrier.key), ()) if use != "passes on"}
        if carrier.key in lineage.configured:
            uses.add("configures")
        if carrier.key in lineage.hooked:
            self._unread.setdefault(carrier.node.unique_id, f"a hook of it names '{carrier.key}'")
            self._note(carrier.node, carrier.way, sure=False)
        if uses:
            found = self._note(carrier.node, carrier.way, carrier.sure)
            found.uses |= uses
            found.named = True

    def _reach(self, carrier: _Carrier, child: Node) -> None:
        lineage = self._graph.lineage.get(child.unique_id)
        origin = carrier.node.unique_id, carrier.key
        if child.kind == "exposure":
            self._note(child, (*carrier.way, Step(child)), carrier.sure).uses.add("may read")
            self._edge(carrier, child, None)
            return
        if lineage is None or (lineage.unread and origin not in lineage.uses):
            self._leave_unread(
                carrier, child, lineage.unread if lineage and lineage.unread else "its kind is not looked into"
            )
            return
        uses, carried = uses_of(lineage, origin, self._lineage(carrier.node))
        if not uses and not carried:
            if carrier.key in lineage.unknown:
                self._leave_unread(
                    carrier, child, f"it names '{carrier.key}', which no table that it reads is known to have"
                )
            elif carrier.key in lineage.apart:
                self._leave_unread(
                    carrier,
                    child,
                    f"its Jinja names '{carrier.key}' in an argument, or in a branch that was not taken",
                )
            elif carrier.key in lineage.hooked:
                self._leave_unread(carrier, child, f"a hook of it names '{carrier.key}'")
            elif lineage.unknown and self._is_loose(carrier):
                named = ", ".join(f"'{name}'" for name in sorted(lineage.unknown)[:3])
                self._leave_unread(carrier, child, f"it names {named}, which no table that it reads is known to have")
            return
        doubt = lineage.doubts.get(origin) or lineage.doubts.get((origin[0], "*"))
        if doubt:
            self._unread.setdefault(child.unique_id, doubt)
        sure = carrier.sure and not doubt
        names = {key: lineage.outputs[key].name if key in lineage.outputs else carrier.name for key in carried}
        found = self._note(child, (*carrier.way, Step(child, next(iter(names.values()), None))), sure)
        found.uses |= uses
        found.named = found.named or origin in lineage.named
        for key, name in names.items():
            as_is = carried[key] and carrier.as_is
            found.columns[name] = found.columns.get(name, False) or as_is
            self._edge(carrier, child, name)
            (self._certain if sure else self._doubtful).append(
                _Carrier((*carrier.way, Step(child, name)), key, as_is, sure)
            )
        if not carried:
            self._edge(carrier, child, None)

    def _is_loose(self, carrier: _Carrier) -> bool:
        """Whether the warehouse may call what carries the column otherwise than is known."""
        output = self._lineage(carrier.node).outputs.get(carrier.key)
        return output is not None and (output.loose or carrier.key == "*")

    def _leave_unread(self, carrier: _Carrier, child: Node, reason: str) -> None:
        self._note(child, (*carrier.way, Step(child)), sure=False)
        self._unread.setdefault(child.unique_id, reason)
        self._edge(carrier, child, None)

    def _note(self, node: Node, way: tuple[Step, ...], sure: bool) -> _Found:
        return (self._sure if sure else self._possible).setdefault(node.unique_id, _Found(way))

    def _edge(self, carrier: _Carrier, child: Node, column: str | None) -> None:
        self._edges.setdefault((carrier.node.unique_id, child.unique_id), {})[(carrier.name, column)] = None

    def _lineage(self, node: Node) -> Lineage:
        return self._graph.lineage.get(node.unique_id) or Lineage()

    def _below_unread(self) -> None:
        """What reads a node that could not be read may use anything of it, and so may what reads that."""
        queue = deque(each for each in self._unread if self._lineage(self._graph.nodes[each]).unread)
        seen = set(queue)
        while queue:
            parent = queue.popleft()
            for child in self._graph.children[parent]:
                if child not in seen:
                    seen.add(child)
                    node = self._graph.nodes[child]
                    way = (self._possible.get(parent) or self._sure[parent]).way
                    self._note(node, (*way, Step(node)), sure=False)
                    self._edges.setdefault((parent, child), {})
                    queue.append(child)
