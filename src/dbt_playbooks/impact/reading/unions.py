"""UNION: which column of the one side becomes which of the other, by position or by name."""

from __future__ import annotations

from dbt_playbooks.impact.reading.notes import Notes
from dbt_playbooks.impact.reading.tables import Out, Rest, Table, merged


def united(notes: Notes, left: Table, right: Table, by_name: bool) -> Table:
    """The columns of both; names are those of the left side."""
    if by_name:
        return _by_name(left, right)
    if left.rests or right.rests:
        # where columns are not known, positions are not either: that the same name means the same column is a guess
        if left.items != right.items:
            notes.doubt(right.everything(), "a union by position, of tables whose columns are not all known")
            notes.wanted |= {rest.node for rest in (*left.rests, *right.rests) if rest.node}
        return _by_name(left, right)
    items: list[Out | Rest] = []
    for one, other in zip(left.items, right.items, strict=False):
        assert isinstance(one, Out)
        items.append(Out(one.name, merged([one.flow, other.flow]), one.written))
    return Table([*items, *left.items[len(items) :]])


def _by_name(left: Table, right: Table) -> Table:
    items: list[Out | Rest] = []
    written = {item.name.lower() for item in right.items if isinstance(item, Out) and item.written}
    for item in left.items:
        flow = right.known(item.name.lower()) if isinstance(item, Out) else None
        if isinstance(item, Out) and flow:
            both = item.written and item.name.lower() in written
            items.append(Out(item.name, merged([item.flow, flow]), both))
        else:
            items.append(item)
    known = set(left.names)
    for item in right.items:
        if item not in items and (isinstance(item, Rest) or item.name.lower() not in known):
            items.append(item)
    return Table(items)
