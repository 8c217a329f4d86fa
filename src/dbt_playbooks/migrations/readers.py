"""Who still needs what goes: the nodes that an edit has to move, with the edit; and those of which that could not be told."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.columns import columns_of
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import USES, Lineage
from dbt_playbooks.impact.names import plain_name
from dbt_playbooks.impact.trace import Affected, Impact, Unread, impact_of
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change, text_of
from dbt_playbooks.migrations.edits import Edit, Piece, edits, identifier, line_of
from dbt_playbooks.migrations.mentions import Mention, in_sql, in_text
from dbt_playbooks.migrations.properties import block_of, column_place

_HOLDS_SQL = ("model", "snapshot", "analysis", "function", "test")


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
            direct = _broken(graph, change.node, column)
            unread_now: Sequence[Unread] = ()
        else:
            direct, unread_now = _direct(graph, impact, column), impact.unread
        hidden = {each.unique_id for each in graph.nodes.values() if not direct.gone and compares(graph, each, change)}
        unread |= {each.node.unique_id: each for each in unread_now if each.node.unique_id not in hidden}
        carried = direct.carriers
        carriers |= {node.unique_id: node for node in carried}
        for each in direct.affected:
            if each.node.unique_id not in found and each.node.unique_id not in hidden:
                both = compares(graph, each.node, change)
                made = _edits(root, change, column, each.node, direct.tables, dialect, both)
                keeps = tuple(name for name, as_it_is in each.columns.items() if as_it_is and each.node not in carried)
                found[each.node.unique_id] = Reader(each.node, column, each.uses, keeps, tuple(made), direct.gone)
    return Readers(sorted(found.values(), key=lambda each: each.may), list(unread.values()), list(carriers.values()))


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
        if node.kind in _HOLDS_SQL and node.language == "sql" and not node.details.get("test_metadata"):
            text = text_of(root, node.path, node.raw_code)
            made = edits(node.path, text, list(_renamed_refs(text, replacement, replaced)))
            yield Reader(node, replacement.name, ("reads",), edits=tuple(made))


def _renamed_refs(text: str, old: Node, new: Node) -> Iterator[Piece]:
    """`ref('orders_v2')` as `ref('orders')`; a version stands apart: `ref('orders', v=2)`."""
    name = rf"(?P<quote>['\"])(?P<name>{re.escape(plain_name(old))})(?P=quote)"
    version = r"(?P<given>\s*,\s*(?:v|version)\s*=\s*['\"]?(?P<version>[\w.]+)['\"]?)?"
    written = new.details.get("version")
    for match in re.finditer(rf"\bref\s*\((?:[^()]*,)?\s*{name}{version}\s*\)", text):
        if match["version"] == _text(old.details.get("version")) or (match["version"] is None and old.latest_version):
            yield Piece(*match.span("name"), plain_name(new))
            end = match.end("name") + 1
            if written is not None or match["given"]:
                yield Piece(
                    end,
                    match.end("given") if match["given"] else end,
                    f", v={written!r}" if written is not None else "",
                )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True)
class _Direct:
    """The nodes that take the column from the model itself, or from a carrier; and the names of these tables."""

    affected: Sequence[Affected]
    tables: Collection[str]
    carriers: Sequence[Node] = ()
    gone: bool = False


def _direct(graph: Graph, impact: Impact, column: str) -> _Direct:
    """A node that reads the column under the name that another node gave it is not one: an edit there keeps that name."""
    affected = {each.node.unique_id: each for each in impact.affected}
    tables = {impact.node.unique_id: impact.node}
    found: dict[str, Affected] = {}
    waiting = [impact.node.unique_id]
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
            if child.named or not by_a_star:
                found[edge.child] = child
            if by_a_star and edge.child not in tables:
                tables[edge.child] = child.node
                waiting.append(edge.child)
    # the model's own config, or its incremental run, names the column
    if impact.node.unique_id in affected:
        found[impact.node.unique_id] = affected[impact.node.unique_id]
    carriers = [node for node in tables.values() if node != impact.node]
    return _Direct(list(found.values()), [name for node in tables.values() for name in _ref_names(node)], carriers)


def _by_a_star(graph: Graph, child: str, parent: str, column: str) -> bool:
    """Whether a node has a column of a parent because it takes all of them, whatever else it does with it."""
    lineage = graph.lineage.get(child, Lineage())
    output = lineage.outputs.get(column)
    return (output is not None and output.starred and (parent, column) in output.origins) or any(
        star.parent == parent and column not in star.without for star in lineage.stars
    )


def _broken(graph: Graph, model: Node, column: str) -> _Direct:
    """The nodes below a model, and the model itself, that name a column which the tables that they read do not have."""
    column = column.lower()
    nodes = [model, *graph.downstream(model.unique_id)]
    lacking = {model.unique_id} | {each.unique_id for each in nodes if _lacks(graph, each, column)}
    named = []
    for node in nodes:
        lineage = graph.lineage.get(node.unique_id, Lineage())
        uses = [use for parent in lacking for use in lineage.uses.get((parent, column), ())]
        if column in lineage.configured and node.unique_id in lacking:
            uses.append("configures")
        at_it = str(node.details.get("column_name")).lower() == column and node.details.get("attached_node") in lacking
        if column in lineage.unknown or (at_it and not uses):
            uses.append("reads")
        if uses:
            named.append(Affected(node, (), uses=tuple(use for use in USES if use in uses), named=True))
    return _Direct(named, [name for node in nodes for name in _ref_names(node)], gone=True)


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


def _edits(
    root: Path, change: Change, column: str, node: Node, tables: Collection[str], dialect: str, comparing: bool
) -> Iterator[Edit]:
    """What has to be written in a reader's file."""
    if node.kind in ("exposure", "saved_query"):
        return
    if comparing:
        if not node.details.get("test_metadata"):
            yield Edit(node.path, None, (), None, f"the test {node.name} compares both columns: it goes")
        return
    new = change.new if column == change.old else None
    if node.kind in _HOLDS_SQL and node.language == "sql" and not node.details.get("test_metadata"):
        text = text_of(root, node.path, node.raw_code)
        found = in_text(text, column) if node == change.node else in_sql(text, column, tables, dialect)
        call = change.call if node == change.node else None
        others = [each for each in found if call is None or not call.start <= each.start < call.end]
        yield from _replaced(node.path, text, others, column, new, dialect)
        return
    if node.language == "python":
        text = text_of(root, node.path, node.raw_code)
        yield from _replaced(node.path, text, in_text(text, column), column, new)
    elif node.path.endswith((".yml", ".yaml")):
        yield from _in_yaml(text_of(root, node.path), change, column, node, new)


