"""dbt Core behind `interface.Project`: the graph, running a model for a window, macros and queries, errors as ours."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import difflib
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from dbt_playbooks.errors import PlaybooksError, ProjectError, UsageError, WarehouseError
from dbt_playbooks.interface import (
    Compiled,
    Hooks,
    Inputs,
    KnownColumns,
    Model,
    Node,
    Options,
    Outcome,
    Overridden,
    Shape,
    Window,
)
from dbt_playbooks.project.compiling import NodeCompiler
from dbt_playbooks.project.inputs import inputs_of
from dbt_playbooks.project.models import backfill_filters, runners
from dbt_playbooks.project.nodes import name_of, nodes_of
from dbt_playbooks.project.opening import (
    PACKAGE,
    put_our_macros_before_dbts,
    require_package,
    uncollected,
)
from dbt_playbooks.project.overrides import Overrides
from dbt_playbooks.project.quicker import silent_events
from dbt_playbooks.project.reach import admits_one_process, refuse_unreachable
from dbt_playbooks.project.rehearsal import Rehearsal
from dbt_playbooks.project.shapes import Shapes
from dbt_playbooks.project.window_vars import WindowVars
from dbt_playbooks.redact import secret_values


class DbtCoreProject(Rehearsal):
    """dbt Core in this process. Threads may call `run`, `compile`, `call` and `query` at the same time."""

    @uncollected()
    def __init__(
        self,
        options: Options,
        selection: Sequence[str],
        exclude: Sequence[str],
        stack: contextlib.ExitStack,
        only_reads: bool = False,
        arguments: Sequence[str] = (),
    ) -> None:
        from dbt.task.run import RunTask

        super().__init__(options, selection, exclude, stack, arguments)
        stack.callback(self._close)
        stack.enter_context(silent_events())
        self._task = RunTask(self._context["flags"], self._config, self._manifest)
        self._selection = selection
        self._results: dict[str, Any] = {}
        self._filled: set[str] = set()
        self._contexts: dict[tuple[int, str | None], Any] = {}
        self._compiler: NodeCompiler | None = None
        self._lock = threading.Lock()
        self._adapter.set_macro_context_generator(self._kept_macro_context)
        self._note_statements()
        self._remember_columns()
        self._packages_before_ours: list[str] = []
        if only_reads:
            refuse_unreachable(self._adapter, self._config.credentials)
        else:
            require_package(self._config, self._manifest)
            self._packages_before_ours = put_our_macros_before_dbts(self._config, self._manifest)

        credentials = self._config.credentials
        self.project_name: str = self._config.project_name
        self.target_path = str(self._config.project_target_path)
        self.threads: int = self._config.threads
        self.bills_bytes = credentials.type == "bigquery"
        self.admits_one_process = admits_one_process(credentials)
        self.disables_transactions = bool(getattr(credentials, "disable_transactions", False))

    # --- the graph -------------------------------------------------------------------------------------------------

    def models(self) -> list[Model]:
        """Every enabled model of the project and its packages."""
        return [self._model(node) for node in self._manifest.nodes.values() if node.resource_type == "model"]

    def select(self) -> list[Model]:
        """The models that dbt's selection names, in graph order. Raises UsageError, with near misses, when there are none."""
        import networkx

        try:
            with self._dbt_errors():
                self._task._runtime_initialize()
        except RuntimeError as error:
            if "cycle" not in str(error):
                raise
            raise UsageError(
                f"models depend on each other in a cycle, so dbt has no order for them: {error}. `dbt ls` says the same. "
                "Where a hook has a ref() to its own model, write {{ this }} instead."
            ) from error
        selected = {node.unique_id for node in self._task._flattened_nodes}
        if not selected:
            raise UsageError(self._nothing_selected())
        order = networkx.topological_sort(self._task.graph.graph)
        return [self._model(self._manifest.nodes[unique_id]) for unique_id in order if unique_id in selected]

    def _nothing_selected(self) -> str:
        names = sorted(model.name for model in self.models() if model.unique_id.split(".")[1] != PACKAGE)
        asked = " ".join(self._selection)
        near = [
            name
            for word in self._selection
            for name in difflib.get_close_matches(word.strip("+@"), names, n=3, cutoff=0.5)
        ]
        listed = ", ".join(near or names[:10]) or "none"
        return (
            f"no model is selected by '{asked}' in project '{self._config.project_name}'.\n"
            f"{'Did you mean' if near else 'Models of the project'}: {listed}\n"
            f"`dbt ls --resource-type model --select {asked}` shows what a selection holds."
        )

    def descendants(self, models: Sequence[Model]) -> list[Model]:
        """Models that read the given ones, directly or not, without the given ones."""
        given = {model.unique_id for model in models}
        found = {child for model in models for child in self._task.graph.graph.successors(model.unique_id)}
        below = set(found)
        for unique_id in found:
            below |= self._task.graph.select_children({unique_id})
        nodes = self._manifest.nodes
        return [
            self._model(nodes[uid])
            for uid in sorted(below - given)
            if uid in nodes and nodes[uid].resource_type == "model"
        ]

    def _model(self, node: Any) -> Model:
        config = node.config
        return Model(
            unique_id=node.unique_id,
            name=name_of(node),
            path=node.original_file_path,
            relation=str(self._relation(node)),
            materialized=config.materialized,
            strategy=config.incremental_strategy if config.materialized == "incremental" else None,
            config={**config.to_dict(omit_none=True), "language": node.language},
            checksum=node.checksum.checksum,
            raw_code=node.raw_code,
            filters=tuple(backfill_filters(node.raw_code)),
        )

    def relation(self, model: Model) -> Any:
        """The model's table, to hand to a macro."""
        return self._relation(self._manifest.nodes[model.unique_id])

    def _relation(self, node: Any) -> Any:
        return self._adapter.Relation.create_from(self._config, node)

    def inputs(self) -> Inputs:
        """The files, folders, environment variables and versions that decide what the project is."""
        return inputs_of(self._config, self._manifest, self._context["flags"].PROFILES_DIR)

    def nodes(self) -> list[Node]:
        """Everything of the graph: sources, models, tests, exposures, metrics and so on, of the project and its packages."""
        return nodes_of(self._manifest, Path(self._config.project_root), self._adapter.Relation.add_ephemeral_prefix)

    def compiled(self, node: Node, incremental: bool = False, columns: KnownColumns | None = None) -> Compiled:
        """The SQL of a node for a first run, or for an incremental one. It runs nothing, but macros in it may query.

        Macros that ask for the columns of a table get those of `columns`, where it knows them.
        Ephemeral parents are not put into it: they stand there as the names of their CTEs.
        """
        if self._compiler is None:
            self._compiler = NodeCompiler(self._config, self._manifest)
        with self._dbt_errors(), self._connection(f"compile_{node.name}"):
            return self._compiler.compile(self._manifest.nodes[node.unique_id], incremental, columns)

    def stored_columns(self, node: Node) -> dict[str, str]:
        """The columns of a node's table and their types as the warehouse has them now; empty when there is no table."""
        place = self._manifest.sources.get(node.unique_id) or self._manifest.nodes[node.unique_id]
        with self._dbt_errors(), self._connection("columns"):
            return self._described(self._relation(place))

    def shapes(self, wanted: Collection[str], edited: Collection[str]) -> dict[str, Shape]:
        """What these nodes would return by their SQL as it is written now, by unique id. The project can't be used for anything else afterwards."""
        return Shapes(self, self._manifest, self._adapter, self._config.credentials).of(wanted, edited)

    def answers(self) -> bool:
        """Whether the warehouse can be asked at all: a statement that reads nothing."""
        try:
            with self._dbt_errors(), self._connection("answers"):
                self._adapter.debug_query()
        except PlaybooksError:
            return False
        return True

    # --- running ---------------------------------------------------------------------------------------------------

    @uncollected()
    def begin(self, models: Sequence[Model]) -> None:
        """What `dbt run` does before its first model: schemas, the cache of relations, on-run-start hooks."""
        with self._dbt_errors():
            status = self._task.before_run(self._adapter, frozenset(model.unique_id for model in models))
        if str(status) != "success":
            failed = [result.message for result in self._task.node_results if str(result.status) == "error"]
            raise WarehouseError("an on-run-start hook failed, so nothing was run:\n" + "\n".join(failed))

    def end(self) -> None:
        """What `dbt run` does after its last model: on-run-end hooks, with the last result of each model."""
        with self._dbt_errors():
            self._task.after_run(self._adapter, list(self._results.values()))

    def compile(self, model: Model, window: Window) -> str:
        """The SQL of a model for a window, as the warehouse would get it."""
        runner, manifest = self._runner(model, window, {})
        with self._dbt_errors(), self._connection(f"compile_{model.name}"):
            return str(runner.compile(manifest).compiled_code)

    def run(
        self,
        model: Model,
        window: Window,
        config: Mapping[str, Any],
        hooks: Hooks = Hooks(),  # noqa: B008
        refuses: Callable[[str], str | None] | None = None,
    ) -> Outcome:
        """Run a model for a window through its own materialization, as `dbt run` does. An error is an outcome.

        `refuses`: says of its compiled SQL why it is not to run, if it is not; nothing is changed then.
        """
        from dbt_common.events.contextvars import log_contextvars

        runner, manifest = self._runner(model, window, config)
        runner.node.config.pre_hook = runner.node.config.pre_hook if hooks.before else []
        runner.node.config.post_hook = runner.node.config.post_hook if hooks.after else []
        runner.refuses = refuses
        written = self._manifest.nodes[model.unique_id].config
        if written.on_schema_change in (None, "ignore") and not written.pre_hook and not written.post_hook:
            self._keeping_columns.add(str(self._relation(runner.node)))
        with log_contextvars(node_info=runner.node.node_info):
            result = runner.run_with_hooks(manifest)
        failed = str(result.status) not in ("success", "warn")
        if failed:
            self._kept_columns.clear()
        with self._lock:
            self._results[model.unique_id] = result
            if not failed:
                self._filled.add(model.unique_id)
        message = result.message if result.message not in (None, "ERROR") else getattr(runner, "failure", None)
        billed = (result.adapter_response or {}).get("bytes_processed")
        return Outcome(
            error=str(message or "dbt reported an error without a message") if failed else None,
            seconds=result.execution_time,
            bytes_processed=None if billed is None else int(billed),
            compiled=getattr(runner.node, "compiled_code", None),
        )

    def _remember_columns(self) -> None:
        """dbt asks for the columns of a model's table in each chunk; where no chunk changes them, once will do, until a chunk fails."""
        describe = self._adapter.get_columns_in_relation
        self._keeping_columns: set[str] = set()
        self._kept_columns: dict[str, Sequence[Any]] = {}

        def columns(relation: Any) -> list[Any]:
            name = str(relation)
            if name not in self._keeping_columns:
                return list(describe(relation))
            found = self._kept_columns.get(name) or describe(relation)
            self._kept_columns[name] = found
            return list(found)

        self._adapter.get_columns_in_relation = columns

    def _runner(self, model: Model, window: Window, config: Mapping[str, Any]) -> tuple[Any, Any]:
        """dbt's runner for a model, on copies: the window's vars, the model's node and its ephemeral parents are its own."""
        model_runner, microbatch_runner = runners()
        # not copy.copy: dbt's Manifest pickles its fields in an order of its own, and mixes them up
        manifest = object.__new__(type(self._manifest))
        manifest.__dict__.update(self._manifest.__dict__)
        manifest.nodes = dict(self._manifest.nodes)
        node = self._own_copy(manifest, model.unique_id)
        for key, value in config.items():
            node.config[key] = value
        if model.is_microbatch:
            first = dt.datetime.fromisoformat(window.start_date).replace(tzinfo=dt.timezone.utc)
            after = dt.datetime.fromisoformat(window.end_date).replace(tzinfo=dt.timezone.utc) + dt.timedelta(days=1)
            there = model.unique_id in self._filled or self.exists(model)
            arguments = (copy.copy(self._config), self._adapter, node, 1, 1, 0, {0: (first, after)}, there, there)
            return microbatch_runner(*arguments), manifest
        return model_runner(self._window_vars(model).config(window), self._adapter, node, 1, 1), manifest

    def _own_copy(self, manifest: Any, unique_id: str) -> Any:
        node = copy.deepcopy(self._manifest.nodes[unique_id])
        manifest.nodes[unique_id] = node
        for parent in node.depends_on.nodes:
            found = self._manifest.nodes.get(parent)
            if found is not None and found.is_ephemeral_model and manifest.nodes[parent] is found:
                self._own_copy(manifest, parent)
        return node

    def _window_vars(self, model: Model) -> WindowVars:
        return WindowVars(self._config, self._manifest, self._manifest.nodes[model.unique_id])

    def window_vars(self, model: Model, window: Window) -> dict[str, str]:
        """The vars that a model has while it is run for a window."""
        return self._window_vars(model).of(self._manifest.nodes[model.unique_id], window)

    def var_conflict(self, model: Model) -> str | None:
        """Why the model can't be given the window by the vars that it reads; None if it can."""
        return None if model.is_microbatch else self._window_vars(model).conflict()

    def frozen_by_window(self, model: Model, one: Window, other: Window) -> list[str]:
        """What dbt fixes when it parses the model although it depends on the window: config keys, 'ref' or 'source'.

        Configuration in YAML is found by the names of the vars in its text.
        """
        from dbt.clients.jinja import get_rendered
        from dbt.context.context_config import ContextConfig
        from dbt.context.providers import generate_parser_model_context

        seen = []
        for window in (one, other):
            config = self._window_vars(model).config(window)
            node = copy.deepcopy(self._manifest.nodes[model.unique_id])
            node.refs, node.sources = [], []
            calls = ContextConfig(config, node.fqn, node.resource_type, project_name=node.package_name)
            context = generate_parser_model_context(node, config, self._manifest, calls)
            if model.config["language"] == "sql":
                with self._dbt_errors():
                    get_rendered(node.raw_code, context, node, capture_macros=True)
            seen.append({**calls._config_call_dict, "ref": str(node.refs), "source": str(node.sources)})
        frozen = {key for key in seen[0].keys() | seen[1].keys() if seen[0].get(key) != seen[1].get(key)}
        given = self.window_vars(model, one)
        for key, text in self._config_in_yaml(model).items():
            # the text of a hook is rendered when it runs
            is_hook = key.replace("-", "_") in ("pre_hook", "post_hook")
            if not is_hook and any(name in str(text) and "var(" in str(text) for name in given):
                frozen.add(key)
        return sorted(frozen)

    def _config_in_yaml(self, model: Model) -> dict[str, Any]:
        """The model's config as it stands in dbt_project.yml and in its properties file, not rendered."""
        node = self._manifest.nodes[model.unique_id]
        file = self._manifest.files.get(node.patch_path or "")
        properties = (getattr(file, "dict_from_yaml", None) or {}).get("models", [])
        mine = [entry for entry in properties if entry.get("name") == node.name]
        # those of a version stand below those of the model
        mine += [
            each for entry in mine for each in entry.get("versions") or [] if str(each.get("v")) == str(node.version)
        ]
        configs = [entry.get("config") or {} for entry in mine]
        return {**node.unrendered_config, **{key: text for config in configs for key, text in config.items()}}

    def unsafe_flags(self) -> list[str]:
        """Flags of dbt's environment under which a chunk would not hold its window."""
        flags = self._task.args
        return [name for name in ("full_refresh", "empty", "sample") if getattr(flags, name, None)]

    def overridden(self) -> Overridden:
        found = Overrides(self._manifest, self._config.project_name, self.adapter_type, self._packages_before_ours)
        return Overridden(found.hidden_strategies(), found.that_decide(), found.that_write_rows())

    def exists(self, model: Model, refresh: bool = False) -> bool:
        """Whether the model's table is there, and not a view of its name; `refresh` asks the warehouse instead of the cache."""
        relation = self.relation(model)
        with self._dbt_errors(), self._connection("exists"):
            if refresh:
                self._adapter.cache.drop_schema(relation.database, relation.schema)
            found = self._adapter.get_relation(relation.database, relation.schema, relation.identifier)
            return found is not None and not found.is_view

    def columns(self, relation: Any) -> dict[str, str]:
        """The columns of a table and their types, as the warehouse spells them. Empty when there is no table."""
        with self._dbt_errors(), self._connection("columns"):
            parts = [relation.database, relation.schema, relation.identifier]
            if self._adapter.get_relation(*parts) is None:
                return {}
            if not self.bills_bytes:
                return self.columns_of(self.call("_all_of_sql", parts=parts))
            return self._described(relation)

    def _described(self, relation: Any) -> dict[str, str]:
        """As dbt describes it: on DuckDB the fields of a STRUCT stand in its place."""
        return {column.name: column.data_type for column in self._adapter.get_columns_in_relation(relation)}

    def columns_of(self, sql: str, header: str | None = None) -> dict[str, str]:
        """The columns that a query returns and their types; nothing is read, and nothing is billed. `header` is a model's sql_header."""
        if self.bills_bytes:
            with self._dbt_errors(), self._connection("columns"):
                job, _ = self._adapter.connections.raw_execute(f"{header or ''}\n{sql}", dry_run=True)
                return {field.name: field.field_type for field in job.schema or ()}
        rows = self.query(self.call("_columns_of_sql", query=sql))
        return {row["column_name"]: row["column_type"] for row in rows}

    # --- macros and queries ----------------------------------------------------------------------------------------

    def call(self, macro: str, **arguments: Any) -> Any:
        """What a macro of our package returns. It may query."""
        return self._call(f"macro.{PACKAGE}.{macro}", **arguments)

    def _call(self, unique_id: str, **arguments: Any) -> Any:
        from dbt.clients.jinja import MacroGenerator

        if unique_id not in self._manifest.macros:
            raise ProjectError(
                f"the project's copy of the dbt package dbt_playbooks is not that of this command: it has no {unique_id.rpartition('.')[2]}.\n"
                "Run `dbt deps`; `dbt-playbooks path` prints the entry of packages.yml that fits."
            )
        with self._dbt_errors(), self._connection(unique_id):
            return MacroGenerator(self._manifest.macros[unique_id], self._macro_context())(**arguments)

    def _macro_context(self) -> Any:
        return self._kept_macro_context(
            self._manifest.macros[f"macro.{PACKAGE}.backfill_chunks"], self._config, self._manifest, PACKAGE
        )

    def _kept_macro_context(self, macro: Any, config: Any, manifest: Any, package: str | None) -> Any:
        """A context for macros costs 3 ms: each thread keeps one a package."""
        from dbt.context.providers import generate_runtime_macro_context

        key = threading.get_ident(), package
        if key not in self._contexts:
            self._contexts[key] = generate_runtime_macro_context(macro, config, manifest, package)
        return self._contexts[key]

    def estimate(self, sql: str) -> int | None:
        """Bytes that a statement would bill, from a dry run; None where the warehouse does not bill by bytes."""
        if not self.bills_bytes:
            return None
        with self._dbt_errors(), self._connection("estimate"):
            return int(self._adapter.connections.dry_run(sql).bytes_processed or 0)

    def cancel(self) -> None:
        """Cancel what other threads have running in the warehouse; their transactions roll back."""
        with self._connection("cancel"):
            list(self._adapter.cancel_open_connections() or [])

    def secrets(self) -> list[str]:
        """Values that must never be shown or stored."""
        from dbt_common.exceptions import env_secrets

        return [*env_secrets(), *secret_values(self._config.credentials.to_dict())]

    def var(self, name: str, default: Any) -> Any:
        """A var as dbt resolves it in a macro of our package."""
        return self._macro_context()["var"](name, default)

    @property
    def cli_vars(self) -> Mapping[str, Any]:
        return dict(self._config.cli_vars)
