"""The fixture `macro`: call, render, run and compile, on the target that the test runs on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dbt_playbooks.errors import UsageError, WarehouseError
from dbt_playbooks.project.macros import OfflineError
from dbt_playbooks.project.stubs import UnknownNameError
from dbt_playbooks.pytest_plugin.context import Config, Reference
from dbt_playbooks.pytest_plugin.errors import HarnessError, MacroError, MacroWarning, SqlError, UncommittedWarning
from dbt_playbooks.pytest_plugin.expecting import Raises, Warns, said_by_macros, warn
from dbt_playbooks.pytest_plugin.result import Result
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.targets.opened import OpenTarget

if TYPE_CHECKING:
    from dbt_playbooks.pytest_plugin.googlesql import Statement

_RENDERING = "macro.render(...) never asks a database. Use macro(...) for a macro that queries, or give it an answer with stubs={...}."


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
        self._expecting: list[Warns] = []

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
        self.last = Result(sql, [], "", [], self._target)
        return self.last.rows

    def analyze(self, sql: str, allow_unchecked: bool = False) -> list[Statement]:
        """Statements of the test's own, resolved by GoogleSQL's analyzer. Only on target `bigquery`. Raises SqlError, or NotCheckedError."""
        __tracebackhide__ = True
        self.last = Result(sql, [], "", [], self._target)
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
            "ref": Reference(dict(refs or {}), session.lookup("ref"), by_last_name=True),
            "source": Reference(dict(sources or {}), session.lookup("source"), by_last_name=False),
        }
        given = {
            **own,
            **references,
            "builtins": {**session.lookup("builtins"), **references},
            "is_incremental": lambda: incremental,
            "config": Config({**own["config"], **(config or {})}),
            **({} if this is None else {"this": this}),
            **(stubs or {}),
        }
        return self._done(lambda stubs: session.render(str(sql), vars or {}, stubs), given)

    def raises(self, message: str) -> Raises:
        """What is inside must raise an error of the macro that contains `message`."""
        return Raises(message)

    def warns(self, message: str) -> Warns:
        """What is inside must warn, by `exceptions.warn`, with a message that contains `message`. Other warnings are shown as always."""
        return Warns(message, self._expecting)

    def _done(self, action: Any, stubs: Mapping[str, Any] | None) -> Result:
        __tracebackhide__ = True
        session = self._target.session
        begin = len(session.statements)
        self.last = result = Result(None, [], "", [], self._target)
        lines: list[str] = []
        speaking = {**said_by_macros(lines, result.warnings, session.lookup("exceptions")), **(stubs or {})}
        try:
            with _as_ours(self._target):
                result.value = action(speaking)
        finally:
            # run_query wraps a statement in white space
            result.statements = [statement.strip() for statement in session.statements[begin:]]
            result.printed = "\n".join(lines)
            self.statements += result.statements
            self._warn(result.warnings)
        return result

    def _warn(self, messages: list[str]) -> None:
        """Each warning is for who expects one, the innermost first; what nobody expects is one of Python's, which pytest shows."""
        for message in messages:
            if not any(each.takes(message) for each in reversed(self._expecting)):
                warn(message, MacroWarning)
        lost = self._target.lost()
        if lost:
            warn(lost, UncommittedWarning)


@contextlib.contextmanager
def _as_ours(target: OpenTarget) -> Iterator[None]:
    try:
        yield
    except UnknownNameError as error:
        raise HarnessError(str(error)) from None
    except UsageError as error:
        raise MacroError(str(error)) from None
    except OfflineError as error:
        raise HarnessError(str(error)) from None
    except WarehouseError as error:
        raise SqlError(target.explain(str(error))) from None
