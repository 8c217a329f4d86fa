"""Where a file reads a column of a table: in a model's template by parsing its SQL around the Jinja, elsewhere as a word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TABLE = re.compile(r"\{\{-?\s*(?:\w+\.)?(?:ref|source)\s*\((?P<names>[^()]*)\)\s*-?\}\}", re.DOTALL)
_COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/|(?<![^\s])#[^\n]*", re.DOTALL)


@dataclass(frozen=True)
class Mention:
    """A place that reads a column.

    item      it is a column of a select list by itself, without an alias: it gives the output its name
    unsure    the query reads other tables beside, of which it may be a column as well
    by_hand   only a person can tell what is to stand there
    """

    start: int
    end: int
    item: bool = False
    unsure: bool = False
    by_hand: bool = False


def in_sql(text: str, column: str, tables: Collection[str], dialect: str) -> list[Mention]:
    """The places where a template reads a column of one of the models in `tables`, not those that read it from a CTE that names it.

    Where the SQL around the Jinja can't be parsed, and of a column that only Jinja names, the words.
    """
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.scope import traverse_scope

    masked, names = _masked(text)
    wanted = {mask for mask, name in names.items() if name.lower() in {table.lower() for table in tables}}
    try:
        scopes = traverse_scope(parse_one(masked, dialect=dialect))
    except (SqlglotError, RecursionError):
        return in_text(text, column)
    found: dict[int, Mention] = {}
    for scope in scopes:
        for each in scope.columns:
            source, sure = _source(scope, each, column, wanted)
            if each.name.lower() == column.lower() and source:
                item = isinstance(each.parent, exp.Select) and each.arg_key == "expressions"
                _add(found, each.this, item, not sure)
        for star in scope.find_all(exp.Star):
            for name in star.find_all(exp.Identifier):
                _add(found, name, by_hand=True, only=column)
        for join in scope.find_all(exp.Join):
            for name in join.args.get("using") or ():
                _add(found, name, by_hand=True, only=column)
    return sorted(found.values(), key=lambda each: each.start) or in_text(text, column)


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
        literals = re.findall(r"['\"]([^'\"]*)['\"]", table["names"]) if table else []
        if literals:
            tables[name] = literals[-1]
        return name

    return _JINJA.sub(mask, text), tables


def _add(
    found: dict[int, Mention],
    name: Any,
    item: bool = False,
    unsure: bool = False,
    by_hand: bool = False,
    only: str = "",
) -> None:
    if "start" in name.meta and (not only or name.name.lower() == only.lower()):
        start, end = name.meta["start"], name.meta["end"] + 1
        found.setdefault(start, Mention(start, end, item, unsure, by_hand))


def _source(scope: Any, column: Any, name: str, wanted: Collection[str]) -> tuple[bool, bool]:
    """Whether a column may be one of a wanted table, and whether that is sure."""
    table = column.table
    while scope is not None:
        sources = {alias: source for alias, (_, source) in scope.selected_sources.items()}
        if table and table not in sources:
            scope = scope.parent
            continue
        chosen = [sources[table]] if table else list(sources.values())
        hits = [each for each in chosen if _passes(each, name, wanted)]
        return bool(hits), len(chosen) == 1
    return False, False


def _passes(source: Any, name: str, wanted: Collection[str]) -> bool:
    """Whether a source of a query is a wanted table, or passes on its columns by a star without naming this one."""
    from sqlglot import exp

    if isinstance(source, exp.Expression):
        return isinstance(source, exp.Table) and source.name in wanted
    if source.union_scopes:
        return any(_passes(each, name, wanted) for each in source.union_scopes)
    outputs = list(source.expression.selects) if isinstance(source.expression, exp.Query) else []
    if any(each.alias_or_name.lower() == name.lower() for each in outputs):
        return False
    return any(_passes(source.sources[each], name, wanted) for each in _starred(source, outputs))


def _starred(scope: Any, outputs: list[Any]) -> Iterator[str]:
    """The sources of which a query selects all columns."""
    from sqlglot import exp

    for each in outputs:
        if isinstance(each, exp.Star):
            yield from scope.selected_sources
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            yield each.table
