"""What a statement changes and what it reads: tables, variables, functions, sequences and files, by their names."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_playbooks.backfill.checks.targets import unquoted
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import called_functions, misread, names_of_function
from dbt_playbooks.statements import attached, begins_a_change

UNKNOWN = "of_jinja"
"""What stands in SQL for Jinja of which the value is not known."""
_UNREAD = "unread"
_FUNCTIONS = ("FUNCTION", "MACRO")
_HOLD_NO_ROWS = ("INDEX", "SCHEMA", "TYPE", "SECRET", "DATABASE")
"""What is made and dropped beside tables and views."""
_MOVES = ("nextval", "setval")
_READS_A_SEQUENCE = ("nextval", "currval", "lastval")
_CATALOG = re.compile(
    r"information_schema(?!\W+(jobs|sessions|reservation|capacity|assignment|streaming|write_api))|pg_catalog|sqlite_master|__tables__|pg_(tables|class|attribute|views|indexes)"
    r"|(duckdb|pragma)_(?!(settings|functions|types|keywords|extensions|optimizers|secrets|databases|database_list|version|platform|collations)\b)\w+"
)
_ASKS_THE_CATALOG = ("describe", "show", "summarize")
_READS_FILES = re.compile(r"read_\w+|\w+_scan|scan_\w+|glob|sniff_csv", re.IGNORECASE)
_COPIES_A_DATABASE = re.compile(r"copy\s+from\s+database\b", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']*)'")


class Thing(NamedTuple):
    """What has a name. No name: it is not known which."""

    kind: str
    name: tuple[str, ...]

    def may_be(self, other: Thing) -> bool:
        if self.kind != other.kind:
            return False
        if not self.name or not other.name:
            return True
        if self.kind == "file":
            return _meet(self.name[0], other.name[0])
        return is_end(self.name, other.name) or is_end(other.name, self.name)


def table(name: Sequence[str]) -> Thing:
    """A table; of a name of which Jinja writes a part, what is known."""
    unknown = not name or UNKNOWN in name[-1]
    return Thing("table", () if unknown else tuple(part for part in name if UNKNOWN not in part))


CATALOG = Thing("catalog", ())
_ANY_FILE = Thing("file", ())


def things_of_plan(names: Sequence[str], direct: Sequence[Any] = ()) -> Iterator[Thing]:
    """What the warehouse says that a query reads: tables by their names in full, and functions, `read_csv()`. Files have no names there: those
    beside the ones that the query's own trees (`direct`) read may be any."""
    calls = [call for tree in direct for call in tree.find_all(exp.Func) if _reads_files(call)]
    tables = [each for tree in direct for each in tree.find_all(exp.Table) if re.search(r"[./]", each.name)]
    files = len(calls) + len(tables)
    for name in names:
        if not name.endswith("()"):
            yield table(tuple(name.split(".")))
        elif _CATALOG.fullmatch(name.removesuffix("()")):
            yield CATALOG
        elif _READS_FILES.fullmatch(name.removesuffix("()")):
            files -= 1
            if files < 0:
                yield _ANY_FILE


@dataclass(frozen=True)
class Effect:
    """What a statement does. `anew`: it makes what it changes, whatever was there before; `queries`: those of which it makes it."""

    tree: Any
    changed: tuple[Thing, ...]
    read: tuple[Thing, ...]
    anew: bool
    queries: tuple[str, ...]


def effects(statement: str, dialect: str | None) -> Iterator[Effect]:
    """What is changed by a statement, and what it needs for that; nothing where it changes nothing."""
    if not begins_a_change(statement):
        return
    for tree in trees(statement, dialect):
        moved = [Thing("sequence", ())] if set(_MOVES) & set(called_functions(tree)) else []
        changed, anew = _changed(tree, statement, dialect)
        if moved or changed:
            queries = tuple(each.sql(dialect) for each in tree.find_all(exp.Query) if not each.find_ancestor(exp.Query))
            read = tuple(things_read(tree, dialect, of_change=True))
            yield Effect(tree, (*moved, *changed), read, anew and not moved, queries)


