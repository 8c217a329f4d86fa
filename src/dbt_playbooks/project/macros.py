"""The macros of one dbt project as one target sees them, called one by one: with vars, with stubs, with or without the database.

Several of these may live in one process, also two of one adapter type: dbt's own globals are theirs only while a call lasts.
"""

from __future__ import annotations

import contextlib
import copy
import difflib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_playbooks.errors import PlaybooksError, UsageError, WarehouseError
from dbt_playbooks.interface import Options
from dbt_playbooks.project.opening import plain, uncollected
from dbt_playbooks.project.quicker import silent_events
from dbt_playbooks.project.raised import of_the_test, of_the_warehouse, original, with_place
from dbt_playbooks.project.session import DbtSession
from dbt_playbooks.project.stubs import UnknownNameError, stubbed


class OfflineError(PlaybooksError):
    """A macro asked for a database where there is none."""


@dataclass(frozen=True)
class ProjectModel:
    """A model as its SQL sees itself: its Jinja, `this`, `config`, and `model`."""

    sql: str
    relation: Any
    config: dict[str, Any]
    node: dict[str, Any]


class MacroSession(DbtSession):
    """A dbt project, parsed once, whose macros are called."""

    @uncollected()
    def __init__(self, options: Options, project_dir: str, arguments: Sequence[str] = ()) -> None:
        from dbt.adapters.factory import FACTORY

        before = dict(FACTORY.adapters)
        try:
            with contextlib.ExitStack() as opening:
                super().__init__(options, (), (), opening, arguments)
        finally:
            FACTORY.adapters.clear()
            FACTORY.adapters.update(before)
        self.project_dir = project_dir
        self.project_name: str = self._config.project_name
        self._database: Any = None
        self._contexts: dict[str | None, dict[str, Any]] = {}
        self._manifest.build_flat_graph()
        self._adapter.set_macro_context_generator(self._kept_context)
        self.statements: list[str] = []
        """What was sent to the database, or would have been, since the list was last emptied."""
        self.sent: list[str] = []
        """All that reached the database since the list was last emptied, whoever sent it. A connection that was opened is an empty text."""
        self.script: list[str] = []
        """What the last call made the database do, in order, with dbt's own BEGIN and COMMIT."""
        self.take: Callable[[str, bool], None] | None = None
        """Who has the statements that no database may be asked for: they count as done."""
        self.offline: str | None = None
        """Why no database may be asked, if none may."""
        self._connecting: Callable[[Any], Any] = lambda client: client
        self._watch()

    def when_connected(self, prepare: Callable[[Any], Any]) -> None:
        """Let the caller prepare the warehouse's client of each connection before it is used."""
        self._connecting = prepare

    def close(self) -> None:
        with self._current():
            self._close()

    # --- macros ----------------------------------------------------------------------------------------------------

    def find(self, name: str) -> str:
        """The unique id of a macro: `name` of the root project or of dbt, `package.name` of a package. Raises UnknownNameError with near misses."""
        macros = self._manifest.macros
        package, _, short = name.rpartition(".")
        wanted = [package] if package else [self.project_name, "dbt", f"dbt_{self.adapter_type}"]
        for candidate in wanted:
            if f"macro.{candidate}.{short}" in macros:
                return f"macro.{candidate}.{short}"
        if not package:
            owners = sorted({macro.package_name for macro in macros.values() if macro.name == short})
            if owners:
                written = " or ".join(f"'{owner}.{short}'" for owner in owners)
                raise UnknownNameError(f"macro '{short}' is one of package {', '.join(owners)}: write {written}.")
        names = {self._written(macro) for macro in macros.values()}
        near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.6)
        raise UnknownNameError(
            f"there is no macro '{name}' in project '{self.project_name}' ({self.project_dir}) or its packages. "
            + (
                f"Did you mean {', '.join(near)}?"
                if near
                else "`dbt ls` and the folders of macro-paths show what there is."
            )
        )

    def _written(self, macro: Any) -> str:
        own = macro.package_name in (self.project_name, "dbt", f"dbt_{self.adapter_type}")
        return str(macro.name if own else f"{macro.package_name}.{macro.name}")

    def public_macros(self, package: str) -> list[str]:
        """Macros of a package whose name begins with a letter and that no adapter's variant is, materializations and tests apart."""
        return sorted(
            macro.name
            for macro in self._manifest.macros.values()
            if macro.package_name == package
            and not macro.name.startswith(("_", "test_", "materialization_"))
            and "__" not in macro.name
        )

    def call(
        self,
        name: str,
        positional: Sequence[Any],
        named: Mapping[str, Any],
        variables: Mapping[str, Any],
        stubs: Mapping[str, Any],
    ) -> Any:
        """What a macro returns; its text where it has no `return`. Raises UsageError for what the macro, or the call, gets wrong."""
        from dbt.clients.jinja import MacroGenerator

        macro = self._manifest.macros[self.find(name)]
        with self._prepared(macro.package_name, variables, stubs) as context:
            return MacroGenerator(macro, context)(*positional, **named)

    def render(self, text: str, variables: Mapping[str, Any], stubs: Mapping[str, Any]) -> str:
        """Jinja of the root project as text, as dbt compiles a model."""
        from dbt.clients.jinja import get_rendered

        with self._prepared(self.project_name, variables, stubs) as context:
            return str(get_rendered(text, context))

    def lookup(self, name: str) -> Any:
        """A member of dbt's context, such as `ref`."""
        with self._current():
            return self._kept_context(None, self._config, self._manifest, self.project_name)[name]

    def model(self, name: str) -> ProjectModel:
        """A model of the project; the root project's comes before those of packages. Raises UnknownNameError with near misses."""
        models = {node.name: node for node in self._manifest.nodes.values() if node.resource_type == "model"}
        own = [
            node
            for node in self._manifest.nodes.values()
            if node.resource_type == "model" and node.package_name == self.project_name
        ]
        models |= {node.name: node for node in own}
        if name not in models:
            near = difflib.get_close_matches(name, models, n=3) or sorted(models)[:5]
            raise UnknownNameError(
                f"there is no model '{name}' in project '{self.project_name}'. There is: {', '.join(near) or 'none'}."
            )
        node = models[name]
        relation = self._adapter.Relation.create_from(self._config, node)
        return ProjectModel(str(node.raw_code), relation, node.config.to_dict(omit_none=True), node.to_dict())

    # --- relations -------------------------------------------------------------------------------------------------

    @property
    def database(self) -> str:
        return str(self._config.credentials.database)

    @property
    def schema(self) -> str:
        return str(self._config.credentials.schema)

    def relation(self, name: str, schema: str | None = None, database: str | None = None) -> Any:
        """A table's name, as macros get it."""
        return self._adapter.Relation.create(
            database=database or self.database, schema=schema or self.schema, identifier=name, type="table"
        )

    def answer_from(self, relation: Callable[..., Any], columns: Callable[[Any], Sequence[Sequence[Any]]]) -> None:
        """Let a catalogue of the caller's answer `adapter.get_relation` and `adapter.get_columns_in_relation`, without a database.

        `columns` gives the arguments of the adapter's Column for each column of a relation.
        """
        adapter = self._adapter

        def get_relation(database: str, schema: str, identifier: str, **_: Any) -> Any:
            return relation(database, schema, identifier)

        def get_columns_in_relation(asked: Any) -> list[Any]:
            return [adapter.Column(*each) for each in columns(asked)]

        adapter.get_relation = get_relation
        adapter.get_columns_in_relation = get_columns_in_relation
        # nothing more than columns is known of a table
        adapter.get_bq_table = lambda _: None
        adapter.get_dataset_location = lambda _: "US"

    def type_label(self, data_type: str) -> str:
        """A type of the warehouse's API as the adapter calls it."""
        return str(self._adapter.Column.translate_type(data_type))

    def forget_database(self) -> None:
        """The next connection opens DuckDB anew."""
        with self._current():
            self._close()

    def forget_relations(self) -> None:
        """dbt caches which relations there are."""
        self._adapter.cache.clear()

    def leave_out_comments(self) -> None:
        """Send statements as macros wrote them: dbt begins each with a comment that says who asks."""
        self._adapter.connections.query_header = None

    # --- dbt's globals, and a context for each package -------------------------------------------------------------

    @contextlib.contextmanager
    def _connection(self, name: str) -> Iterator[None]:
        with self._current():
            if self.offline is None or getattr(self._connected, "now", False):
                with super()._connection(name):
                    yield
            else:
                # releasing closes, and dbt-bigquery opens a connection to close it
                with self._adapter.connection_named(name, should_release_connection=False):
                    yield

    @contextlib.contextmanager
    def _current(self) -> Iterator[None]:
        """dbt keeps an adapter a type, a DuckDB and the environment for the whole process: ours, for as long as this lasts."""
        from dbt.adapters.factory import FACTORY
        from dbt_common.context import get_invocation_context, set_invocation_context

        if getattr(self._connected, "current", False):
            yield
            return
        managers = type(self._adapter.connections)
        adapter, database = FACTORY.adapters.get(self.adapter_type), getattr(managers, "_ENV", None)
        invocation = get_invocation_context()
        FACTORY.adapters[self.adapter_type] = self._adapter
        if self.adapter_type == "duckdb":
            managers._ENV = self._database
        set_invocation_context(os.environ)
        self._connected.current = True
        try:
            with silent_events():
                yield
        finally:
            self._connected.current = False
            if self.adapter_type == "duckdb":
                self._database, managers._ENV = managers._ENV, database
            if adapter is None:
                FACTORY.adapters.pop(self.adapter_type, None)
            else:
                FACTORY.adapters[self.adapter_type] = adapter
            set_invocation_context(invocation.env)

    @contextlib.contextmanager
    def _prepared(
        self, package: str, variables: Mapping[str, Any], stubs: Mapping[str, Any], node: Any = None
    ) -> Iterator[dict[str, Any]]:
        """The context of a call: that of a package's macros, or a node's own."""
        from dbt.context.providers import generate_runtime_model_context

        with self._rendering_errors(), self._connection("test"):
            context = self._kept_context(None, self._config, self._manifest, package)
            if node is not None:
                context = generate_runtime_model_context(node, self._config, self._manifest)
            context["load_result"].__self__.sql_results.clear()
            changed = dict(stubs)
            if variables:
                config = copy.copy(self._config)
                config.cli_vars = {**config.cli_vars, **variables}
                var = context["var"]
                changed["var"] = type(var)(var._context, config, var._node)
                changed["invocation_args_dict"] = {**context["invocation_args_dict"], "vars": dict(config.cli_vars)}
            self.script.clear()
            with stubbed(context, changed):
                yield context

    @contextlib.contextmanager
    def _rendering_errors(self) -> Iterator[None]:
        """What a call raises as ours: UsageError is the macro's, WarehouseError the warehouse's; an error of the test's own function is left alone."""
        from dbt_common.exceptions import DbtBaseException

        try:
            yield
        except PlaybooksError:
            raise
        except Exception as error:
            first = original(error)
            if isinstance(first, PlaybooksError) or (not isinstance(first, DbtBaseException) and of_the_test(first)):
                raise first from None
            if of_the_warehouse(first):
                raise WarehouseError(self._warehouse_message(first)) from first
            raise UsageError(
                plain(first) if isinstance(first, DbtBaseException) else plain(with_place(first))
            ) from first

    def _kept_context(self, _macro: Any, config: Any, manifest: Any, package: str | None) -> dict[str, Any]:
        """A context takes 2 ms to make, a call 0.05: one for each package is kept."""
        from dbt.context.providers import generate_runtime_macro_context

        if package not in self._contexts:
            macros = list(manifest.macros.values())
            # a macro stands for a model in the context, and is who errs in errors of `ref`, `source` and `var`
            asker = copy.copy(next((each for each in macros if each.package_name == package), macros[0]))
            asker.name = asker.unique_id = "a test"
            asker.original_file_path = "inline"
            self._contexts[package] = generate_runtime_macro_context(asker, config, manifest, package)
        return self._contexts[package]

    def _watch(self) -> None:
        """Note every statement on its way to the database, and let none pass while there is none."""
        manager = self._adapter.connections
        inside = False

        def noting(send: Callable[..., Any]) -> Callable[..., Any]:
            def noted(sql: str, *arguments: Any, **named: Any) -> Any:
                nonlocal inside
                if inside:
                    return send(sql, *arguments, **named)
                self.statements.append(sql)
                if self.take is not None and send.__name__ == "execute":
                    self.take(sql, bool(named.get("fetch", arguments[1:2] == (True,))))
                    return _done()
                self._refuse_offline(sql)
                self.sent.append(sql)
                inside = True
                try:
                    return send(sql, *arguments, **named)
                finally:
                    inside = False
                    self.script.append(sql)

            return noted

        for name in ("execute", "add_query", "raw_execute"):
            if hasattr(manager, name):
                setattr(manager, name, noting(getattr(manager, name)))
        for name in ("begin", "commit"):
            setattr(manager, name, self._scripted(name, getattr(manager, name)))
        opened = manager.open

        def open_connection(connection: Any) -> Any:
            self._refuse_offline("")
            self.sent.append("")
            found = opened(connection)
            self._connecting(found.handle)
            return found

        manager.open = open_connection

    def _scripted(self, statement: str, send: Callable[[], Any]) -> Callable[[], Any]:
        def scripted() -> Any:
            found = send()
            self.script.append(statement)
            return found

        return scripted

    def _refuse_offline(self, sql: str) -> None:
        if self.offline is not None:
            asked = f"a statement:\n{sql.strip()}\n" if sql.strip() else "an object of the database.\n"
            raise OfflineError(f"the macro asked for {asked}{self.offline}")


def _done() -> tuple[Any, Any]:
    """The answer to a statement that has no rows."""
    from dbt.adapters.contracts.connection import AdapterResponse
    from dbt_common.clients.agate_helper import empty_table

    return AdapterResponse("OK"), empty_table()
