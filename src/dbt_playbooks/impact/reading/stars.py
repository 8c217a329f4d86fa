"""`*`, `t.*` and what may follow them: except, exclude, replace, rename; and DuckDB's `columns('pattern')`."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from dbt_playbooks.impact.reading.expressions import parts, value
from dbt_playbooks.impact.reading.parsing import QUERIES, arg
from dbt_playbooks.impact.reading.scope import Scope
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, derived, merged

if TYPE_CHECKING:
    from dbt_playbooks.impact.reading.query import Reader


_PATTERNS: tuple[Any, ...] = (exp.Like, exp.ILike, exp.SimilarTo, exp.Glob)


def is_star(node: Any) -> bool:
    """Whether a term of a select list stands for any number of columns."""
    inner = node.this if isinstance(node, exp.Alias) else node
    if isinstance(inner, exp.Dot):
        return isinstance(inner.expression, exp.Star)
    return _is_plain(inner) or bool(_stars_in(inner))


def _is_plain(node: Any) -> bool:
    """`*` or `t.*`."""
    return isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star))


def _stars_in(node: Any) -> list[Any]:
    """What chooses columns in a term: `* like 'a%'` itself, or each `columns(...)` in it that makes a column of its own of each that it chooses."""
    if isinstance(node, _PATTERNS) and _is_plain(node.this):
        return [node]
    if isinstance(node, getattr(exp, "Columns", ())):
        return [] if node.args.get("unpack") else [node]
    return [] if isinstance(node, QUERIES) else [each for child in node.iter_expressions() for each in _stars_in(child)]


def starred(reader: Reader, node: Any, scope: Scope) -> list[Out | Rest]:
    """The columns that it stands for."""
    if isinstance(node, exp.Star):
        return _modified(reader, scope.star(None) or [], node, scope)
    if isinstance(node, exp.Column):
        reader.notes.seen.add(id(node))
        names = [part.name for part in node.parts[:-1]]
        items = scope.star(names[-1])
        if items is None:  # the fields of a struct
            return _modified(reader, [Rest(flow=scope.column(names))], node.this, scope)
        return _modified(reader, items, node.this, scope)
    if isinstance(node, exp.Dot):
        return [Rest(flow=parts(reader, node.this, scope))]
    return _by_pattern(reader, node, scope)


def _modified(reader: Reader, items: list[Out | Rest], star: Any, scope: Scope) -> list[Out | Rest]:
    without = {each.name.lower() for each in arg(star, "except") or ()}
    renames = [each.this for each in star.args.get("rename") or ()]
    reader.notes.seen |= {id(each) for each in (*(arg(star, "except") or ()), *renames)}
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
    """`columns('a.*')`, `* like 'a%'`, `min(columns(*)) + b as 'low_\\0'`: what is chosen, each in an expression of its own."""
    inner = node.this if isinstance(node, exp.Alias) else node
    stars = _stars_in(inner)
    others = merged(parts(reader, each, scope, reader.aliases) for each in _around(inner, stars[0]))
    found: list[Out | Rest] = []
    for item in _chosen(reader, stars[0], scope):
        flow = item.flow if isinstance(item, Out) else Table([item]).everything()
        if stars[0] is inner and node is inner:
            found.append(item)
        elif isinstance(item, Rest):
            found.append(Rest(flow=derived(merged([flow, others]))))
        else:
            found.append(
                Out(_label(node, stars[0], item.name), flow if stars[0] is inner else derived(merged([flow, others])))
            )
    return found


def _around(node: Any, star: Any) -> Iterator[Any]:
    """What a term is made of besides the columns that it chooses."""
    for child in node.iter_expressions():
        if child == star or node is star:
            continue
        if star in _stars_in(child):
            yield from _around(child, star)
        else:
            yield child


def _label(node: Any, star: Any, name: str) -> str:
    """A column that is chosen keeps its name, unless an alias says how all of them are called."""
    if not isinstance(node, exp.Alias):
        return name
    found = re.search(star.this.name, name) if isinstance(star.this, exp.Literal) else re.search(".*", name)
    return re.sub(r"\\(\d)", lambda each: (found[int(each[1])] or "") if found else "", node.alias)


def _chosen(reader: Reader, node: Any, scope: Scope) -> list[Out | Rest]:
    """The columns that a pattern, a list of names or a star chooses."""
    what = node.this
    if not isinstance(node, _PATTERNS):
        if _is_plain(what):
            return starred(reader, what, scope)
        if isinstance(what, exp.Array) and all(isinstance(each, exp.Literal) for each in what.expressions):
            return [Out(each.name, scope.column([each.name]), written=True) for each in what.expressions]
    items = starred(reader, what, scope) if _is_plain(what) else scope.star(None) or []
    matches = _pattern(node)
    if matches is None or any(isinstance(item, Rest) for item in items):
        return [Rest(flow=_any(reader, items))]
    found: list[Out | Rest] = [item for item in items if isinstance(item, Out) and matches(item.name)]
    negated = isinstance(node, _PATTERNS) and node.args.get("negate")
    for item in items if negated else found:
        # under another name it may match no longer, or match; where nothing does, that is an error
        if not (negated and item in found):
            reader.notes.written(item.flow)
            if negated or len(found) == 1:
                reader.notes.used(item.flow, "reads")
    return found


def names_chosen(reader: Reader, node: Any, scope: Scope) -> frozenset[str]:
    """The names, in lower case, of the columns in a term, also of those that it chooses by a pattern."""
    names = {each.name.lower() for each in node.find_all(exp.Column) if not each.find_ancestor(exp.Star)}
    for star in _stars_in(node):
        names |= {item.name.lower() for item in _chosen(reader, star, scope) if isinstance(item, Out)}
    return frozenset(names)


def _any(reader: Reader, items: list[Out | Rest]) -> Flow:
    whole: Flow = Table(items).everything()
    reader.notes.doubt(whole, "it chooses columns by a pattern, of tables whose columns are not all known")
    reader.notes.wanted |= {item.node for item in items if isinstance(item, Rest) and item.node}
    return whole


def chosen(reader: Reader, node: Any, scope: Scope) -> Flow:
    """`where columns('a.*') > 1`, `order by #2`: what is chosen in an expression, which does not make columns of its own."""
    if isinstance(node, getattr(exp, "Columns", ())):
        return Table(_chosen(reader, node, scope)).everything()
    items = scope.star(None) or []
    before = items[: int(node.name)] if node.name.isdigit() else []
    if not before or any(isinstance(item, Rest) for item in before):
        return _any(reader, items)
    return before[-1].flow


def _pattern(node: Any) -> Callable[[str], Any] | None:
    """What the names must match; None of what is not understood."""
    try:
        if isinstance(node, _PATTERNS) and isinstance(node.expression, exp.Literal):
            found = _compiled(node)
            return (lambda name: not found(name)) if node.args.get("negate") else found
        if isinstance(node.this, exp.Literal):
            return re.compile(node.this.name).search
    except re.error:
        pass
    return None


def _compiled(node: Any) -> Callable[[str], Any]:
    text = node.expression.name
    if isinstance(node, exp.Glob):
        return re.compile(fnmatch.translate(text)).match
    if isinstance(node, exp.SimilarTo):
        return re.compile(text).fullmatch
    like = re.escape(text).replace("%", ".*").replace("_", ".")
    return re.compile(like, re.IGNORECASE if isinstance(node, exp.ILike) else 0).fullmatch
