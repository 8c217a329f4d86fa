"""Materializes a model, a snapshot or a seed of a test as `dbt run`, `dbt snapshot` and `dbt seed` do, by dbt's own runners."""

from __future__ import annotations

import contextlib
import copy
import difflib
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from dbt_playbooks.errors import UsageError
from dbt_playbooks.project.macros import MacroSession
from dbt_playbooks.project.stubs import UnknownNameError

_RUNNERS = {"model": ("run", "ModelRunner"), "snapshot": ("snapshot", "SnapshotRunner"), "seed": ("seed", "SeedRunner")}


class MaterializingSession(MacroSession):
    """A session whose models, snapshots and seeds can be made tables of."""

    def node(self, name: str, *kinds: str) -> Any:
        """A copy of what the project has under a name, the root project's before that of packages. Raises UnknownNameError with near misses."""
        nodes = [each for each in self._manifest.nodes.values() if each.resource_type in kinds]
        found = {each.name: each for each in nodes}
        found |= {each.name: each for each in nodes if each.package_name == self.project_name}
        if name not in found:
            near = difflib.get_close_matches(name, found, n=3) or sorted(found)[:5]
            raise UnknownNameError(
                f"there is no {' or '.join(kinds)} '{name}' in project '{self.project_name}'. There is: {', '.join(near) or 'none'}."
            )
        node = copy.deepcopy(found[name])
        if node.resource_type == "seed":
            # a parse that was saved may be of a project that has moved
            node.root_path = self._config.load_dependencies()[node.package_name].project_root
        return node

    def inline(self, sql: str, name: str, variables: Mapping[str, Any]) -> Any:
        """A model of the root project that only the test has, parsed by dbt."""
        from dbt.artifacts.resources import FileHash
        from dbt.contracts.files import FilePath, ParseFileType, SourceFile
        from dbt.parser.models import ModelParser
        from dbt.parser.search import FileBlock

        path = FilePath("models", f"{name}.sql", 0.0, self._config.project_root)
        file = SourceFile(path, FileHash.from_contents(sql), self.project_name, ParseFileType.Model)
        file.contents = sql
        with self._rendering_errors(), self._current():
            config = copy.copy(self._config)
            config.cli_vars = {**config.cli_vars, **variables}
            parser = ModelParser(config, self._manifest, config)
            # the manifest is that of all tests
            with mock.patch.object(parser, "add_result_node"):
                return parser.parse_node(FileBlock(file))

    def configure(self, node: Any, config: Mapping[str, Any], relation: Any) -> None:
        """Let a node have more config, and be another relation."""
        from dbt.adapters.factory import get_config_class_by_name
        from dbt.parser.models import ModelParser
        from dbt_common.dataclass_schema import ValidationError

        changed = {
            ("post-hook" if key == "post_hook" else "pre-hook" if key == "pre_hook" else key): value
            for key, value in config.items()
        }
        for hook in ("pre-hook", "post-hook"):
            if hook in changed:
                given = changed[hook] if isinstance(changed[hook], (list, tuple)) else [changed[hook]]
                changed[hook] = [each if isinstance(each, Mapping) else {"sql": each} for each in given]
        try:
            # it takes keys out of what it is given
            node.config = node.config.update_from(dict(changed), get_config_class_by_name(self.adapter_type))
        except ValidationError as error:
            raise UsageError(f"dbt does not take the config {dict(config)}: {error.message}") from None
        if relation is not None:
            node.database, node.schema, node.alias = relation.database, relation.schema, relation.identifier
        elif changed.keys() & {"database", "schema", "alias"}:
            with self._rendering_errors(), self._current():
                # by the project's own generate_schema_name and its like
                parser = ModelParser(self._config, self._manifest, self._config)
                parser.update_parsed_node_relation_names(node, node.config.to_dict())
        node.relation_name = str(self._adapter.Relation.create_from(self._config, node))

    def agate_type(self, table: Any, index: int) -> str:
        """What the adapter calls the type of a column of a seed."""
        return str(self._adapter.convert_agate_type(table, index))

    def relation_of(self, node: Any) -> Any:
        return self._adapter.Relation.create_from(self._config, node, type="table")

    def exists(self, relation: Any) -> bool:
        with self._dbt_errors(), self._connection("exists"):
            return self._adapter.get_relation(relation.database, relation.schema, relation.identifier) is not None

    def materialize(self, node: Any, variables: Mapping[str, Any], stubs: Mapping[str, Any]) -> str:
        """Make the table of a node, as dbt's command for it does. Returns the compiled SQL, nothing for a seed."""
        import importlib

        from dbt.clients.jinja import get_rendered

        module, kind = _RUNNERS[str(node.resource_type)]
        runner = getattr(importlib.import_module(f"dbt.task.{module}"), kind)
        if node.resource_type != "seed":
            with self._prepared(self.project_name, variables, stubs, node) as context:
                node.compiled_code = get_rendered(node.raw_code, context, node)
                node.compiled = node.extra_ctes_injected = True
        # what dbt runs has another context than what it compiles: its `model` and `sql` are compiled
        with self._prepared(self.project_name, variables, stubs, node) as context, self._one_context(context):
            runner(self._config, self._adapter, node, 1, 1).execute(node, self._manifest)
        return str(getattr(node, "compiled_code", None) or "").strip()

    @contextlib.contextmanager
    def _one_context(self, context: dict[str, Any]) -> Iterator[None]:
        """Let the runner take the context with the test's stubs for the one that it would make."""
        from dbt.task import run

        with mock.patch.object(run, "generate_runtime_model_context", return_value=context):
            yield
