"""Warns of what builds after an edit and may not be what you want: new versions in a snapshot of rows that did not change, and sums of texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbt_playbooks.impact.reading.terms import columns_in
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.changes import Change
from dbt_playbooks.migrations.readers import Readers

_NUMBERS = ("integer", "numeric", "float")
_TIMES = ("date", "timestamp", "datetime")
_OF_NUMBERS = ("sum", "average", "median", "percentile")


def cautions(change: Change, readers: Readers, dialect: str) -> list[str]:
    """Of the readers of a column that gets another name or type."""
    if change.kind not in ("rename", "retype") or not change.old or not change.new:
        return []
    nodes = {node.unique_id: node for node in (*(each.node for each in readers.found), *readers.carriers)}
    found: list[str] = []
    for node in nodes.values():
        if node.kind == "snapshot":
            found += _of_snapshot(node, change)
        elif node.kind == "semantic_model" and change.kind == "retype":
            found += _of_semantic_model(node, change, dialect)
    return found


def _of_snapshot(node: Node, change: Change) -> Iterator[str]:
    """dbt compares what the snapshot selects with the columns of its table, and a new column is NULL in the rows that are stored."""
    old, new = str(change.old), str(change.new)
    fill = f"Before it runs, fill {new} from {old} in the snapshot's table by an UPDATE, or select {new} as {old} in the snapshot"
    checked = node.config.get("check_cols")
    if _names(node.config.get("unique_key"), old):
        yield (
            f"snapshot {node.name}: {new} becomes its unique_key, and is NULL in the stored rows, so that every row counts as a new one. {fill}"
        )
    elif node.config.get("strategy") == "check" and checked == "all":
        yield (
            f"snapshot {node.name} checks all columns: the first run that selects {new} writes a new version of every row. "
            f"Before it runs, name the columns in check_cols, or leave {new} out of what it selects"
        )
    elif node.config.get("strategy") == "check" and _names(checked, old):
        yield (
            f"snapshot {node.name}: {new} becomes one of its check_cols, and is NULL in the stored rows, so that every row gets a new version. {fill}"
        )


def _names(value: object, column: str) -> bool:
    given: Sequence[object] = value if isinstance(value, (list, tuple)) else [value]
    return any(str(each).lower() == column.lower() for each in given)


def _of_semantic_model(node: Node, change: Change, dialect: str) -> Iterator[str]:
    """dbt parses them whatever the type: it is MetricFlow's query that fails."""
    kind = str((change.given or {}).get("to"))
    for measure in _using(node, "measures", change, dialect):
        aggregation = measure["agg"]
        fits = (
            kind in _NUMBERS if aggregation in _OF_NUMBERS else kind == "bool" if aggregation == "sum_boolean" else True
        )
        if not fits:
            why = f"aggregates by {aggregation}, which does not take {kind}: give it another agg, or cast in its expr"
            yield f"measure {measure['name']} of semantic model {node.name} {why}"
    for dimension in _using(node, "dimensions", change, dialect):
        if dimension["type"] == "time" and kind not in _TIMES:
            yield f"dimension {dimension['name']} of semantic model {node.name} is of type time, and {kind} is not a time: cast it in its expr"
    for entity in _using(node, "entities", change, dialect):
        yield f"entity {entity['name']} of semantic model {node.name} becomes {kind}: what it is joined with needs that type as well"


def _using(node: Node, kind: str, change: Change, dialect: str) -> Iterator[dict[str, str]]:
    for each in node.details.get(kind) or ():
        if str(change.old).lower() in columns_in(str(each.get("expr") or each["name"]), dialect):
            yield each
