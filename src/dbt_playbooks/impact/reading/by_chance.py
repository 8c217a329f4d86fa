"""Whether chance picks the rows of a query: a sample, or a random number by which something filters, groups, joins, or sorts what is cut.

A random number is followed from the query that makes it through those that read it. It may be a value of the rows that come out; wherever else it
arrives, and wherever this reader does not know what becomes of it, rows count as picked by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from dbt_playbooks.impact.reading.chances import (
    NONE,
    RANDOM,
    UNIQUE,
    Chances,
    Columns,
    names_called,
    sample_in,
    view_named,
)
from dbt_playbooks.impact.reading.parsing import QUERIES, SET_OPERATIONS, arg
from dbt_playbooks.impact.reading.self_reads import reads_by_text, tables_in
from dbt_playbooks.impact.reading.window_parts import is_star

_PICKS = (exp.Explode, exp.Unnest, exp.Lateral)
_ANY_COLUMN = tuple(getattr(exp, name) for name in ("Columns", "PositionalColumn") if hasattr(exp, name))
"""What may mean any column: columns('a.*'), #2."""
_NAMED_IN_TEXT = re.compile(rf"\b({'|'.join(RANDOM)}|sample|tablesample)\b", re.IGNORECASE)
_PASS = (exp.Paren, exp.Cast, exp.TryCast, exp.Alias)


class _PickedError(Exception):
    """Chance picks the rows."""


def picked_by_chance(tree: Any, dialect: str | None, chances: Chances = NONE) -> str | None:
    """What decides by chance which rows a query returns; None when nothing does."""
    sample = sample_in(tree)
    if sample is not None:
        return str(sample.sql(dialect)).strip()
    for _, name in tables_in(tree, dialect):
        if view_named(name, chances.picking):
            return ".".join(name)
    for call in tree.find_all(exp.Anonymous):
        if reads_by_text(call) and _NAMED_IN_TEXT.search(call.sql(dialect)):
            return str(call.sql(dialect))
    made = [call for call in tree.find_all(exp.Func) if names_called(call) & (RANDOM | chances.random)]
    views = [name for _, name in tables_in(tree, dialect) if view_named(name, chances.columns)]
    if not made and not views:
        return None
    try:
        columns_by_chance(tree, dialect, chances)
    except (_PickedError, RecursionError):
        # a value that no other row has is the less likely one
        made.sort(key=lambda call: bool(names_called(call) & UNIQUE))
        return str(made[0].sql(dialect)) if made else ".".join(views[0])
    return None


def columns_by_chance(tree: Any, dialect: str | None, chances: Chances = NONE) -> Columns:
    """How the columns of a query, whose rows chance does not pick, depend on it. Raises an error when it picks them."""
    return _Reader(dialect, chances).query(tree, _Scope(), is_last=True)


@dataclass(frozen=True)
class _Scope:
    """What an expression can name."""

    ctes: Mapping[str, Columns] = field(default_factory=dict)
    tables: Mapping[str, Columns] = field(default_factory=dict)
    """Of the query itself, by the names that they have in it."""
    outputs: tuple[tuple[str, int], ...] = ()
    """What the query itself makes, as far as its other parts can name it."""
    around: _Scope | None = None

    def of(self, name: str, table: str = "") -> int:
        found: list[int] = []
        scope: _Scope | None = self
        while scope is not None:
            if table and table in scope.tables:
                return max([*found, scope.tables[table].of(name)])
            if not table:
                found += [each.of(name) for each in scope.tables.values()]
                found += [chance for output, chance in scope.outputs if output == name]
            scope = scope.around
        return max(found, default=0)

    def knows(self, table: str) -> bool:
        return table in self.tables or (self.around is not None and self.around.knows(table))

    def all_of(self, table: str = "") -> int:
        """Of any column of a table, or of all of them."""
        if table:
            found = self.tables.get(table)
            return found.most if found else (self.around.all_of(table) if self.around else 0)
        return max((each.most for each in self.tables.values()), default=0)


