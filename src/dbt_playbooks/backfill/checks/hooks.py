"""Hooks that write to the tables of models, or to what models read: they would run with each chunk, and once in one run of dbt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlglot import exp

from dbt_playbooks.backfill.checks.effects import (
    CATALOG,
    UNKNOWN,
    Effect,
    Thing,
    effects,
    table,
    text_of,
    things_of_plan,
    things_read,
    trees,
)
from dbt_playbooks.backfill.checks.shape import another
from dbt_playbooks.backfill.checks.targets import Target
from dbt_playbooks.impact.names import table_path
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.by_chance import tells_the_moment
from dbt_playbooks.impact.reading.self_reads import is_end, tables_in
from dbt_playbooks.impact.reading.window_parts import called_functions
from dbt_playbooks.interface import HookText, Model, Project, Window
from dbt_playbooks.statements import (
    begins_a_change,
    carried_out,
    is_known,
    is_setting,
    sets_meaning,
    statements_of,
    writes_rows,
)

_NAMES_THE_WINDOW = re.compile(r"""\bvar\(\s*['"](dbt_playbooks_)?(start|end)_date['"]|backfill_filter""")
_WINDOWS = 200
"""In how many windows hooks are looked at, about."""
_REF = re.compile(r"""ref\((\s*['"][\w-]+['"]\s*,)?\s*['"](?P<name>[\w-]+)['"]\s*\)""")
_SOURCE = re.compile(r"""source\(\s*['"][\w-]+['"]\s*,\s*['"](?P<name>[\w-]+)['"]\s*\)""")
_CALLS = re.compile(
    r"\{[{%](?:(?![%}]\}).)*?\b(?!(?:ref|source|var|env_var|include|render|quote|log)\b)\w+\(", re.DOTALL
)
"""A macro that is called."""
_CALLS_OTHER_SQL = re.compile(r"^\s*(call|execute)\b|\b\w+_execute\s*\(", re.IGNORECASE)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_JINJA = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BEFORE, _AFTER = -1.0, 1_000_000.0
"""The places of on-run-start and on-run-end beside those of the models, which are counted from 0."""


@dataclass(frozen=True)
class Hook:
    """A hook as it is read."""

    owner: str
    """Whose it is."""
    written: str
    statements: tuple[str, ...]
    """As it is rendered and, where Jinja may take another branch when it runs, as it is written."""
    place: float
    """When it runs: model number n, in the order of the graph, reads at n, its hooks run just before and just after."""
    by_window: bool
    """It depends on the window."""
    by_first_run: bool
    """It depends on whether the model's table is there."""
    unread: bool
    """What it does is known only when it runs."""
    asks: bool
    """It may do something else by what it finds in the warehouse."""
    by_moment: bool = False
    """It holds the time, or the id of the command."""
    each: str = "chunk"
    """How often it runs: with each chunk, or with each command."""
    is_after: bool = False
    """It runs when its model has run."""
    is_header: bool = False
    """It is a model's sql_header."""

    @property
    def told(self) -> str:
        """What the user is told of it."""
        return ("sql_header: " if self.is_header else "") + self.written

    @property
    def varies(self) -> bool:
        return self.by_window or self.by_first_run


class Place(NamedTuple):
    """Whose a hook is, and when it runs."""

    owner: str
    place: float
    each: str
    model: Model | None = None


def read_hook(adapter_type: str, where: Place, one: HookText, *others: HookText, later: HookText | None = None) -> Hook:
    """A hook from what it becomes in some windows, and in the first of them at a later moment, in another command."""
    dialect = dialect_of(adapter_type)
    texts = (one, *others)
    statements = [carried_out(each) for text in texts for sql in text.sql for each in statements_of(sql, dialect)]
    put_together = False
    of_the_window = bool(_NAMES_THE_WINDOW.search(one.written))
    if any(text.error or text.asks for text in texts) or ("{%" in one.written and of_the_window):
        as_written = statements_of(_without_jinja(one.written, where.model), dialect)
        put_together = any(_is_put_together(each, dialect) for each in as_written)
        statements += map(carried_out, as_written)
    failed = any(text.error for text in texts)
    unread = failed and (put_together or bool(_CALLS.search(_COMMENT.sub("", one.written))))
    return Hook(
        where.owner,
        one.written,
        tuple(dict.fromkeys(statements)),
        where.place,
        by_window=of_the_window or any(one.sql != other.sql for other in others),
        by_first_run=any(text.by_first_run for text in texts),
        unread=unread or any(_CALLS_OTHER_SQL.search(each) for each in statements),
        asks=any(text.asks for text in texts),
        by_moment=later is not None and later.sql != one.sql,
        each=where.each,
    )


def hooks_of(project: Project, model: Model, windows: Sequence[Window], number: int = 0) -> list[Hook]:
    """The hooks of a model, as they are before anything runs, in some of its windows and in one that is none of them; its sql_header as one of them.

    `number`: which of the selected models it is.
    """
    owner, each = owner_of(model), "command" if model.is_microbatch else "chunk"
    befores = len(model.config.get("pre-hook") or ())
    hooks: list[Hook] = []
    if befores or model.config.get("post-hook"):
        first = project.hooks(model, windows[0])
        # what they ask takes its time in each window, and it is told that they ask
        more = [] if any(text.asks for text in first) else windows[1 :: len(windows) // _WINDOWS + 1]
        later = project.hooks(model, windows[0], later=True)
        others = [project.hooks(model, window) for window in (another(windows[0]), *more)]
        for at, (text, at_later, *rest) in enumerate(zip(first, later, *others, strict=True)):
            where = Place(owner, number + (-0.5 if at < befores else 0.5), each, model)
            read = read_hook(project.adapter_type, where, text, *rest, later=at_later)
            hooks.append(replace(read, is_after=at >= befores))
    header = model.config.get("sql_header")
    if header:
        text = HookText(str(header), (str(header),))
        read = read_hook(project.adapter_type, Place(owner, number - 0.2, "chunk", model), text)
        hooks.append(replace(read, is_header=True))
    return hooks


def owner_of(model: Model) -> str:
    return f"{model.name} ({model.path})"


def run_hooks_of(project: Project, models: Sequence[Model], first: Window) -> list[Hook]:
    """What runs when a command starts, and when it ends."""
    hooks: list[Hook] = []
    for kind, place in (("on-run-start", _BEFORE), ("on-run-end", _AFTER)):
        ways = ((first, False), (another(first), False), (first, True))
        texts = (project.run_hooks(kind, window, models, later) for window, later in ways)
        for one, other, later in zip(*texts, strict=True):
            hooks.append(read_hook(project.adapter_type, Place(kind, place, "command"), one, other, later=later))
    return hooks


# --- the models' own tables, and the session ------------------------------------------------------------------------------


def against_hooks(
    hooks: Sequence[Hook], models: Sequence[Model], adapter_type: str, functions: Collection[str] = ()
) -> tuple[Hook, str] | None:
    """The hook that rules out a backfill of these models, and why; None when none does. `functions`: those of the
    warehouse that see more than their arguments."""
    unknown = hook_that_is_unknown(hooks)
    if unknown:
        return unknown
    found = hook_that_changes(hooks, models, adapter_type, functions)
    if found:
        hook, statement, model = found
        whose = "its own table" if hook.owner == owner_of(model) else f"the table of {model.name}"
        return hook, (
            f"a hook changes {whose} ({statement}): it would run with each {hook.each}, and once in one run of dbt. "
            "Do it in the model's SQL, or by hand when the backfill is complete."
        )
    before = [
        hook
        for hook in hooks
        if hook.place < _AFTER and (not hook.is_header or _leaks(hook, hooks, models, adapter_type))
    ]
    setting = hook_that_sets(before, adapter_type)
    if setting:
        hook, statement = setting
        return hook, (
            f"its sql_header changes what SQL of other models and of hooks means, too ({statement}). "
            "Fill it by a command of its own, or set that in the profile."
            if hook.is_header
            else f"a hook changes what SQL means ({statement}), and chunks are checked without that. Set it in the profile, or in sql_header."
        )
    return None


def _leaks(header: Hook, hooks: Sequence[Hook], models: Sequence[Model], adapter_type: str) -> bool:
    """Whether what a header sets, which on DuckDB stays set, is there for other models, or for hooks that in one run came before it."""
    dialect = dialect_of(adapter_type)
    earlier = (each for hook in hooks if hook.place < header.place and not hook.is_header for each in hook.statements)
    return adapter_type == "duckdb" and (
        len(models) > 1 or any(True for each in earlier for _ in effects(each, dialect))
    )


def hook_that_is_unknown(hooks: Sequence[Hook]) -> tuple[Hook, str] | None:
    """A hook with a statement that begins as none that is known does, and why that rules out a backfill."""
    for hook, statement in [(each, statement) for each in hooks for statement in each.statements]:
        # what Jinja will write there is told elsewhere
        if not is_known(statement) and UNKNOWN not in statement.split()[0]:
            return hook, (
                f"it is not known what a hook does ({_line(statement)}): it would do it with each {hook.each}, and once in one run of dbt. "
                "Do it by hand before or after."
            )
    return None


def hook_that_changes(
    hooks: Sequence[Hook], models: Sequence[Model], adapter_type: str, functions: Collection[str] = ()
) -> tuple[Hook, str, Model] | None:
    """A hook, its statement and the model into whose table it writes rows: it would do so with each chunk or, of a microbatch model, with each command."""
    dialect = dialect_of(adapter_type)
    paths = {model.unique_id: table_path(model.relation, dialect) for model in models}
    made = _made_by(hooks, dialect)
    for hook in hooks:
        for statement in hook.statements:
            for model in models:
                once = hook.varies or hook.asks or not _runs_last(hook, model)
                for name in _written(statement, dialect, once, functions, made):
                    if name and is_end(name, paths[model.unique_id]):
                        return hook, _line(statement), model
    return None


def _made_by(hooks: Sequence[Hook], dialect: str | None) -> list[Thing]:
    """Variables and functions, of which the meaning is known when the hooks run."""
    done = (effect for hook in hooks for each in hook.statements for effect in effects(each, dialect))
    return [thing for effect in done for thing in effect.changed if thing.kind in ("variable", "function")]


def hook_that_sets(hooks: Sequence[Hook], adapter_type: str) -> tuple[Hook, str] | None:
    """A hook and its statement that changes what SQL of the session means, as a time zone does: the checks run without it."""
    dialect = dialect_of(adapter_type)
    for hook, statement in ((one, each) for one in hooks for each in one.statements):
        sets = sets_meaning(statement) or any(isinstance(tree, exp.Use) for tree in trees(statement, dialect))
        # what reads the same by one setting need not by another
        sets = sets or (hook.varies and is_setting(statement))
        # on BigQuery a variable of a script is over when that ends
        if sets and (dialect != "bigquery" or "@@" in statement):
            return hook, _line(statement)
    return None


def hooks_in_each_others_way(hooks: Sequence[Hook], model: Model, adapter_type: str) -> bool:
    """Whether hooks that run with each chunk change what those of other chunks change: DuckDB lets one transaction at a time do that."""
    dialect = dialect_of(adapter_type)
    path = table_path(model.relation, dialect)
    return not model.is_microbatch and any(
        hook.unread
        or any(_may_conflict(tree, dialect, path) for each in hook.statements for tree in trees(each, dialect))
        for hook in hooks
        if not hook.is_header
    )


def _may_conflict(tree: Any, dialect: str | None, path: tuple[str, ...]) -> bool:
    if isinstance(tree, exp.Insert):
        return bool(tree.args.get("conflict") or tree.args.get("alternative"))
    if isinstance(tree, exp.Delete):
        return not any(is_end(name, path) for _, name in list(tables_in(tree, dialect))[:1])
    if isinstance(tree, exp.Create) and tree.find(exp.TemporaryProperty):
        return False
    if isinstance(tree, exp.Command) and not begins_a_change(text_of(tree)):
        return False
    return isinstance(tree, (exp.Create, exp.Drop, exp.Alter, exp.Update, exp.Merge, exp.TruncateTable, exp.Command))


def _written(
    statement: str, dialect: str | None, once: bool, functions: Collection[str] = (), made: Sequence[Thing] = ()
) -> Iterator[tuple[str, ...]]:
    """The tables that a statement writes rows into, or deletes rows from by more than the row itself; those that it names at all, where it
    can't be read. `once`: it would be another DELETE, or of other rows, when it runs again."""
    for effect in effects(statement, dialect):
        of_hooks = any(thing.may_be(other) for thing in effect.read for other in made)
        if not _may_be_done_again(effect.tree, statement, once or of_hooks, functions):
            yield from (thing.name for thing in effect.changed if thing.kind == "table")


def _runs_last(hook: Hook, model: Model) -> bool:
    """Whether nothing of the model is written after it in one run: what it would delete is not there in the end."""
    return hook.place == _AFTER or (hook.owner == owner_of(model) and hook.is_after)


def _may_be_done_again(tree: Any, statement: str, once: bool, functions: Collection[str]) -> bool:
    """Whether what it does to a table leaves the same rows after each chunk as after one run: a DELETE that looks at each row alone, and what
    changes no value."""
    if isinstance(tree, exp.Command):
        return not writes_rows(statement)
    if isinstance(tree, exp.Delete):
        looks_around = tree.args.get("using") or tree.find(exp.Query) or set(called_functions(tree)) & set(functions)
        return not (once or looks_around)
    return isinstance(tree, exp.Alter) and not tree.find(exp.AlterRename, exp.AlterColumn)


# --- what models read ----------------------------------------------------------------------------------------------------


class Feeding(NamedTuple):
    """What hooks do to what models read. `against`: the first that does so for some of the chunks alone, and what the user is told of it;
    `made`: some do, be it in the same way for all."""

    against: tuple[Hook, str] | None = None
    made: bool = False


def hooks_that_feed(project: Project, targets: Sequence[Target], hooks: Sequence[Hook], first: Window) -> Feeding:
    """Which hooks change what models of the selection read.

    A hook may make anew, before it is read, what depends on nothing that changes. What that is made from counts as read.
    """
    dialect = dialect_of(project.adapter_type)
    found = [(hook, each, effect) for hook in hooks for each in hook.statements for effect in effects(each, dialect)]
    doing = [(hook, each, effect, (hook.place, number)) for number, (hook, each, effect) in enumerate(found)]
    if not doing:
        return Feeding()
    models = [target.model for target in targets]
    views = [model for model in project.descendants(models) if model.materialized not in ("table", "incremental")]
    filled = [table(table_path(model.relation, dialect)) for model in (*models, *views)]
    left = [(thing, (place, 0)) for thing, place in _read_by(project, targets, first)]
    read: dict[Thing, tuple[float, int]] = {}
    made = False
    while left:
        thing, place = left.pop()
        if thing in read and read[thing] <= place:
            continue
        read[thing] = place
        for hook, statement, effect, when in doing:
            if not any(each.may_be(thing) for each in effect.changed):
                continue
            made = True
            # the same may have been done before that
            # what runs after a model is not there when rows are compared
            before = any(same == statement and at < place and not by.is_after for by, same, _, at in doing)
            late = (when >= place or hook.is_after) and not before
            varies = hook.varies or hook.by_moment or tells_the_moment(effect.tree)
            if not effect.anew or varies or late or _changes_itself(effect, filled):
                return Feeding((hook, _feeding(hook)), made=True)
            # behind views and functions
            resolved = project.tables_read(models[0], effect.queries) if effect.queries else []
            found_behind = list(things_of_plan(resolved or (), [effect.tree]))
            if any(each.may_be(other) for each in found_behind for other in filled):
                return Feeding((hook, _feeding(hook)), made=True)
            left += [(each, when) for each in (*effect.read, *found_behind)]
    return Feeding(made=made)


def _feeding(hook: Hook) -> str:
    return (
        f"a hook changes with each {hook.each} what models of the selection read: {_line(hook.told)}\n"
        "A chunk, or the next command, would find other rows there than one run of dbt does. "
        "Make it in a model of its own, or run it by hand before or after."
    )


def _changes_itself(effect: Effect, filled: Sequence[Thing]) -> bool:
    """Whether what it makes depends on what it made before, on what is filled, or on which tables there are."""
    return any(
        each == CATALOG or any(each.may_be(other) for other in (*filled, *effect.changed)) for each in effect.read
    )


def _read_by(project: Project, targets: Sequence[Target], first: Window) -> Iterator[tuple[Thing, float]]:
    """What each model reads, as it is written, as its Jinja asks and as the warehouse resolves it; and the number of the model."""
    dialect = dialect_of(project.adapter_type)
    for number, target in enumerate(targets):
        sql = project.compile(target.model, first)
        asked = [each for later in (False, True) for each in project.rendered(target.model, first, later).asked]
        for query in dict.fromkeys((sql, *asked)):
            for tree in trees(query, dialect):
                yield from ((thing, number) for thing in things_read(tree, dialect))
        resolved = project.tables_read(target.model, [sql]) or []
        yield from ((thing, number) for thing in things_of_plan(resolved, trees(sql, dialect)))


# --- what the user should know --------------------------------------------------------------------------------------------


def not_read(hooks: Sequence[Hook]) -> list[str]:
    """What the user should know of hooks that are known only when they run."""
    unread, asking = "can't be read before they run", "ask the warehouse what to do"
    found: dict[tuple[str, str], list[str]] = {}
    for hook in hooks:
        if hook.unread or hook.asks:
            found.setdefault((hook.owner, unread if hook.unread else asking), []).append(_line(hook.told))
    return [
        f"{owner}: these hooks {why}: {', '.join(dict.fromkeys(texts))}. "
        "One that writes to what a model reads, or to a model's table, would do so more often than in one run of dbt"
        for (owner, why), texts in found.items()
    ]


# --- reading -------------------------------------------------------------------------------------------------------------


def _without_jinja(text: str, model: Model | None) -> str:
    """A hook's SQL with all branches of its Jinja, and with the names that `this`, ref and source stand for; any other expression is a name that
    is not known."""
    own = model.relation if model else UNKNOWN
    path = own.replace('"', "").replace("`", "").split(".")
    parts = dict(zip(("identifier", "schema", "database"), reversed(path), strict=False))
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
        return UNKNOWN if match[1] is not None else " "

    return _JINJA.sub(put, text)


def _line(text: str) -> str:
    """A statement, or its beginning, on one line."""
    return " ".join(text.split())[:80]


def _is_put_together(statement: str, dialect: str | None) -> bool:
    """Whether Jinja of which the value is not known is the statement, or the name of the table that it changes."""
    return statement.startswith(UNKNOWN) or any(not name for name in _written(statement, dialect, once=False))
