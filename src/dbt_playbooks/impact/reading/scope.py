"""The names that an expression can use: the tables of its FROM, columns joined by USING, aliases, and the queries around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, derived, merged

if TYPE_CHECKING:
    from dbt_playbooks.impact.reading.notes import Notes

Aliases = Literal["first", "last", "never"]
"""When a name may be an alias of the select list: before a column, after the known columns, or not at all."""


class Scope:
    """What one SELECT sees while it is read."""

    def __init__(
        self, notes: Notes, ctes: Mapping[str, Table], outer: Scope | None = None, in_from: bool = False
    ) -> None:
        """`in_from`: a subquery in FROM sees what is outside (lateral) only where it must: its own tables are believed first."""
        self.notes = notes
        self.ctes = ctes
        self.tables: dict[str, Table] = {}
        self.hidden: set[str] = set()
        """Tables that only filter (semi and anti joins): a star leaves them out."""
        self.joined: dict[str, Flow] = {}
        """Columns of USING: one column for both sides."""
        self.aliases: dict[str, Flow] = {}
        self.windows: dict[str, Flow] = {}
        self._outer = outer
        self._in_from = in_from
        self._in_doubt = False
        self._paths: dict[str, tuple[str, ...]] = {}
        self._own_names: set[str] = set()

    def add(self, alias: str, table: Table, path: Sequence[str] = ()) -> None:
        """`path` is how SQL names the table, where its alias is its own name."""
        key = alias.lower() or f"#{len(self.tables)}"
        self.tables[key] = table
        if path:
            self._own_names.add(key)
            self._paths[key] = tuple(part.lower() for part in path)

    def column(self, names: Sequence[str], aliases: Aliases = "last") -> Flow:
        """Where a column comes from that is written as these parts: `a`, `t.a`, `t.a.field`, `schema.t.a`, `a.field`."""
        names = [name.lower() for name in names]
        self._in_doubt = False
        table, rest = self._table(names)
        if table is None:
            name, fields = names[0], names[1:]
            flow = self._name(name, aliases)
        else:
            name, fields = rest[0], rest[1:]
            flow = self._of(table, name, names[0])
        self.notes.named(flow, name, sure=not self._in_doubt)
        return derived(flow) if fields else flow

    def _table(self, names: list[str]) -> tuple[Table | None, list[str]]:
        for scope in self._around():
            if len(names) > 1 and names[0] in scope.tables:
                return scope.tables[names[0]], names[1:]
            for key, path in scope._paths.items():
                for length in range(2, min(len(path), len(names) - 1) + 1):
                    if tuple(names[:length]) == path[-length:]:
                        return scope.tables[key], names[length:]
        return None, []

    def _around(self) -> list[Scope]:
        return [self, *(self._outer._around() if self._outer else ())]

    def star(self, alias: str | None) -> list[Out | Rest] | None:
        """The columns of `*`, or of `t.*`; None when there is no such table."""
        if alias is not None:
            table, _ = self._table([alias.lower(), "*"])
            return None if table is None else list(table.items)
        items: list[Out | Rest] = [Out(name, flow) for name, flow in self.joined.items()]
        for key, table in self.tables.items():
            if key in self.hidden:
                continue
            for item in table.items:
                if isinstance(item, Rest):
                    items.append(Rest(item.node, item.without | set(self.joined), item.flow))
                elif item.name.lower() not in self.joined:
                    items.append(item)
        return items

    def _of(self, table: Table, name: str, said: str) -> Flow:
        found = table.known(name)
        if found is not None:
            return found
        return self._guess(name, [(said, rest) for rest in table.rests])

    def _name(self, name: str, aliases: Aliases) -> Flow:
        if aliases == "first" and name in self.aliases:
            return self.aliases[name]
        known = self.known(name)
        if known is not None:
            return known
        if aliases != "never" and name in self.aliases:
            rests = [(key, rest) for key, rest in self._rests(name) if rest.node]
            found = self.aliases[name]
            return self._doubtful(name, rests, found, "the select list") if rests else found
        if name in self.tables and name not in self._own_names:
            return self._row(name)
        rests = self._rests(name)
        plain = [(key, rest) for key, rest in rests if not rest.is_opaque]
        around = self._known_around(name)
        if plain and around is not None and not self._in_from:
            return self._doubtful(name, plain, around, "a query around it")
        if plain or (rests and around is None):
            outside = [] if self._in_from and plain else self._rests_around(name)
            return self._guess(name, [*(plain or rests), *outside])
        if around is not None:
            return around
        if name in self.tables:
            return self._row(name)
        if self._outer is not None:
            flow = self._outer._name(name, "never")
            self._in_doubt = self._outer._in_doubt
            return flow
        return self._loose(name)

    def _row(self, name: str) -> Flow:
        """A row as a value: to_json_string(t)."""
        flow = self.tables[name].everything()
        self.notes.rows |= set(flow)
        return flow

    def _loose(self, name: str) -> Flow:
        """A name that no table is known to have: what the warehouse may call a column, if it has no other name."""
        flow = merged(table.loose() for _, table in self._visible())
        if flow:
            self._in_doubt = True
            self.notes.doubt(flow, f"it names '{name}', which may be what the warehouse calls a column without a name")
            self.notes.written(flow)
        else:
            self.notes.unknown.add(name)
        return flow

    def _known_around(self, name: str) -> Flow | None:
        for scope in self._around()[1:]:
            found = scope.known(name)
            if found is not None:
                return found
        return None

    def _visible(self) -> list[tuple[str, Table]]:
        """Without the tables that only filter, of which no column is seen behind their join."""
        return [(key, table) for key, table in self.tables.items() if key not in self.hidden]

    def _rests(self, name: str) -> list[tuple[str, Rest]]:
        """What may have a column of that name that is not known, by the table that it belongs to."""
        return [(key, rest) for key, table in self._visible() for rest in table.rests if rest.may_have(name)]

    def _rests_around(self, name: str) -> list[tuple[str, Rest]]:
        return [found for scope in self._around()[1:] for found in scope._rests(name) if found[1].node]

    def known(self, name: str) -> Flow | None:
        """Where a column comes from that a table of its own FROM is known to have."""
        if name in self.joined:
            return self.joined[name]
        found = [flow for _, table in self._visible() if (flow := table.known(name)) is not None]
        return merged(found) if found else None

    def _guess(self, name: str, rests: Sequence[tuple[str, Rest]]) -> Flow:
        """A name of none of the columns that are known."""
        rests = [(key, rest) for key, rest in rests if rest.may_have(name)]
        if not rests:
            return self._loose(name)
        if len({(key, rest.node) for key, rest in rests}) == 1:
            return merged(rest.column(name) for _, rest in rests)
        return self._doubtful(name, rests, {}, "")

    def _doubtful(self, name: str, rests: Sequence[tuple[str, Rest]], known: Flow, also: str) -> Flow:
        places = list(dict.fromkeys([key for key, _ in rests] + ([also] if also else [])))
        flow = merged([*(rest.column(name) for _, rest in rests), known])
        self._in_doubt = True
        self.notes.doubt(flow, f"'{name}' may come from {' or from '.join(places)}, not all of whose columns are known")
        self.notes.wanted |= {rest.node for _, rest in rests if rest.node}
        return flow