def _in_yaml(text: str, change: Change, column: str, node: Node, new: str | None) -> Iterator[Edit]:
    """A test of a column moves with the column's entry, except that the entry of a cast keeps the test of the cast."""
    attached = str(node.details.get("attached_node") or "").split(".")
    model = attached[2] if len(attached) > 2 else ""
    place = (
        column_place(text, model, column) if str(node.details.get("column_name")).lower() == column.lower() else None
    )
    version = attached[3] if len(attached) > 3 else ""
    if place and version:
        line = line_of(text, place[0])
        note = f"{_by_hand(Mention(*place), column, new)} for {version} of {model}; other versions may keep it"
        yield Edit(node.path, line, (text.split("\n")[line - 1],), None, note)
    elif place and change.kind == "rename" and new:
        yield from edits(node.path, text, [Piece(*place, new)])
    elif place:
        test = str((node.details.get("test_metadata") or {}).get("name") or node.name)
        note = f"the test {test} of {column} goes" if new is None else f"the test {test} under {new}"
        line = line_of(text, place[0])
        yield Edit(node.path, line, (text.split("\n")[line - 1],), None, note)
    else:
        first, last = block_of(text, model) or (0, len(text))
        found = [each for each in in_text(text, column) if first <= each.start < last]
        yield from _replaced(node.path, text, found, column, new)


def _replaced(
    path: str, text: str, mentions: Sequence[Mention], column: str, new: str | None, dialect: str = "duckdb"
) -> Iterator[Edit]:
    """The new name in place of the old one; a select list keeps the name that it gives, so that whoever reads it sees no change."""
    clear = [] if new is None else [each for each in mentions if not each.by_hand and not each.unsure]
    pieces = []
    for each in clear:
        written = text[each.start : each.end]
        quote = written[0] if written[0] in ('"', "`") else ""
        name = f"{quote}{new}{quote}" if quote else identifier(str(new), dialect)
        pieces.append(Piece(each.start, each.end, f"{name} as {written}" if each.item else name))
    yield from edits(path, text, pieces)
    told = [(line_of(text, each.start), _by_hand(each, column, new)) for each in mentions if each not in clear]
    for line, note in dict.fromkeys(told):
        yield Edit(path, line, (text.split("\n")[line - 1],), None, note)


def _by_hand(mention: Mention, column: str, new: str | None) -> str:
    """What a person has to do where no edit can be written."""
    if new is None:
        return f"without {column}"
    if mention.unsure:
        return f"{new} in place of {column}, if it is the column of this model"
    kept = f", and {column} still the name of what comes of it" if mention.item else ""
    return f"{new} in place of {column}{kept}"
