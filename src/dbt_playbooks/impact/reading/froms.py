"""FROM and JOIN: puts what they name into a scope, with the columns that each has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.reading.expressions import parts
from dbt_playbooks.impact.reading.parsing import QUERIES, UnreadableError, parse
from dbt_playbooks.impact.reading.pivots import pivoted, pivoted_by_statement
from dbt_playbooks.impact.reading.scope import Scope
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, merged

if TYPE_CHECKING:
    from dbt_playbooks.impact.reading.query import Reader


def add_from(reader: Reader, node: Any, scope: Scope) -> None:
    """Add a table, a subquery, UNNEST, VALUES, a function or tables in parentheses, with the joins that hang on it."""
    if isinstance(node, exp.Table):
        _add_table(reader, node, scope)
    elif isinstance(node, QUERIES):
        if (
            isinstance(node, exp.Subquery)
            and not isinstance(node.this, QUERIES)
            and not node.alias
            and not node.args.get("pivots")
        ):
            add_from(reader, node.this, scope)  # (a join b on ...): its tables keep their names
        else:
            table = reader.query(node, scope, scope.ctes, in_from=True)
            scope.add(node.alias, table.named(_column_names(node)))
    elif isinstance(node, exp.Lateral):
        _add_lateral(reader, node, scope)
    elif isinstance(node, exp.Unnest):
        _add_unnest(reader, node, scope)
    elif isinstance(node, exp.Pivot):
        inner = Scope(reader.notes, scope.ctes, scope)
        add_from(reader, node.this, inner)
        scope.add(node.alias, pivoted_by_statement(reader, node, Table(inner.star(None) or ()), inner))
    else:  # VALUES, and functions that make tables
        flow = parts(reader, node, scope)
        names = _column_names(node)
        scope.add(node.alias, Table([Out(name, flow) for name in names] if names else [Rest(flow=flow)]))
    for join in node.args.get("joins") or ():
        add_join(reader, join, scope)
    for lateral in node.args.get("laterals") or ():
        add_from(reader, lateral, scope)


def add_join(reader: Reader, join: Any, scope: Scope) -> None:
    """Add the right side, and note what the condition uses. `using` makes one column of two."""
    before = set(scope.tables)
    left = Table(scope.star(None) or ())
    add_from(reader, join.this, scope)
    new = [key for key in scope.tables if key not in before]
    right = Table([item for key in new for item in scope.tables[key].items])
    for key in ("on", "match_condition"):
        if join.args.get(key):
            reader.notes.used(parts(reader, join.args[key], scope, "never"), "joins")
    if {"SEMI", "ANTI"} & {str(join.args.get(key) or "").upper() for key in ("kind", "side")}:
        scope.hidden |= set(new)
    using = [each.name.lower() for each in join.args.get("using") or ()]
    for name in using:
        both = [_side(scope, table, name, before if table is left else set(new)) for table in (left, right)]
        _join_columns(reader, scope, name, both)
        for flow in both:
            reader.notes.named(flow, name)
    if str(join.args.get("method") or "").upper() == "NATURAL":
        for name in set(left.names) & set(right.names):
            both = [left.known(name) or {}, right.known(name) or {}]
            _join_columns(reader, scope, name, both)
            for flow in both:
                reader.notes.written(flow)
        if left.rests or right.rests:
            flow = merged([left.everything(), right.everything()])
            reader.notes.doubt(flow, "it joins naturally tables whose columns are not all known")
            reader.notes.wanted |= {rest.node for rest in (*left.rests, *right.rests) if rest.node}


def _side(scope: Scope, table: Table, name: str, keys: set[str]) -> Flow:
    """A column of `using` on one side: the column that is known, or what any table there may have under that name."""
    known = table.known(name)
    if known is not None:
        return known
    rests = [rest for key in keys for rest in scope.tables[key].rests if rest.may_have(name)]
    return merged(rest.column(name) for rest in rests)


def _join_columns(reader: Reader, scope: Scope, name: str, both: Sequence[Flow]) -> None:
    for flow in both:
        reader.notes.used(flow, "joins")
    scope.joined[name] = merged(both)


def _add_table(reader: Reader, node: Any, scope: Scope) -> None:
    names = _column_names(node)
    path: tuple[str, ...] = ()
    if isinstance(node.this, exp.Identifier):
        path = tuple(part.name for part in node.parts)
        table = scope.ctes.get(path[0].lower()) if len(path) == 1 else None
        table = table or _of_project(reader, path)
        if table is None and len(path) > 1 and path[0].lower() in scope.tables:
            # an array of a table before it: left join t.items
            _add_array(reader, scope.column(path), scope, node.alias or path[-1], names)
            return
        table = (table or Table([Rest()])).named(names)
    else:
        # a function that makes a table, or a name that is more than names
        by_text = _read_by_text(reader, node.this, scope)
        if by_text is not None:
            scope.add(node.alias, by_text.named(names))
            return
        known = _of_project(reader, [node.this.sql(reader.dialect)])
        flow = {} if known else parts(reader, node.this, scope)
        table = known.named(names) if known else Table([Out(name, flow) for name in names] or [Rest(flow=flow)])
    cuts = [node.args[key] for key in ("version", "when", "sample") if node.args.get(key)]
    for pivot in node.args.get("pivots") or ():
        table = pivoted(reader, pivot, table, scope.ctes)
        node = pivot if pivot.alias else node
    scope.add(node.alias or (path[-1] if path else ""), table, () if node.alias else path)
    for each in cuts:
        reader.notes.used(parts(reader, each, scope), "filters")


def _of_project(reader: Reader, path: Sequence[str]) -> Table | None:
    """The table of a node; None of a name that is no node's."""
    found = reader.lookup(path)
    if found is None:
        return None
    unique_id, table = found
    reader.notes.parents[unique_id] = None
    if table.doubt:
        reader.notes.doubt({(unique_id, "*"): False}, table.doubt, whatever=True)
    return table


