"""What is noted while a query is read: uses of columns, names that are written, doubts, and tables that are read."""

from __future__ import annotations

from collections.abc import Mapping

from dbt_playbooks.impact.lineage import USES, Lineage, Origin, Output, Star
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, merged


class Notes:
    """Collects; `lineage` says what came of it."""

    def __init__(self) -> None:
        self.uses: dict[Origin, set[str]] = {}
        self.parents: dict[str, None] = {}
        self.unknown: set[str] = set()
        self.wanted: set[str] = set()
        """Nodes of which the columns would have to be known to resolve a name."""
        self._named: set[Origin] = set()
        self._sure: set[Origin] = set()
        self._doubts: dict[Origin, str] = {}

    def used(self, flow: Mapping[Origin, bool], use: str) -> None:
        for origin in flow:
            self.uses.setdefault(origin, set()).add(use)

    def named(self, flow: Mapping[Origin, bool], name: str, sure: bool = True) -> None:
        """The code writes this name, and means these columns."""
        for origin in flow:
            self.uses.setdefault(origin, set())
            if origin[1] == name:
                self._named.add(origin)
            if sure:
                self._sure.add(origin)

    def doubt(self, flow: Flow, reason: str) -> None:
        for origin in flow:
            self._doubts.setdefault(origin, reason)

    def lineage(self, table: Table) -> Lineage:
        """`table` is what the query returns."""
        outputs: dict[str, Output] = {}
        stars: list[Star] = []
        for number, item in enumerate(table.items, start=1):
            if isinstance(item, Rest) and item.node is not None:
                stars.append(Star(item.node, item.without))
                continue
            name = (item.name or f"column {number}") if isinstance(item, Out) else "*"
            before = outputs.get(name.lower(), Output(name))
            if isinstance(item, Out) or item.flow:
                starred = before.starred or not (isinstance(item, Out) and item.written)
                outputs[name.lower()] = Output(name, merged([before.origins, item.flow]), starred)
        uses = {origin: set(found) for origin, found in self.uses.items()}
        for output in outputs.values():
            for origin, as_is in output.origins.items():
                uses.setdefault(origin, set()).add("passes on" if as_is else "reads")
        return Lineage(
            outputs=outputs,
            stars=tuple(dict.fromkeys(stars)),
            uses={origin: tuple(use for use in USES if use in found) or ("reads",) for origin, found in uses.items()},
            named=frozenset(self._named),
            doubts={origin: why for origin, why in self._doubts.items() if origin not in self._sure},
            unknown=frozenset(self.unknown),
            parents=tuple(self.parents),
        )
