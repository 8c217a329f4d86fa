"""UNION: which column of the one side becomes which of the other, by position or by name."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_playbooks.impact.reading.notes import Notes
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, merged


def united(notes: Notes, left: Table, right: Table, by_name: bool) -> Table:
    """The columns of both; names are those of the left side."""
    if by_name:
        return _by_name(left, right)
    unites(notes, left, right)
    if left.rests or right.rests:
        # where columns are not known, positions are not either: that the same name means the same column is a guess
        if left.items != right.items:
            notes.doubt(
                right.everything(), "a union by position, of tables whose columns are not all known", whatever=True
            )
            notes.wanted |= {rest.node for rest in (*left.rests, *right.rests) if rest.node}
        return _by_name(left, right)
    items: list[Out | Rest] = []
    for one, other in zip(left.items, right.items, strict=False):
        assert isinstance(one, Out)
        items.append(Out(one.name, merged([one.flow, other.flow]), one.written))
    return Table([*items, *left.items[len(items) :]])


def unites(notes: Notes, left: Table, right: Table) -> None:
    """A star on one side, and something else on the other: a column more or less, and the sides no longer have as many."""
    starred = [
        merged(
            item.flow if isinstance(item, Out) else Table([item]).everything()
            for item in side.items
            if not _is_written(item)
        )
        for side in (left, right)
    ]
    tables = [{origin[0] for origin in flow} for flow in starred]
    if tables[0] != tables[1]:
        for flow in starred:
            notes.used(flow, "unites")


def _is_written(item: Out | Rest) -> bool:
    return isinstance(item, Out) and item.written


def only(notes: Notes, table: Table, names: Sequence[str]) -> Table:
    """`union all by name on (a, b)`: these columns alone."""
    found: list[Out | Rest] = []
    for name in names:
        flow = table.known(name)
        if flow is None:
            flow = merged(rest.column(name) for rest in table.rests if rest.may_have(name))
        notes.named(flow, name)
        found.append(Out(name, flow, written=True))
    return Table(found)


def _by_name(left: Table, right: Table) -> Table:
    items: list[Out | Rest] = []
    written = {item.name.lower() for item in right.items if isinstance(item, Out) and item.written}
    for item in left.items:
        if isinstance(item, Out):
            name = item.name.lower()
            known = right.known(name)
            flow = merged([item.flow, known if known is not None else _unknown(right, name)])
            items.append(Out(item.name, flow, item.written and (known is None or name in written), item.loose))
        else:
            items.append(item)
    names = set(left.names)
    for item in right.items:
        if isinstance(item, Rest):
            items += [] if item in items else [item]
        elif item.name.lower() not in names:
            items.append(
                Out(item.name, merged([item.flow, _unknown(left, item.name.lower())]), item.written, item.loose)
            )
    return Table(items)


def _unknown(table: Table, name: str) -> Flow:
    """The column of that name, in a table whose columns are not all known."""
    return merged(rest.column(name) for rest in table.rests if rest.node and rest.may_have(name))
