"""Reads a query from the inside out: WITH, FROM and joins, the select list, conditions, and set operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.impact.reading.coverage import gap
from dbt_playbooks.impact.reading.expressions import parts, value
from dbt_playbooks.impact.reading.froms import add_from, add_join
from dbt_playbooks.impact.reading.notes import Notes
from dbt_playbooks.impact.reading.parsing import QUERIES, SET_OPERATIONS, UnreadableError, arg
from dbt_playbooks.impact.reading.pivots import pivoted
from dbt_playbooks.impact.reading.scope import Aliases, Scope
from dbt_playbooks.impact.reading.stars import chosen, is_star, starred
from dbt_playbooks.impact.reading.tables import Flow, Out, Rest, Table, merged
from dbt_playbooks.impact.reading.unions import only, united, unites

_UNNESTS: tuple[Any, ...] = tuple(getattr(exp, name) for name in ("Explode", "Unnest") if hasattr(exp, name))

Lookup = Callable[[Sequence[str]], "tuple[str, Table] | None"]
"""The node that the parts of a table's name mean, and its columns; None of a table that is none of the project's."""


@dataclass(frozen=True)
class Reading:
    """A query's lineage, and the nodes whose columns it would need to know to leave no doubt."""

    lineage: Lineage
    wanted: frozenset[str]


def read(tree: Any, dialect: str | None, lookup: Lookup) -> Reading:
    """The lineage of a parsed query. Raises UnreadableError when it holds what is not understood."""
    reader = Reader(dialect, lookup)
    reader.notes.texts = _texts(tree)
    try:
        table = reader.query(tree, None, {})
    except RecursionError as error:
        raise UnreadableError("its SQL is nested too deep") from error
    except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
        # sqlglot writes the same SQL as other trees from release to release
        raise UnreadableError(f"its SQL holds what is not understood ({type(error).__name__}: {error})") from error
    gaps = (gap(each, reader.notes.seen) for each in (tree, *reader.notes.texts_read))
    lineage = replace(reader.notes.lineage(table), unread=next(filter(None, gaps), None))
    return Reading(lineage, frozenset(reader.notes.wanted))


