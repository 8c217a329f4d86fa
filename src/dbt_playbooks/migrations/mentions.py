"""Where a file reads a column of a table: in a model's template by parsing its SQL around the Jinja, elsewhere as a word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TABLE = re.compile(r"\{\{-?\s*(?:\w+\.)?(?:ref|source)\s*\((?P<names>[^()]*)\)\s*-?\}\}", re.DOTALL)
QUOTES = "'\""
_COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/|(?<![^\s])#[^\n]*", re.DOTALL)


@dataclass(frozen=True)
class Mention:
    """A place that reads a column.

    item      it is a column of a select list by itself, or of a struct, without an alias: it gives the output its name
    unsure    the query reads other tables beside, or around it, of which it may be a column as well
    by_hand   only a person can tell what is to stand there
    """

    start: int
    end: int
    item: bool = False
    unsure: bool = False
    by_hand: bool = False


def in_sql(text: str, column: str, tables: Collection[str], dialect: str) -> list[Mention]:
    """The places where a template reads a column of one of the models in `tables` (`orders`, `orders.v2`), not those that read it from a CTE that names it.

    Where the SQL around the Jinja can't be parsed, and of a column that only Jinja names, the words.
    """
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.scope import traverse_scope

    seen: set[int] = set()
    masked, names = _masked(text)
    wanted = {mask for mask, name in names.items() if name.lower() in {table.lower() for table in tables}}
    try:
        scopes = traverse_scope(parse_one(masked, dialect=dialect))
    except (SqlglotError, RecursionError):
        return in_text(text, column)
    found: dict[int, Mention] = {}
    for scope in scopes:
        # the innermost come first, and those around them have what they do not resolve once more
        for each in (*scope.columns, *_ordered_by(scope)):
            if each.name.lower() != column.lower() or id(each) in seen:
                continue
            seen.add(id(each))
            source, sure = _source(scope, each, column, wanted)
            if source:
                _add(found, each.this, *_gives_its_name(each, dialect), unsure=not sure)
        for star in scope.find_all(exp.Star):
            for name in star.find_all(exp.Identifier):
                _add(found, name, by_hand=True, only=column)
        for join in scope.find_all(exp.Join):
            for name in join.args.get("using") or ():
                _add(found, name, by_hand=True, only=column)
    return sorted(found.values(), key=lambda each: each.start) or in_text(text, column)


def _ordered_by(scope: Any) -> Iterator[Any]:
    """Columns of an ORDER BY that sqlglot takes for those of the select list: it gives the output of a bare cast its column's name."""
    from sqlglot import exp

    order = scope.expression.args.get("order") if isinstance(scope.expression, exp.Select) else None
    if order is None:
        return
    named = {
        each.alias_or_name.lower() for each in scope.expression.selects if isinstance(each, (exp.Alias, exp.Column))
    }
    for each in order.find_all(exp.Column):
        if each.find_ancestor(exp.Select) is scope.expression and not each.table and each.name.lower() not in named:
            yield each


def in_text(text: str, column: str) -> list[Mention]:
    """The words of a file that are the column's name, comments apart."""
    without = _COMMENTS.sub(lambda match: " " * len(match[0]), text)
    pattern = re.compile(rf"(?<![\w$]){re.escape(column)}(?![\w$])", re.IGNORECASE)
    return [Mention(match.start(), match.end(), by_hand=True) for match in pattern.finditer(without)]


def _masked(text: str) -> tuple[str, dict[str, str]]:
    """The template as SQL of the same length: an expression is a name, a statement nothing. And which name stands for which table."""
    tables: dict[str, str] = {}

    def mask(match: re.Match[str]) -> str:
        written = match[0]
        if not written.startswith("{{") or re.match(r"\{\{-?\s*config\s*\(", written):
            return " " * len(written)
        name = f"j{match.start()}".ljust(len(written), "_")
        table = _TABLE.fullmatch(written)
        names, _, version = (
            re.sub(r",\s*(v|version)\s*=", "=", table["names"]).partition("=") if table else ("", "", "")
        )
        literals = re.findall(r"['\"]([^'\"]*)['\"]", names)
        if literals:
            tables[name] = literals[-1] + (f".v{version.strip(' ' + QUOTES)}" if version else "")
        return name

    return _JINJA.sub(mask, text), tables


