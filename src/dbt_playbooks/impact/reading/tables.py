"""A table as a query sees it: columns that are known, in order, and between them those that are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dbt_playbooks.impact.lineage import Origin

Flow = dict[Origin, bool]
"""The columns of nodes that a value comes from, True where it is theirs as it is."""


def merged(flows: Iterable[Mapping[Origin, bool]]) -> Flow:
    found: Flow = {}
    for flow in flows:
        for origin, as_is in flow.items():
            found[origin] = found.get(origin, False) or as_is
    return found


def derived(flow: Mapping[Origin, bool]) -> Flow:
    return dict.fromkeys(flow, False)


@dataclass(frozen=True)
class Out:
    """A column of a table.

    written   a query says its name, where a star would take whatever name it has
    loose     the warehouse may call it otherwise: it has no name, or is a struct that becomes columns
    """

    name: str
    flow: Flow = field(default_factory=dict)
    written: bool = False
    loose: bool = False


@dataclass(frozen=True)
class Rest:
    """Columns whose names are not known: all of a node but `without`, or, where there is no node, some that come of `flow`."""

    node: str | None = None
    without: frozenset[str] = frozenset()
    flow: Flow = field(default_factory=dict)
    fields: bool = False
    """They are fields of a value, if it has any."""

    @property
    def is_opaque(self) -> bool:
        """Whether they are fields of a value, or what a function makes of one."""
        return self.node is None and (self.fields or bool(self.flow))

    def may_have(self, name: str) -> bool:
        return name not in self.without

    def column(self, name: str) -> Flow:
        return {(self.node, name): True} if self.node else derived(self.flow)


@dataclass
class Table:
    """Columns in order. Names are compared in lower case."""

    items: Sequence[Out | Rest] = ()
    doubt: str | None = None
    """Why it may be another table."""

    def __post_init__(self) -> None:
        self._known: dict[str, Flow] = {}
        again: dict[str, Flow] = {}
        counts: Counter[str] = Counter()
        for item in self.items:
            if isinstance(item, Out):
                key = item.name.lower()
                self._known[key] = merged([self._known[key], item.flow]) if key in self._known else item.flow
                if counts[key]:
                    again[f"{key}_{counts[key]}"] = item.flow
                counts[key] += 1
        # what DuckDB calls the second column of a name
        self._again = {key: flow for key, flow in again.items() if key not in self._known}
        self.rests = [item for item in self.items if isinstance(item, Rest)]

    def known(self, name: str) -> Flow | None:
        return self._known.get(name, self._again.get(name))

    def loose(self) -> Flow:
        """What the columns come from that the warehouse may call otherwise."""
        return derived(merged(item.flow for item in self.items if isinstance(item, Out) and item.loose))

    @property
    def names(self) -> Iterable[str]:
        return self._known

    def everything(self) -> Flow:
        """What a value comes from that is made of the whole row."""
        flows: list[Mapping[Origin, bool]] = [*self._known.values()]
        flows += [{(rest.node, "*"): False} if rest.node else rest.flow for rest in self.rests]
        return derived(merged(flows))

    def named(self, names: Sequence[str]) -> Table:
        """The same columns under other names, as `t(a, b)` gives them; those of more names than columns come of all."""
        if not names:
            return self
        if self.rests:
            # positions are not known: each name may be any column
            whole = self.everything()
            return Table([Out(name, whole, written=True) for name in names])
        items = [
            Out(name, item.flow, written=True)
            for name, item in zip(names, self.items, strict=False)
            if isinstance(item, Out)
        ]
        return Table([*items, *self.items[len(names) :], *(Out(name) for name in names[len(self.items) :])])
