"""What an expression comes from: its columns, through functions, windows, lambdas and the queries inside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.lineage import Origin
from dbt_playbooks.impact.reading.coverage import is_placed, variables
from dbt_playbooks.impact.reading.parsing import QUERIES, arg, words
from dbt_playbooks.impact.reading.scope import Aliases, Scope
from dbt_playbooks.impact.reading.tables import Flow, Table, derived, merged

if TYPE_CHECKING:
    from dbt_playbooks.impact.reading.query import Reader

# a value in another type is still that value
_SAME_VALUE: tuple[Any, ...] = tuple(
    found
    for name in ("Paren", "Cast", "TryCast", "SafeCast", "Alias")
    if isinstance(found := getattr(exp, name, None), type)
)


_ANY_COLUMN: tuple[Any, ...] = tuple(
    getattr(exp, name) for name in ("Columns", "PositionalColumn") if hasattr(exp, name)
)
"""What may mean any column: columns('a.*'), #2."""


_TIME_UNITS: tuple[Any, ...] = tuple(
    getattr(exp, name) for name in ("TimeUnit", "TimestampTrunc", "DateTrunc", "TimeTrunc") if hasattr(exp, name)
)
_UNITS_ARE_VALUES = ("duckdb", "postgres", "redshift", "snowflake", None)
_UNITS = words(
    """
    century day days decade dow doy epoch era hour hours isodow isoweek isoyear julian microsecond microseconds millennium millisecond milliseconds minute
    minutes month months nanosecond quarter quarters second seconds timezone week weekday weeks year years yearweek
    """
)


def value(reader: Reader, node: Any, scope: Scope, aliases: Aliases = "last") -> Flow:
    """Where a value comes from; a column alone, also in parentheses or cast, is passed on as it is."""
    inner = node
    while isinstance(inner, _SAME_VALUE):
        inner = inner.this
    if isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star):
        reader.notes.seen.add(id(inner))
        return scope.column(_parts(inner), aliases)
    return parts(reader, node, scope, aliases)


def parts(reader: Reader, node: Any, scope: Scope, aliases: Aliases = "last") -> Flow:
    """All columns in an expression, as what something is computed from."""
    flows: list[Mapping[Origin, bool]] = []
    stack: list[tuple[Any, frozenset[str]]] = [(node, frozenset())]
    while stack:
        each, hidden = stack.pop()
        if isinstance(each, exp.Column):
            reader.notes.seen.add(id(each))
            if isinstance(each.this, exp.Star):
                flows.append(_row(scope, each))
            elif _parts(each)[0].lower() not in hidden:
                flows.append(scope.column(_parts(each), aliases))
        elif isinstance(each, exp.Star):
            if not isinstance(each.parent, exp.Count):
                flows.append(_row(scope, None))
        elif isinstance(each, exp.Dot) and _dotted(each):
            names = _dotted(each)
            if names[0].lower() not in hidden:
                flows.append(scope.column(names, aliases))
            stack += [(call, hidden) for call in each.find_all(exp.Func)]
        elif isinstance(each, exp.ToMap):
            # a name before the colon is a column here, and that of a field in a struct
            keys = [pair.this.name for pair in each.find_all(exp.PropertyEQ) if isinstance(pair.this, exp.Identifier)]
            flows += [scope.column([key], aliases) for key in keys]
            stack += [(child, hidden) for child in each.iter_expressions()]
        elif isinstance(each, exp.Identifier) and not is_placed(each):
            # a chain of methods has bare names in what it begins with: cast(status as text).upper()
            reader.notes.seen.add(id(each))
            flows.append(scope.column([each.name], aliases))
        elif _named_unit(each, reader.dialect):
            flows.append(_unit(reader, each, scope))
            stack += [(child, hidden) for child in each.iter_expressions() if child is not each.args["unit"]]
        elif isinstance(each, _ANY_COLUMN):
            flows.append(reader.chosen(each, scope))
        elif isinstance(each, exp.Table):
            # summarize t, ml.predict(model m, table t)
            flows.append(reader.query(each, scope, scope.ctes).everything())
        elif isinstance(each, exp.Exists) and isinstance(each.this, QUERIES):
            reader.query(each.this, scope, scope.ctes)  # what it returns is of no matter
        elif isinstance(each, QUERIES):
            flows.append(reader.query(each, scope, scope.ctes).everything())
        elif isinstance(each, exp.Window):
            flows.append(_window(reader, each, scope, aliases))
            stack.append((each.this, hidden))
        else:
            hidden = hidden | variables(each)
            stack += [(child, hidden) for child in each.iter_expressions()]
    return derived(merged(flows))


def _named_unit(node: Any, dialect: str | None) -> bool:
    """Whether what a function of time takes as its unit may be a column: sqlglot has a column and a text in its place as one word."""
    unit = node.args.get("unit") if isinstance(node, _TIME_UNITS) and not isinstance(node, exp.Interval) else None
    return isinstance(unit, (exp.Var, exp.Column, exp.Literal)) and dialect in _UNITS_ARE_VALUES


def _unit(reader: Reader, node: Any, scope: Scope) -> Flow:
    """A word that is a unit, as in `date_trunc('day', ts)`, may still be a column: `date_trunc(day, ts)`."""
    unit = node.args["unit"]
    reader.notes.seen.add(id(unit))
    name = unit.name.lower()
    if name not in _UNITS:
        return scope.column([name])
    flow = scope.known(name) or {}
    reader.notes.doubt(flow, f"'{name}' may be a unit of time, or the column")
    return flow


def _parts(column: Any) -> list[str]:
    return [part.name for part in column.parts]


def _dotted(dot: Any) -> list[str]:
    """The names at the beginning of a chain: [t, status] of `t.status.upper().lower()`; none where it begins with something else."""
    names: list[str] = []
    links = [dot.expression]
    while isinstance(dot.this, exp.Dot):
        dot = dot.this
        links.append(dot.expression)
    links.append(dot.this.unnest() if isinstance(dot.this, exp.Paren) else dot.this)
    for link in reversed(links):
        if not isinstance(link, exp.Identifier):
            break
        names.append(link.name)
    return names


def _row(scope: Scope, column: Any) -> Flow:
    """A whole row as a value: count(distinct t.*), struct(*)."""
    items = scope.star(column.table if column is not None else None)
    if items is None:
        return scope.column([part.name for part in column.parts[:-1]])
    return Table(items).everything()


def _window(reader: Reader, window: Any, scope: Scope, aliases: Aliases) -> Flow:
    """Partition by and order by of a window. A named one counts where it is used, and is noted where it is defined."""
    flows = [scope.windows.get(arg(window, "alias").name.lower(), {})] if arg(window, "alias") else []
    for key in ("partition_by", "order", "spec"):
        found = window.args.get(key)
        terms = found if isinstance(found, list) else [found]
        flows += [parts(reader, each, scope, aliases) for each in terms if isinstance(each, exp.Expression)]
    flow = merged(flows)
    scope.notes.used(flow, "windows")
    return flow
