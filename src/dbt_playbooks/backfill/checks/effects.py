"""What a statement changes and what it reads: tables, variables, functions, sequences and files, by their names."""

from __future__ import annotations

import os.path
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_playbooks.backfill.checks.targets import unquoted
from dbt_playbooks.impact.reading.chances import SEQUENCES
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import called_functions, names_of_function, used_ctes
from dbt_playbooks.statements import attached, begins_a_change, without_scheme, writes_rows

UNKNOWN = "of_jinja"
"""What stands in SQL for Jinja of which the value is not known."""
_UNREAD = "unread"
_FUNCTIONS = ("FUNCTION", "MACRO")
_HOLD_NO_ROWS = ("INDEX", "SCHEMA", "TYPE", "SECRET", "DATABASE")
"""What is made and dropped beside tables and views."""
_MOVES = ("nextval", "setval")
_CATALOG = re.compile(
    r"sqlite_(master|schema)|__tables__|pragma_(table_info|storage_info|show|metadata_info)"
    r"|duckdb_(tables|columns|views|indexes|constraints|schemas|sequences|variables|temporary_files|memory)"
)
_OF_PG = re.compile(
    r"pg_(tables|class|attribute|views|indexes|index|namespace|constraint|sequences?|type|description|depend)"
)
_HISTORIES = re.compile(
    r"jobs|sessions|reservation|capacity|assignment|streaming|write_api|recommendations|insights|\w+_timeline"
)
"""Views of BigQuery's INFORMATION_SCHEMA that tell what was, day by day."""
_ASKS_THE_CATALOG = re.compile("describe|show", re.IGNORECASE)
"""Words that DuckDB keeps for this: `from (show tables)` is read as the name of a table."""
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

    def holds(self, path: tuple[str, ...]) -> bool:
        """Whether it is, or has in it, the table of a path."""
        if not self.name:
            return False
        if self.kind == "schema":
            return len(path) > 1 and path[-2] == self.name[-1]
        return path[0] == self.name[-1] if self.kind == "database" else is_end(self.name, path)


def table(name: Sequence[str]) -> Thing:
    """A table; of a name of which Jinja writes a part, what is known."""
    unknown = not name or UNKNOWN in name[-1]
    return Thing("table", () if unknown else tuple(part for part in name if UNKNOWN not in part))


CATALOG = Thing("catalog", ())
_ANY_FILE = Thing("file", ())


def things_of_plan(names: Sequence[str], direct: Sequence[Any], dialect: str | None) -> Iterator[Thing]:
    """What the warehouse says that a query (`direct`: its trees) reads: tables by their names in full, and functions, `read_csv()`. Files have no
    names there: those behind views and functions may be any."""
    tables = [name for name in names if not name.endswith("()")]
    functions = [name.removesuffix("()") for name in names if name.endswith("()")]
    for path in (name.split(".") for name in tables):
        yield table(path)
        yield from _around(path)
    yield from (CATALOG for name in functions if _is_catalog((name,)))
    files = sum(bool(_READS_FILES.fullmatch(name)) for name in functions)
    calls = [call for tree in direct for call in tree.find_all(exp.Func) if _reads_files(call) and _is_used(call)]
    named = (name for tree in direct for _, name in tables_in(tree, dialect) if any(map(_is_path, name)))
    # a table may have a name as a path has
    paths = [name for name in named if not any(f".{one}".endswith("." + ".".join(name)) for one in tables)]
    if files > len(calls) + len(paths):
        yield _ANY_FILE


def _is_used(node: Any) -> bool:
    """Whether it stands in no CTE that nothing reads, which the warehouse leaves out."""
    cte = node.find_ancestor(exp.CTE)
    if cte is None:
        return True
    with_ = cte.parent
    return id(cte) in used_ctes(with_.parent, with_) and _is_used(cte)


def _around(name: Sequence[str]) -> Iterator[Thing]:
    """Where a table lies, as far as its name tells; of two parts the first may be either."""
    if len(name) > 1:
        yield Thing("database", (name[0],))
        yield Thing("schema", (name[-2],))


def _is_path(text: str) -> bool:
    return bool(re.search(r"[./]", text))


def _is_catalog(name: Sequence[str]) -> bool:
    """Whether a name is of the tables that tell which tables there are."""
    if "information_schema" in name[:-1]:
        return not _HISTORIES.match(name[-1])
    of_pg = _OF_PG.fullmatch(name[-1]) and name[:-1] in ((), ("pg_catalog",), ("system", "pg_catalog"))
    return bool(of_pg or _CATALOG.fullmatch(name[-1]))


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


def tables_written(
    statement: str, dialect: str | None, once: bool, functions: Collection[str] = (), made: Sequence[Thing] = ()
) -> Iterator[Thing]:
    """The tables that a statement writes rows into, or deletes rows from by more than the row itself; those that it names at all, where it
    can't be read. `once`: it would be another DELETE, or of other rows, when it runs again."""
    for effect in effects(statement, dialect):
        of_hooks = any(thing.may_be(other) for thing in effect.read for other in made)
        if not _may_be_done_again(effect.tree, statement, once or of_hooks, functions):
            yield from (thing for thing in effect.changed if thing.kind in ("table", "schema", "database"))


def _may_be_done_again(tree: Any, statement: str, once: bool, functions: Collection[str]) -> bool:
    """Whether what it does to a table leaves the same rows after each chunk as after one run: a DELETE that looks at each row alone, and what
    changes no value."""
    if isinstance(tree, exp.Command):
        return not writes_rows(statement)
    if isinstance(tree, exp.Delete):
        looks_around = tree.args.get("using") or tree.find(exp.Query) or set(called_functions(tree)) & set(functions)
        return not (once or looks_around)
    return isinstance(tree, exp.Alter) and not tree.find(exp.AlterRename, exp.AlterColumn)


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
        if isinstance(tree, exp.Drop) and kind in ("SCHEMA", "DATABASE"):
            dropped = tree.this.args.get("db") or tree.this.this
            return [Thing(kind.lower(), (dropped.name.lower(),)), CATALOG], False
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
        yield from _around(name)
        if _is_catalog(name):
            yield CATALOG
    if tree.find(exp.Show, exp.Describe) or any(
        _ASKS_THE_CATALOG.fullmatch(each.name) for each in tree.find_all(exp.Identifier) if not each.quoted
    ):
        yield CATALOG
    called = set(called_functions(tree))
    for function in called:
        yield Thing("function", (function,))
        if _is_catalog((function,)):
            yield CATALOG
    if called & set(SEQUENCES):
        yield Thing("sequence", ())
    for call in tree.find_all(exp.Anonymous):
        if str(call.this).lower() == "getvariable":
            given = call.expressions[0] if call.expressions else None
            yield Thing("variable", (given.name.lower(),) if isinstance(given, exp.Literal) else ())
    for text in tree.find_all(exp.Literal, exp.Identifier):
        if _is_path(text.name):
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
    paths = [os.path.realpath(without_scheme(each)) for each in (one, other)]
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
