"""Whether a query that is cut by a window of dates gives, window by window, the rows that it gives for all of them at once.

It is read twice, for a window and for the next one: what differs is the window. A filter on a column is such a cut, and what works on the
rows of one date (a group, a window function or a join that holds that column) keeps to it. Everything else is told as a reason to doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import QUERIES, SET_OPERATIONS, arg

_HANDLED = {
    "with", "expressions", "distinct", "from", "joins", "where", "group", "having", "qualify", "order", "windows", "laterals", "kind", "hint",
    "operation_modifiers", "limit", "offset",
}  # fmt: skip
_MIDNIGHT = re.compile(r"\d{4}-\d{2}-\d{2}([ T]00:00:00(\.0+)?(\+00(:00)?|Z)?)?")


@dataclass
class _Rows:
    """What a query returns. `cut`: it differs by window; `dates`: its columns that hold the value by which it is cut, in lower case."""

    cut: bool = False
    dates: set[str] = field(default_factory=set)
    bounds: str = ""
    """The window as it is written, to see that two cuts are one."""


def doubts_by_window(one: Any, other: Any) -> tuple[str, ...]:
    """Why rows of the query may depend on where a window ends, given its trees for a window and the next. Empty when none can."""
    reader = _ByWindow(one, other)
    rows = reader.query(one, {})
    if not rows.cut and not reader.doubts:
        reader.doubts["the window is in no filter that is understood"] = None
    return tuple(reader.doubts)


class _ByWindow:
    def __init__(self, one: Any, other: Any) -> None:
        self._differs: set[int] = set()
        self._next: dict[int, Any] = {}
        """What stands in the next window's tree in a node's place."""
        self.doubts: dict[str, None] = {}
        """In the order in which they were found."""
        self._mark(one, other)
        texts = [node.this for node in one.walk() if isinstance(node, exp.Literal) and id(node) in self._differs]
        self._whole_days = all(_MIDNIGHT.fullmatch(str(text)) for text in texts)

    def _mark(self, one: Any, other: Any) -> None:
        """Note the smallest parts in which the two differ."""
        if type(one) is not type(other) or one.args.keys() != other.args.keys():
            self._differs.add(id(one))
            return
        self._next[id(one)] = other
        for name, value in one.args.items():
            theirs = other.args[name]
            if isinstance(value, exp.Expression) and isinstance(theirs, exp.Expression):
                self._mark(value, theirs)
            elif isinstance(value, list) and isinstance(theirs, list) and len(value) == len(theirs):
                for mine, their in zip(value, theirs, strict=True):
                    if isinstance(mine, exp.Expression) and isinstance(their, exp.Expression):
                        self._mark(mine, their)
                    elif mine != their:
                        self._differs.add(id(one))
            elif value != theirs:
                self._differs.add(id(one))

    def _cut(self, node: Any) -> bool:
        """Whether anything in it differs by window."""
        return node is not None and any(id(each) in self._differs for each in node.walk())

    def _doubt(self, text: str) -> None:
        self.doubts[text] = None

    # --- queries -----------------------------------------------------------------------------------------------------

    def query(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        while isinstance(node, (exp.Subquery, exp.Paren)) and not (
            isinstance(node, exp.Subquery) and (arg(node, "with") or node.args.get("pivots") or node.args.get("sample"))
        ):
            node = node.this
        known = dict(ctes)
        with_ = arg(node, "with")
        if with_ is not None:
            if with_.args.get("recursive") and self._cut(node):
                self._doubt("a recursive WITH")
            for cte in with_.expressions:
                known[cte.alias.lower()] = self.query(cte.this, known)
        if isinstance(node, SET_OPERATIONS):
            return self._set_operation(node, known)
        if isinstance(node, exp.Select):
            return self._select(node, known)
        if isinstance(node, exp.Table):
            return self._source(node, known)
        if self._cut(node) or any(known.get(table.name.lower(), _Rows()).cut for table in node.find_all(exp.Table)):
            self._doubt(f"{_words(node)}, which is not looked into")
            return _Rows(cut=True)
        return _Rows()

    def _set_operation(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        left, right = self.query(node.this, ctes), self.query(node.expression, ctes)
        if not left.cut and not right.cut:
            return _Rows()
        kind = type(node).__name__.upper()
        dates = left.dates & right.dates
        if left.cut != right.cut:
            self._doubt(f"one side of {kind} is not cut by the window, so every chunk returns all of its rows")
        elif not (isinstance(node, exp.Union) and node.args.get("distinct") is False) and not dates:
            self._doubt(f"{kind} compares rows of different dates")
        if left.cut and right.cut and left.bounds != right.bounds:
            self._doubt(f"the sides of {kind} are cut by different windows")
        self._limited(node)
        return _Rows(True, dates, left.bounds)

    def _select(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        sources = list(self._sources(node, ctes))
        cut = [rows for _, rows, _ in sources if rows.cut]
        dates = {name for rows in cut for name in rows.dates}
        names = {alias for alias, rows, _ in sources if rows.cut}
        bounds = cut[0].bounds if cut else ""
        self._joins(sources, dates)
        own, own_bounds = self._filters(node)
        if own:
            if cut and not (
                all(name in dates and table in {"", *names} for table, name in own) and own_bounds == bounds
            ):
                self._doubt(
                    "it is cut by the window twice, in different ways: rows near the end of a window may depend on it"
                )
            names |= (
                {table for table, _ in own} if all(table for table, _ in own) else {alias for alias, _, _ in sources}
            )
            dates |= {name for _, name in own}
            bounds = own_bounds
        if not cut and not own:
            self._outside(node, ctes)
            return _Rows(cut=self._cut(node))
        self._outside(node, ctes)
        for name in node.args:
            if name.rstrip("_") not in _HANDLED and node.args[name] not in (None, [], False):
                self._doubt(f"{name.rstrip('_').upper()}, which is not looked into")
        keys = self._keys(node, dates, names)
        self._groups(node, keys)
        self._windows(node, keys)
        self._limited(node)
        return _Rows(True, self._out(node, dates, names), bounds)

    def _sources(self, node: Any, ctes: Mapping[str, _Rows]) -> Iterator[tuple[str, _Rows, Any]]:
        """Alias, rows and join (None of the first) of each table in FROM."""
        from_ = arg(node, "from")
        if from_ is not None:
            yield from_.this.alias_or_name.lower(), self._source(from_.this, ctes), None
            for join in from_.this.args.get("joins") or ():
                yield join.this.alias_or_name.lower(), self._source(join.this, ctes), join
        for join in node.args.get("joins") or ():
            yield join.this.alias_or_name.lower(), self._source(join.this, ctes), join

    def _source(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        if isinstance(node, exp.Table) and not node.args.get("db") and isinstance(node.this, exp.Identifier):
            rows = ctes.get(node.name.lower(), _Rows())
        elif isinstance(node, (*QUERIES, exp.Paren)):
            rows = self.query(node, ctes)
        else:
            rows = _Rows(cut=self._cut(node))
            if rows.cut:
                self._doubt(f"the window is in {_words(node)}")
        if rows.cut and (node.args.get("pivots") or node.args.get("sample")):
            self._doubt("PIVOT or a sample of the rows of a window")
        return rows

    def _joins(self, sources: list[tuple[str, _Rows, Any]], dates: set[str]) -> None:
        before_cut = False
        for _, rows, join in sources:
            side = f"{join.args.get('side') or ''} {join.args.get('kind') or ''}".strip().upper() if join else ""
            if join is not None and self._cut(join.args.get("on")):
                self._doubt("the window is in the condition of a join")
            if join is not None and rows.cut and before_cut and not self._joins_dates(join, dates):
                self._doubt("it joins two inputs that are both cut by the window, so pairs from two windows are lost")
            if (
                join is not None
                and rows.cut
                and side.split(" ")[0] in ("LEFT", "FULL", "SEMI", "ANTI")
                and not before_cut
            ):
                self._doubt(f"{side} JOIN with rows of a window: whether a row has a partner depends on the window")
            if join is not None and before_cut and side.split(" ")[0] in ("RIGHT", "FULL"):
                self._doubt(f"{side} JOIN to rows of a window: rows without a partner come in every chunk")
            if join is not None and str(join.args.get("method") or "").upper() == "ASOF" and rows.cut:
                self._doubt("ASOF JOIN with rows of a window")
            before_cut = before_cut or rows.cut

    def _joins_dates(self, join: Any, dates: set[str]) -> bool:
        """Whether rows of one date meet rows of that date alone."""
        if any(each.name.lower() in dates for each in join.args.get("using") or ()):
            return True
        on = join.args.get("on")
        equal = [each for each in (on.flatten() if isinstance(on, exp.And) else [on]) if isinstance(each, exp.EQ)]
        return any(
            isinstance(each.left, exp.Column)
            and isinstance(each.right, exp.Column)
            and each.left.name.lower() in dates
            and each.right.name.lower() in dates
            for each in equal
        )

    def _filters(self, node: Any) -> tuple[set[tuple[str, str]], str]:
        """Columns by which WHERE cuts, each with its table's alias (or ''), in lower case, and the bounds as they are written."""
        where = arg(node, "where")
        if where is None or not self._cut(where):
            return set(), ""
        columns: set[tuple[str, str]] = set()
        lows: list[Any] = []
        highs: list[Any] = []
        for part in _parts(where.this):
            if not self._cut(part):
                continue
            column = self._bounded(part)
            if column is None:
                self._doubt(
                    f"the window is in a condition that is no plain `column >= day` or `column < day`: {_text(part)}"
                )
            else:
                columns.add(column)
                (lows if isinstance(part, exp.GTE) else highs).append(part.expression)
        if len({name for _, name in columns}) > 1:
            self._doubt(f"it is cut by more than one column: {', '.join(sorted(name for _, name in columns))}")
        if columns and not (
            len(lows) == len(highs) == 1 and highs[0].sql() == getattr(self._next.get(id(lows[0])), "sql", str)()
        ):
            self._doubt("its window does not end where the next one begins")
        return columns, " ".join(each.sql() for each in (*lows, *highs))

    def _bounded(self, node: Any) -> tuple[str, str] | None:
        """`column >= day` or `column < day`, also of an expression of one column."""
        if not isinstance(node, (exp.GTE, exp.LT)) or self._cut(node.left) or node.left.find(*QUERIES):
            return None
        day = node.right
        while isinstance(day, (exp.Cast, exp.Paren)):
            day = day.this
        columns = {(column.table.lower(), column.name.lower()) for column in node.left.find_all(exp.Column)}
        return columns.pop() if isinstance(day, exp.Literal) and len(columns) == 1 else None

    def _outside(self, node: Any, ctes: Mapping[str, _Rows]) -> None:
        """The window in select lists, HAVING and subqueries of expressions."""
        for name in ("expressions", "having", "qualify", "group", "order", "windows", "where", "laterals"):
            value = arg(node, name)
            for each in value if isinstance(value, list) else [value] if value is not None else []:
                if name != "where" and self._cut(each):
                    self._doubt(f"the window's dates are in {_text(each)}")
                for inner in _subqueries(each):
                    if self.query(inner, ctes).cut:
                        self._doubt(f"a subquery is cut by the window: {_text(inner)}")

    # --- what must keep to one date -----------------------------------------------------------------------------------

    def _is_date(self, node: Any, dates: set[str], names: set[str]) -> bool:
        """Whether rows of one value of this expression are of one window."""
        if isinstance(node, (exp.Alias, exp.Paren)):
            return self._is_date(node.this, dates, names)
        if isinstance(node, exp.Column):
            return node.name.lower() in dates and (not node.table or node.table.lower() in names)
        day = (
            (isinstance(node, (exp.Cast, exp.TryCast)) and node.to.is_type("date"))
            or (isinstance(node, (exp.Date, exp.TsOrDsToDate)) and not node.args.get("zone") and not node.expressions)
            or (
                isinstance(node, (exp.DateTrunc, exp.TimestampTrunc))
                and _text(node.args.get("unit")).strip("'").upper() == "DAY"
            )
        )
        return bool(day) and self._whole_days and node.this is not None and self._is_date(node.this, dates, names)

    def _keys(self, node: Any, dates: set[str], names: set[str]) -> Any:
        """A test of an expression, which may also be an alias or a number of the select list."""
        listed = list(node.expressions)
        aliases = {each.alias.lower(): each for each in listed if isinstance(each, exp.Alias)}

        def holds(key: Any) -> bool:
            if isinstance(key, exp.Literal) and not key.is_string and str(key.this).isdigit():
                place = int(key.this) - 1
                return 0 <= place < len(listed) and self._is_date(listed[place], dates, names)
            if self._is_date(key, dates, names):
                return True
            is_alias = isinstance(key, exp.Column) and not key.table and key.name.lower() in aliases
            return is_alias and self._is_date(aliases[key.name.lower()], dates, names)

        return holds

    def _groups(self, node: Any, is_date: Any) -> None:
        group, distinct = node.args.get("group"), node.args.get("distinct")
        if group is not None:
            every = group.args.get("all") and any(is_date(each) for each in node.expressions)
            if any(group.args.get(each) for each in ("rollup", "cube", "grouping_sets")):
                self._doubt("ROLLUP, CUBE or GROUPING SETS add up rows of several dates")
            elif not every and not any(is_date(key) for key in group.expressions):
                self._doubt(
                    f"it groups by {', '.join(map(_text, group.expressions)) or 'all'}, without the date: a group may lie in two windows"
                )
        elif aggregates := [each for each in _own(node) if isinstance(each, exp.AggFunc) and not _in_window(each)]:
            self._doubt(f"{_text(aggregates[0])} over all rows of a window")
        elif not _plain(node):
            self._doubt("a function that may add up all rows of a window")
        if distinct is not None:
            on = distinct.args.get("on")
            keys = on.expressions if on is not None else node.expressions
            if not any(is_date(key) or (on is None and isinstance(key, exp.Star)) for key in keys):
                self._doubt("DISTINCT without the date: the same row may come from two windows")

    def _windows(self, node: Any, is_date: Any) -> None:
        named = {each.this.name.lower(): each for each in node.args.get("windows") or () if each.this is not None}
        for window in _own(node):
            if not isinstance(window, exp.Window) or window in named.values():
                continue
            alias = window.args.get("alias")
            meant = (
                named.get(alias.name.lower()) if alias is not None and not window.args.get("partition_by") else window
            )
            if meant is None or not any(is_date(key) for key in meant.args.get("partition_by") or ()):
                self._doubt(f"the window function {_text(window)}, whose partitions do not hold the date")

    def _limited(self, node: Any) -> None:
        for name in ("limit", "offset"):
            if node.args.get(name) is not None:
                self._doubt(f"{name.upper()} counts rows of each window")

    def _out(self, node: Any, dates: set[str], names: set[str]) -> set[str]:
        """The columns that hold the date under the names that they have outside."""
        out: set[str] = set()
        for each in node.expressions:
            star = each if isinstance(each, exp.Star) else each.this if isinstance(each, exp.Column) else None
            if isinstance(star, exp.Star):
                if isinstance(each, exp.Column) and each.table.lower() not in names:
                    continue
                changed = {
                    inner.alias_or_name.lower()
                    for name in ("except", "replace", "rename")
                    for inner in arg(star, name) or ()
                }
                out |= dates - changed
            elif self._is_date(each, dates, names) and each.alias_or_name:
                out.add(each.alias_or_name.lower())
        # a name that another expression takes too says nothing
        taken = [each.alias_or_name.lower() for each in node.expressions if not self._is_date(each, dates, names)]
        return out - {name for name in taken if name != "*"}