class _Reader:
    def __init__(self, dialect: str | None, chances: Chances) -> None:
        self._dialect = dialect
        self._chances = chances
        self._random = RANDOM | chances.random

    # --- queries ---------------------------------------------------------------------------------------------------------

    def query(self, tree: Any, scope: _Scope, is_last: bool = False) -> Columns:
        """`is_last`: the rows that it returns are read by nobody, so that their order does not matter."""
        scope = self._with_ctes(tree, scope)
        if isinstance(tree, exp.Select):
            return self._select(tree, scope, is_last)
        if isinstance(tree, SET_OPERATIONS):
            return self._set_operation(tree, scope, is_last)
        if isinstance(tree, (exp.Subquery, exp.Paren)) and not tree.args.get("joins"):
            found = self.query(tree.this, scope, is_last and not self._is_cut(tree))
            self._refuse_order(tree, replace(scope, outputs=found.named), found, is_last)
            self._refuse_rest(tree, scope, {"this", "alias", "with", "order", "expressions"})
            return self._aliased(tree, found)
        return self._nested(tree, scope)

    def _with_ctes(self, tree: Any, scope: _Scope) -> _Scope:
        given = arg(tree, "with")
        if given is None:
            return scope
        known = dict(scope.ctes)
        for cte in given.expressions:
            name = cte.alias.lower()
            known.pop(name, None)
            found = self._aliased(cte, self.query(cte.this, replace(scope, ctes=known)))
            if (
                found.most
                and given.args.get("recursive")
                and any(each.name.lower() == name for each in cte.this.find_all(exp.Table))
            ):
                raise _PickedError
            known[name] = found
        return replace(scope, ctes=known)

    def _set_operation(self, tree: Any, scope: _Scope, is_last: bool) -> Columns:
        one, other = self.query(tree.this, scope), self.query(tree.expression, scope)
        most = max(one.most, other.most)
        if most and not isinstance(tree, exp.Union):
            raise _PickedError
        if most == 2 and arg(tree, "distinct"):
            raise _PickedError
        if not most:
            found = one
        elif arg(tree, "by_name"):
            names = dict.fromkeys(name for name, _ in (*one.named, *other.named))
            found = Columns(
                tuple((name, max(one.of(name), other.of(name))) for name in names), False, max(one.others, other.others)
            )
        elif one.are_all and other.are_all and len(one.named) == len(other.named):
            chances = [
                max(pair) for pair in zip(*([chance for _, chance in each.named] for each in (one, other)), strict=True)
            ]
            found = Columns(tuple((name, chance) for (name, _), chance in zip(one.named, chances, strict=True)), True)
        else:
            found = Columns((), False, most)
        self._refuse_order(tree, replace(scope, outputs=found.named), found, is_last)
        self._refuse_rest(tree, scope, {"this", "expression", "with", "order", "distinct", "by_name"})
        return found

    def _select(self, tree: Any, scope: _Scope, is_last: bool) -> Columns:
        tables: dict[str, Columns] = {}
        inner = _Scope(scope.ctes, tables, (), scope.around if not scope.tables else scope)
        for part in (arg(tree, "from"), *(tree.args.get("joins") or ()), *(tree.args.get("laterals") or ())):
            if part is not None:
                self._add(part, inner, tables)
        outputs = self._outputs(tree, inner)
        # on BigQuery, WHERE and ON see no name of an output
        seeing = replace(inner, outputs=outputs.named)
        before = inner if self._dialect == "bigquery" else seeing
        self._refuse(tree.args.get("where"), before)
        for name in ("having", "qualify"):
            self._refuse(tree.args.get(name), seeing)
        self._refuse_groups(arg(tree, "group"), seeing, outputs)
        distinct = arg(tree, "distinct")
        if distinct is not None:
            on = distinct.args.get("on")
            self._refuse(on, seeing)
            if on is None and outputs.most == 2:
                raise _PickedError
        self._refuse_order(tree, seeing, outputs, is_last)
        known = {
            "expressions",
            "from",
            "joins",
            "laterals",
            "where",
            "having",
            "qualify",
            "group",
            "distinct",
            "order",
            "with",
            "exclude",
        }
        self._refuse_rest(tree, seeing, known)
        return outputs

    def _outputs(self, tree: Any, scope: _Scope) -> Columns:
        named: list[tuple[str, int]] = []
        are_all, others = True, 0
        for item in tree.expressions:
            if is_star(item):
                table = item.table.lower() if isinstance(item, exp.Column) else ""
                for name, each in scope.tables.items():
                    if table in ("", name):
                        more = self._starred(item, each, scope)
                        named += more.named
                        are_all, others = are_all and more.are_all, max(others, more.others)
                continue
            made = replace(scope, outputs=tuple(named))
            chance = self.chance(item, made)
            if chance and any(item.find_all(*_PICKS)):
                raise _PickedError
            named.append((item.alias_or_name.lower(), chance))
            # a star, or a pattern, that makes several columns
            several = item.find(exp.Star, *_ANY_COLUMN) is not None
            are_all, others = are_all and not several, max(others, chance if several else 0)
        return Columns(tuple(named), are_all, others)

    def _starred(self, item: Any, table: Columns, scope: _Scope) -> Columns:
        """What a star makes of a table: * except (a) replace (1 as b) rename (c as d)."""
        star = item.this if isinstance(item, exp.Column) else item
        gone = {each.name.lower() for each in star.args.get("except") or star.args.get("except_") or ()}
        new = {each.alias.lower(): self.chance(each, scope) for each in star.args.get("replace") or ()}
        names = {each.this.name.lower(): each.alias.lower() for each in star.args.get("rename") or ()}
        named = [(names.get(name, name), new.pop(name, chance)) for name, chance in table.named if name not in gone]
        named += [(names.get(name, name), chance) for name, chance in new.items()]
        return Columns(tuple(named), table.are_all and not new, table.others)

    # --- tables ----------------------------------------------------------------------------------------------------------

    def _add(self, part: Any, scope: _Scope, tables: dict[str, Columns]) -> None:
        """Puts the tables of FROM, or of a join, to those of a query."""
        if isinstance(part, exp.Join):
            using = {each.name.lower() for each in part.args.get("using") or ()}
            chances = [[each.of(name) for each in tables.values()] for name in using]
            name, found = self._tables(part.this, scope)
            before = max((each.most for each in tables.values()), default=0)
            if str(part.args.get("method") or "").upper() == "NATURAL" and max(found.most, before):
                raise _PickedError
            for column, left in zip(using, chances, strict=True):
                if {found.of(column), *left} not in ({0}, {1}) and max([found.of(column), *left]):
                    raise _PickedError
            tables[name or f"#{len(tables)}"] = found
            self._joined(part.this, scope, tables)
            self._refuse_rest(part, scope, {"this", "using", "method"})
            return
        inner = part.this if isinstance(part, exp.From) else part
        name, found = self._tables(inner, scope)
        tables[name or f"#{len(tables)}"] = found
        self._joined(inner, scope, tables)

    def _joined(self, table: Any, scope: _Scope, tables: dict[str, Columns]) -> None:
        for join in table.args.get("joins") or ():
            self._add(join, scope, tables)

    def _tables(self, node: Any, scope: _Scope) -> tuple[str, Columns]:
        """The name and the columns of a table."""
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            name = tuple(part.name.lower() for part in node.parts)
            view = view_named(name, self._chances.columns)
            found = scope.ctes.get(name[0]) if len(name) == 1 else None
            found = found or (self._chances.columns[view] if view else Columns())
            if found.most:
                self._refuse_all(node.args.get("pivots"))
            self._refuse_rest(node, scope, {"this", "db", "catalog", "alias", "joins", "pivots"})
            return node.alias_or_name.lower(), self._aliased(node, found)
        if isinstance(node, exp.Subquery):
            inner = self.query(node.this, scope) if isinstance(node.this, QUERIES) else self._nested(node.this, scope)
            if inner.most:
                self._refuse_all(node.args.get("pivots"))
            self._refuse_order(node, replace(scope, outputs=inner.named), inner, is_last=False)
            self._refuse_rest(node, scope, {"this", "alias", "joins", "pivots", "with", "order"})
            return node.alias.lower(), self._aliased(node, inner)
        if isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
            return node.alias.lower(), self._aliased(node, self.query(node.this.this, replace(scope, around=scope)))
        if isinstance(node, exp.Values):
            return node.alias.lower(), Columns(
                (), False, max((self.chance(each, scope) for each in node.expressions), default=0)
            )
        if isinstance(node, QUERIES):
            return "", self.query(node, scope)
        # a function that makes a table, or what is not known
        self._refuse(node, scope)
        return str(node.alias_or_name).lower(), Columns()

    def _nested(self, node: Any, scope: _Scope) -> Columns:
        """Tables that are joined in parentheses."""
        tables: dict[str, Columns] = {}
        self._add(node, replace(scope, tables=tables), tables)
        named = [each for table in tables.values() for each in table.named]
        return Columns(
            tuple(named), all(each.are_all for each in tables.values()), max(each.others for each in tables.values())
        )

    def _aliased(self, node: Any, found: Columns) -> Columns:
        """With the names of `as t(a, b)`."""
        alias = node.args.get("alias")
        names = (
            [each.name.lower() for each in (alias.args.get("columns") or ())]
            if isinstance(alias, exp.TableAlias)
            else []
        )
        if not names or not found.most:
            return found
        if not found.are_all and found.named:
            return Columns((), False, found.most)
        chances = [chance for _, chance in found.named]
        after = found.named[len(names) :]
        return Columns((*zip(names, chances, strict=False), *after), found.are_all, found.others)

    # --- what decides ----------------------------------------------------------------------------------------------------

    def _refuse(self, part: Any, scope: _Scope) -> None:
        if self.chance(part, scope):
            raise _PickedError

    def _refuse_all(self, part: Any) -> None:
        if part:
            raise _PickedError

    def _refuse_rest(self, tree: Any, scope: _Scope, known: set[str]) -> None:
        """What else a query may have: LIMIT, named windows, hints and what is not known."""
        for name, part in tree.args.items():
            if name.rstrip("_") not in known:
                self._refuse(part, scope)

    def _refuse_groups(self, group: Any, scope: _Scope, outputs: Columns) -> None:
        if group is None:
            return
        if group.args.get("all") and outputs.most == 2:
            raise _PickedError
        for key in [each for part in _parts(group) for each in ([part] if isinstance(part, exp.Expression) else [])]:
            if self._of_number(key, outputs) == 2 or self.chance(key, scope) == 2:
                raise _PickedError

    def _refuse_order(self, tree: Any, scope: _Scope, outputs: Columns, is_last: bool) -> None:
        """An order by chance, where a LIMIT may cut, or a later query count, what it has sorted."""
        order = arg(tree, "order")
        if order is None or (is_last and not self._is_cut(tree)):
            return
        for each in order.expressions:
            key = each.this if isinstance(each, exp.Ordered) else each
            by_all = str(getattr(key, "name", "")).lower() == "all" and outputs.most
            # the names of any query of a UNION may be used
            named = {name for name, _ in outputs.named}
            by_all = by_all or (
                not isinstance(tree, exp.Select)
                and outputs.most
                and any(each.name.lower() not in named for each in key.find_all(exp.Column))
            )
            if by_all or self._of_number(key, outputs) or self.chance(key, scope):
                raise _PickedError

    @staticmethod
    def _is_cut(tree: Any) -> bool:
        distinct = arg(tree, "distinct")
        return any(arg(tree, name) for name in ("limit", "offset", "fetch")) or bool(
            getattr(distinct, "args", {}).get("on")
        )

    @staticmethod
    def _of_number(key: Any, outputs: Columns) -> int:
        """Of the output that a number means; of any, where it is not known which that is."""
        if not (isinstance(key, exp.Literal) and not key.is_string):
            return 0
        number = int(key.name) if key.name.isdigit() else 0
        known = outputs.are_all and 1 <= number <= len(outputs.named)
        return outputs.named[number - 1][1] if known else outputs.most

    # --- values ----------------------------------------------------------------------------------------------------------

    def chance(self, part: Any, scope: _Scope) -> int:
        """How a part of a query depends on chance (see Columns)."""
        if isinstance(part, (list, tuple)):
            return max((self.chance(each, scope) for each in part), default=0)
        if not isinstance(part, exp.Expression):
            return 0
        if isinstance(part, exp.Column) and not isinstance(part.this, exp.Star):
            return self._of_column(part, scope)
        if isinstance(part, exp.Exists):
            self.query(part.this, self._inside(scope))
            return 0
        if isinstance(part, QUERIES):
            return 2 if self.query(part, self._inside(scope)).most else 0
        if isinstance(part, exp.Count) and isinstance(part.this, exp.Star):
            return 0
        if is_star(part) or isinstance(part, _ANY_COLUMN):
            return 2 if scope.all_of(part.table.lower() if isinstance(part, exp.Column) else "") else 0
        made = names_called(part) & self._random if isinstance(part, exp.Func) else set()
        inner = [self.chance(each, scope) for each in part.args.values()]
        if made:
            return 1 if made <= UNIQUE and not any(inner) else 2
        if isinstance(part, _PASS):
            return max(inner, default=0)
        if isinstance(part, (exp.Is, exp.EQ)) and {*inner} <= {0, 1} and (isinstance(part, exp.Is) or 0 not in inner):
            return 0
        return 2 if any(inner) else 0

    def _of_column(self, column: Any, scope: _Scope) -> int:
        names = [part.name.lower() for part in column.parts]
        if len(names) == 1:
            # the name of a table stands for its whole row
            return max(scope.of(names[0]), 2 if scope.all_of(names[0]) else 0)
        table = names[-2]
        if scope.knows(table):
            return scope.of(names[-1], table)
        # a field of a column
        return 2 if any(scope.of(name) for name in names[:-1]) else 0

    @staticmethod
    def _inside(scope: _Scope) -> _Scope:
        return _Scope(scope.ctes, {}, (), scope)


def _parts(node: Any) -> Iterator[Any]:
    for part in node.args.values():
        yield from part if isinstance(part, list) else [part]
