"""What a rule is given, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from dbt_playbooks.pytest_plugin.googlesql.scope import Path, Scope, parts_of
from dbt_playbooks.pytest_plugin.googlesql.tree import Node

Rule = Callable[["Judged"], Iterator["Fault"]]


@dataclass(frozen=True)
class Fault:
    """What BigQuery would say of a statement, and the node at which it would point; without one it is the statement's beginning."""

    message: str
    node: Node | None = None
    word: str = ""
    """What to look for in the text where the node does not say where it is."""


@dataclass(frozen=True)
class Judged:
    """A statement that the analyzer took, before the scope learns of it."""

    statement: Node
    sql: str
    scope: Scope
    stored: bool = False
    """A query whose rows a table or view will hold: a model."""
    _by_kind: dict[str, list[Node]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # one walk for all rules: walking takes longer than judging
        for node in self.statement.walk():
            self._by_kind.setdefault(node.kind, []).append(node)

    def all(self, *kinds: str) -> Iterator[Node]:
        """The nodes of these kinds anywhere in the statement."""
        return (node for kind in kinds for node in self._by_kind.get(kind, ()))

    def begins(self, fault: Fault) -> int | None:
        """The byte of the statement that a fault is about, or None for its beginning."""
        begins = None if fault.node is None else fault.node.begins
        if begins is None and fault.word:
            found = re.search(rf"(?<![\w.]){re.escape(fault.word)}(?!\w)", self.sql, re.IGNORECASE)
            begins = None if found is None else len(self.sql[: found.start()].encode())
        return begins

    def text(self, node: Node) -> str:
        """What the statement has at a node, as far as the analyzer says it."""
        place = node.value("parse_location_range")
        return "" if place is None else self.sql.encode()[place.start : place.end].decode(errors="replace")

    def table(self, scan: Node) -> Path:
        """The path of the table that is read or written."""
        return self.scope.full(parts_of(self.text(scan)))

    @property
    def name(self) -> Path:
        """The name of what a statement makes or changes, as it is written."""
        return tuple(self.statement.value("name_path") or ())

    @property
    def path(self) -> Path:
        return self.scope.full(self.name)

    @property
    def is_temporary(self) -> bool:
        return self.statement.choice("create_scope") == "CREATE_TEMP"


def duplicates(names: Iterable[str]) -> Iterator[str]:
    """Names that stand more than once; BigQuery's ignore case."""
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            yield name
        seen.add(name.lower())
