"""A model before it runs: its SQL on a first and on an incremental run, the statements that its Jinja sends, and what its hooks make, rolled back."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dbt_playbooks.errors import PlaybooksError
from dbt_playbooks.interface import HookText, Model, Rendering, Window
from dbt_playbooks.project.session import DbtSession
from dbt_playbooks.project.still_clock import still_clock
from dbt_playbooks.project.stubs import stubbed
from dbt_playbooks.project.window_vars import WindowVars
from dbt_playbooks.statements import asks, attached, changes, outlasts_a_transaction, reads, statements_of

_CHANGING = (
    "drop_relation", "rename_relation", "truncate_relation", "copy_table", "update_columns", "update_table_description",
    "alter_table_add_columns", "grant_access_to", "upload_file", "load_dataframe", "drop_schema", "expand_target_column_types",
)  # fmt: skip
_ASKING = ("get_relation", "list_relations", "list_relations_without_caching")
"""Methods of dbt's adapters: some of them by no statement, but by calls of BigQuery's API, or from dbt's memory."""
_A_QUESTION = "show"
_A_WINDOW = Window("2000-01-01", "2000-01-01")


def _outlasts(statement: str) -> bool:
    """Whether a rollback leaves something of it; attaching a file that is not there makes it."""
    database = attached(statement)
    makes_a_file = database is not None and ":" not in database[0] and not Path(database[0]).exists()
    return makes_a_file or outlasts_a_transaction(statement)


class _WatchedCursor:
    """A cursor that sends no more than it may."""

    def __init__(self, cursor: Any, left_of: Callable[[str], str]) -> None:
        self._cursor = cursor
        self._left_of = left_of

    def execute(self, sql: str, *arguments: Any, **more: Any) -> _WatchedCursor:
        left = self._left_of(sql)
        if left:
            self._cursor.execute(left, *arguments, **more)
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("execute"):
            raise AttributeError(f"{name} is not there while a project is only looked at")
        return getattr(self._cursor, name)


