"""The columns of a node: which it is known to have, whether those are all, and which of a child's columns come from one."""

from __future__ import annotations

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.graph import Graph, near_misses
from dbt_playbooks.impact.lineage import Lineage, Origin
from dbt_playbooks.interface import Node

_WITH_COLUMNS = ("source", "seed", "model", "snapshot", "semantic_model", "analysis")
_NOTHING = Lineage()


def known_column(graph: Graph, node: Node, column: str) -> str:
    """The column as its node spells it. Raises UsageError, with near misses, when it can't be one."""
    if node.kind not in _WITH_COLUMNS:
        raise UsageError(
            f"{node.kind.replace('_', ' ')} '{node.name}' has no columns. Leave --column out, or name a model, seed, snapshot or source."
        )
    known, complete = columns_of(graph, node)
    wanted = column.strip().strip('"`')
    near = near_misses(wanted, known.values())
    if wanted.lower() in known:
        return known[wanted.lower()]
    if not complete and not near:
        return wanted
    kind = node.kind.replace("_", " ")
    whole = wanted.lower().partition(".")[0]
    if whole != wanted.lower() and whole in known:
        raise UsageError(
            f"'{column}' is a field, and a use of a field counts as one of its column: --column {known[whole]}."
        )
    raise UsageError(
        f"{kind} '{node.name}' has no column '{column}'{'' if complete else ' that is known of'}.\n"
        f"{'Did you mean' if near else 'Its columns'}: {', '.join(near or list(known.values())[:20]) or 'none'}"
        + (
            ""
            if complete
            else f"\nNot all of its columns are known: if it has this one, name it in the YAML of the {kind}."
        )
    )


def columns_of(graph: Graph, node: Node) -> tuple[dict[str, str], bool]:
    """The columns that a node is known to have, by their names in lower case, and whether these are all."""
    if node.unique_id in graph.stored:
        return {name.lower(): name for name in graph.stored[node.unique_id]}, True
    lineage = graph.lineage.get(node.unique_id, _NOTHING)
    outputs = {key: output.name for key, output in lineage.outputs.items() if key != "*"}
    if lineage.outputs or lineage.stars:
        complete = not lineage.stars and "*" not in lineage.outputs
    else:
        outputs = {name.lower(): name for name in node.columns}
        complete = bool(outputs) and (node.kind == "seed" or bool((node.config.get("contract") or {}).get("enforced")))
    return (outputs if complete else {**_named_anywhere(graph, node), **outputs}), complete


def _named_anywhere(graph: Graph, node: Node, seen: frozenset[str] = frozenset()) -> dict[str, str]:
    """Columns that its YAML names, or the SQL of what reads it, also through stars."""
    found = {name.lower(): name for name in node.columns}
    for child in graph.children[node.unique_id]:
        lineage = graph.lineage.get(child, _NOTHING)
        for unique_id, name in lineage.uses:
            if unique_id == node.unique_id and name != "*" and (unique_id, name) not in lineage.doubts:
                found.setdefault(name, name)
        for star in lineage.stars:
            if star.parent == node.unique_id and child not in seen:
                below = _named_anywhere(graph, graph.nodes[child], seen | {child})
                found = {**{key: name for key, name in below.items() if key not in lineage.outputs}, **found}
    return found


def uses_of(lineage: Lineage, origin: Origin, known: Lineage) -> tuple[set[str], dict[str, bool]]:
    """How a node uses a column of a parent, and which of its own columns, in lower case, carry it on: True where as it is.

    `known` is the parent's own lineage: `*` stands for columns of it that have no name there, and may have one here.
    """
    unique_id, column = origin
    wanted = {origin, (unique_id, "*")}
    if column == "*":
        wanted |= {each for each in lineage.uses if each[0] == unique_id and each[1] not in known.outputs}
    uses = {use for each in wanted for use in lineage.uses.get(each, ())}
    carried: dict[str, bool] = {}
    for key, output in lineage.outputs.items():
        found = [output.origins[each] for each in wanted if each in output.origins]
        if found:
            carried[key] = any(found)
    for star in lineage.stars:
        if star.parent == unique_id and column not in star.without:
            carried.setdefault(column, True)
            uses.add("passes on")
    return uses, carried
