"""Whether a query that is cut by a window of dates gives, window by window, the rows that it gives for all of them at once.

It is read twice, for a window and for the next one: what differs is the window. The query then is built up from its tables: the rows of a
part are either the same in every window, or they add up: those of two windows are those of both together. A filter on a column makes rows
that add up. A projection, a filter and a join with rows of no window keep them so; a group, DISTINCT, a window function or a join of two
such inputs do when they hold the date. Whatever is not known to keep them so, down to each argument of a clause, is a reason to doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.parsing import QUERIES, SET_OPERATIONS, arg
from dbt_playbooks.impact.reading.self_reads import reads_by_text, tables_in
from dbt_playbooks.impact.reading.window_cuts import Cut, Differences, Filter, by, conjuncts, text, texts, without_days
from dbt_playbooks.impact.reading.window_parts import (
    aggregate,
    called_functions,
    given,
    is_column,
    is_of_one_row,
    is_star,
    meant,
    misread,
    not_looked_into,
    outputs_of_tables,
    own_expressions,
    renames_columns,
    says_only,
    subqueries,
    used_ctes,
)

_CLAUSES = {"with", "expressions", "distinct", "from", "joins", "where", "group", "having", "qualify", "order", "windows"}  # fmt: skip
_KEEPS_LEFT = {"", "INNER", "CROSS", "LEFT", "LEFT OUTER", "SEMI", "ANTI", "LEFT SEMI", "LEFT ANTI"}
_KEEPS_RIGHT = {"", "INNER", "CROSS", "RIGHT", "RIGHT OUTER"}
_KEEPS_BOTH = _KEEPS_LEFT | _KEEPS_RIGHT | {"FULL", "FULL OUTER"}


@dataclass(frozen=True)
class _Rows:
    """What a query returns. `cut`: how its rows are cut, None when they are the same in every window."""

    cut: Cut | None = None
    dates: frozenset[str] = frozenset()
    """Its columns that hold the value by which it is cut, in lower case."""
    outputs: tuple[tuple[str, bool], ...] | None = None
    """Its columns in order, each with whether it is a date; None where a star stands for some."""


@dataclass
class _Scope:
    """What the tables of one SELECT hold together. `dates`: the names by which columns are dates, of each alias; '' is for names alone."""

    cut: Cut | None = None
    dates: dict[str, set[str]] = field(default_factory=dict)
    merged: bool = False
    """NATURAL or USING: two columns go by one name."""
    by_position: bool = False
    """ASOF or POSITIONAL: which rows meet depends on the other rows of their tables, before any filter."""
    aliases: list[str] = field(default_factory=list)
    nodes: list[Any] = field(default_factory=list)
    """What the aliases stand for."""


@dataclass(frozen=True)
class Reading:
    """What is found in a query that is cut by a window."""

    doubts: tuple[str, ...]
    """Why its rows may depend on where a window ends. None: they don't."""
    filtered: tuple[tuple[tuple[str, ...], Filter], ...]
    """Tables of which it reads no more than a window, by their names in full or in part, in lower case, each with its filter."""
    whole: tuple[tuple[str, ...], ...]
    """Tables of which it reads more than that."""


def read_by_window(
    one: Any, other: Any, dialect: str | None, utc: bool = True, hours: bool = False, macros: Collection[str] = ()
) -> Reading:
    """Read a query, given its trees for a window and the next.

    `utc`: days that are cast from a moment are those of UTC, as its filter means them. `hours`: windows may be hours, too.
    `macros`: functions of the warehouse whose SQL is put into the query and may see more than a row, in lower case.
    """
    for node in (*one.walk(), *other.walk()):
        node.comments = None
    differences = Differences(one, other, utc)
    differences.whole_days = differences.whole_days and not hours
    reader = _ByWindow(differences)
    rows = reader.query(one, {})
    if differences.other_sql:
        reader.doubts[f"the next window has other SQL in the place of {text(differences.other_sql[0])}"] = None
    called = [name for name in called_functions(one) if name in macros]
    if called:
        reader.doubts[f"a macro of the warehouse, {called[0]}, which is not looked into"] = None
    word = misread(one) if dialect == "duckdb" else None
    if word:
        reader.doubts[f"{word.upper()}, which is not looked into"] = None
    if one.find(exp.TableSample):
        reader.doubts["a sample of a table"] = None
    if rows.cut is None and not reader.doubts:
        reader.doubts["the window is in no filter that is understood"] = None
    tables = list(tables_in(one, dialect))
    return Reading(
        tuple(reader.doubts),
        tuple((name, reader.filtered[id(node)]) for node, name in tables if id(node) in reader.filtered),
        tuple(dict.fromkeys(name for node, name in tables if id(node) not in reader.filtered)),
    )


