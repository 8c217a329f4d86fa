"""PIVOT and UNPIVOT: which columns they use up, which they make, and which they let through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.reading.expressions import parts, value
from dbt_playbooks.impact.reading.scope import Scope
from dbt_playbooks.impact.reading.stars import names_chosen
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
    keys = [parts(reader, each, scope) for each in fields]
    reader.notes.used(merged(keys), "groups")
    names = [each.name for each in pivot.args.get("columns") or ()]
    flow = derived(merged([*used, *keys]))
    gone = _names_in(reader, [*pivot.expressions, *(each.this for each in fields)], scope)
    made: list[Out | Rest] = [Out(name, flow) for name in names] or [Rest(flow=flow)]
    through = _grouped(reader, pivot, scope) or _through(table, gone)
    reader.notes.used(merged(item.flow for item in through), "groups")
    return Table([*through, *made])


def _unpivoted(reader: Reader, pivot: Any, table: Table, scope: Scope, fields: list[Any]) -> Table:
    terms = [each for field in fields for each in field.expressions]
    gone = _names_in(reader, terms, scope)
    # the values are theirs as they were; the name of each column becomes one too
    flow: Flow = merged(_unaliased(reader, each, scope) for each in terms)
    made = [Out(name, flow) for each in pivot.expressions for name in _made_names(reader, each)]
    names = [Out(name) for field in fields for name in _made_names(reader, field.this)]
    return Table([*_through(table, gone), *names, *made])


def pivoted_by_statement(reader: Reader, pivot: Any, table: Table, scope: Scope) -> Table:
    """DuckDB's `pivot t on status using sum(amount) group by id`, `unpivot t on a, b into name n value v`."""
    on = list(pivot.expressions)
    gone = _names_in(reader, on, scope)
    if pivot.args.get("unpivot"):
        into = pivot.args.get("into")
        values = [name for each in into.expressions for name in _made_names(reader, each)] if into else ["value"]
        flow = merged(_unaliased(reader, each, scope) for each in on)
        made = [Out(name, flow) for name in values]
        return Table(
            [
                *_through(table, gone),
                *(Out(name) for name in (_made_names(reader, into.this) if into else ["name"])),
                *made,
            ]
        )
    keys = merged(parts(reader, each, scope) for each in on)
    using = pivot.args.get("using") or []
    flow = derived(merged([keys, *(parts(reader, each, scope) for each in using)]))
    reader.notes.used(keys, "groups")
    through = _grouped(reader, pivot, scope) or _through(table, gone | _names_in(reader, using, scope))
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


def _names_in(reader: Reader, nodes: list[Any], scope: Scope) -> frozenset[str]:
    return frozenset(name for node in nodes for name in names_chosen(reader, node, scope))


def _made_names(reader: Reader, node: Any) -> list[str]:
    """Names of columns that a pivot makes: they stand there as names of columns do, or bare."""
    reader.notes.seen |= {id(each) for each in node.find_all(exp.Column)}
    return [each.name for each in node.find_all(exp.Identifier)]


def _grouped(reader: Reader, pivot: Any, scope: Scope) -> list[Out | Rest]:
    """What `group by` lets through a pivot; none where there is no such clause."""
    terms = pivot.args["group"].expressions if pivot.args.get("group") else ()
    return [Out(each.alias_or_name, parts(reader, each, scope)) for each in terms]


def _opaque(reader: Reader, table: Table) -> Table:
    whole = table.everything()
    reader.notes.doubt(whole, "it pivots in a way that is not understood")
    return Table([Rest(flow=whole)])
