"""The columns that constraints name: a node's own, and those of the table that a foreign key refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dbt_playbooks.impact.checks import referred
from dbt_playbooks.impact.lineage import USES, Lineage, Origin
from dbt_playbooks.impact.names import Names
from dbt_playbooks.impact.reading.terms import columns_in
from dbt_playbooks.interface import Node

# a foreign key as a text: references other.table (id, kind)
_REFERS = re.compile(r"(?:references\s+)?([\w.\"`]+)\s*\(([^)]*)\)", re.IGNORECASE)


def constrained(node: Node, dialect: str | None) -> Iterator[str]:
    """The node's own columns that its constraints name, in lower case."""
    for each in node.details.get("constraints") or ():
        for column in each.get("columns") or ():
            yield str(column).lower()
        text = str(each.get("expression") or "")
        if text and each.get("type") != "foreign_key":
            yield from columns_in(text, dialect)


def with_foreign_keys(node: Node, lineage: Lineage, names: Names) -> Lineage:
    """With the columns of other nodes that foreign keys refer to."""
    found: set[Origin] = set()
    for each in node.details.get("constraints") or ():
        if each.get("type") == "foreign_key":
            unique_id, columns = _other(each, names)
            found |= {(unique_id, column.strip(' "`').lower()) for column in columns if unique_id}
    if not found:
        return lineage
    uses = {
        origin: tuple(use for use in USES if use in {*lineage.uses.get(origin, ()), "configures"}) for origin in found
    }
    return replace(
        lineage,
        uses={**lineage.uses, **uses},
        named=lineage.named | found,
        parents=tuple(dict.fromkeys([*lineage.parents, *(unique_id for unique_id, _ in found)])),
    )


def _other(constraint: dict[str, Any], names: Names) -> tuple[str, list[str]]:
    """The node that it refers to, and its columns; no id where it is none of the project's."""
    to = str(constraint.get("to") or "")
    if to:
        return referred(to, names.reference) or names.relation(to) or "", list(constraint.get("to_columns") or ())
    text = _REFERS.search(str(constraint.get("expression") or ""))
    return (names.relation(text[1]) or "", text[2].split(",")) if text else ("", [])
