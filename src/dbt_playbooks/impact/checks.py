"""What tests say of columns when their SQL does not: the arguments of a data test, the rows of a unit test."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dbt_playbooks.impact.lineage import USES, Lineage, Origin
from dbt_playbooks.impact.reading import UnreadableError, parse
from dbt_playbooks.impact.reading.terms import columns_in
from dbt_playbooks.interface import Node

_REFERENCE = re.compile(r"^\s*(ref|source)\s*\((.*)\)\s*$", re.DOTALL)


def as_test(lineage: Lineage) -> Lineage:
    """A test returns rows for people: what it only shows is read if it is named, and no use at all if a star shows it."""
    uses = {origin: tuple(use for use in found if use != "passes on") for origin, found in lineage.uses.items()}
    return Lineage(
        uses={origin: found or ("reads",) for origin, found in uses.items() if found or origin in lineage.named},
        named=lineage.named,
        doubts=lineage.doubts,
        unknown=lineage.unknown,
        parents=lineage.parents,
        apart=lineage.apart,
        unread=lineage.unread,
    )


# what dbt's own four tests do with their column: they are most of all tests, and need not be compiled for it
_DBTS_OWN = {
    "macro.dbt.test_unique": ("filters", "groups"),
    "macro.dbt.test_not_null": ("filters",),
    "macro.dbt.test_accepted_values": ("filters", "groups"),
    "macro.dbt.test_relationships": ("joins", "filters"),
}


def of_dbt_itself(node: Node, dialect: str | None) -> Lineage | None:
    """The lineage of one of dbt's own data tests; None of any other."""
    uses = next((_DBTS_OWN[macro] for macro in node.details.get("macros") or () if macro in _DBTS_OWN), None)
    attached = node.details.get("attached_node") or next(iter(node.parents), "")
    arguments = (node.details.get("test_metadata") or {}).get("kwargs") or {}
    if (
        uses is None
        or not arguments.get("column_name")
        or "{{" in f"{arguments['column_name']}{arguments.get('field')}"
    ):
        return None
    found: dict[Origin, tuple[str, ...]] = {
        (attached, name): uses for name in columns_in(str(arguments["column_name"]), dialect)
    }
    for name in columns_in(str(node.config["where"]), dialect) if node.config.get("where") else ():
        found[(attached, name)] = tuple(use for use in USES if use in {*found.get((attached, name), ()), "filters"})
    if arguments.get("field"):
        others = [parent for parent in node.parents if parent != attached] or [attached]
        for name in columns_in(str(arguments["field"]), dialect):
            found[(others[0], name)] = tuple(use for use in USES if use in {*found.get((others[0], name), ()), *uses})
    return Lineage(
        uses=found, named=frozenset(found), parents=tuple(dict.fromkeys(unique_id for unique_id, _ in found))
    )


def by_arguments(node: Node, reason: str) -> Lineage:
    """A data test whose SQL can't be had: the column that it is written at, and the names in its arguments."""
    attached = node.details.get("attached_node") or next(iter(node.parents), "")
    arguments = (node.details.get("test_metadata") or {}).get("kwargs") or {}
    named = {str(node.details["column_name"]).lower()} if node.details.get("column_name") else set()
    named |= {text.lower() for key, value in arguments.items() if key != "model" for text in _texts(value)}
    origins: set[Origin] = {(attached, name) for name in named}
    if isinstance(arguments.get("field"), str):  # relationships: a column of the other table
        origins |= {(parent, arguments["field"].lower()) for parent in node.parents if parent != attached}
    return Lineage(uses=dict.fromkeys(origins, ("reads",)), named=frozenset(origins), unread=reason)


def unit_test_lineage(
    node: Node, resolve: Callable[[str, tuple[str, ...]], str | None], dialect: str | None
) -> Lineage:
    """The columns that the rows of a unit test name, given and expected. `resolve` finds what `ref` or `source` means."""
    tested = next(iter(node.parents), "")
    origins: set[Origin] = set()
    problems: list[str] = []
    for given in node.details.get("given") or ():
        unique_id = tested if given.get("input") == "this" else referred(str(given.get("input")), resolve)
        for name in _columns(given, dialect, problems) if unique_id else ():
            origins.add((str(unique_id), name.lower()))
    for name in _columns(node.details.get("expect") or {}, dialect, problems):
        origins.add((tested, name.lower()))
    return Lineage(
        uses=dict.fromkeys(origins, ("reads",)),
        named=frozenset(origins),
        parents=tuple(dict.fromkeys(unique_id for unique_id, _ in origins)),
        unread=problems[0] if problems else None,
    )


def referred(text: str, resolve: Callable[[str, tuple[str, ...]], str | None]) -> str | None:
    """The node that a text like `ref('orders', v=2)` means. `resolve` finds what the names mean."""
    found = _REFERENCE.match(text)
    if not found:
        return None
    words = [word.strip() for word in found[2].split(",")]
    version = next((word.partition("=")[2].strip(" '\"") for word in words if re.match(r"(v|version)\s*=", word)), None)
    names = tuple(word.strip("'\"") for word in words if "=" not in word)
    return resolve(found[1], (*names[:-1], f"{names[-1]}.v{version}") if version and names else names)


def _columns(rows: Mapping[str, Any], dialect: str | None, problems: list[str]) -> Iterator[str]:
    values = rows.get("rows")
    if isinstance(values, list):
        yield from dict.fromkeys(str(name) for row in values if isinstance(row, Mapping) for name in row)
    elif isinstance(values, str) and rows.get("format") == "csv":
        yield from (name.strip() for name in next(csv.reader(io.StringIO(values.strip())), []))
    elif isinstance(values, str):
        try:
            yield from (name for name in parse(values, dialect).named_selects if name != "*")
        except UnreadableError as error:
            problems.append(str(error))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