class _ByWindow:
    def __init__(self, differences: Differences) -> None:
        self._differences = differences
        self.doubts: dict[str, None] = {}
        """In the order in which they were found."""
        self.filtered: dict[int, Filter] = {}
        """The tables of which no more than a window is read."""
        self._beside = 0
        """How many queries around this one stand beside tables whose columns it may name."""

    def _doubt(self, reason: str) -> _Rows:
        self.doubts[reason] = None
        return _Rows(Cut("", ""))

    def _touches(self, node: Any, ctes: Mapping[str, _Rows]) -> bool:
        """Whether the window is anywhere in it, or rows that are cut by it."""
        nodes = node if isinstance(node, list) else [node]
        return any(
            self._differences.inside(each)
            or any(reads_by_text(call) for call in each.find_all(exp.Anonymous))
            or any(_cte(table, ctes).cut for table in each.find_all(exp.Table))
            for each in nodes
            if isinstance(each, exp.Expression)
        )

    # --- queries -----------------------------------------------------------------------------------------------------

    def query(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        if not self._touches(node, ctes):
            return _Rows()
        if (
            isinstance(node, (exp.Subquery, exp.Paren))
            and says_only(node, {"this", "alias"})
            and not renames_columns(node)
        ):
            return self.query(node.this, ctes)
        if isinstance(node, (exp.Select, *SET_OPERATIONS)):
            known = self._with(node, ctes)
            return self._select(node, known) if isinstance(node, exp.Select) else self._set_operation(node, known)
        if isinstance(node, exp.Table) and says_only(node, {"this", "alias"}) and not renames_columns(node):
            return _cte(node, ctes)
        return self._doubt(not_looked_into(node))

    def _with(self, node: Any, ctes: Mapping[str, _Rows]) -> Mapping[str, _Rows]:
        with_ = arg(node, "with")
        if with_ is None:
            return ctes
        known = dict(ctes)
        if not says_only(with_, {"expressions"}) and self._touches(with_, known):
            self._doubt("a recursive WITH" if with_.args.get("recursive") else not_looked_into(with_))
        used = used_ctes(node, with_)
        for cte in with_.expressions:
            if id(cte) not in used or not self._touches(cte.this, known):
                known[cte.alias.lower()] = _Rows()
            elif not says_only(cte, {"this", "alias", "materialized"}) or renames_columns(cte):
                known[cte.alias.lower()] = self._doubt(f"a CTE with names for its columns: {cte.alias}")
            else:
                known[cte.alias.lower()] = self.query(cte.this, known)
        return known

    def _set_operation(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        left, right = self.query(node.this, ctes), self.query(node.expression, ctes)
        kind = type(node).__name__.upper()
        if not says_only(node, {"with", "this", "expression", "distinct", "by_name", "order"}):
            return self._doubt(not_looked_into(node))
        if left.cut is None and right.cut is None:
            return self._doubt(not_looked_into(node)) if self._touches(node, ctes) else _Rows()
        dates = _dates_of_both(left, right, bool(node.args.get("by_name")))
        if right.cut is None and isinstance(node, (exp.Except, exp.Intersect)):
            # rows of two windows are different rows, and which of them go is the same in both
            return left if left.dates else self._doubt(f"{kind} compares rows of different dates")
        if left.cut is None or right.cut is None:
            return self._doubt(f"one side of {kind} is not cut by the window, so every chunk returns all of its rows")
        if not (isinstance(node, exp.Union) and node.args.get("distinct") is False) and not dates.dates:
            return self._doubt(f"{kind} compares rows of different dates")
        return dates

    def _select(self, node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
        scope = self._tables(node, ctes)
        where = arg(node, "where")
        if where is not None:
            self._where(where.this, scope)
        if any(self._touches(each, ctes) for each in subqueries(node)):
            self._doubt(f"a subquery is cut by the window: {texts(subqueries(node))}")
        for name, value in node.args.items():
            clause = name.rstrip("_")
            if clause not in _CLAUSES and value not in (None, [], False):
                counts = clause in ("limit", "offset")
                self._doubt(
                    f"{clause.upper()} {'counts rows of each window' if counts else 'of rows of a window, which is not looked into'}"
                )
            elif clause not in ("with", "from", "joins", "where") and self._differences_in(value):
                self._doubt(f"the window's dates are in {self._differences_in(value)}")
        if scope.cut is None:
            return _Rows() if self.doubts else self._doubt("the window is in no filter that is understood")
        is_date = self._date_test(node, scope)
        self._groups(node, is_date, scope)
        self._windows(node, is_date)
        return self._out(node, is_date, scope)

    def _differences_in(self, value: Any) -> str:
        found = [
            each
            for each in (value if isinstance(value, list) else [value])
            if isinstance(each, exp.Expression) and self._differences.inside(each)
        ]
        return texts(found)

    # --- tables and joins ----------------------------------------------------------------------------------------------

    def _tables(self, node: Any, ctes: Mapping[str, _Rows]) -> _Scope:
        scope = _Scope()
        from_ = arg(node, "from")
        if from_ is None:
            return scope
        first = from_.this
        beside = first.args.get("joins") or []
        if not all(says_only(join, {"this"}) for join in beside) and self._touches(first, ctes):
            self._doubt(not_looked_into(first))
        conditions = list(conjuncts(arg(node, "where").this)) if arg(node, "where") is not None else []
        self._add(scope, first, None, ctes, conditions)
        for join in [*beside, *(node.args.get("joins") or [])]:
            self._add(scope, join.this, join, ctes, conditions)
        return scope

    def _add(self, scope: _Scope, node: Any, join: Any, ctes: Mapping[str, _Rows], where: list[Any]) -> None:
        """A table beside those of the scope."""
        rows = self._source(node, ctes, first=join is None)
        alias = node.alias_or_name.lower() if isinstance(node, exp.Expression) else ""
        kept, own = True, True
        if join is not None:
            if any(self._touches(value, ctes) for name, value in join.args.items() if name != "this"):
                self._doubt("the window is in the condition of a join")
            if scope.cut or rows.cut:
                kept, own = self._joined(scope, rows, alias, join, where)
            method = str(join.args.get("method") or "").upper()
            scope.merged = scope.merged or bool(join.args.get("using") or method)
            scope.by_position = scope.by_position or method not in ("", "NATURAL")
        if not kept:
            scope.dates.clear()
        scope.aliases.append(alias)
        scope.nodes.append(node)
        if rows.cut is not None and own:
            scope.cut = scope.cut or rows.cut
            scope.dates[alias] = set(rows.dates)
            scope.dates[""] = scope.dates.get("", set()) | rows.dates

    def _joined(self, scope: _Scope, rows: _Rows, alias: str, join: Any, where: list[Any]) -> tuple[bool, bool]:
        """Whether the dates of the tables before, and of this one, are dates of the result, too."""
        side = f"{join.args.get('side') or ''} {join.args.get('kind') or ''}".strip().upper()
        method = str(join.args.get("method") or "").upper()
        known = says_only(join, {"this", "method", "side", "kind", "on", "using"}) and side in _KEEPS_BOTH
        if not known or method not in ("", "NATURAL", "ASOF"):
            self._doubt(f"{method or side} JOIN of rows of a window, which is not looked into".replace("  ", " "))
        elif scope.cut and rows.cut:
            if method or not self._joins_dates(scope, rows, alias, join, side, where):
                self._doubt("it joins two inputs that are both cut by the window, so pairs from two windows are lost")
            return not side.startswith(("RIGHT", "FULL")), side in _KEEPS_RIGHT
        elif scope.cut and side not in _KEEPS_LEFT:
            self._doubt(f"{side} JOIN to rows of a window: rows without a partner come in every chunk")
        elif rows.cut and (side not in _KEEPS_RIGHT or method == "ASOF"):
            self._doubt(
                f"{method or side} JOIN with rows of a window: whether a row has a partner depends on the window"
            )
        return True, True

    def _joins_dates(self, scope: _Scope, rows: _Rows, alias: str, join: Any, side: str, where: list[Any]) -> bool:
        """Whether rows of one date meet rows of that date alone."""
        if scope.cut != rows.cut:
            return False
        if any(each.name.lower() in rows.dates & scope.dates.get("", set()) for each in join.args.get("using") or ()):
            return True
        conditions = list(conjuncts(join.args.get("on"))) + (where if side in ("", "INNER", "CROSS") else [])
        for each in conditions:
            if not (
                isinstance(each, exp.EQ) and isinstance(each.left, exp.Column) and isinstance(each.right, exp.Column)
            ):
                continue
            for mine, theirs in ((each.left, each.right), (each.right, each.left)):
                table = theirs.table.lower()
                if (
                    mine.table.lower() == alias
                    and mine.name.lower() in rows.dates
                    and table not in ("", alias)
                    and theirs.name.lower() in scope.dates.get(table, set())
                ):
                    return True
        return False

    def _source(self, node: Any, ctes: Mapping[str, _Rows], first: bool) -> _Rows:
        if not self._touches(node, ctes):
            return _Rows()
        allowed = {"this", "alias", "joins"} if first else {"this", "alias"}
        if not says_only(node, allowed) or renames_columns(node):
            return self._doubt(f"the window is in {not_looked_into(node)}")
        if isinstance(node, exp.Table):
            return _cte(node, ctes) if isinstance(node.this, exp.Identifier) else self._doubt(not_looked_into(node))
        if isinstance(node, exp.Subquery) and isinstance(node.this, QUERIES):
            self._beside += not first
            rows = self.query(node.this, ctes)
            self._beside -= not first
            return rows
        return self._doubt(f"the window is in {not_looked_into(node)}")

    def _where(self, condition: Any, scope: _Scope) -> None:
        filters, doubts = self._differences.filters(condition)
        self.doubts |= dict.fromkeys(doubts)
        if not filters:
            return
        if scope.cut is not None:
            again = all(each.cut == scope.cut and each.column in scope.dates.get(each.table, set()) for each in filters)
            if not again:
                self._doubt(
                    "it is cut by the window twice, in different ways: rows near the end of a window may depend on it"
                )
            return
        if len(filters) > 1:
            self._doubt(f"it is cut by more than one column: {', '.join(sorted(each.column for each in filters))}")
        self._cut(scope, filters[0])

    def _cut(self, scope: _Scope, found: Filter) -> None:
        scope.cut = found.cut
        if found.table and found.table not in scope.aliases:
            self._doubt(f"it is cut by a field of {found.table}")
            return
        alone = len(scope.nodes) == 1 or (found.table and scope.aliases.count(found.table) == 1)
        if alone and not scope.by_position:
            of = scope.nodes[scope.aliases.index(found.table)] if found.table in scope.aliases else scope.nodes[0]
            self.filtered[id(of)] = found
        scope.dates = {found.table: {found.column}, "": {found.column}}
        if not found.table and not scope.merged:
            scope.dates |= {alias: {found.column} for alias in scope.aliases}

    # --- what must keep to one date -----------------------------------------------------------------------------------

    def _date_test(self, node: Any, scope: _Scope) -> Callable[[Any], bool]:
        """A test whether rows of one value of an expression are of one window."""
        # where a key is a name that stands for something else in the select list, it may mean that
        taken = {
            each.alias_or_name.lower()
            for each in node.expressions
            if not is_column(each.unalias(), each.alias_or_name)
            or (each.unalias().table and [each.unalias().table.lower()] != scope.aliases)
        }
        stars = [each.this if isinstance(each, exp.Column) else each for each in node.expressions if is_star(each)]
        taken |= {
            each.alias_or_name.lower()
            for star in stars
            for name in ("replace", "rename")
            for each in arg(star, name) or ()
        }

        def named(column: Any) -> bool:
            return column.name.lower() in scope.dates.get(column.table.lower(), set())

        def holds(key: Any) -> bool:
            if (
                isinstance(key, exp.Column)
                and not key.table
                and key.name.lower() in taken
                and key not in node.expressions
            ):
                return False
            key = key.this if isinstance(key, (exp.Alias, exp.Paren)) else key
            if isinstance(key, exp.Column):
                return not isinstance(key.this, exp.Star) and len(key.parts) <= 2 and named(key)
            if not self._differences.whole_days or scope.cut is None:
                return False
            columns = list(key.find_all(exp.Column))
            return (
                bool(columns) and all(map(named, columns)) and without_days(key) is not key and by(key) == scope.cut.by
            )

        return holds

    def _groups(self, node: Any, is_date: Callable[[Any], bool], scope: _Scope) -> None:
        group, distinct = node.args.get("group"), node.args.get("distinct")
        if group is not None:
            if not says_only(group, {"expressions", "all", "rollup", "cube", "grouping_sets"}):
                self._doubt(not_looked_into(group))
            keys = [*group.expressions, *(node.expressions if group.args.get("all") is True else ())]
            if not any(is_date(meant(key, node, is_date)) for key in keys):
                kinds = "ROLLUP, CUBE or GROUPING SETS" if set(given(group)) - {"expressions", "all"} else ""
                self._doubt(
                    f"{kinds} add up rows of several dates" if kinds
                    else f"it groups by {texts(group.expressions) or 'all'}, without the date: a group may lie in two windows"
                )  # fmt: skip
        elif arg(node, "having") is not None or not (
            any(
                is_of_one_row(each, scope.aliases if self._beside else None) or self._star_dates(each, scope)
                for each in outputs_of_tables(node)
            )
            or not any(each.find(exp.Func) for each in node.expressions)
        ):
            self._doubt(f"{text(aggregate(node))} over all rows of a window")
        if distinct is not None:
            on = distinct.args.get("on")
            if on is not None:
                # a name in it is first of all that of an output
                named = any(is_star(each) for each in node.expressions) or len(scope.aliases) > 1
                held = any(is_date(key) and (not named or bool(key.find(exp.Column).table)) for key in on.expressions)
            else:
                held = any(is_date(each) or self._star_dates(each, scope) for each in node.expressions)
            if not held or not says_only(distinct, {"on"}):
                self._doubt("DISTINCT without the date: the same row may come from two windows")

    def _windows(self, node: Any, is_date: Callable[[Any], bool]) -> None:
        named = {each.this.name.lower(): each for each in node.args.get("windows") or () if each.this is not None}
        for clause in ("expressions", "qualify", "order", "having", "distinct"):
            for window in own_expressions(arg(node, clause)):
                if not isinstance(window, exp.Window):
                    continue
                alias = window.args.get("alias")
                keys = window.args.get("partition_by") or []
                keys = (
                    keys or (alias is not None and named.get(alias.name.lower(), window).args.get("partition_by")) or []
                )
                if not any(map(is_date, keys)):
                    self._doubt(f"the window function {text(window)}, whose partitions do not hold the date")

    def _star_dates(self, node: Any, scope: _Scope) -> set[str]:
        """The dates that a star stands for."""
        star = node.this if isinstance(node, exp.Column) else node
        if not isinstance(star, exp.Star):
            return set()
        changed = {
            each.alias_or_name.lower() for name in ("except", "replace", "rename") for each in arg(star, name) or ()
        }
        # `* rename (a as b)` makes a column b
        changed |= {each.this.name.lower() for each in arg(star, "rename") or () if isinstance(each, exp.Alias)}
        if isinstance(node, exp.Column):
            held = scope.dates.get(node.table.lower(), set())
        else:
            # of two columns of one name the first has it
            held = scope.dates.get(scope.aliases[0], set()) if scope.aliases else set()
        return held - changed

    def _out(self, node: Any, is_date: Callable[[Any], bool], scope: _Scope) -> _Rows:
        """The columns that hold the date under the names that they have outside."""
        outputs: list[tuple[str, bool]] = []
        stars = False
        for each in node.expressions:
            starry = is_star(each)
            if stars:
                # a column after a star, or a second star, may have its name there already
                break
            # what names columns by a pattern, makes several of one, or is given no name, may bring any
            stars = starry or bool(each.find(exp.Star, exp.Columns, exp.UDTF)) or not each.alias_or_name
            outputs += [(name, True) for name in sorted(self._star_dates(each, scope))]
            if not stars:
                # the value by which it is cut, or its day where days are what it is cut by
                outputs.append((each.alias_or_name.lower(), is_date(each) and _keeps(each, scope)))
        return _Rows(scope.cut, _first_held(outputs), None if stars else tuple(outputs))


def _keeps(output: Any, scope: _Scope) -> bool:
    """Whether an output that is a date holds what it is cut by: outside, days may be taken of it, and it may be compared."""
    return isinstance(output.unalias(), exp.Column) or (scope.cut is not None and scope.cut.by_value)


def _dates_of_both(left: _Rows, right: _Rows, by_name: bool) -> _Rows:
    """What a set operation of two inputs returns that are cut: a date where both have one."""
    if left.cut != right.cut:
        return _Rows(left.cut)
    if by_name:
        return _Rows(left.cut, left.dates & right.dates)
    if left.outputs is None or right.outputs is None or len(left.outputs) != len(right.outputs):
        return _Rows(left.cut)
    outputs = tuple((mine[0], mine[1] and theirs[1]) for mine, theirs in zip(left.outputs, right.outputs, strict=True))
    return _Rows(left.cut, _first_held(outputs), outputs)


def _first_held(outputs: Iterable[tuple[str, bool]]) -> frozenset[str]:
    """The names that are dates outside: of two outputs of one name the first has it."""
    first: dict[str, bool] = {}
    for name, held in outputs:
        first.setdefault(name, held)
    return frozenset(name for name, held in first.items() if held)


def _cte(node: Any, ctes: Mapping[str, _Rows]) -> _Rows:
    return ctes.get(node.name.lower(), _Rows()) if not node.args.get("db") else _Rows()
