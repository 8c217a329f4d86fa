"""Hooks that write to the table of their own model, or to what models read: they would run with each chunk, and once in one run of dbt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from os.path import splitext
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dbt_playbooks.backfill.checks.shape import another
from dbt_playbooks.backfill.checks.targets import Target, unquoted
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import called_functions
from dbt_playbooks.interface import HookText, Model, Project, Window
from dbt_playbooks.statements import begins_a_change, changes_no_row, sets_meaning, statements_of, writes_rows

# a DELETE that looks at each row alone leaves the same rows after each chunk as after one run
_WRITES: tuple[Any, ...] = (exp.Insert, exp.Update, exp.Merge, exp.TruncateTable, exp.Copy)
_REDEFINES: tuple[Any, ...] = (exp.Create, exp.Drop)
_HOLDS_ROWS = ("TABLE", "VIEW")
_NAMES_THE_WINDOW = re.compile(r"""\bvar\(\s*['"](dbt_playbooks_)?(start|end)_date['"]|backfill_filter""")
_FROM_BEFORE = ("getvariable", "nextval", "currval")
"""Functions that say what an earlier chunk has set."""
_WINDOWS = 10
"""In about how many windows hooks are looked at."""
_UNREAD = "unread"
_UNKNOWN = "of_jinja"
"""What stands in a hook's SQL for Jinja of which the value is not known."""
_REF = re.compile(r"""ref\((\s*['"][\w-]+['"]\s*,)?\s*['"](?P<name>[\w-]+)['"]\s*\)""")
_SOURCE = re.compile(r"""source\(\s*['"][\w-]+['"]\s*,\s*['"](?P<name>[\w-]+)['"]\s*\)""")
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Hook:
    """A hook as it is read."""

    written: str
    statements: tuple[str, ...]
    """As it is rendered and, where Jinja may take another branch when it runs, as it is written."""
    windowed: bool
    """It depends on the window."""
    unread: bool
    """What it does is known only when it runs."""
    asks: bool
    """It may do something else by what it finds in the warehouse."""

    @property
    def short(self) -> str:
        return _line(self.written)


def read_hook(adapter_type: str, model: Model | None, one: HookText, *others: HookText) -> Hook:
    """A hook of a model, or of the project, from what it becomes in some windows."""
    statements = [each for text in (one, *others) for sql in text.sql for each in statements_of(sql)]
    put_together = False
    if "{%" in one.written or one.error is not None:
        as_written = statements_of(_without_jinja(one.written, model))
        put_together = any(_is_put_together(each, dialect_of(adapter_type)) for each in as_written)
        statements += as_written
    return Hook(
        one.written,
        tuple(dict.fromkeys(statements)),
        windowed=any(one.sql != other.sql for other in others) or bool(_NAMES_THE_WINDOW.search(one.written)),
        unread=put_together or (bool(_said(one.written)) and not statements),
        asks=any(text.asks for text in (one, *others)),
    )


def hooks_of(project: Project, model: Model, windows: Sequence[Window]) -> list[Hook]:
    """The hooks of a model, as they are before anything runs, in some of its windows and in one that is none of them."""
    if not any(model.config.get(kind) for kind in ("pre-hook", "post-hook")):
        return []
    first = project.hooks(model, windows[0])
    # what they ask takes its time in each window, and it is told that they ask
    more = [] if any(text.asks for text in first) else windows[1 :: len(windows) // _WINDOWS + 1]
    rendered = [first, *(project.hooks(model, window) for window in (another(windows[0]), *more))]
    return [read_hook(project.adapter_type, model, *texts) for texts in zip(*rendered, strict=True)]


def run_hooks_of(project: Project) -> list[Hook]:
    """What runs when a command starts, and when it ends."""
    return [read_hook(project.adapter_type, None, text) for text in project.run_hooks()]


# --- the model's own table, and the session ------------------------------------------------------------------------------


def against_hooks(hooks: Sequence[Hook], model: Model, adapter_type: str) -> str | None:
    """Why the hooks of a model rule out a backfill; None when they do not."""
    changing = hook_that_changes(hooks, model, adapter_type)
    if changing:
        return (
            f"a hook changes its own table ({changing}): it would run with each {'command' if model.is_microbatch else 'chunk'}, and once in one run of dbt. "
            "Do it in the model's SQL, or by hand when the backfill is complete."
        )
    setting = hook_that_sets(hooks, adapter_type)
    if setting:
        return f"a hook changes what its SQL means ({setting}), and its chunks are checked without that. Set it in the profile, or in sql_header."
    return None


def hook_that_changes(hooks: Sequence[Hook], model: Model, adapter_type: str) -> str | None:
    """The statement of a hook that writes rows into the model's own table: it would do so with each chunk or, of a microbatch model, with each command."""
    dialect = dialect_of(adapter_type)
    path = table_path(model.relation, dialect)
    for hook in hooks:
        for statement in hook.statements:
            if any(is_end(name, path) for name in _written(statement, dialect, hook.windowed)):
                return _line(statement)
    return None


def hook_that_sets(hooks: Sequence[Hook], adapter_type: str) -> str | None:
    """The statement of a hook that changes what SQL of the session means, as a time zone does: the checks run without it."""
    dialect = dialect_of(adapter_type)
    for statement in (each for hook in hooks for each in hook.statements):
        words = " ".join(statement.split())
        sets = sets_meaning(words) or any(isinstance(tree, exp.Use) for tree in _trees(statement, dialect))
        # on BigQuery a variable of a script is over when that ends
        if sets and (dialect != "bigquery" or "@@" in words):
            return _line(statement)
    return None


def hooks_in_each_others_way(hooks: Sequence[Hook], model: Model, adapter_type: str) -> bool:
    """Whether hooks that run with each chunk change what those of other chunks change: DuckDB lets one transaction at a time do that."""
    dialect = dialect_of(adapter_type)
    return not model.is_microbatch and any(
        hook.unread
        or any(
            isinstance(tree, (*_REDEFINES, exp.Alter, exp.Update, exp.Merge, exp.Command))
            for statement in hook.statements
            for tree in _trees(statement, dialect)
        )
        for hook in hooks
    )


def not_read(hooks: Sequence[tuple[str, Hook]]) -> list[str]:
    """What the user should know of hooks that are known only when they run, each given with whose it is."""
    unread, asking = (
        "are put together by Jinja when they run, and could not be read before",
        "ask the warehouse what to do",
    )
    found: dict[tuple[str, str], list[str]] = {}
    for owner, hook in hooks:
        if hook.unread or hook.asks:
            found.setdefault((owner, unread if hook.unread else asking), []).append(hook.short)
    return [
        f"{owner}: these hooks {why}: {', '.join(dict.fromkeys(texts))}. "
        "One that writes to what a model reads, or to its own table, would do so with each chunk"
        for (owner, why), texts in found.items()
    ]


def _written(statement: str, dialect: str | None, windowed: bool) -> Iterator[tuple[str, ...]]:
    """The tables that a statement writes rows into, or deletes rows from by more than the row itself; those that it names at all, where it
    can't be read. `windowed`: it depends on the window."""
    if changes_no_row(statement):
        return
    for tree in _trees(statement, dialect):
        names = [name for _, name in tables_in(tree, dialect)]
        if isinstance(tree, exp.Command):
            yield from _words(statement) if writes_rows(statement) else ()
        elif isinstance(tree, exp.Delete):
            yield from names[:1] if windowed or tree.args.get("using") or tree.find(exp.Query) else ()
        elif _is_copy_to_a_file(tree):
            continue
        elif isinstance(tree, _WRITES) or (isinstance(tree, _REDEFINES) and tree.args.get("kind") in _HOLDS_ROWS):
            yield from names[:1]
        elif isinstance(tree, exp.Alter) and tree.find(exp.AlterRename, exp.AlterColumn):
            yield from names


# --- what models read ----------------------------------------------------------------------------------------------------


def hook_that_feeds(
    project: Project, targets: Sequence[Target], hooks: Iterable[tuple[str, Hook]], first: Window
) -> str | None:
    """The first of `hooks`, each with whose it is, that changes between chunks what a model of the selection reads: rows of a table, a table that
    it makes of the window or of models that are being filled, a variable or a function of the window, a file."""
    changing = [each for each in hooks if any(map(begins_a_change, each[1].statements))]
    if not changing:
        return None
    dialect = dialect_of(project.adapter_type)
    models = [target.model for target in targets]
    views = [model for model in project.descendants(models) if model.materialized not in ("table", "incremental")]
    filled = [table_path(model.relation, dialect) for model in (*models, *views)]
    read, files = _read_by(project, targets, first)
    for owner, hook in changing:
        for statement in filter(begins_a_change, hook.statements):
            if any(_feeds(tree, dialect, hook.windowed, filled, read, files) for tree in _trees(statement, dialect)):
                return f"{owner}: a hook changes with each chunk what models of the selection read: {hook.short}"
    return None


def _feeds(
    tree: Any,
    dialect: str | None,
    windowed: bool,
    filled: Sequence[tuple[str, ...]],
    read: Sequence[tuple[str, ...]],
    files: set[str],
) -> bool:
    names = [_known(name) for _, name in tables_in(tree, dialect)]
    makes = str(tree.args.get("kind") or "").upper()
    if _is_copy_to_a_file(tree):
        return any({each.name, splitext(each.name)[1]} & files for each in tree.args.get("files") or ())
    if isinstance(tree, exp.Create) and makes not in _HOLDS_ROWS:
        return windowed
    if isinstance(tree, exp.Command):
        return windowed or any(is_end(name, path) for name in _words(_text(tree)) for path in (*filled, *read))
    if isinstance(tree, exp.Set):
        if dialect == "bigquery":
            return False  # a variable of a script is over when that ends
        of_before = any(name in _FROM_BEFORE for name in called_functions(tree))
        return windowed or of_before or any(not name or is_end(name, path) for name in names for path in filled)
    if not isinstance(tree, (*_WRITES, *_REDEFINES, exp.Delete, exp.Alter)):
        return False
    of_models = any(not name or is_end(name, path) for name in names[1:] for path in filled)
    meets = bool(names) and any(not names[0] or is_end(names[0], table) or is_end(table, names[0]) for table in read)
    return meets and (windowed or of_models or not isinstance(tree, _REDEFINES))


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


# --- reading -------------------------------------------------------------------------------------------------------------


def _without_jinja(text: str, model: Model | None) -> str:
    """A hook's SQL with all branches of its Jinja, and with the names that `this`, ref and source stand for; any other expression is a name that
    is not known."""
    own = model.relation if model else _UNKNOWN
    parts = dict(
        zip(
            ("identifier", "schema", "database"),
            reversed(own.replace('"', "").replace("`", "").split(".")),
            strict=False,
        )
    )
    parts |= {"name": parts["identifier"], "table": parts["identifier"]}

    def put(match: re.Match[str]) -> str:
        words = (match[1] or "").strip().strip("-").strip()
        attribute = re.fullmatch(r"this\.(\w+)", words)
        named = _REF.fullmatch(words) or _SOURCE.fullmatch(words)
        if named:
            return own if model and named["name"] == model.name else named["name"]
        if re.fullmatch(r"this(\.(include|render|quote|without_identifier|incorporate)\(.*\))?", words):
            return f"{parts['schema']}.{parts['identifier']}" if "include" in words and "schema" in parts else own
        if attribute and attribute[1] in parts:
            return parts[attribute[1]]
        # without spaces: it may be a part of a name
        return _UNKNOWN if match[1] is not None else " "

    return _JINJA.sub(put, text)


def _line(text: str) -> str:
    """A statement, or its beginning, on one line."""
    return " ".join(text.split())[:80]


def _said(text: str) -> str:
    """A hook without its comments."""
    return _COMMENT.sub("", text).strip()


def _is_put_together(statement: str, dialect: str | None) -> bool:
    """Whether Jinja of which the value is not known is the statement, or the name of the table that it changes."""
    written = statement.strip()
    return written.startswith(_UNKNOWN) or any(
        _UNKNOWN in name[-1] for name in _written(statement, dialect, windowed=False) if name
    )


def _is_copy_to_a_file(tree: Any) -> bool:
    return isinstance(tree, exp.Copy) and not tree.args.get("kind")


def _trees(statement: str, dialect: str | None) -> list[Any]:
    """What sqlglot reads; where it can't, as where branches of Jinja stand one after the other, a command with the whole text."""
    try:
        return [tree for tree in sqlglot.parse(statement, dialect=dialect) if tree is not None]
    except SqlglotError:
        return [exp.Command(this=_UNREAD, expression=statement)]


def _text(command: Any) -> str:
    return f"{command.name.replace(_UNREAD, '')} {command.args.get('expression') or ''}"


def _known(name: Sequence[str]) -> tuple[str, ...]:
    """What is known of a name of which Jinja writes a part; nothing where that is the table."""
    return () if name and _UNKNOWN in name[-1] else tuple(part for part in name if _UNKNOWN not in part)


def _words(text: str) -> Iterator[tuple[str, ...]]:
    """Whatever may be a name."""
    for name in re.findall(r'[\w"`.$-]+', text):
        yield tuple(unquoted(part) for part in name.split("."))
