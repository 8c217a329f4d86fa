"""Follows a node, or one of its columns, down the graph: who is affected, how, by which way, and who may be."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.graph import Graph, near_misses
from dbt_playbooks.impact.lineage import USES, Lineage, Origin
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
    if column is None:
        return _of_node(graph, node)
    return _Trace(graph, node, known_column(graph, node, column)).impact()


def known_column(graph: Graph, node: Node, column: str) -> str:
    """The column as its node spells it. Raises UsageError when it can't be one."""
    known, complete = columns_of(graph, node)
    if node.kind not in ("source", "seed", "model", "snapshot", "semantic_model"):
        raise UsageError(
            f"{node.kind.replace('_', ' ')} '{node.name}' has no columns. Leave --column out, or name a model, seed, snapshot or source."
        )
    wanted = column.strip().strip('"`').lower()
    if wanted in known:
        return known[wanted]
    if not complete and (not known or not near_misses(wanted, known.values())):
        return column.strip().strip('"`')
    near = near_misses(wanted, known.values())
    listed = ", ".join(near or list(known.values())[:20])
    raise UsageError(
        f"{node.kind} '{node.name}' has no column '{column}'{'' if complete else ' that is known'}.\n"
        f"{'Did you mean' if near else 'Its columns'}: {listed or 'none'}"
        + (
            ""
            if complete
            else "\nIts columns are not all known. If it does have this one, name it in its YAML and run this again."
        )
    )


def columns_of(graph: Graph, node: Node) -> tuple[dict[str, str], bool]:
    """The columns that a node is known to have, by their names in lower case, and whether these are all."""
    lineage = graph.lineage.get(node.unique_id, Lineage())
    outputs = {key: output.name for key, output in lineage.outputs.items() if key != "*"}
    if lineage.outputs or lineage.stars:
        complete = not lineage.stars and "*" not in lineage.outputs
        return ({} if complete else _named_anywhere(graph, node)) | outputs, complete
    complete = bool(node.columns) and (node.kind == "seed" or bool((node.config.get("contract") or {}).get("enforced")))
    return ({} if complete else _named_anywhere(graph, node)) | {name.lower(): name for name in node.columns}, complete


def _named_anywhere(graph: Graph, node: Node) -> dict[str, str]:
    """Columns that YAML or the SQL of a child names."""
    found = {name.lower(): name for name in node.columns}
    for child in graph.children[node.unique_id]:
        lineage = graph.lineage.get(child, Lineage())
        for unique_id, name in (
            *lineage.uses,
            *(origin for output in lineage.outputs.values() for origin in output.origins),
        ):
            if unique_id == node.unique_id and name != "*" and (unique_id, name) not in lineage.doubts:
                found.setdefault(name, name)
    return found


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
    """A column that is to be followed from here."""

    unique_id: str
    column: str
    as_is: bool
    sure: bool


