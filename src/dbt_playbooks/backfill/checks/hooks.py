"""Hooks that write to the table of their own model, or to what models read: they would run with each chunk, and once in one run of dbt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os.path import splitext
from typing import Any

import sqlglot
import sqlparse
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import called_functions
from dbt_playbooks.interface import Model, Project, Window

# a DELETE that looks at each row alone leaves the same rows after each chunk as after one run
_WRITES: tuple[Any, ...] = (exp.Insert, exp.Update, exp.Merge, exp.TruncateTable, exp.Copy)
_WRITES_BY_WORD = re.compile(
    r"\s*(with\b.*?\)\s*)?(insert|update|merge|truncate|copy|delete)\b", re.IGNORECASE | re.DOTALL
)
_REDEFINES: tuple[Any, ...] = (exp.Create, exp.Drop)
_NAMES_THE_WINDOW = re.compile(r"""\bvar\(\s*['"](dbt_playbooks_)?(start|end)_date['"]|backfill_filter""")
_WHOLLY_JINJA = re.compile(r"\s*((insert\s+into|update|merge\s+into|truncate(\s+table)?)\s+)?of_jinja\b", re.IGNORECASE)
_SETS_NO_MEANING = re.compile(
    r"(set|reset|pragma)\s+(((session|local|global)\s+)?(threads|worker_threads|external_threads|memory_limit|max_memory|temp_directory|"
    r"max_temp_directory_size|preserve_insertion_order|enable_\w*progress\w*|disable_\w*progress\w*|progress\w*|enable_object_cache|s3_\w+|azure_\w+|http\w*|"
    r"\w*extension\w*|secret\w*|checkpoint\w*|wal_\w+|profiling\w*|enable_profiling|log\w*)\b|variable\b)",
    re.IGNORECASE,
)
"""Settings of DuckDB's that change no row; a variable is looked at where it is read."""
_UNREAD = "unread"
_DOES = re.compile(r"\s*(set|insert|update|merge|create|drop|alter|copy|truncate|delete|with)\b", re.IGNORECASE)
_FROM_BEFORE = ("getvariable", "nextval", "currval")
"""Functions that say what an earlier chunk has set."""
_UNKNOWN = "of_jinja"
"""What stands in a hook's SQL for Jinja of which the value is not known."""
_REF = re.compile(
    r"""(?P<kind>ref|source)\((\s*['"](?P<first>[\w-]+)['"]\s*,)?\s*['"](?P<name>[\w-]+)['"]\s*"""
    r"""(,\s*v(ersion)?\s*=\s*['"]?(?P<version>\w+)['"]?\s*)?\)"""
)
_JINJA = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def hook_that_changes(model: Model, adapter_type: str) -> str | None:
    """The statement of a hook that writes rows into the model's own table: it would do so with each chunk or, of a microbatch model, with each command."""
    dialect = dialect_of(adapter_type)
    path = table_path(model.relation, dialect)
    for hook, statement in _statements(model, path):
        written = _written(statement, dialect, windowed=bool(_NAMES_THE_WINDOW.search(hook)))
        if any(is_end(name, path) for name in written):
            return " ".join(statement.split())[:80]
    return None


def hook_that_feeds(project: Project, targets: Sequence[Target], first: Window) -> str | None:
    """The first hook that changes between chunks what a model of the selection reads: rows of a table, a table that it makes of the window or of
    models that are being filled, a variable or a function of the window, a file."""
    dialect = dialect_of(project.adapter_type)
    models = [target.model for target in targets]
    paths = [table_path(model.relation, dialect) for model in models]
    views = [model for model in project.descendants(models) if model.materialized not in ("table", "incremental")]
    filled = [*paths, *(table_path(model.relation, dialect) for model in views)]
    hooked = any(model.config.get(kind) for model in models for kind in ("pre-hook", "post-hook"))
    relations = {node.name: node.relation for node in project.nodes() if node.relation} if hooked else {}
    hooks = [
        (target.model, hook, tree)
        for target, path in zip(targets, paths, strict=True)
        for hook, statement in _statements(target.model, path, relations)
        for tree in _trees(statement, dialect)
    ]
    kinds = (*_WRITES, *_REDEFINES, exp.Delete, exp.Alter, exp.Set)
    changing = [each for each in hooks if isinstance(each[2], kinds) or _is_unread(each[2])]
    read, files = _read_by(project, targets, first) if changing else ([], set())
    for model, hook, tree in changing:
        windowed = bool(_NAMES_THE_WINDOW.search(hook))
        names = [_known(name) for _, name in tables_in(tree, dialect)]
        makes = str(tree.args.get("kind") or "").upper()
        if isinstance(tree, exp.Copy) and not tree.args.get("kind"):
            found = any({each.name, splitext(each.name)[1]} & files for each in tree.args.get("files") or ())
        elif isinstance(tree, exp.Create) and makes not in ("TABLE", "VIEW"):
            found = windowed
        elif isinstance(tree, exp.Command):
            found = windowed or any(is_end(name, path) for name in _words(_text(tree)) for path in (*filled, *read))
        elif isinstance(tree, exp.Set):
            of_before = any(name in _FROM_BEFORE for name in called_functions(tree))
            found = windowed or of_before or any(not name or is_end(name, path) for name in names for path in filled)
        else:
            of_models = any(not name or is_end(name, path) for name in names[1:] for path in filled)
            meets = bool(names) and any(
                not names[0] or is_end(names[0], table) or is_end(table, names[0]) for table in read
            )
            found = meets and (windowed or of_models or not isinstance(tree, _REDEFINES))
        if found:
            return f"{model.name} ({model.path}): a hook changes with each chunk what models of the selection read: {' '.join(hook.split())[:80]}"
    return None


def _read_by(project: Project, targets: Sequence[Target], first: Window) -> tuple[list[tuple[str, ...]], set[str]]:
    """The names of the tables that models read, as they are written and as the warehouse resolves them, and what may be
    a file: its name and its ending."""
    dialect = dialect_of(project.adapter_type)
    found: list[tuple[str, ...]] = []
    files: set[str] = set()
    for target in targets:
        sql = project.compile(target.model, first)
        for tree in _trees(sql, dialect):
            found += [name for _, name in tables_in(tree, dialect)]
            for text in tree.find_all(exp.Literal, exp.Identifier):
                files |= {text.name, splitext(text.name)[1]} - {""}
        found += [tuple(name.split(".")) for name in project.tables_read(target.model, [sql]) or []]
    return found, files


def hook_that_sets(model: Model, adapter_type: str) -> str | None:
    """The statement of a hook that changes what the model's SQL means, as a time zone does: the checks run without it."""
    dialect = dialect_of(adapter_type)
    statements = (statement for _, statement in _statements(model, table_path(model.relation, dialect)))
    return _setting(statements, dialect)


def start_that_sets(hooks: Iterable[str], adapter_type: str) -> str | None:
    """The same of the hooks that run when a command starts."""
    plain = (sqlparse.format(_JINJA.sub(f" {_UNKNOWN} ", hook), strip_comments=True) for hook in hooks)
    return _setting((statement for hook in plain for statement in sqlparse.split(hook)), dialect_of(adapter_type))


def _setting(statements: Iterable[str], dialect: str | None) -> str | None:
    for statement in statements:
        words = " ".join(statement.split())
        kind = words.partition(" ")[0].lower()
        sets = kind in ("set", "reset", "pragma", "use") or any(
            isinstance(tree, (exp.Set, exp.Pragma, exp.Use)) for tree in _trees(statement, dialect)
        )
        # on BigQuery a variable of a script is over when that ends
        of_the_session = dialect != "bigquery" or "@@" in words
        if sets and of_the_session and not _SETS_NO_MEANING.match(words):
            return words[:80]
    return None


def hooks_in_each_others_way(model: Model, adapter_type: str) -> bool:
    """Whether hooks that run with each chunk change what those of other chunks change: DuckDB lets one transaction at a time do that."""
    dialect = dialect_of(adapter_type)
    path = table_path(model.relation, dialect)
    return not model.is_microbatch and any(
        isinstance(tree, (*_REDEFINES, exp.Alter, exp.Update, exp.Merge, exp.Command))
        for _, statement in _statements(model, path)
        for tree in _trees(statement, dialect)
    )


def hooks_not_read(model: Model, adapter_type: str) -> list[str]:
    """Hooks that Jinja puts together: what they write to is known only when they run."""
    path = table_path(model.relation, dialect_of(adapter_type))
    return list(dict.fromkeys(hook for hook, statement in _statements(model, path) if _WHOLLY_JINJA.match(statement)))


def _statements(
    model: Model, path: tuple[str, ...], relations: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """Each hook with each of its statements; names stand in the place of its Jinja."""
    for kind in ("pre-hook", "post-hook"):
        for hook in model.config.get(kind) or ():
            text = str(hook["sql"] if isinstance(hook, Mapping) else hook)
            for statement in sqlparse.split(
                sqlparse.format(_without_jinja(text, model, path, relations), strip_comments=True)
            ):
                yield text, statement


def _without_jinja(text: str, model: Model, path: tuple[str, ...], relations: Mapping[str, str] | None) -> str:
    """A hook's SQL with the names that `this`, ref and source stand for; any other expression is a name that is no table's."""
    parts = dict(zip(("database", "schema", "identifier"), path[-3:], strict=False)) if len(path) >= 3 else {}
    parts |= {"name": path[-1], "table": path[-1]}

    def put(match: re.Match[str]) -> str:
        words = (match[1] or "").strip().strip("-").strip()
        attribute = re.fullmatch(r"this\.(\w+)", words)
        named = _REF.fullmatch(words)
        if named:
            name = f"{named['name']}.v{named['version']}" if named["version"] else named["name"]
            if named["kind"] == "source":
                name = f"{named['first']}.{name}"
            written = named["name"] if named["kind"] == "source" else name
            return (relations or {}).get(name) or (model.relation if written == model.name else written)
        if re.fullmatch(r"this(\.(include|render|quote|without_identifier|incorporate)\(.*\))?", words):
            return (
                ".".join(parts[name] for name in ("schema", "identifier"))
                if "include" in words and "schema" in parts
                else model.relation
            )
        if attribute and attribute[1] in parts:
            return parts[attribute[1]]
        # without spaces: it may be a part of a name
        return _UNKNOWN if match[1] is not None else " "

    return _JINJA.sub(put, text)


def _written(statement: str, dialect: str | None, windowed: bool) -> Iterator[tuple[str, ...]]:
    """The tables that a statement writes rows into, or deletes rows from by more than the row itself; those that it names at all, where it
    can't be read. `windowed`: it names the window."""
    for tree in _trees(statement, dialect):
        if isinstance(tree, exp.Command) and _WRITES_BY_WORD.match(statement):
            yield from _words(statement)
        elif isinstance(tree, exp.Delete):
            if windowed or tree.args.get("using") or tree.find(exp.Query):
                yield from [name for _, name in tables_in(tree, dialect)][:1]
        elif isinstance(tree, exp.Copy) and not tree.args.get("kind"):
            continue  # into a file
        elif isinstance(tree, _WRITES) or (isinstance(tree, _REDEFINES) and tree.args.get("kind") in ("TABLE", "VIEW")):
            yield from [name for _, name in tables_in(tree, dialect)][:1]
        elif isinstance(tree, exp.Alter) and tree.find(exp.AlterRename, exp.AlterColumn):
            yield from (name for _, name in tables_in(tree, dialect))


def _trees(statement: str, dialect: str | None) -> list[Any]:
    """What sqlglot reads; where it can't, as where branches of Jinja stand one after the other, a command with the whole text."""
    try:
        return [tree for tree in sqlglot.parse(statement, dialect=dialect) if tree is not None]
    except SqlglotError:
        return [exp.Command(this=_UNREAD, expression=statement)]


def _is_unread(tree: Any) -> bool:
    return isinstance(tree, exp.Command) and bool(_DOES.match(_text(tree)))


def _text(command: Any) -> str:
    return f"{command.name.replace(_UNREAD, '')} {command.args.get('expression') or ''}"


def _known(name: Sequence[str]) -> tuple[str, ...]:
    """What is known of a name of which Jinja writes a part; nothing where that is the table."""
    return () if name and _UNKNOWN in name[-1] else tuple(part for part in name if _UNKNOWN not in part)


def _words(text: str) -> Iterator[tuple[str, ...]]:
    """Whatever may be a name."""
    for name in re.findall(r'[\w"`.$-]+', text):
        yield tuple(part.strip('"`').lower() for part in name.split("."))
