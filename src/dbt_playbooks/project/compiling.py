"""Compiles nodes one after the other without running them, with one context a package: dbt makes one a node, which takes longer than the rest."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from dbt_playbooks.interface import Compiled, KnownColumns
from dbt_playbooks.project.stubs import stubbed


class NodeCompiler:
    """Renders the SQL of nodes. Not for several threads at a time."""

    def __init__(self, config: Any, manifest: Any) -> None:
        self._config = config
        self._manifest = manifest
        self._kept: dict[str, tuple[Any, dict[str, Any]]] = {}

    def compile(self, node: Any, incremental: bool, columns: KnownColumns | None = None) -> Compiled:
        """The SQL of a node, and what its Jinja asked on the way; `is_incremental()` is what is given.

        Ephemeral parents stand there as the names of their CTEs.
        """
        from dbt.clients.jinja import add_rendered_test_kwargs, get_rendered
        from dbt.contracts.graph.nodes import GenericTestNode

        # dbt notes on a node what it compiled, and which macros it called
        node = copy.copy(node)
        node.extra_ctes, node.depends_on = [], copy.deepcopy(node.depends_on)
        context = self._context(node)
        if isinstance(node, GenericTestNode):
            add_rendered_test_kwargs(context, node)
        adapter = context["adapter"]

        def columns_of(relation: Any) -> Any:
            known = columns(str(relation)) if columns else None
            # their types matter to what is run, not to what is read
            return (
                adapter.get_columns_in_relation(relation)
                if known is None
                else [context["api"]["Column"](name, "string") for name in known]
            )

        asked: list[str] = []

        def execute(sql: str, *args: Any, **kwargs: Any) -> Any:
            asked.append(sql)
            return adapter.execute(sql, *args, **kwargs)

        stubs = {
            "is_incremental": lambda: incremental,
            "adapter.get_columns_in_relation": columns_of,
            "adapter.execute": execute,
        }
        with stubbed(context, stubs):
            sql = str(get_rendered(node.raw_code, context, node))
        return Compiled(sql, tuple(asked), tuple(self._own_macros(node)))

    def _own_macros(self, node: Any) -> Iterator[str]:
        """Other packages' macros know nothing of the project's columns."""
        seen: set[str] = set()
        waiting = list(node.depends_on.macros)
        while waiting:
            macro = self._manifest.macros.get(waiting.pop())
            if macro is not None and macro.unique_id not in seen and macro.package_name == node.package_name:
                seen.add(macro.unique_id)
                waiting += macro.depends_on.macros
                yield macro.macro_sql

    def _context(self, node: Any) -> Any:
        from dbt.context.providers import ModelContext, RuntimeProvider

        kept = self._kept.get(node.package_name)
        if kept is None:
            made = ModelContext(node, self._config, self._manifest, RuntimeProvider(), None)
            context = made.to_dict()
            # from 1.12 on a context is no dict of all macros, and cheap
            if isinstance(context, dict):
                self._kept[node.package_name] = made, context
            return context
        made, context = kept
        made.model = node
        made.sql_results.clear()
        own = made.generate_builtins()
        context["builtins"] = own
        # a project may have a macro named like a builtin: it stays
        context.update({name: value for name, value in own.items() if name not in made.namespace})
        return context
