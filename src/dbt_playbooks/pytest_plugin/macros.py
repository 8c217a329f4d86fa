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
from dbt_playbooks.pytest_plugin.result import Materialized, Result
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
        given = {
            **own,
            **self._references(refs, sources),
            "is_incremental": lambda: incremental,
            "config": Config({**own["config"], **(config or {})}),
            **({} if this is None else {"this": this}),
            **(stubs or {}),
        }
        result = Result(None, [], "", [], self._target, is_model=True)
        return self._done(lambda stubs: session.render(str(sql), vars or {}, stubs), given, result)

    def materialize(
        self,
        sql: str | None = None,
        *,
        model: str | None = None,
        name: str = "model",
        refs: Mapping[str, Any] | None = None,
        sources: Mapping[str, Any] | None = None,
        this: Any = None,
        config: Mapping[str, Any] | None = None,
        vars: Mapping[str, Any] | None = None,
        stubs: Mapping[str, Any] | None = None,
        allow_unchecked: bool = False,
    ) -> Materialized:
        """Make the table of inline SQL, or of a model or snapshot of the project, by its materialization, as `dbt run` would.

        refs, sources, vars, stubs   as `compile` takes them
        this    a table of the test that is the model's own already, for a second run of an incremental model; otherwise its place is the model's
        name    of the table of inline SQL
        config  what the model's config has beside what its SQL and the project say: {"materialized": "table"}

        On target `bigquery` each statement is analyzed and counts as done. Raises NotCheckedError when one can't be judged, unless `allow_unchecked`.
        """
        __tracebackhide__ = True
        if (sql is None) == (model is None):
            raise HarnessError("macro.materialize takes either SQL or model='...'.")
        if this is not None and not hasattr(this, "identifier"):
            raise HarnessError(f"this is a table of the test, as table(...) returns it. Given: {this!r}.")
        session = self._target.session
        with as_ours(self._target):
            node = (
                session.inline(str(sql), name, vars or {})
                if model is None
                else session.node(model, "model", "snapshot")
            )
            session.configure(node, config or {}, this)
        if node.config.get("incremental_strategy") == "microbatch":
            raise HarnessError(
                f"model '{node.name}' is one of microbatches: dbt runs it batch by batch, and macro.materialize once. "
                "Test its SQL with macro.compile, or another strategy: config={'incremental_strategy': ...}."
            )
        if node.get_materialization() == "ephemeral" or node.language != "sql":
            kind = "is ephemeral" if node.language == "sql" else f"is written in {node.language}"
            raise HarnessError(f"model '{node.name}' {kind}: no statement makes a table of it here.")
        relation = session.relation_of(node)
        self._target.make_place(str(relation.database), str(relation.schema))
        session.forget_relations()
        made = Materialized(None, [], "", [], self._target, relation=relation)
        with self._target.materializing(allow_unchecked) as answers:
            given = {**answers, **self._references(refs, sources), **(stubs or {})}

            def run(stubs: Mapping[str, Any]) -> str:
                made.compiled = session.materialize(node, vars or {}, stubs)
                return f"select * from {relation}"

            self._done(run, given, made)
        return made

    def _references(self, refs: Mapping[str, Any] | None, sources: Mapping[str, Any] | None) -> dict[str, Any]:
        session = self._target.session
        references = {
            "ref": Reference(dict(refs or {}), session.lookup("ref"), by_last_name=True),
            "source": Reference(dict(sources or {}), session.lookup("source"), by_last_name=False),
        }
        return {**references, "builtins": {**session.lookup("builtins"), **references}}

    def seed(self, name: str) -> Any:
        """The table of a seed of the project, made with its config as `dbt seed` would; `table(seed=...)` calls it."""
        __tracebackhide__ = True
        session = self._target.session
        before = len(session.statements)
        with as_ours(self._target), self._target.materializing(allow_unchecked=False) as answers:
            node = session.node(name, "seed")
            relation = session.relation_of(node)
            self._target.make_place(str(relation.database), str(relation.schema))
            session.forget_relations()
            try:
                if session.exists(relation):
                    raise HarnessError(f"seed '{name}' is the table {relation}, which the test has already.")
                session.materialize(node, {}, answers)
            finally:
                del session.statements[before:]
        session.forget_relations()
        return relation

    def raises(self, message: str) -> Raises:
        """What is inside must raise an error of the macro that contains `message`."""
        return Raises(message)

    def warns(self, message: str) -> Warns:
        """What is inside must warn, by `exceptions.warn`, with a message that contains `message`. Other warnings are shown as always."""
        return Warns(message, self._expecting)

    def _done(self, action: Any, stubs: Mapping[str, Any] | None, result: Result | None = None) -> Result:
        __tracebackhide__ = True
        session = self._target.session
        begin = len(session.statements)
        self.last = result = result or Result(None, [], "", [], self._target)
        lines: list[str] = []
        speaking = {**said_by_macros(lines, result.warnings, session.lookup("exceptions")), **(stubs or {})}
        try:
            with as_ours(self._target):
                result.value = action(speaking)
        finally:
            # run_query wraps a statement in white space
            result.statements = [statement.strip() for statement in session.statements[begin:]]
            result.printed = "\n".join(lines)
            self.statements += result.statements
            self._warn(result.warnings)
        lost = self._target.lost()
        if lost:
            warn(lost, UncommittedWarning)
        return result

    def _warn(self, messages: list[str]) -> None:
        """Each warning is for who expects one, the innermost first; what nobody expects is one of Python's, which pytest shows."""
        for message in messages:
            if not any(each.takes(message) for each in reversed(self._expecting)):
                warn(message, MacroWarning)


@contextlib.contextmanager
def as_ours(target: OpenTarget) -> Iterator[None]:
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
