"""Which node a name in SQL means: a table's name as the adapter writes it, in full or in part, and what `ref` and `source` say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dbt_playbooks.interface import Node

_PART = re.compile(r'"((?:[^"]|"")+)"|`([^`]+)`|\[([^\]]+)\]|([^\s."`\[\](){}\']+)')
# of two nodes with one table, what makes it comes before what only reads it
_MAKERS = ("model", "seed", "snapshot", "source")


def plain_name(node: Node) -> str:
    """The name as `ref` and YAML have it, where a version stands apart."""
    return node.name.rpartition(".v")[0] if "version" in node.details else node.name


class Names:
    """The tables of a project by their names. Names are compared in lower case: a warehouse that tells them apart has dbt quote them."""

    def __init__(self, nodes: Iterable[Node], dialect: str | None) -> None:
        self._dialect = dialect
        self._by_path: dict[tuple[str, ...], list[Node]] = {}
        self._by_name: dict[tuple[str, ...], Node] = {}
        for node in sorted((each for each in nodes if each.kind in _MAKERS), key=lambda each: _MAKERS.index(each.kind)):
            plain = plain_name(node) if node.latest_version else node.name
            for name in dict.fromkeys((node.name, plain)):
                kind = "source" if node.kind == "source" else "ref"
                self._by_name.setdefault((kind, node.package, name), node)
                self._by_name.setdefault((kind, name), node)
            if node.relation:
                path = table_path(node.relation, dialect)
                for length in range(1, len(path) + 1):
                    self._by_path.setdefault(path[-length:], []).append(node)

    def table(self, parts: Sequence[str], reader: Node) -> tuple[str, str | None] | None:
        """The node whose table is named in the SQL of `reader`, and why it may be another. Of several it is one that `reader` refers to."""
        found = self._by_path.get(tuple(part.lower() for part in parts), [])
        chosen = [node for node in found if node.unique_id in reader.parents or node.unique_id == reader.unique_id]
        if chosen:
            return chosen[0].unique_id, None
        if not found:
            return None
        if len(parts) > 1 and len({node.relation for node in found}) == 1:
            return found[0].unique_id, None
        # a name without its schema is looked for where the warehouse is told to look
        beside = [node for node in found if self._schema(node) == self._schema(reader)]
        why = f"it reads '{'.'.join(parts)}' without the whole name, which may be another table"
        return (beside or found)[0].unique_id, why

    def _schema(self, node: Node) -> tuple[str, ...]:
        return table_path(node.relation, self._dialect)[:-1] if node.relation else ()

    def relation(self, text: str) -> str | None:
        """The node whose table is written like this in full."""
        found = self._by_path.get(table_path(text, self._dialect), [])
        return found[0].unique_id if found and len({node.relation for node in found}) == 1 else None

    def reference(self, kind: str, names: Sequence[str]) -> str | None:
        """What `ref('orders')`, `ref('package', 'orders')` or `source('raw', 'orders')` means."""
        key = (kind, ".".join(names)) if kind == "source" else (kind, *names)
        found = self._by_name.get(key)
        return found.unique_id if found else None


def table_path(relation: str, dialect: str | None) -> tuple[str, ...]:
    """The parts of a table's name; of what is no name (a file, a function), its SQL as one part."""
    parts, rest = [], relation.strip()
    while match := _PART.match(rest):
        parts.append(next(part for part in match.groups() if part is not None).replace('""', '"').lower())
        rest = rest[match.end() :]
        if not rest:
            return tuple(parts)
        if not rest.startswith("."):
            break
        rest = rest[1:]
    # the graph has names too, and does without sqlglot while it is kept
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        table = sqlglot.parse_one(relation, into=exp.Table, dialect=dialect)
    except SqlglotError:
        return (relation.lower(),)
    return (table.name.lower() if isinstance(table.this, exp.Identifier) else table.this.sql(dialect).lower(),)