def _changed(tree: Any, statement: str, dialect: str | None) -> tuple[list[Thing], bool]:
    """The things, and whether they are made anew."""
    database = attached(statement)
    if database:
        path, alias = database
        return [Thing("database", (unquoted(alias or os.path.basename(path).split(".")[0]),))], True
    if _COPIES_A_DATABASE.match(statement.strip()):
        return [Thing("database", name) for name in words(statement)], False
    names = [table(name) for _, name in tables_in(tree, dialect)]
    kind = str(tree.args.get("kind") or "").upper()
    if isinstance(tree, exp.Command):
        text = text_of(tree)
        if text.strip().lower().startswith("export"):
            return [Thing("file", (path,)) for path in _QUOTED.findall(text)] or [_ANY_FILE], False
        return [thing for name in words(text) for thing in (table(name), Thing("function", (name[-1],)))], False
    if is_copy_to_a_file(tree):
        paths = [each.name if isinstance(each, exp.Literal) else "" for each in tree.args.get("files") or ()]
        return [Thing("file", (path,)) if path else _ANY_FILE for path in paths], False
    if isinstance(tree, exp.Set):
        # on BigQuery a variable of a script is over when that ends
        return ([] if dialect == "bigquery" else [Thing("variable", name) for name in _variables_set(tree)]), True
    if isinstance(tree, (exp.Create, exp.Drop)):
        if kind in _FUNCTIONS:
            return [Thing("function", (each.name.lower(),)) for each in list(tree.find_all(exp.Table))[:1]], True
        if kind == "SEQUENCE":
            return [Thing("sequence", ()), CATALOG], False
        return ([CATALOG] if kind in _HOLD_NO_ROWS else [*names[:1], CATALOG]), True
    if isinstance(tree, exp.Alter):
        return [*names, CATALOG], False
    if isinstance(tree, (exp.Insert, exp.Update, exp.Merge, exp.Delete, exp.TruncateTable, exp.Copy)):
        return names[:1], False
    return [], False


def things_read(tree: Any, dialect: str | None, of_change: bool = False) -> Iterator[Thing]:
    """What a query reads, or with `of_change` a statement beside what it changes."""
    names = [name for _, name in tables_in(tree, dialect)]
    for name in names[1:] if of_change and not (isinstance(tree, exp.Set) or is_copy_to_a_file(tree)) else names:
        yield table(name)
        if len(name) > 1:
            yield Thing("database", (name[0],))
        if _CATALOG.search(".".join(name)):
            yield CATALOG
    if misread(tree) in _ASKS_THE_CATALOG:
        yield CATALOG
    called = set(called_functions(tree))
    for function in called:
        yield Thing("function", (function,))
        if _CATALOG.search(function):
            yield CATALOG
    if called & set(_READS_A_SEQUENCE):
        yield Thing("sequence", ())
    for call in tree.find_all(exp.Anonymous):
        if str(call.this).lower() == "getvariable":
            given = call.expressions[0] if call.expressions else None
            yield Thing("variable", (given.name.lower(),) if isinstance(given, exp.Literal) else ())
    for text in tree.find_all(exp.Literal, exp.Identifier):
        if re.search(r"[./]", text.name):
            yield Thing("file", (text.name,))
    for call in tree.find_all(exp.Func):
        if _reads_files(call):
            yield from _paths(call)


def _reads_files(call: Any) -> bool:
    return any(_READS_FILES.fullmatch(name) for name in names_of_function(call))


def _paths(call: Any) -> Iterator[Thing]:
    """The files that a call reads; any, where its path is no plain text."""
    given = call.args.get("this") if not isinstance(call, exp.Anonymous) else None
    given = given or next(iter(call.expressions), None)
    for each in given.expressions if isinstance(given, exp.Array) else [given]:
        yield Thing("file", (each.name,)) if isinstance(each, exp.Literal) else _ANY_FILE


def _variables_set(tree: Any) -> Iterator[tuple[str, ...]]:
    for item in tree.expressions:
        if str(item.args.get("kind") or "").upper() == "VARIABLE":
            name = item.this.this.name.lower()
            yield () if UNKNOWN in name else (name,)


def is_copy_to_a_file(tree: Any) -> bool:
    return isinstance(tree, exp.Copy) and not tree.args.get("kind")


def _meet(one: str, other: str) -> bool:
    """Whether two paths, which may be patterns or folders, may be of one file."""
    if UNKNOWN in one or UNKNOWN in other:
        return True
    paths = [os.path.realpath(re.sub("^file:(//)?", "", each)) for each in (one, other)]
    return any(fnmatch(a, b) or _is_folder_of(a, b) for a, b in (paths, reversed(paths)))


def _is_folder_of(folder: str, path: str) -> bool:
    parts = path.split("/")
    above = folder.split("/")
    return len(above) < len(parts) and all(map(fnmatch, above, parts))


def trees(statement: str, dialect: str | None) -> list[Any]:
    """What sqlglot reads; where it can't, as where branches of Jinja stand one after the other, a command with the whole text."""
    try:
        return [tree for tree in sqlglot.parse(statement, dialect=dialect) if tree is not None]
    except (SqlglotError, RecursionError):
        return [exp.Command(this=_UNREAD, expression=statement)]


def text_of(command: Any) -> str:
    return f"{command.name.replace(_UNREAD, '')} {command.args.get('expression') or ''}"


def words(text: str) -> Iterator[tuple[str, ...]]:
    """Whatever may be a name."""
    for name in re.findall(r'[\w"`.$-]+', text):
        yield tuple(unquoted(part) for part in name.split("."))