class Rehearsal(DbtSession):
    """A project that shows what would run."""

    bills_bytes: bool

    def _runner(self, model: Model, window: Window, config: Mapping[str, Any]) -> tuple[Any, Any]:
        raise NotImplementedError

    def _relation(self, node: Any) -> Any:
        raise NotImplementedError

    def compile(self, model: Model, window: Window) -> str:
        raise NotImplementedError

    def columns_of(self, sql: str, header: str | None = None) -> dict[str, str]:
        raise NotImplementedError

    def exists(self, model: Model, refresh: bool = False) -> bool:
        raise NotImplementedError

    def call(self, macro: str, **arguments: Any) -> Any:
        raise NotImplementedError

    def rendered(self, model: Model, window: Window, incremental: bool, later: bool = False) -> Rendering:
        """The SQL of a model for a window on a first run, or on an incremental one, whatever the warehouse has. It runs nothing, but macros may query;
        a statement that would change something is not sent. The clock of its Jinja stands still; `later`: at another moment, in another command.

        Ephemeral parents are not put into it: they stand there as the names of their CTEs.
        """
        from dbt.clients.jinja import get_rendered
        from dbt.context.providers import generate_runtime_model_context

        runner, manifest = self._runner(model, window, {})
        with self._noted(held=changes, refused=True) as asked:
            try:
                with self._dbt_errors(), self._connection(f"compile_{model.name}"):
                    if model.is_microbatch:
                        # only compiling gives its node the batch by which refs and sources are filtered
                        runner.compile(manifest)
                    context = generate_runtime_model_context(runner.node, runner.config, manifest)
                del asked[:]
                with (
                    self._dbt_errors(),
                    self._connection(f"compile_{model.name}"),
                    stubbed(context, {**still_clock(context, later), **self._as_if_there(runner.node, incremental)}),
                ):
                    text = str(get_rendered(runner.node.raw_code, context, runner.node))
            except PlaybooksError as error:
                change = asked[-1] if asked and self._changes(asked[-1]) else None
                return Rendering("", tuple(asked), str(error), change)
        return Rendering(text, tuple(asked))

    def _as_if_there(self, node: Any, incremental: bool, noted: list[str] | None = None) -> dict[str, Any]:
        """What macros call to learn whether the model's table is there, answering as on a first or on an incremental run. `noted`: gets a line for
        each other table that is asked for."""
        this = self._relation(node).incorporate(type="table")

        def found(database: Any, schema: Any, identifier: Any) -> Any:
            names = [str(name or "").lower() for name in (schema, identifier)]
            if names == [str(this.schema).lower(), str(this.identifier).lower()]:
                return this if incremental else None
            if noted is not None:
                noted.append(_A_QUESTION)
            return self._adapter.get_relation(database, schema, identifier)

        def loaded(relation: Any) -> Any:
            return found(relation.database, relation.schema, relation.identifier)

        return {
            "is_incremental": lambda: incremental,
            "load_relation": loaded,
            "load_cached_relation": loaded,
            "adapter.get_relation": found,
        }

    def has_hooks_before(self, models: Sequence[Model]) -> bool:
        """Whether something runs before the models that may make what they call: on-run-start, or a pre_hook."""
        return bool(self._operations("on-run-start") or any(self._pre_hooks(model) for model in models))

    def hooks(self, model: Model, window: Window, later: bool = False) -> list[HookText]:
        """The hooks of a model for a window, as they become on a first run and on an incremental one: what runs before it, then what runs after it.
        It runs nothing; macros may query where that is not billed. Their clock stands still, so that what differs between windows depends on these;
        `later`: at another moment, in another command."""
        runner, manifest = self._runner(model, window, {})
        node = runner.node

        def read(text: str, incremental: Sequence[bool]) -> HookText:
            there = [partial(self._as_if_there, node, each) for each in incremental]
            return self._rendered_hook(text, node, runner.config, manifest, there, later, of=(model, window))

        # dbt looks once whether a model's table is there, before it runs
        return [read(hook.sql, (False, True)) for hook in (*node.config.pre_hook, *node.config.post_hook)]

    def run_hooks(self, kind: str, window: Window, models: Sequence[Model], later: bool = False) -> list[HookText]:
        """What on-run-start or on-run-end (`kind`) says, of the project and of its packages, when dbt is told of a window and `models` have run."""
        from dbt.artifacts.schemas.run import RunResult, RunStatus

        ran = [self._manifest.nodes[model.unique_id] for model in models]
        places = list(dict.fromkeys((node.database, node.schema) for node in ran))
        results = [RunResult(RunStatus.Success, [], "Thread-1", 1.0, {}, "OK", None, node) for node in ran]
        known = {"results": results, "schemas": [schema for _, schema in places], "database_schemas": places}
        return [
            self._rendered_hook(
                node.raw_code,
                node,
                WindowVars(self._config, self._manifest, node).config(window),
                self._manifest,
                [lambda _: {}],
                later,
                known=known if kind == "on-run-end" else {},
            )
            for node in self._operations(kind)
        ]

    def _rendered_hook(
        self,
        text: str,
        node: Any,
        config: Any,
        manifest: Any,
        runs: Sequence[Callable[[list[str]], dict[str, Any]]],
        later: bool,
        known: Mapping[str, Any] = MappingProxyType({}),
        of: tuple[Model, Window] | None = None,
    ) -> HookText:
        from dbt.context.providers import generate_runtime_model_context

        if "{" not in text:
            return HookText(text, (text,))
        became: list[tuple[str, ...]] = []
        asked, error = False, None
        for there in runs:
            # a question may be billed: there none is sent
            with self._noted(held=lambda statement: self.bills_bytes or not reads(statement)) as sent:
                returned = ""
                try:
                    with self._dbt_errors(), self._connection("hooks"):
                        context = generate_runtime_model_context(node, config, manifest)
                        context.update(known)
                        stubs = {**still_clock(context, later), **self._held_methods(sent, of), **there(sent)}
                        returned = self._hook(text, context, node, stubs)
                except Exception as raised:  # whatever its macros do when what they need is not there
                    error = str(raised)
                statements = [one for sql in sent for one in statements_of(sql, self._dialect)]
                asked = asked or any(map(asks, statements))
                became.append((*(one for one in statements if not reads(one)), returned))
        sql = tuple(dict.fromkeys(each for texts in became for each in texts))
        return HookText(text, sql, error, asked, by_first_run=len(set(became)) > 1)

    def _held_methods(self, sent: list[str], of: tuple[Model, Window] | None) -> dict[str, Any]:
        """Methods of `adapter` that would change the warehouse, or dbt's memory of it, note that; what they ask of either is noted as a question.

        The columns of the table of a model (`of`, with its window) that has none yet are those that it returns.
        """

        def change(*arguments: Any, **more: Any) -> str:
            sent.append(" ".join(["truncate", *map(str, (*arguments, *more.values()))]))
            return ""

        def asked(name: str) -> Callable[..., Any]:
            ask = getattr(self._adapter, name)

            def question(*arguments: Any, **more: Any) -> Any:
                sent.append(_A_QUESTION)
                return ask(*arguments, **more)

            return question

        def columns(relation: Any) -> Any:
            sent.append(_A_QUESTION)
            found = self._adapter.get_columns_in_relation(relation)
            if not found and of is not None and str(relation) == of[0].relation:
                returned = self.columns_of(self.compile(*of))
                found = [self._adapter.Column(name, kind) for name, kind in returned.items()]
            return found

        there = {name for name in (*_CHANGING, *_ASKING) if hasattr(self._adapter, name)}
        changing = {f"adapter.{name}": change for name in _CHANGING if name in there}
        asking = {f"adapter.{name}": asked(name) for name in _ASKING if name in there}
        return changing | asking | {"adapter.get_columns_in_relation": columns}

    @contextlib.contextmanager
    def rehearsed(self, models: Sequence[Model], hooks: bool) -> Iterator[None]:
        """What the models' sql_header makes, and with `hooks` what hooks make before them, is there while this lasts and is then rolled back.

        Only where DDL is transactional (DuckDB). One inside of another stands in its place while it lasts: what fails in a transaction ends it.
        """
        outer = getattr(self._noting, "rehearsed", None)
        with self._dbt_errors(), self._connection("rehearsal"):
            try:
                self._begin_with(self._before(models, hooks))
                yield
            finally:
                self._adapter.connections.rollback_if_open()
                self._noting.rehearsed = None
                if outer is not None:
                    self._begin_with([sql for sql in outer if self._changes(sql)])

    def _begin_with(self, statements: Iterable[str]) -> None:
        """Begin a transaction with these, and with what macros send while they are made; what would outlast it is not sent."""
        self._adapter.connections.rollback_if_open()
        self._adapter.connections.begin()
        with self._noted(held=_outlasts) as sent:
            self._noting.rehearsed = sent
            for sql in statements:
                if statements_of(sql, self._dialect):
                    self._adapter.execute(sql, auto_begin=False)

    def tables_read(
        self, model: Model, queries: Sequence[str], others: Sequence[tuple[Model, str]] = ()
    ) -> list[str] | None:
        """The tables that SQL of a model reads, as the warehouse resolves it once the model's table is there, and those of `others`, each
        given with its SQL: names in full, in lower case.

        None where the warehouse does not tell. What it does not understand, as the name of an ephemeral parent alone, is left out.
        """
        if self.bills_bytes:
            return None
        tables: list[str] = []
        supplies = [*others, *((model, query) for query in queries)]
        hooked = self.has_hooks_before([model, *(other for other, _ in others)])
        for query in queries:
            for hooks in (False, True) if hooked else (False,):
                with contextlib.suppress(PlaybooksError):
                    tables += self._resolved_with(supplies, model, query, hooks)
                    break
        return tables

    def _resolved_with(self, supplies: Sequence[tuple[Model, str]], model: Model, query: str, hooks: bool) -> list[str]:
        """The tables that a query reads, where each model that has no table yet gets one, from the first of its queries that works."""
        failed: set[int] = set()
        models = list({owner.unique_id: owner for owner, _ in (*supplies, (model, ""))}.values())
        while True:
            with self.rehearsed(models, hooks):
                made: set[str] = set()
                for number, (owner, sql) in enumerate(supplies):
                    if number in failed or owner.unique_id in made or self.exists(owner):
                        continue
                    try:
                        relation = self._relation(self._manifest.nodes[owner.unique_id])
                        self.call("_empty_table", relation=relation, query=sql)
                    except PlaybooksError:
                        # dbt has rolled back: what would be made now would stay
                        failed.add(number)
                        break
                    made.add(owner.unique_id)
                else:
                    return self._resolved(query)

    def _resolved(self, query: str) -> list[str]:
        before = self.call("_plan_with_empty_tables")
        try:
            return list(self.call("_tables_read", query=query))
        finally:
            self.call("_disable_optimizers", names=before)

    def _before(self, models: Sequence[Model], hooks: bool) -> Iterator[str]:
        from dbt.context.providers import generate_runtime_model_context

        def context_of(node: Any) -> Any:
            # any window: what models read of a hook is the same for all
            config = WindowVars(self._config, self._manifest, node).config(_A_WINDOW)
            return generate_runtime_model_context(node, config, self._manifest)

        for node in self._operations("on-run-start") if hooks else ():
            yield self._hook(node.raw_code, context_of(node), node)
        for model in models:
            node = self._manifest.nodes[model.unique_id]
            context = context_of(node)
            for hook in self._pre_hooks(model) if hooks else ():
                yield self._hook(hook.sql, context, node)
            if model.config.get("sql_header"):
                yield str(model.config["sql_header"])

    def _hook(self, text: str, context: Any, node: Any, stubs: Mapping[str, Any] | None = None) -> str:
        """A hook's SQL. What its macros commit is not: it must go when the rehearsal ends."""
        from dbt.clients.jinja import get_rendered

        none = {"adapter.commit": lambda: None, "adapter.commit_if_has_connection": lambda: None}
        with stubbed(context, {**none, **(stubs or {})}):
            return str(get_rendered(text, context, node))

    def _operations(self, *kinds: str) -> list[Any]:
        nodes = self._manifest.nodes.values()
        return [node for node in nodes if node.resource_type == "operation" and set(kinds) & set(node.tags)]

    def _pre_hooks(self, model: Model) -> list[Any]:
        """Those outside of its transaction come first."""
        return sorted(self._manifest.nodes[model.unique_id].config.pre_hook, key=lambda hook: bool(hook.transaction))

    def _note_statements(self) -> None:
        """Let `_noted` see, and hold back, what macros send to the warehouse."""
        from dbt.adapters.contracts.connection import AdapterResponse
        from dbt_common.clients.agate_helper import empty_table
        from dbt_common.exceptions import DbtRuntimeError

        self._noting = noting = threading.local()

        def left_of(sql: str) -> str:
            """What of it may be sent."""
            for statements in getattr(noting, "lists", ()):
                statements.append(sql)
            held, refused = getattr(noting, "held", (None, False))
            if held is None or not any(map(held, statements_of(sql, self._dialect))):
                return sql
            if refused:
                raise DbtRuntimeError(f"its Jinja changes the warehouse while it is compiled: {sql}")
            return ";\n".join(each for each in statements_of(sql, self._dialect) if not held(each))

        def noted(name: str, nothing: Callable[[], Any]) -> None:
            send: Any = getattr(self._adapter, name, None)

            def sent(sql: str, *arguments: Any, **more: Any) -> Any:
                left = left_of(sql) if not getattr(noting, "inside", False) else sql
                if not left:
                    return nothing()
                inside, noting.inside = getattr(noting, "inside", False), True
                try:
                    answer = send(left, *arguments, **more)
                finally:
                    noting.inside = inside
                is_watched = name == "add_query" and bool(getattr(noting, "lists", None))
                return (None, _WatchedCursor(answer[1], left_of)) if is_watched else answer

            if send is not None:
                setattr(self._adapter, name, sent)

        noted("execute", lambda: (AdapterResponse("not sent"), empty_table()))
        noted("add_query", lambda: (self._adapter.connections.get_thread_connection(), None))

    def _changes(self, sql: str) -> bool:
        return any(map(changes, statements_of(sql, self._dialect)))

    @property
    def _dialect(self) -> str:
        return str(self._config.credentials.type)

    @contextlib.contextmanager
    def _noted(self, held: Callable[[str], bool] | None = None, refused: bool = False) -> Iterator[list[str]]:
        """The statements of this thread while this lasts. Those that are `held` are not sent: they return nothing, or are `refused`."""
        statements: list[str] = []
        lists, outer = getattr(self._noting, "lists", ()), getattr(self._noting, "held", (None, False))
        self._noting.lists = (*lists, statements)
        self._noting.held = (held, refused) if held else outer
        try:
            yield statements
        finally:
            self._noting.lists = lists
            self._noting.held = outer
