"""Small graphs by hand, for what needs no dbt: models with their columns, and who reads which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import Lineage, Output
from dbt_playbooks.interface import Node


def node(name: str, kind: str = "model", parents: Sequence[str] = (), **more: Any) -> Node:
    """A node of package shop; parents are names of models."""
    given: dict[str, Any] = {
        "path": f"models/{name}.sql",
        "relation": f'"shop"."main"."{name}"' if kind == "model" else None,
        "materialized": "table" if kind == "model" else None,
        "language": "sql",
        "package": "shop",
    }
    return Node(
        unique_id=f"{kind}.shop.{name}",
        kind=kind,
        name=name,
        parents=tuple(f"model.shop.{parent}" for parent in parents),
        **{**given, **more},
    )


def lineage(
    outputs: Sequence[str] = (),
    reads: Mapping[str, Sequence[str]] | None = None,
    passes: Mapping[str, str] | None = None,
    star: bool = False,
    **more: Any,
) -> Lineage:
    """`reads` are columns and what is done with them, `passes` columns and the names that they get; both written `model.column`.

    With `star` it is a star that passes them on.
    """
    uses, found = {}, {name.lower(): Output(name) for name in outputs}
    for column, how in (reads or {}).items():
        uses[_origin(column)] = tuple(how)
    for column, name in (passes or {}).items():
        found[name.lower()] = Output(name, {_origin(column): True}, star)
        uses[_origin(column)] = ("passes on", *uses.get(_origin(column), ()))
    named = frozenset(_origin(column) for column in reads or {}) if star else frozenset(uses)
    return Lineage(outputs=found, uses=uses, named=named, **more)


def _origin(column: str) -> tuple[str, str]:
    model, _, name = column.partition(".")
    return f"model.shop.{model}", name.lower()


def graph(root: Path, *found: tuple[Node, Lineage | None]) -> Graph:
    """A graph of nodes and their lineage; the files of models hold their raw code."""
    for each, _ in found:
        if each.raw_code:
            path = root / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(each.raw_code)
    return Graph(
        project="shop",
        root=str(root),
        nodes={each.unique_id: each for each, _ in found},
        lineage={each.unique_id: its for each, its in found if its is not None},
    )
