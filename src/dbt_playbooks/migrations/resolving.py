"""Whose column a name in a query is: that of one of the tables in question, or of something else that the query names so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any


def source_of(
    scope: Any, table: str, name: str, wanted: Collection[str], called: Mapping[str, str]
) -> tuple[bool, bool]:
    """Whether a column, with the alias in front of it if there is one, may be one of a wanted table, and whether that is sure: a query's own
    tables come before those around it. `called` is what stands for tables in the template, and their names."""
    sure = True
    while scope is not None:
        sources = sources_of(scope, called)
        if table:
            if table.lower() in sources:
                return passes(sources[table.lower()], name, wanted), True
            scope = scope.parent
            continue
        may_have = [each for each in {id(each): each for each in sources.values()}.values() if _may_have(each, name)]
        if any(passes(each, name, wanted) for each in may_have):
            return True, sure and len(may_have) == 1
        if any(_names(each, name) for each in may_have):
            return False, False
        # a subquery in FROM sees what is beside it only where it must
        if scope.is_cte or scope.is_root or (may_have and scope.is_derived_table):
            return False, False
        sure = sure and not may_have
        scope = scope.parent
    return False, False


def names_nearer(scope: Any, old: str, new: str, wanted: Collection[str], called: Mapping[str, str]) -> bool:
    """Whether a query between a place and the table whose column `old` it reads has a column that it calls `new`."""
    while scope is not None:
        sources = sources_of(scope, called).values()
        if any(passes(each, old, wanted) for each in sources):
            return False
        if any(_names(each, new) for each in sources):
            return True
        scope = scope.parent
    return False


def sources_of(scope: Any, called: Mapping[str, str]) -> dict[str, Any]:
    """What a query reads by the names that it has there, in lower case: a table without an alias has its own."""
    found = {alias.lower(): source for alias, (_, source) in scope.selected_sources.items()}
    own = {called[alias].partition(".v")[0].lower(): source for alias, source in found.items() if alias in called}
    return {**own, **found}


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


def passes(source: Any, name: str, wanted: Collection[str]) -> bool:
    """Whether a source of a query is a wanted table, or passes on its columns by a star without naming this one."""
    from sqlglot import exp

    if isinstance(source, exp.Expression):
        return isinstance(source, exp.Table) and source.name in wanted
    if source.union_scopes:
        return any(passes(each, name, wanted) for each in source.union_scopes)
    if _names(source, name):
        return False
    outputs = list(source.expression.selects) if isinstance(source.expression, exp.Query) else []
    return any(passes(source.sources[each], name, wanted) for each in _starred(source, outputs))


def _starred(scope: Any, outputs: list[Any]) -> Iterator[str]:
    """The sources of which a query selects all columns."""
    from sqlglot import exp

    for each in outputs:
        if isinstance(each, exp.Star):
            yield from scope.selected_sources
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            yield each.table
