"""Columns that YAML names where dbt looks for them only later: rows of unit tests, expressions of semantic models."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dbt_playbooks.impact.checks import unit_test_lineage
from dbt_playbooks.impact.lineage import Origin
from dbt_playbooks.impact.names import Names
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.semantics import Semantics
from dbt_playbooks.interface import Node, Shape


def names_in_yaml(nodes: Mapping[str, Node], scope: Collection[str], adapter: str) -> dict[str, set[Origin]]:
    """The columns that each unit test and semantic model of these names."""
    dialect = dialect_of(adapter)
    names, semantics = Names(nodes.values(), dialect), Semantics(nodes.values(), dialect)
    found: dict[str, set[Origin]] = {}
    for unique_id in scope:
        node = nodes.get(unique_id)
        if node is not None and node.kind == "unit_test":
            found[unique_id] = set(unit_test_lineage(node, names.reference, dialect).uses)
        elif node is not None and node.kind == "semantic_model":
            found[unique_id] = set(semantics.lineage(node).uses)
    return found


def lacking(
    named: Mapping[str, Collection[Origin]], shapes: Mapping[str, Shape], nodes: Mapping[str, Node]
) -> dict[str, str]:
    """What is said of those that name a column which the model does not return."""
    found: dict[str, str] = {}
    for unique_id, origins in named.items():
        missing = []
        for parent, column in sorted(origins):
            shape = shapes.get(parent)
            known = None if shape is None or shape.columns is None else {name.lower() for name in shape.columns}
            if known is not None and nodes[parent].kind == "model" and column not in known:
                missing.append(f"{column} of {nodes[parent].name}")
        if missing:
            found[unique_id] = f"names {', '.join(missing)}, which is not there"
    return found
