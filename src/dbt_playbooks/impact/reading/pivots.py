"""PIVOT and UNPIVOT: which columns they use up, which they make, and which they let through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.reading.expressions import parts, value
from dbt_playbooks.impact.reading.scope import Scope
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, derived, merged

if TYPE_CHECKING:
    from dbt_playbooks.impact.reading.query import Reader


def pivoted(reader: Reader, pivot: Any, table: Table, ctes: Mapping[str, Table]) -> Table:
    """`t pivot (sum(amount) for status in ('a', 'b'))`, `t unpivot (amount for name in (a, b))`."""
    scope = Scope(reader.notes, ctes)
    scope.add("", table)
    fields = pivot.args.get("fields") or ([pivot.args["field"]] if pivot.args.get("field") else [])
    if not fields:
        return _opaque(reader, table)
    if pivot.args.get("unpivot"):
        return _unpivoted(reader, pivot, table, scope, fields)
    used = [parts(reader, each, scope) for each in pivot.expressions]
    keys = [parts(reader, each.this, scope) for each in fields]
    reader.notes.used(merged(keys), "groups")
    names = [each.name for each in pivot.args.get("columns") or ()]
    flow = derived(merged([*used, *keys]))
    gone = _names_in([*pivot.expressions, *(each.this for each in fields)])
    made: list[Out | Rest] = [Out(name, flow) for name in names] or [Rest(flow=flow)]
    through = _through(table, gone)
    reader.notes.used(merged(item.flow for item in through), "groups")
    return Table([*through, *made])


def _unpivoted(reader: Reader, pivot: Any, table: Table, scope: Scope, fields: list[Any]) -> Table:
    terms = [each for field in fields for each in field.expressions]
    gone = _names_in(terms)
    # the values are theirs as they were; the name of each column becomes one too
    flow: Flow = merged(_unaliased(reader, each, scope) for each in terms)
    made = [Out(each.name, flow) for each in pivot.expressions]
    names = [Out(field.this.name) for field in fields]
    return Table([*_through(table, gone), *names, *made])


def pivoted_by_statement(reader: Reader, pivot: Any, table: Table, scope: Scope) -> Table:
    """DuckDB's `pivot t on status using sum(amount) group by id`, `unpivot t on a, b into name n value v`."""
    on = list(pivot.expressions)
    gone = _names_in(on)
    if pivot.args.get("unpivot"):
        into = pivot.args.get("into")
        values = [each.name for each in into.expressions] if into else ["value"]
        flow = merged(_unaliased(reader, each, scope) for each in on)
        made = [Out(name, flow) for name in values]
        return Table([*_through(table, gone), Out(into.this.name if into else "name"), *made])
    keys = merged(parts(reader, each, scope) for each in on)
    using = pivot.args.get("using") or []
    flow = derived(merged([keys, *(parts(reader, each, scope) for each in using)]))
    reader.notes.used(keys, "groups")
    if pivot.args.get("group"):
        terms = list(pivot.args["group"].expressions)
        through: list[Out | Rest] = [Out(each.alias_or_name, parts(reader, each, scope)) for each in terms]
    else:
        through = _through(table, gone | _names_in(using))
    reader.notes.used(merged(item.flow for item in through), "groups")
    return Table([*through, Rest(flow=flow)])


def _unaliased(reader: Reader, term: Any, scope: Scope) -> Flow:
    """A column of UNPIVOT, which may stand there as another label: `a as 'first'`."""
    return value(reader, term.this if type(term).__name__ == "PivotAlias" else term, scope)


def _through(table: Table, gone: frozenset[str]) -> list[Out | Rest]:
    kept: list[Out | Rest] = []
    for item in table.items:
        if isinstance(item, Rest):
            kept.append(Rest(item.node, item.without | gone, item.flow))
        elif item.name.lower() not in gone:
            kept.append(item)
    return kept


def _names_in(nodes: list[Any]) -> frozenset[str]:
    return frozenset(column.name.lower() for node in nodes for column in node.find_all(exp.Column))


def _opaque(reader: Reader, table: Table) -> Table:
    whole = table.everything()
    reader.notes.doubt(whole, "it pivots in a way that is not understood")
    return Table([Rest(flow=whole)])