def _read_by_text(reader: Reader, call: Any, scope: Scope) -> Table | None:
    """What DuckDB's query_table('t') and query('select ...') read; None of any other function."""
    function = str(call.this).lower() if isinstance(call, exp.Anonymous) else ""
    if function not in ("query", "query_table"):
        return None
    texts = [
        each
        for argument in call.expressions[:1]
        for each in (argument.expressions if isinstance(argument, exp.Array) else [argument])
    ]
    if not texts or not all(isinstance(each, exp.Literal) and each.is_string for each in texts):
        raise UnreadableError(f"it reads what the text of {function}(...) says, which is put together when it runs")
    sql = [each.name if function == "query" else f"from {each.name}" for each in texts]
    trees = [parse(each, reader.dialect) for each in sql]
    reader.notes.texts_read += trees
    tables = [reader.query(each, scope, {}) for each in trees]
    return Table([item for table in tables for item in table.items])


def _add_lateral(reader: Reader, node: Any, scope: Scope) -> None:
    names = _column_names(node)
    if isinstance(node.this, QUERIES):
        table = reader.query(node.this, scope, scope.ctes).named(names)
    elif isinstance(node.this, exp.Unnest):
        _add_unnest(reader, node.this, scope, node.alias, names)
        return
    else:
        flow = parts(reader, node.this, scope)
        table = Table([*(Out(name, flow) for name in names), Rest(flow=flow)])
    scope.add(node.alias, table)


def _add_unnest(reader: Reader, node: Any, scope: Scope, alias: str = "", names: Sequence[str] = ()) -> None:
    """An array as rows. BigQuery's alias is a column, and the fields of its elements are columns too."""
    flow = merged(parts(reader, each, scope) for each in node.expressions)
    names = names or _column_names(node)
    offset = node.args.get("offset")
    position = [Out(offset.name)] if isinstance(offset, exp.Expression) else []
    _add_array(reader, flow, scope, alias or node.alias or (names[0] if names else ""), names, position)


def _add_array(
    reader: Reader, flow: Flow, scope: Scope, alias: str, names: Sequence[str], position: Sequence[Out] = ()
) -> None:
    items: list[Out | Rest] = [Out(name, flow) for name in names]
    if not names:
        items.append(Out(alias if reader.dialect in ("postgres", "redshift") and alias else "unnest", flow))
    if not names or reader.dialect == "bigquery":
        items.append(Rest(flow=flow, fields=True))
    scope.add(alias, Table([*items, *position]))


def _column_names(node: Any) -> list[str]:
    alias = node.args.get("alias")
    return [each.name for each in alias.columns] if isinstance(alias, exp.TableAlias) else []
