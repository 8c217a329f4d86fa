"""The affected path as a Mermaid graph in a Markdown block, as pull requests show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dbt_playbooks.impact.trace import Affected, Edge, Impact
from dbt_playbooks.interface import Node

# what viewers draw by default
MOST_EDGES = 500
_SHAPES = {
    "source": ("[(", ")]"),
    "seed": ("[(", ")]"),
    "snapshot": ("[(", ")]"),
    "test": ("{{", "}}"),
    "unit_test": ("{{", "}}"),
    "exposure": ("([", "])"),
    "metric": ("([", "])"),
    "semantic_model": ("([", "])"),
    "saved_query": ("([", "])"),
}


def mermaid(impact: Impact) -> str:
    """One box a node, with the columns that carry the one asked for; tests that hang on the same nodes are one box."""
    return "\n".join(["```mermaid", "graph LR", *(f"  {line}" for line in _lines(impact)), "```"])


def _lines(impact: Impact) -> Iterator[str]:
    boxes, edges = _boxes(impact)
    numbers = {unique_id: f"n{number}" for number, unique_id in enumerate(boxes)}
    for unique_id, (label, shape) in boxes.items():
        before, after = _SHAPES.get(shape, ("[", "]"))
        yield f'{numbers[unique_id]}{before}"{label}"{after}'
    possible = {each.node.unique_id for each in impact.possible}
    for edge in edges:
        if edge.parent in numbers and edge.child in numbers:
            arrow = "-.->" if edge.child in possible or edge.parent in possible else "-->"
            label = _changed(edge)
            yield f"{numbers[edge.parent]} {arrow}" + (f'|"{label}"| ' if label else " ") + numbers[edge.child]
    yield "classDef start stroke-width:3px"
    yield f"class {numbers[impact.node.unique_id]} start"
    if shown := [numbers[unique_id] for unique_id in possible if unique_id in numbers]:
        yield "classDef possible stroke-dasharray:5 5"
        yield f"class {','.join(shown)} possible"


def _boxes(impact: Impact) -> tuple[dict[str, tuple[str, str]], list[Edge]]:
    """Label and shape by unique id, the start first; and the edges between them."""
    start = impact.node.name if impact.column is None else f"{impact.node.name}.{impact.column}"
    boxes = {impact.node.unique_id: (_text(start), impact.node.kind)}
    parents: dict[str, set[str]] = {}
    for edge in impact.edges:
        parents.setdefault(edge.child, set()).add(edge.parent)
    tests: dict[frozenset[str], list[Node]] = {}
    for each in (*impact.affected, *impact.possible):
        node = each.node
        if node.kind in ("test", "unit_test"):
            tests.setdefault(frozenset(parents.get(node.unique_id, ())), []).append(node)
        elif node.unique_id not in boxes:
            boxes[node.unique_id] = (_label(each), node.kind)
    gone = set()
    for nodes in tests.values():
        boxes[nodes[0].unique_id] = (_text(nodes[0].name) if len(nodes) == 1 else f"{len(nodes)} tests", "test")
        gone |= {node.unique_id for node in nodes[1:]}
    return boxes, [edge for edge in impact.edges if edge.child not in gone and edge.parent != edge.child]


def _label(affected: Affected) -> str:
    columns = [name for name in affected.columns if name.lower() != affected.node.name.lower()]
    kind = "" if affected.node.kind == "model" else f"{affected.node.kind.replace('_', ' ')} "
    return _text(f"{kind}{affected.node.name}") + (f"<br/>{_few(columns)}" if columns else "")


def _changed(edge: Edge) -> str:
    """The name on either side, where a column goes on under another one."""
    pairs = [(old, new) for old, new in edge.columns if new is not None and new.lower() != old.lower()]
    return _few([f"{old} → {new}" for old, new in pairs])


def _few(texts: Sequence[str]) -> str:
    return _text(", ".join(texts[:3])) + (f" and {len(texts) - 3} more" if len(texts) > 3 else "")


def _text(text: str) -> str:
    """Inside of quotes everything is text but the quotes themselves, what begins an entity, and markup."""
    replaced: Iterable[tuple[str, str]] = (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;"))
    for character, entity in replaced:
        text = text.replace(character, entity)
    return " ".join(text.split())