class _Trace:
    """One column, followed breadth first: first all that is sure, then what lies below doubts."""

    def __init__(self, graph: Graph, node: Node, column: str) -> None:
        self._graph = graph
        self._start = node
        self._column = column
        self._sure: dict[str, _Found] = {}
        self._possible: dict[str, _Found] = {}
        self._unread: dict[str, str] = {}
        self._edges: dict[tuple[str, str], dict[tuple[str, str | None], None]] = {}
        self._seen: dict[tuple[str, str], bool] = {}
        self._doubtful: deque[tuple[_Carrier, tuple[Step, ...]]] = deque()

    def impact(self) -> Impact:
        first = _Carrier(self._start.unique_id, self._column.lower(), True, True)
        self._follow(deque([(first, (Step(self._start, self._column),))]))
        self._follow(self._doubtful)
        self._below_unread()
        unread = [Unread(self._graph.nodes[each], reason) for each, reason in self._unread.items()]
        possible = {each: found for each, found in self._possible.items() if each not in self._sure}
        return Impact(
            self._start,
            self._column,
            [self._affected(each, found) for each, found in self._sure.items()],
            [self._affected(each, found) for each, found in possible.items()],
            unread,
            [Edge(parent, child, tuple(columns)) for (parent, child), columns in self._edges.items()],
        )

    def _affected(self, unique_id: str, found: _Found) -> Affected:
        uses = tuple(use for use in USES if use in found.uses)
        return Affected(self._graph.nodes[unique_id], found.way, found.columns, uses, found.named)

    def _follow(self, queue: deque[tuple[_Carrier, tuple[Step, ...]]]) -> None:
        while queue:
            carrier, way = queue.popleft()
            key = carrier.unique_id, carrier.column
            before = self._seen.get(key)
            if before is not None and (before or not carrier.as_is):
                continue
            self._seen[key] = carrier.as_is
            lineage = self._graph.lineage.get(carrier.unique_id, Lineage())
            if carrier.column in lineage.configured or any(origin == key for origin in lineage.uses):
                self._reads_itself(carrier, way, lineage)
            for child in self._graph.children[carrier.unique_id]:
                self._reach(carrier, way, self._graph.nodes[child], queue)

    def _reads_itself(self, carrier: _Carrier, way: tuple[Step, ...], lineage: Lineage) -> None:
        """The config of a node names its columns, and an incremental run may read the node's own table."""
        found = self._note(carrier, way[-1].node, way)
        key = carrier.unique_id, carrier.column
        found.uses |= {use for use in lineage.uses.get(key, ()) if use != "passes on"} | (
            {"configures"} if carrier.column in lineage.configured else set()
        )
        found.named = True
        if len(way) > 1:
            found.columns.setdefault(way[-1].column or carrier.column, carrier.as_is)

    def _reach(
        self, carrier: _Carrier, way: tuple[Step, ...], child: Node, queue: deque[tuple[_Carrier, tuple[Step, ...]]]
    ) -> None:
        lineage = self._graph.lineage.get(child.unique_id)
        origin = carrier.unique_id, carrier.column
        if child.kind == "exposure":
            self._note(carrier, child, (*way, Step(child))).uses.add("may read")
            self._edge(carrier, way, child, None)
            return
        if lineage is None or (lineage.unread and origin not in lineage.uses):
            self._possible.setdefault(child.unique_id, _Found((*way, Step(child))))
            self._unread.setdefault(
                child.unique_id, (lineage and lineage.unread) or f"a {child.kind} is not looked into"
            )
            self._edge(carrier, way, child, None)
            return
        doubt = lineage.doubts.get(origin) or lineage.doubts.get((origin[0], "*"))
        uses, carried = _uses_of(lineage, origin)
        if not uses and not carried:
            if carrier.column in lineage.unknown:
                self._possible.setdefault(child.unique_id, _Found((*way, Step(child))))
                reason = f"it names '{carrier.column}', which none of the tables that it reads is known to have"
                self._unread.setdefault(child.unique_id, reason)
                self._edge(carrier, way, child, None)
            return
        sure = carrier.sure and not doubt
        if doubt:
            self._unread.setdefault(child.unique_id, doubt)
        onward = _Carrier(carrier.unique_id, carrier.column, carrier.as_is, sure)
        first = next(iter(carried), None)
        name = (
            lineage.outputs[first].name if first in lineage.outputs else way[-1].column if first is not None else None
        )
        found = self._note(onward, child, (*way, Step(child, name)))
        found.uses |= uses
        found.named = found.named or origin in lineage.named
        for key, as_is in carried.items():
            own = lineage.outputs[key].name if key in lineage.outputs else way[-1].column or key
            found.columns[own] = found.columns.get(own, False) or (as_is and carrier.as_is)
            self._edge(carrier, way, child, own)
            step = _Carrier(child.unique_id, key, as_is and carrier.as_is, sure)
            (queue if sure or not carrier.sure else self._doubtful).append((step, (*way, Step(child, own))))
        if not carried:
            self._edge(carrier, way, child, None)

    def _note(self, carrier: _Carrier, node: Node, way: tuple[Step, ...]) -> _Found:
        return (self._sure if carrier.sure else self._possible).setdefault(node.unique_id, _Found(way))

    def _edge(self, carrier: _Carrier, way: tuple[Step, ...], child: Node, column: str | None) -> None:
        pairs = self._edges.setdefault((carrier.unique_id, child.unique_id), {})
        pairs[(way[-1].column or carrier.column, column)] = None

    def _below_unread(self) -> None:
        """What reads a node that could not be read may use anything of it."""
        queue = deque((each, self._possible[each].way) for each in self._unread if each in self._possible)
        while queue:
            parent, way = queue.popleft()
            lineage = self._graph.lineage.get(parent)
            if lineage is not None and not lineage.unread:
                continue  # its own columns are known: what lies below was followed
            for child in self._graph.children[parent]:
                if child not in self._possible and child not in self._sure:
                    below = (*way, Step(self._graph.nodes[child]))
                    self._possible[child] = _Found(below)
                    self._edges.setdefault((parent, child), {})
                    queue.append((child, below))


def _uses_of(lineage: Lineage, origin: Origin) -> tuple[set[str], dict[str, bool]]:
    """How a node uses a column of a parent, and which of its own columns carry it on."""
    whole = (origin[0], "*")
    uses = {*lineage.uses.get(origin, ()), *lineage.uses.get(whole, ())}
    carried: dict[str, bool] = {}
    for key, output in lineage.outputs.items():
        if origin in output.origins or whole in output.origins:
            carried[key] = output.origins.get(origin, False)
    for star in lineage.stars:
        if star.parent == origin[0] and origin[1] not in star.without:
            carried.setdefault(origin[1], True)
            uses.add("passes on")
    return uses, carried
