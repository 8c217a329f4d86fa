"""What nodes would return by their SQL as it is written now: each is compiled, and on DuckDB stands as a temporary view for those below it.

Temporary views are gone with the connection: nothing is written, and no row is read unless a macro asks for one while it is compiled.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Protocol

from dbt_playbooks.errors import PlaybooksError, ProjectError
from dbt_playbooks.interface import Compiled, Node, Shape
from dbt_playbooks.project.reach import admits_one_process
from dbt_playbooks.redact import Redactor

_MAKES_A_TABLE = ("model", "snapshot")
_HAS_SQL = (*_MAKES_A_TABLE, "test", "analysis")
_SNAPSHOT_COLUMNS = ("dbt_scd_id", "dbt_updated_at", "dbt_valid_from", "dbt_valid_to")
# where DuckDB keeps what is temporary
_PLACE = {"database": "temp", "schema": "main"}


class _Opened(Protocol):
    adapter_type: str

    def nodes(self) -> list[Node]: ...
    def compiled(self, node: Node, incremental: bool = False) -> Compiled: ...
    def columns_of(self, sql: str, header: str | None = None) -> dict[str, str]: ...
    def call(self, macro: str, **arguments: Any) -> Any: ...
    def execute(self, sql: str) -> None: ...
    def secrets(self) -> list[str]: ...
    def connected(self) -> contextlib.AbstractContextManager[None]: ...


class Shapes:
    """The shapes of one opened project. It can't be used for anything else afterwards: its `ref` leads to the temporary views."""

    def __init__(self, project: _Opened, manifest: Any, adapter: Any, credentials: Any) -> None:
        self._project = project
        self._manifest = manifest
        self._adapter = adapter
        self._redact = Redactor(project.secrets())
        self._nodes = {node.unique_id: node for node in project.nodes()}
        self._found: dict[str, Shape] = {}
        self._why_not = _why_not(credentials)

    def of(self, wanted: Collection[str], edited: Collection[str]) -> dict[str, Shape]:
        """By unique id; a node without SQL, or one that is not there, is left out.

        Where the warehouse is not asked what queries return, only the nodes in `edited` are compiled: their macros may query it, which may be billed.
        """
        order = list(self._order(wanted))
        with self._project.connected():
            if self._why_not is None:
                try:
                    order = list(self._order([*wanted, *self._absent(order)]))
                    self._lead_to_views(order)
                except PlaybooksError as error:
                    self._why_not = self._short(str(error))
            if self._why_not is not None:
                order = [node for node in order if node.unique_id in edited]
            for node in order:
                self._found[node.unique_id] = self._shape(node)
        return {unique_id: shape for unique_id, shape in self._found.items() if unique_id in wanted}

    def _order(self, wanted: Collection[str]) -> Iterator[Node]:
        """Parents first, and with them the ephemeral ones, which stand in what is made of them."""
        found: dict[str, set[str]] = {}
        waiting = sorted(each for each in wanted if each in self._nodes)
        while waiting:
            node = self._nodes[waiting.pop()]
            if node.unique_id not in found:
                above = [self._nodes[each] for each in node.parents if each in self._nodes]
                above = [each for each in above if each.unique_id in wanted or each.materialized == "ephemeral"]
                found[node.unique_id] = {each.unique_id for each in above}
                waiting += [each.unique_id for each in above]
        try:
            order = list(TopologicalSorter(found).static_order())
        except CycleError as error:
            names = [self._nodes[each].name for each in error.args[1]]
            raise ProjectError(
                f"dbt has no order for this:\nFound a cycle: {names[0]} and {names[1]} read each other"
            ) from error
        for unique_id in order:
            if self._nodes[unique_id].kind in _HAS_SQL and self._nodes[unique_id].language == "sql":
                yield self._nodes[unique_id]

    def _absent(self, order: list[Node]) -> list[str]:
        """Models above that have no table or view yet: their SQL says what they would be."""
        found: dict[str, None] = {}
        waiting = [parent for node in order for parent in node.parents]
        there = {node.unique_id for node in order}
        while waiting:
            node = self._nodes.get(waiting.pop())
            if node is None or node.unique_id in there or node.kind not in _MAKES_A_TABLE or node.language != "sql":
                continue
            there.add(node.unique_id)
            if node.materialized == "ephemeral" or self._relation_of(node) is None:
                found[node.unique_id] = None
                waiting += node.parents
        return list(found)

    def _relation_of(self, node: Node) -> Any:
        place = self._manifest.nodes[node.unique_id]
        return self._adapter.get_relation(place.database, place.schema, place.identifier)

    def _lead_to_views(self, order: list[Node]) -> None:
        taken: set[str] = set()
        for node in order:
            if node.kind in _MAKES_A_TABLE and node.materialized != "ephemeral":
                place = self._manifest.nodes[node.unique_id]
                if place.identifier.lower() in taken:
                    self._found[node.unique_id] = Shape(
                        why_not="another model that is tried has a table of the same name"
                    )
                    continue
                taken.add(place.identifier.lower())
                place.database, place.schema = _PLACE["database"], _PLACE["schema"]

    def _shape(self, node: Node) -> Shape:
        if node.unique_id in self._found:
            return self._found[node.unique_id]
        above = next((each for each in node.parents if each in self._found and not self._found[each].holds), None)
        if above is not None:
            return Shape(why_not=f"{self._nodes[above].name}, which it reads, is not known")
        try:
            first = self._project.compiled(node).sql
            later = self._project.compiled(node, True).sql if node.materialized == "incremental" else first
            if self._why_not is not None:
                return Shape(why_not=self._why_not, holds=True)
            columns = self._described(node, first)
            if later != first:
                self._project.columns_of(later)
        except Exception as error:  # macros are code: they may raise anything
            name = "" if isinstance(error, PlaybooksError) else f"{type(error).__name__}: "
            return Shape(error=name + self._short(str(error)))
        return Shape(columns, holds=True)

    def _described(self, node: Node, sql: str) -> dict[str, str]:
        if node.kind not in _MAKES_A_TABLE:
            return self._project.columns_of(sql)
        name = self._manifest.nodes[node.unique_id].identifier
        if node.materialized == "ephemeral":
            name = str(node.relation)
        columns = self._project.columns_of(sql)
        beside = _snapshot_columns(node, columns) if node.kind == "snapshot" else []
        # what macros began ends here: with the next error dbt would roll the view back
        self._adapter.connections.rollback_if_open()
        self._project.execute(self._project.call("_stand_in_sql", name=name, query=sql, timestamps=beside))
        return columns

    def _short(self, text: str) -> str:
        """The error that the warehouse reported, without the statement and the place in it. At most 300 characters."""
        said = text.partition(" said:\n")[2] or text
        said = said.partition("\n\nLINE ")[0].partition("\nLINE ")[0].removeprefix("Runtime Error").strip()
        return self._redact(" ".join(said.split()))[:300]


def _snapshot_columns(node: Node, columns: dict[str, str]) -> list[str]:
    named = node.config.get("snapshot_meta_column_names") or {}
    there = {name.lower() for name in columns}
    return [name for each in _SNAPSHOT_COLUMNS if (name := str(named.get(each) or each)).lower() not in there]


def _why_not(credentials: Any) -> str | None:
    """Why the warehouse is not asked what a query returns; None where it can be."""
    if credentials.type != "duckdb":
        return f"only DuckDB is asked what a query returns, not {credentials.type}"
    if admits_one_process(credentials) and not Path(str(credentials.path)).exists():
        return f"there is no database {credentials.path} yet"
    return None
