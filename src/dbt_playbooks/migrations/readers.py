"""Who still needs what goes: the nodes that an edit has to move, with the edit; and those of which that could not be told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.columns import columns_of
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import USES, Lineage
from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.impact.trace import Affected, Impact, Unread, impact_of
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change, text_of
from dbt_playbooks.migrations.edits import Edit, edits, together
from dbt_playbooks.migrations.mentions import in_sql
from dbt_playbooks.migrations.moves import HOLDS_SQL, moved, renamed_refs


@dataclass(frozen=True)
class Reader:
    """A node that depends on a column that goes.

    keeps    the names under which it passes the column on as it is
    edits    what has to be written in its file; one without `after` is left to a person
    broken   the column has gone already: the node does not build
    """

    node: Node
    column: str
    uses: tuple[str, ...]
    keeps: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    broken: bool = False

    @property
    def may(self) -> bool:
        """The node depends on the table and does not say on which columns."""
        return self.uses == ("may read",)


@dataclass(frozen=True)
class Readers:
    """All that is known of who needs what goes.

    carriers    nodes that pass it on by a star: their own readers lose it as well. Those that do no more with it need no edit
    """

    found: Sequence[Reader] = ()
    unread: Sequence[Unread] = ()
    carriers: Sequence[Node] = ()

    @property
    def sure(self) -> list[Reader]:
        return [each for each in self.found if not each.may]


def readers_of(graph: Graph, root: Path, change: Change, dialect: str) -> Readers:
    """Who needs the column that goes, apart from the model itself and from tests that compare the old with the new."""
    found: dict[str, Reader] = {}
    unread: dict[str, Unread] = {}
    carriers: dict[str, Node] = {}
    if change.replacement is not None:
        return Readers(list(_of_replacement(graph, root, change.replacement, change.node)))
    for column in going(change):
        try:
            impact = impact_of(graph, change.node, column)
        except UsageError:
            rounds = [(column, _broken(graph, root, change.node, column, dialect))]
            unread_now: Sequence[Unread] = ()
        else:
            rounds = list(_rounds(graph, impact, column, change)) if change.kind == "remove" else []
            rounds = rounds or [(column, _direct(graph, impact, column, impact.node))]
            unread_now = impact.unread
        gone = rounds[0][1].gone
        hidden = {each.unique_id for each in graph.nodes.values() if not gone and compares(graph, each, change)}
        unread |= {each.node.unique_id: each for each in unread_now if each.node.unique_id not in hidden}
        for name, direct in rounds:
            carried = direct.carriers
            carriers |= {node.unique_id: node for node in carried}
            for each in direct.affected:
                if each.node.unique_id in hidden:
                    continue
                both = compares(graph, each.node, change)
                by_a_star = each.node in carried
                made = moved(root, change, name, each.node, direct.tables, dialect, both, by_a_star)
                keeps = tuple(there for there, as_it_is in each.columns.items() if as_it_is and not by_a_star)
                reader = Reader(each.node, name, each.uses, keeps, tuple(made), direct.gone)
                found[each.node.unique_id] = _with(found.get(each.node.unique_id), reader, root)
    order = {unique_id: place for place, unique_id in enumerate(_parents_first(graph, found))}
    readers = sorted(found.values(), key=lambda each: (each.may, order[each.node.unique_id]))
    return Readers(readers, list(unread.values()), list(carriers.values()))


def _with(before: Reader | None, more: Reader, root: Path) -> Reader:
    """A node that reads the column from several tables, or more than one column, as one reader."""
    if before is None:
        return more
    uses = tuple(use for use in USES if use in (*before.uses, *more.uses))
    made = together(lambda path: text_of(root, path), (*before.edits, *more.edits))
    return replace(before, uses=uses, edits=made, keeps=tuple(dict.fromkeys((*before.keeps, *more.keeps))))


def _parents_first(graph: Graph, found: Collection[str]) -> list[str]:
    """Those found in an order in which each comes behind what it reads."""
    done: dict[str, None] = {}
    for start in sorted(found):
        stack = [start]
        while stack:
            known = graph.nodes[stack[-1]].parents
            waiting = [each for each in known if each in graph.nodes and each not in done and each not in stack]
            if waiting and stack[-1] not in done:
                stack += sorted(waiting)
            else:
                done[stack.pop()] = None
    return [each for each in done if each in found]


def _rounds(graph: Graph, impact: Impact, column: str, change: Change) -> Iterator[tuple[str, _Direct]]:
    """What goes from a reader goes from those that read it there: each table that passes the column on, by the name that it has there."""
    waiting, seen = [(change.node, column)], set()
    while waiting:
        node, name = waiting.pop(0)
        if (node.unique_id, name.lower()) in seen:
            continue
        seen.add((node.unique_id, name.lower()))
        direct = _direct(graph, impact, name, node, removes=True)
        yield name, direct
        for each in direct.affected:
            if each.node in direct.carriers or each.node == node:
                continue
            waiting += [(each.node, there) for there, as_it_is in each.columns.items() if as_it_is]


def going(change: Change) -> list[str]:
    """The columns that the change takes away in the end."""
    if change.kind == "retype" and change.old:
        failures = failures_of(change)
        return [*([] if keeps_its_name(change) else [change.old]), *([failures] if failures else [])]
    return [change.old] if change.kind in ("rename", "remove") and change.old else []


def failures_of(change: Change) -> str | None:
    """The column of a retype that holds what can't be cast; None when its name is no literal."""
    if "failures_name" in (change.unknown or {}):
        return None
    return str((change.given or {}).get("failures_name") or f"{change.old}_cast_failures")


