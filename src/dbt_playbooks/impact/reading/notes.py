"""What is noted while a query is read: uses of columns, names that are written, doubts, and tables that are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from dbt_playbooks.impact.lineage import USES, Lineage, Origin, Output, Star
from dbt_playbooks.impact.reading.tables import Out, Rest, Table, merged


class Notes:
    """Collects; `lineage` says what came of it."""

    def __init__(self) -> None:
        self.uses: dict[Origin, set[str]] = {}
        self.parents: dict[str, None] = {}
        self.unknown: set[str] = set()
        self.wanted: set[str] = set()
        """Nodes of which the columns would have to be known to resolve a name."""
        self.seen: set[int] = set()
        """The ids of the columns in the tree that were read (see `coverage`)."""
        self.rows: set[Origin] = set()
        """Columns of rows that are used as values: a text may name one, as in `to_json(t) ->> 'status'`."""
        self.texts_read: list[Any] = []
        """The trees of queries that stand in texts: query('select ...')."""
        self.texts: frozenset[str] = frozenset()
        """The words of the query's texts, in lower case."""
        self._named: set[Origin] = set()
        self._sure: set[Origin] = set()
        self._doubts: dict[Origin, str] = {}
        self._unsettled: dict[Origin, str] = {}

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

    def written(self, flow: Mapping[Origin, bool]) -> None:
        """The code writes what the names of these columns decide: a pattern that they match, a name that the warehouse makes of theirs."""
        self._named |= set(flow)

    def doubt(self, flow: Mapping[Origin, bool], reason: str, whatever: bool = False) -> None:
        """These columns may be meant, or not. With `whatever` a place that surely names them does not settle it."""
        for origin in flow:
            (self._unsettled if whatever else self._doubts).setdefault(origin, reason)

    def lineage(self, table: Table) -> Lineage:
        """`table` is what the query returns."""
        outputs: dict[str, Output] = {}
        stars: list[Star] = []
        counts: Counter[str] = Counter()
        for number, item in enumerate(table.items, start=1):
            if isinstance(item, Rest) and item.node is not None:
                stars.append(Star(item.node, item.without))
                continue
            name = (item.name or f"column {number}") if isinstance(item, Out) else "*"
            if isinstance(item, Out):
                # DuckDB calls the second column of a name so, where BigQuery makes no such table
                counts[name.lower()] += 1
                name = name if counts[name.lower()] == 1 else f"{name}_{counts[name.lower()] - 1}"
            before = outputs.get(name.lower(), Output(name))
            if isinstance(item, Out) or item.flow:
                starred = before.starred or not (isinstance(item, Out) and item.written)
                loose = isinstance(item, Out) and item.loose
                outputs[name.lower()] = Output(name, merged([before.origins, item.flow]), starred, loose)
        uses = {origin: set(found) for origin, found in self.uses.items()}
        doubts = {origin: why for origin, why in self._doubts.items() if origin not in self._sure} | self._unsettled
        for origin in doubts:
            uses.setdefault(origin, set())
        for output in outputs.values():
            for origin, as_is in output.origins.items():
                uses.setdefault(origin, set()).add("passes on" if as_is else "reads")
        return Lineage(
            outputs=outputs,
            stars=tuple(dict.fromkeys(stars)),
            uses={origin: tuple(use for use in USES if use in found) or ("reads",) for origin, found in uses.items()},
            named=frozenset(self._named | {origin for origin in self.rows if origin[1] in self.texts}),
            doubts=doubts,
            unknown=frozenset(self.unknown),
            parents=tuple(self.parents),
        )
