"""`*`, `t.*` and what may follow them: except, exclude, replace, rename; and DuckDB's `columns('pattern')`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.reading.expressions import parts, value
from dbt_playbooks.impact.reading.parsing import arg
from dbt_playbooks.impact.reading.scope import Scope
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, merged

if TYPE_CHECKING:
    from dbt_playbooks.impact.reading.query import Reader


def is_star(node: Any) -> bool:
    """Whether a term of a select list stands for any number of columns."""
    inner = node.this if isinstance(node, exp.Alias) else node
    if isinstance(inner, (exp.Column, exp.Like, exp.ILike, exp.SimilarTo, exp.Glob)):
        return isinstance(inner.this, exp.Star)
    if isinstance(inner, exp.Dot):
        return isinstance(inner.expression, exp.Star)
    return (
        isinstance(inner, exp.Star) or bool(node.find(exp.Columns))
        if hasattr(exp, "Columns")
        else isinstance(inner, exp.Star)
    )


def starred(reader: Reader, node: Any, scope: Scope) -> list[Out | Rest]:
    """The columns that it stands for."""
    if isinstance(node, exp.Star):
        return _modified(reader, scope.star(None) or [], node, scope)
    if isinstance(node, exp.Column):
        names = [part.name for part in node.parts[:-1]]
        items = scope.star(names[-1])
        if items is None:  # the fields of a struct
            return [Rest(flow=scope.column(names))]
        return _modified(reader, items, node.this, scope)
    if isinstance(node, exp.Dot):
        return [Rest(flow=parts(reader, node.this, scope))]
    return _by_pattern(reader, node, scope)


def _modified(reader: Reader, items: list[Out | Rest], star: Any, scope: Scope) -> list[Out | Rest]:
    without = {each.name.lower() for each in arg(star, "except") or ()}
    replaced = {each.alias.lower(): each for each in star.args.get("replace") or ()}
    renamed = {each.this.name.lower(): each.alias for each in star.args.get("rename") or ()}
    known = {item.name.lower() for item in items if isinstance(item, Out)}
    found: list[Out | Rest] = []
    for item in items:
        if isinstance(item, Rest):
            found += _of_rest(
                reader, item, without, {name: each for name, each in renamed.items() if name not in known}
            )
            continue
        name = item.name.lower()
        if name in without:
            reader.notes.named(item.flow, name)
        elif name in replaced:
            reader.notes.named(item.flow, name)
            found.append(Out(item.name, value(reader, replaced[name].this, scope, reader.aliases), written=True))
        elif name in renamed:
            reader.notes.named(item.flow, name)
            found.append(Out(renamed[name], item.flow, written=True))
        else:
            found.append(item)
    new = [
        Out(each.alias, value(reader, each.this, scope, reader.aliases), written=True)
        for name, each in replaced.items()
        if name not in known
    ]
    if new:
        names = frozenset(replaced)
        for rest in [item for item in items if isinstance(item, Rest) and item.node]:
            for name in names - known:
                reader.notes.named(rest.column(name), name)
        found = [Rest(item.node, item.without | names, item.flow) if isinstance(item, Rest) else item for item in found]
    return [*found, *new]


def _of_rest(reader: Reader, rest: Rest, without: set[str], renamed: dict[str, str]) -> list[Out | Rest]:
    gone = frozenset(without | set(renamed))
    if rest.node:
        for name in gone:
            if rest.may_have(name):
                reader.notes.named(rest.column(name), name)
    return [
        Rest(rest.node, rest.without | gone, rest.flow),
        *(Out(new, rest.column(old), written=True) for old, new in renamed.items()),
    ]


def _by_pattern(reader: Reader, node: Any, scope: Scope) -> list[Out | Rest]:
    """`columns('a.*')`, `* like 'a%'`, `min(columns(*))`: known columns whose names match, each in an expression of its own."""
    items = scope.star(None) or []
    matches, as_is = _pattern(node)
    if matches is None or any(isinstance(item, Rest) for item in items):
        return [Rest(flow=_any(reader, items))]
    found = [item for item in items if isinstance(item, Out) and matches(item.name)]
    return [Out(item.name, {origin: each and as_is for origin, each in item.flow.items()}) for item in found]


def _any(reader: Reader, items: list[Out | Rest]) -> Flow:
    whole: Flow = Table(items).everything()
    reader.notes.doubt(whole, "it chooses columns by a pattern, of tables whose columns are not all known")
    reader.notes.wanted |= {item.node for item in items if isinstance(item, Rest) and item.node}
    return whole


def chosen(reader: Reader, node: Any, scope: Scope) -> Flow:
    """`where columns('a.*') > 1`, `order by #2`: what is chosen in an expression, which does not make columns of its own."""
    if isinstance(node, getattr(exp, "Columns", ())):
        return merged(item.flow for item in _by_pattern(reader, node, scope))
    items = scope.star(None) or []
    before = items[: int(node.name)] if node.name.isdigit() else []
    if not before or any(isinstance(item, Rest) for item in before):
        return _any(reader, items)
    return before[-1].flow


def _pattern(node: Any) -> tuple[Callable[[str], Any] | None, bool]:
    """What the names must match; None of what is not understood. And whether the columns are returned as they are."""
    inner = node.this if isinstance(node, exp.Alias) else node
    try:
        if isinstance(inner, (exp.Like, exp.ILike, exp.Glob, exp.SimilarTo)) and isinstance(
            inner.expression, exp.Literal
        ):
            found = _compiled(inner)
            return ((lambda name: not found(name)) if inner.args.get("negate") else found), True
        columns = node.find(exp.Columns) if hasattr(exp, "Columns") else None
        if columns is not None and isinstance(columns.this, exp.Star) and not any(columns.this.args.values()):
            return re.compile("").search, columns is inner
        if columns is not None and isinstance(columns.this, exp.Literal):
            return re.compile(columns.this.name).search, columns is inner
    except re.error:
        pass
    return None, False


def _compiled(node: Any) -> Callable[[str], Any]:
    text = node.expression.name
    if isinstance(node, exp.Glob):
        return re.compile(fnmatch.translate(text)).match
    if isinstance(node, exp.SimilarTo):
        return re.compile(text).fullmatch
    like = re.escape(text).replace("%", ".*").replace("_", ".")
    return re.compile(like, re.IGNORECASE if isinstance(node, exp.ILike) else 0).fullmatch