def keeps_its_name(change: Change) -> bool:
    """In its last phase a retyped column may have its old name again."""
    return change.kind == "retype" and change.phase == "new" and str(change.old).lower() == str(change.new).lower()


def _of_replacement(graph: Graph, root: Path, replacement: Node, replaced: Node) -> Iterator[Reader]:
    """What reads the replacement by its own name, which goes in the end; its tests go with it."""
    for node in (graph.nodes[each] for each in graph.children[replacement.unique_id]):
        if node.kind in HOLDS_SQL and node.language == "sql" and not node.details.get("test_metadata"):
            text = text_of(root, node.path, node.raw_code)
            made = edits(node.path, text, list(renamed_refs(text, replacement, replaced)))
            yield Reader(node, replacement.name, ("reads",), edits=tuple(made))


@dataclass(frozen=True)
class _Direct:
    """The nodes that take the column from the model itself, or from a carrier; and the names of these tables."""

    affected: Sequence[Affected]
    tables: Collection[str]
    carriers: Sequence[Node] = ()
    gone: bool = False


def _direct(graph: Graph, impact: Impact, column: str, start: Node, removes: bool = False) -> _Direct:
    """A node that reads the column under the name that another node gave it is not one: an edit there keeps that name.

    A union that takes all columns by a star minds none that is renamed, and each that is removed.
    """
    affected = {each.node.unique_id: each for each in impact.affected}
    tables = {start.unique_id: start}
    found: dict[str, Affected] = {}
    waiting = [start.unique_id]
    while waiting:
        parent = waiting.pop()
        for edge in impact.edges:
            carried = [there for here, there in edge.columns if here.lower() == column.lower()]
            child = affected.get(edge.child)
            if edge.parent != parent or child is None or (edge.columns and not carried):
                continue
            by_a_star = any(
                there and there.lower() == column.lower() and _by_a_star(graph, edge.child, parent, there.lower())
                for there in carried
            )
            if child.named or not by_a_star or (removes and "unites" in child.uses):
                found[edge.child] = child
            if by_a_star and edge.child not in tables:
                tables[edge.child] = child.node
                waiting.append(edge.child)
    # the model's own config, or its incremental run, names the column
    if impact.node.unique_id in affected and start == impact.node:
        found[impact.node.unique_id] = affected[impact.node.unique_id]
    carriers = [node for node in tables.values() if node != start]
    return _Direct(list(found.values()), [name for node in tables.values() for name in _ref_names(node)], carriers)


def _by_a_star(graph: Graph, child: str, parent: str, column: str) -> bool:
    """Whether a node has a column of a parent because it takes all of them, whatever else it does with it."""
    lineage = graph.lineage.get(child, Lineage())
    output = lineage.outputs.get(column)
    return (output is not None and output.starred and (parent, column) in output.origins) or any(
        star.parent == parent and column not in star.without for star in lineage.stars
    )


def _broken(graph: Graph, root: Path, model: Node, column: str, dialect: str) -> _Direct:
    """The nodes below a model, and the model itself, that name a column which the tables that they read do not have."""
    column = column.lower()
    nodes = [model, *graph.downstream(model.unique_id)]
    lacking = {model.unique_id} | {each.unique_id for each in nodes if _lacks(graph, each, column)}
    tables = [name for node in nodes if node.unique_id in lacking for name in _ref_names(node)]
    named = []
    for node in nodes:
        lineage = graph.lineage.get(node.unique_id, Lineage())
        uses = [use for parent in lacking for use in lineage.uses.get((parent, column), ())]
        if column in lineage.configured and node.unique_id in lacking:
            uses.append("configures")
        at_it = str(node.details.get("column_name")).lower() == column and node.details.get("attached_node") in lacking
        if column in lineage.unknown or (at_it and not uses):
            uses.append("reads")
        if lacking & set(node.parents) and _joins_by(root, node, column, tables, dialect):
            uses.append("joins")
        if uses:
            named.append(Affected(node, (), uses=tuple(use for use in USES if use in uses), named=True))
    return _Direct(named, tables, gone=True)


def _joins_by(root: Path, node: Node, column: str, tables: Collection[str], dialect: str) -> bool:
    """Whether `using` names it, which the other side of the join has still."""
    text = text_of(root, node.path, node.raw_code)
    if node.kind not in HOLDS_SQL or node.language != "sql" or not re.search(r"\busing\b", text, re.IGNORECASE):
        return False
    return any(each.other for each in in_sql(text, column, tables, dialect))


def _ref_names(node: Node) -> list[str]:
    """What `ref` calls a model; the latest version is meant where none is given."""
    return [node.name, plain_name(node)] if node.latest_version else [node.name]


def _lacks(graph: Graph, node: Node, column: str) -> bool:
    known, complete = columns_of(graph, node)
    return complete and column not in known


def compares(graph: Graph, node: Node, change: Change) -> bool:
    """A test that reads the old column beside the new one is there because of the change, and goes with it."""
    if node.kind != "test":
        return False
    test = node.details.get("test_metadata") or {}
    if test.get("name") == "cast_failure_rate_below" and change.kind == "retype":
        of_it = node.details.get("attached_node") in (None, change.node.unique_id)
        return of_it and str(node.details.get("column_name")).lower() == str(change.old).lower()
    lineage = graph.lineage.get(node.unique_id)
    read = {column for parent, column in (lineage.uses if lineage else ()) if parent == change.node.unique_id}
    read |= lineage.unknown if lineage else frozenset()
    read |= {str(value).lower() for value in (test.get("kwargs") or {}).values()}
    return bool(change.new) and {str(change.old).lower(), str(change.new).lower()} <= read
