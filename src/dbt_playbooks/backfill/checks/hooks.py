"""The hooks of models and of commands, read before they run: as dbt renders them in some windows, on a first run and on an incremental one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from dbt_playbooks.backfill.checks.effects import UNKNOWN, tables_written
from dbt_playbooks.backfill.checks.shape import another
from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.interface import HookText, Model, Project, Window
from dbt_playbooks.statements import carried_out, statements_of

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
BEFORE, AFTER = -1.0, 1_000_000.0
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
    for kind, place in (("on-run-start", BEFORE), ("on-run-end", AFTER)):
        ways = ((first, False), (another(first), False), (first, True))
        texts = (project.run_hooks(kind, window, models, later) for window, later in ways)
        for one, other, later in zip(*texts, strict=True):
            hooks.append(read_hook(project.adapter_type, Place(kind, place, "command"), one, other, later=later))
    return hooks


def not_read(hooks: Sequence[Hook]) -> list[str]:
    """What the user should know of hooks that are known only when they run."""
    unread, asking = "can't be read before they run", "ask the warehouse what to do"
    found: dict[tuple[str, str], list[str]] = {}
    for hook in hooks:
        if hook.unread or hook.asks:
            found.setdefault((hook.owner, unread if hook.unread else asking), []).append(on_one_line(hook.told))
    return [
        f"{owner}: these hooks {why}: {', '.join(dict.fromkeys(texts))}. "
        "One that writes to what a model reads, or to a model's table, would do so more often than in one run of dbt"
        for (owner, why), texts in found.items()
    ]


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


def on_one_line(text: str) -> str:
    """A statement, or its beginning, on one line."""
    return " ".join(text.split())[:80]


def _is_put_together(statement: str, dialect: str | None) -> bool:
    """Whether Jinja of which the value is not known is the statement, or the name of the table that it changes."""
    return statement.startswith(UNKNOWN) or any(
        thing.kind == "table" and not thing.name for thing in tables_written(statement, dialect, once=False)
    )