def _add(
    found: dict[int, Mention],
    name: Any,
    item: bool = False,
    by_hand: bool = False,
    unsure: bool = False,
    only: str = "",
) -> None:
    if "start" in name.meta and (not only or name.name.lower() == only.lower()):
        start, end = name.meta["start"], name.meta["end"] + 1
        found.setdefault(start, Mention(start, end, item, unsure, by_hand))


def _gives_its_name(column: Any, dialect: str) -> tuple[bool, bool]:
    """Whether a column gives an output or a field its name, and whether only a person can write `new as old` there."""
    from sqlglot import exp

    inner, outer = column, column.parent
    while isinstance(outer, exp.Paren):
        inner, outer = outer, outer.parent
    if not isinstance(outer, (exp.Select, exp.Struct)) or inner.arg_key != "expressions":
        return False, False
    return True, inner is not column or (isinstance(outer, exp.Struct) and dialect != "bigquery")


def _source(scope: Any, column: Any, name: str, wanted: Collection[str]) -> tuple[bool, bool]:
    """Whether a column may be one of a wanted table, and whether that is sure: a query's own tables come before those around it."""
    sure = True
    while scope is not None:
        sources = {alias: source for alias, (_, source) in scope.selected_sources.items()}
        if column.table:
            if column.table in sources:
                return _passes(sources[column.table], name, wanted), True
            scope = scope.parent
            continue
        may_have = [each for each in sources.values() if _may_have(each, name)]
        if any(_passes(each, name, wanted) for each in may_have):
            return True, sure and len(may_have) == 1
        if any(_names(each, name) for each in may_have):
            return False, False
        # a subquery in FROM sees what is beside it only where it must
        if scope.is_cte or scope.is_root or (may_have and scope.is_derived_table):
            return False, False
        sure = sure and not may_have
        scope = scope.parent
    return False, False


def _may_have(source: Any, name: str) -> bool:
    """Whether a source of a query may have a column of that name; one whose columns are all written has those alone."""
    from sqlglot import exp

    if isinstance(source, exp.Expression) or not isinstance(source.expression, exp.Query):
        return True
    if source.union_scopes:
        return any(_may_have(each, name) for each in source.union_scopes)
    outputs = list(source.expression.selects)
    return _names(source, name) or any(each.is_star or not each.alias_or_name for each in outputs)


def _names(source: Any, name: str) -> bool:
    """Whether a source of a query is a query that names a column so."""
    from sqlglot import exp

    if isinstance(source, exp.Expression) or not isinstance(source.expression, exp.Query):
        return False
    return any(each.alias_or_name.lower() == name.lower() for each in source.expression.selects)


def _passes(source: Any, name: str, wanted: Collection[str]) -> bool:
    """Whether a source of a query is a wanted table, or passes on its columns by a star without naming this one."""
    from sqlglot import exp

    if isinstance(source, exp.Expression):
        return isinstance(source, exp.Table) and source.name in wanted
    if source.union_scopes:
        return any(_passes(each, name, wanted) for each in source.union_scopes)
    if _names(source, name):
        return False
    outputs = list(source.expression.selects) if isinstance(source.expression, exp.Query) else []
    return any(_passes(source.sources[each], name, wanted) for each in _starred(source, outputs))


def _starred(scope: Any, outputs: list[Any]) -> Iterator[str]:
    """The sources of which a query selects all columns."""
    from sqlglot import exp

    for each in outputs:
        if isinstance(each, exp.Star):
            yield from scope.selected_sources
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            yield each.table