def _parts(condition: Any) -> Iterator[Any]:
    """What AND puts together, without parentheses."""
    if isinstance(condition, exp.And):
        yield from _parts(condition.left)
        yield from _parts(condition.right)
    elif isinstance(condition, exp.Paren):
        yield from _parts(condition.this)
    else:
        yield condition


def _own(node: Any) -> Iterator[Any]:
    """Expressions of a SELECT itself, not those of queries inside of it."""
    for name in ("expressions", "having", "qualify", "order", "distinct"):
        value = arg(node, name)
        for each in value if isinstance(value, list) else [value] if value is not None else []:
            yield from _without_queries(each)


def _without_queries(node: Any) -> Iterator[Any]:
    if isinstance(node, QUERIES):
        return
    yield node
    for child in node.iter_expressions():
        yield from _without_queries(child)


def _subqueries(node: Any) -> Iterator[Any]:
    if isinstance(node, QUERIES):
        yield node
        return
    for child in node.iter_expressions():
        yield from _subqueries(child)


def _in_window(node: Any) -> bool:
    parent = node.parent
    while parent is not None and not isinstance(parent, QUERIES):
        if isinstance(parent, exp.Window):
            return True
        parent = parent.parent
    return False


def _plain(node: Any) -> bool:
    """Whether a SELECT without GROUP BY returns a row for each row: some output is no call of a function that is not known."""
    outputs = [each.this if isinstance(each, exp.Alias) else each for each in node.expressions]
    return any(isinstance(each, exp.Star) or not each.find(exp.Anonymous) for each in outputs)


def _words(node: Any) -> str:
    return f"{type(node).__name__} ({_text(node)})"


def _text(node: Any) -> str:
    text = " ".join(node.sql().split()) if node is not None else ""
    return text if len(text) <= 80 else text[:80] + "..."