class Reader:
    """One query in one dialect."""

    def __init__(self, dialect: str | None, lookup: Lookup) -> None:
        self.dialect = dialect
        self.lookup = lookup
        self.notes = Notes()
        self.aliases: Aliases = "never" if dialect == "bigquery" else "last"
        """Of the select list, in the select list itself and in WHERE."""

    def query(self, node: Any, outer: Scope | None, ctes: Mapping[str, Table], in_from: bool = False) -> Table:
        """What a query returns; uses are noted on the way."""
        ctes = self._with(node, outer, ctes)
        if isinstance(node, exp.Select):
            return self._select(node, Scope(self.notes, ctes, outer, in_from))
        if isinstance(node, SET_OPERATIONS):
            table = self._set_operation(node, outer, ctes)
        elif isinstance(node, exp.Subquery) and isinstance(node.this, QUERIES):
            table = self.query(node.this, outer, ctes, in_from)
        else:
            # tables in parentheses, VALUES, a statement PIVOT: all of their columns
            scope = Scope(self.notes, ctes, outer, in_from)
            add_from(self, node.this if isinstance(node, exp.Subquery) else node, scope)
            table = Table(scope.star(None) or ())
        for pivot in node.args.get("pivots") or () if isinstance(node, exp.Subquery) else ():
            table = pivoted(self, pivot, table, ctes)
        if node.args.get("order"):
            scope = Scope(self.notes, ctes, outer)
            scope.add("", table)
            self._order(node, scope, table.items)
        self._cut(node, Scope(self.notes, ctes, outer))
        return table

    def chosen(self, node: Any, scope: Scope) -> Flow:
        """The columns that a pattern or a position chooses in an expression."""
        return chosen(self, node, scope)

    def _with(self, node: Any, outer: Scope | None, ctes: Mapping[str, Table]) -> Mapping[str, Table]:
        found = arg(node, "with")
        if not found:
            return ctes
        known = dict(ctes)
        for cte in found.expressions:
            name = cte.alias.lower()
            columns = [each.name for each in cte.args["alias"].columns]
            if found.args.get("recursive") and isinstance(cte.this, SET_OPERATIONS) and _names_itself(cte.this, name):
                known[name] = self._recursive(cte.this, outer, known, name, columns)
            else:
                known[name] = self.query(cte.this, outer, known).named(columns)
        return known

    def _recursive(
        self, node: Any, outer: Scope | None, ctes: Mapping[str, Table], name: str, columns: Sequence[str]
    ) -> Table:
        """Until no column comes from more than before: values may wander from column to column, a step a round."""
        table = self.query(node.this, outer, ctes).named(columns)
        for _ in range(len(table.items) + 1):
            again = self.query(node.expression, outer, {**ctes, name: table})
            after = united(self.notes, table, again, by_name=bool(node.args.get("by_name")))
            if after.items == table.items:
                break
            table = after
        return table

    # --- select ----------------------------------------------------------------------------------------------------

    def _select(self, node: Any, scope: Scope) -> Table:
        first = arg(node, "from")
        if first:
            add_from(self, first.this, scope)
        for lateral in node.args.get("laterals") or ():
            add_from(self, lateral, scope)
        for join in node.args.get("joins") or ():
            add_join(self, join, scope)
        for window in node.args.get("windows") or ():
            scope.windows[window.name.lower()] = parts(self, window, scope)
        items: list[Out | Rest] = []
        for projection in node.expressions:
            items += self._projection(projection, scope)
        for key, use, aliases in (
            ("prewhere", "filters", self.aliases),
            ("where", "filters", self.aliases),
            ("connect", "filters", self.aliases),
            ("having", "filters", "last"),
            ("qualify", "filters", "last"),
        ):
            if node.args.get(key):
                self.notes.used(parts(self, node.args[key], scope, aliases), use)
        distinct = node.args.get("distinct")
        if distinct and distinct.args.get("on"):
            self.notes.used(parts(self, distinct.args["on"], scope, "last"), "groups")
        self._group(node, scope, items)
        self._order(node, scope, items)
        self._cut(node, scope)
        if node.args.get("match"):
            self.notes.doubt(
                Table(scope.star(None) or ()).everything(), "it uses MATCH_RECOGNIZE, which is not understood"
            )
        return Table(items)

    def _projection(self, node: Any, scope: Scope) -> list[Out | Rest]:
        if is_star(node):
            return starred(self, node, scope)
        if isinstance(node.unalias(), _UNNESTS) and self.dialect == "duckdb":
            # a list becomes rows; a struct becomes columns, which are called as its fields are
            flow = parts(self, node, scope)
            return [Out(node.alias, flow, written=True, loose=True)] if node.alias else [Rest(flow=flow)]
        flow = value(self, node, scope, self.aliases)
        if type(node).__name__ == "Aliases":
            return [Out(each.name, flow, written=True) for each in node.args.get("expressions") or ()]
        if isinstance(node, exp.Alias):
            scope.aliases[node.alias.lower()] = flow
        name = self._name(node)
        return [Out(name, flow, written=True, loose=not name)]

    def _name(self, node: Any) -> str:
        """A column is called as it was; what an expression without an alias is called, no query relies on."""
        if isinstance(node, exp.Alias):
            return str(node.alias)
        while isinstance(node, exp.Paren) or (isinstance(node, exp.Cast) and self.dialect in ("postgres", "redshift")):
            node = node.this
        return str(node.name) if isinstance(node, (exp.Column, exp.Dot)) else ""

    def _group(self, node: Any, scope: Scope, items: Sequence[Out | Rest]) -> None:
        group = node.args.get("group")
        if not group:
            return
        if group.args.get("all"):
            keys = [each for each in node.expressions if not each.find(exp.AggFunc)]
            self.notes.used(merged(parts(self, each, scope, self.aliases) for each in keys), "groups")
        for each in group.iter_expressions():
            self.notes.used(self._by_position(each, items) or parts(self, each, scope, "last"), "groups")

    def _order(self, node: Any, scope: Scope, items: Sequence[Out | Rest]) -> None:
        for key in ("order", "sort", "cluster", "distribute"):
            for each in node.args[key].expressions if node.args.get(key) else ():
                term = each.this if isinstance(each, exp.Ordered) else each
                if isinstance(term, exp.Var) and term.name.upper() == "ALL":
                    self.notes.used(merged(item.flow for item in items), "orders")
                else:
                    self.notes.used(self._by_position(term, items) or parts(self, term, scope, "first"), "orders")

    def _cut(self, node: Any, scope: Scope) -> None:
        """How many rows stay may be a query."""
        for key in ("limit", "offset", "fetch"):
            if node.args.get(key):
                self.notes.used(parts(self, node.args[key], scope, "never"), "filters")

    def _by_position(self, node: Any, items: Sequence[Out | Rest]) -> Flow | None:
        """`group by 1`. Of columns that are not known the positions are not known either."""
        if not (isinstance(node, exp.Literal) and node.is_int):
            return None
        before = items[: int(node.name)]
        last = before[-1] if len(before) == int(node.name) else None
        return last.flow if isinstance(last, Out) and not any(isinstance(item, Rest) for item in before) else None

    # --- set operations --------------------------------------------------------------------------------------------

    def _set_operation(self, node: Any, outer: Scope | None, ctes: Mapping[str, Table]) -> Table:
        """Hundreds of queries in a row lean to the left: they are walked, not recursed into."""
        chain = []
        left = node
        while isinstance(left, SET_OPERATIONS) and (left is node or not (arg(left, "with") or left.args.get("order"))):
            chain.append(left)
            left = left.this
        table = self.query(left, outer, ctes)
        for each in reversed(chain):
            right = self.query(each.expression, outer, ctes)
            on = [name.name.lower() for name in each.args.get("on") or ()]
            if on:
                self.notes.seen |= {id(name) for name in each.args["on"]}
                table, right = (only(self.notes, side, on) for side in (table, right))
            if isinstance(each, exp.Union):
                table = united(self.notes, table, right, by_name=bool(each.args.get("by_name")))
            else:  # except, intersect: rows stay or go by all their values
                self.notes.used(merged([table.everything(), right.everything()]), "filters")
                if not each.args.get("by_name"):
                    unites(self.notes, table, right)
        return table


def _texts(tree: Any) -> frozenset[str]:
    texts = [each.this for each in tree.find_all(exp.Literal, exp.JSONPathKey) if isinstance(each.this, str)]
    return frozenset(word.lower() for text in texts for word in re.findall(r"\w+", text))


def _names_itself(node: Any, name: str) -> bool:
    return any(table.name.lower() == name and not table.db for table in node.expression.find_all(exp.Table))
