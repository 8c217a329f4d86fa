"""The fixture `macro`: call, render, run and compile, on the target that the test runs on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.project.macros import OfflineError
from dbt_playbooks.project.stubs import UnknownNameError
from dbt_playbooks.pytest_plugin.errors import HarnessError, MacroError, NotCheckedError, SqlError
from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.targets.opened import OpenTarget

if TYPE_CHECKING:
    from dbt_playbooks.pytest_plugin.googlesql import Statement

_BLANK = re.compile(r"(?:[\s;]|--[^\n]*|#[^\n]*|/\*.*?\*/)*", re.DOTALL)
_RENDERING = "macro.render(...) never asks a database. Use macro(...) for a macro that queries, or give it an answer with stubs={...}."


@dataclass
class Result:
    """What a macro returned, or what Jinja became."""

    value: Any
    """What the macro's `return` gave, as it is; text where there is no `return`."""
    statements: list[str]
    """What was sent to the database on the way, in order, without the white space around it."""
    printed: str
    """What the macro printed, or logged with info=True."""
    _target: OpenTarget = field(repr=False)

    @property
    def text(self) -> str:
        """The value as text, without the white space around it."""
        return "" if self.value is None else str(self.value).strip()

    @cached_property
    def rows(self) -> Rows:
        """The rows that the macro returned; when it returned SQL, the rows of that SQL. Raises SqlError when the target refuses it."""
        value = self.value
        if hasattr(value, "column_names") and hasattr(value, "rows"):
            return Rows([row.values() for row in value.rows], ((name, "") for name in value.column_names))
        if isinstance(value, (list, tuple)):
            if not all(isinstance(row, (list, tuple)) for row in value):
                raise HarnessError(
                    f"the macro returned a list, but not one of rows: {value!r}. Its items are in .value."
                )
            return Rows(value)
        if isinstance(value, Mapping) or value is None:
            raise HarnessError(
                f"the macro returned {'nothing' if value is None else 'a dict'}, which has no rows. It is in .value."
            )
        return self._target.query(self._sql)

    @property
    def table(self) -> Any:
        """The rows as an agate table."""
        return self.rows.as_agate()

    @cached_property
    def analyzed(self) -> list[Statement]:
        """The statements of the text, resolved by GoogleSQL's analyzer. Only on target `bigquery`. Raises SqlError, or NotCheckedError."""
        return self._analyze(allow_unchecked=False)

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the query and their types, as the target writes them: analyzed on target `bigquery`, those of the rows elsewhere."""
        if not self._target.analyzes:
            return dict(self.rows.columns)
        last = self.analyzed[-1]
        if last.unsupported:
            raise NotCheckedError(f"the columns are not known, {last.place}: {last.unsupported}\n{listing(self.text)}")
        return dict(last.columns)

    def check(self, allow_unchecked: bool = False) -> Result:
        """Let the target judge the text: GoogleSQL analyzes it on `bigquery`, the others run it.

        Raises SqlError when it is refused, and NotCheckedError when the analyzer can't judge all of it, unless `allow_unchecked`.
        """
        if self._target.analyzes:
            self.__dict__["analyzed"] = self._analyze(allow_unchecked)
        else:
            _ = self.rows
        return self

    def _analyze(self, allow_unchecked: bool) -> list[Statement]:
        if self._target.analyzes and not isinstance(self.value, str):
            said = "nothing" if self.value is None else f"a value of the type {type(self.value).__name__}"
            raise HarnessError(f"the macro returned {said}, and no SQL that could be checked. It is in .value.")
        return self._target.analyze(self._sql, allow_unchecked)

    @property
    def _sql(self) -> str:
        """The text, when there is a statement in it: not every target refuses a comment."""
        blank = _BLANK.match(self.text)
        if blank and blank.end() == len(self.text):
            comment = f", only comments:\n{listing(self.text)}" if self.text else ": the text is empty."
            raise HarnessError(f"there is no statement to judge{comment}")
        return self.text


class Macros:
    """Calls macros of the project. Names without a prefix are the root project's or dbt's; `package.macro` is a package's.

    Everywhere: `vars` are as on dbt's command line; `stubs` stand in for what a macro finds in its context: "run_query", "this", a macro's name,
    "adapter.get_relation". A plain value in place of a macro or a method is what that returns. `arguments` holds arguments of the macro that
    are themselves called vars, stubs or arguments.
    """

    def __init__(self, target: OpenTarget) -> None:
        self._target = target
        self.last: Result | None = None
        self.statements: list[str] = []
        """All that the macros of this test sent to the database."""

    @property
    def target(self) -> str:
        """The target's name."""
        return self._target.name

    def public(self, package: str | None = None) -> list[str]:
        """The public macros of a package, the root project's own when none is named."""
        session = self._target.session
        return session.public_macros(package or session.project_name)

    def __call__(
        self,
        name: str,
        /,
        *positional: Any,
        vars: Mapping[str, Any] | None = None,
        stubs: Mapping[str, Any] | None = None,
        arguments: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> Result:
        """Call a macro as dbt does, with the database behind it."""
        __tracebackhide__ = True
        return self._done(
            lambda stubs: self._target.session.call(
                name, positional, {**named, **(arguments or {})}, vars or {}, stubs
            ),
            stubs,
        )

    call = __call__

    def render(self, name: str, /, *positional: Any, **named: Any) -> Result:
        """Call a macro without any database: one that asks for it is refused at once."""
        __tracebackhide__ = True
        session = self._target.session
        before, session.offline = session.offline, session.offline or _RENDERING
        try:
            return self(name, *positional, **named)
        finally:
            session.offline = before

    def run(self, name: str, /, *positional: Any, allow_unchecked: bool = False, **named: Any) -> Result:
        """Call a macro and let the target judge what it returned, as `check` does: its rows are there, or GoogleSQL has accepted it."""
        __tracebackhide__ = True
        return self(name, *positional, **named).check(allow_unchecked)

    def query(self, sql: str) -> Rows:
        """The rows of a statement of the test's own."""
        __tracebackhide__ = True
        self.last = Result(sql, [], "", self._target)
        return self.last.rows

    def analyze(self, sql: str, allow_unchecked: bool = False) -> list[Statement]:
        """Statements of the test's own, resolved by GoogleSQL's analyzer. Only on target `bigquery`. Raises SqlError, or NotCheckedError."""
        __tracebackhide__ = True
        self.last = Result(sql, [], "", self._target)
        self.last.__dict__["analyzed"] = found = self.last._analyze(allow_unchecked)
        return found

    def compile(
        self,
        sql: str | None = None,
        *,
        model: str | None = None,
        refs: Mapping[str, Any] | None = None,
        sources: Mapping[str, Any] | None = None,
        this: Any = None,
        incremental: bool = False,
        config: Mapping[str, Any] | None = None,
        vars: Mapping[str, Any] | None = None,
        stubs: Mapping[str, Any] | None = None,
    ) -> Result:
        """Compile inline SQL, or a model of the project, as dbt would.

        refs         {"orders": table}: what `ref('orders')` is; others are looked up in the project
        sources      {"raw.events": table}: what `source('raw', 'events')` is
        this         what `this` is
        incremental  what `is_incremental()` says
        config       what `config.get` finds, beside what the SQL itself configures
        """
        __tracebackhide__ = True
        if (sql is None) == (model is None):
            raise HarnessError("macro.compile takes either SQL or model='...'.")
        session = self._target.session
        own: dict[str, Any] = {"this": session.relation("this"), "config": {}}
        if model is not None:
            try:
                found = session.model(model)
            except UnknownNameError as error:
                raise HarnessError(str(error)) from None
            sql, own = found.sql, {"this": found.relation, "config": found.config, "model": found.node}
        references = {
            "ref": _Reference(dict(refs or {}), session.lookup("ref"), by_last_name=True),
            "source": _Reference(dict(sources or {}), session.lookup("source"), by_last_name=False),
        }
        given = {
            **own,
            **references,
            "builtins": {**session.lookup("builtins"), **references},
            "is_incremental": lambda: incremental,
            "config": _Config({**own["config"], **(config or {})}),
            **({} if this is None else {"this": this}),
            **(stubs or {}),
        }
        return self._done(lambda stubs: session.render(str(sql), vars or {}, stubs), given)

    def raises(self, message: str) -> _Raises:
        """What is inside must raise a compiler error that contains `message`."""
        return _Raises(message)

    def _done(self, action: Any, stubs: Mapping[str, Any] | None) -> Result:
        __tracebackhide__ = True
        lines: list[str] = []
        session = self._target.session
        begin = len(session.statements)

        def say(text: Any, info: bool = True) -> str:
            if info:
                lines.append(str(text))
            return ""

        speaking = {"print": say, "log": lambda text, info=False: say(text, info), **(stubs or {})}
        self.last = result = Result(None, [], "", self._target)
        try:
            result.value = action(speaking)
        except UnknownNameError as error:
            raise HarnessError(str(error)) from None
        except UsageError as error:
            raise MacroError(str(error)) from None
        except OfflineError as error:
            raise HarnessError(str(error)) from None
        except WarehouseError as error:
            raise SqlError(self._target.explain(str(error))) from None
        finally:
            # run_query wraps a statement in white space
            result.statements = [statement.strip() for statement in session.statements[begin:]]
            result.printed = "\n".join(lines)
            self.statements += result.statements
        return result


class _Raises:
    """Not `contextlib.contextmanager`, whose own lines would end the traceback of the test."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        __tracebackhide__ = True
        if error is None:
            raise AssertionError(f"the macro raised no error. Expected was one with: {self._message}")
        if not isinstance(error, MacroError):
            return False
        if self._message not in str(error):
            raise AssertionError(
                f"the macro raised another error.\nexpected in it: {self._message}\nraised: {error}"
            ) from None
        return True


class _Reference:
    """`ref` or `source`, with the test's own tables before the project's."""

    def __init__(self, given: dict[str, Any], otherwise: Any, by_last_name: bool) -> None:
        self._given = given
        self._otherwise = otherwise
        self._by_last_name = by_last_name

    def __call__(self, *names: str, **named: Any) -> Any:
        # a table of the test is meant by its own name, whichever package or source the SQL names
        for key in (".".join(names), names[-1] if names and self._by_last_name else ""):
            if key in self._given:
                return self._given[key]
        return self._otherwise(*names, **named)


class _Config:
    """`config` of a model: `{{ config(...) }}` in the SQL says nothing, `config.get` finds what was configured."""

    def __init__(self, given: dict[str, Any]) -> None:
        self._given = given

    def __call__(self, *dicts: Mapping[str, Any], **named: Any) -> str:
        for each in [*dicts, named]:
            self._given = {**each, **self._given}
        return ""

    def get(self, name: str, default: Any = None, validator: Any = None) -> Any:  # noqa: ARG002
        found = self._given.get(name)
        return default if found is None else found

    def require(self, name: str, validator: Any = None) -> Any:  # noqa: ARG002
        if self._given.get(name) is None:
            raise UsageError(
                f"the model's config has no '{name}'. Give it: macro.compile(..., config={{'{name}': ...}})."
            )
        return self._given[name]

    def persist_relation_docs(self) -> bool:
        return False

    def persist_column_docs(self) -> bool:
        return False
