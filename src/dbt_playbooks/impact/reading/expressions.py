"""What an expression comes from: its columns, through functions, windows, lambdas and the queries inside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.lineage import Origin
from dbt_playbooks.impact.reading.parsing import QUERIES, arg
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


def value(reader: Reader, node: Any, scope: Scope, aliases: Aliases = "last") -> Flow:
    """Where a value comes from; a column alone, also in parentheses or cast, is passed on as it is."""
    inner = node
    while isinstance(inner, _SAME_VALUE):
        inner = inner.this
    if isinstance(inner, exp.Column) and not isinstance(inner.this, exp.Star):
        return scope.column(_parts(inner), aliases)
    return parts(reader, node, scope, aliases)


def parts(reader: Reader, node: Any, scope: Scope, aliases: Aliases = "last") -> Flow:
    """All columns in an expression, as what something is computed from."""
    flows: list[Mapping[Origin, bool]] = []
    stack: list[tuple[Any, frozenset[str]]] = [(node, frozenset())]
    while stack:
        each, hidden = stack.pop()
        if isinstance(each, exp.Column):
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
            hidden = hidden | _own_names(each)
            stack += [(child, hidden) for child in each.iter_expressions()]
    return derived(merged(flows))


def _parts(column: Any) -> list[str]:
    return [part.name for part in column.parts]


def _dotted(dot: Any) -> list[str]:
    """The names at the beginning of a chain: [t, status] of `t.status.upper().lower()`; none where it begins with something else."""
    names: list[str] = []
    links = [dot.expression]
    while isinstance(dot.this, exp.Dot):
        dot = dot.this
        links.append(dot.expression)
    links.append(dot.this)
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


def _own_names(node: Any) -> frozenset[str]:
    """Names that an expression gives its own variables: the arguments of a lambda, the element of a comprehension."""
    if isinstance(node, exp.Lambda):
        return frozenset(each.name.lower() for each in node.expressions)
    if type(node).__name__ == "Comprehension":
        own = (node.args.get("expression"), node.args.get("position"))
        return frozenset(each.name.lower() for each in own if isinstance(each, exp.Expression))
    return frozenset()
