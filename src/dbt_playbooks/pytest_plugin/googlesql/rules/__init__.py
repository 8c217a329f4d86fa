"""What BigQuery refuses and the analyzer leaves to its engine: rules over the resolved statement, each from BigQuery's documentation.

A rule is a function that yields faults; this file says which rules a kind of statement has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.rules import alter, options, others, queries, routines, tables, views
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Judged, Rule
from dbt_playbooks.pytest_plugin.googlesql.rules.partitions import RULES as PARTITIONS
from dbt_playbooks.pytest_plugin.googlesql.scope import Scope
from dbt_playbooks.pytest_plugin.googlesql.tree import Node

__all__ = ["first_fault", "is_strict"]

_RULES: Mapping[str, tuple[Rule, ...]] = {
    "QueryStmt": (queries.results,),
    "CreateTableStmt": tables.TABLE,
    "CreateTableAsSelectStmt": tables.TABLE,
    "CreateExternalTableStmt": (tables.definitions, tables.external),
    "CreateSnapshotTableStmt": (tables.snapshot,),
    "AuxLoadDataStmt": (tables.definitions, tables.load, *PARTITIONS),
    "CreateViewStmt": views.VIEW,
    "CreateMaterializedViewStmt": (*views.MATERIALIZED, *PARTITIONS),
    **routines.RULES,
    **alter.RULES,
    **others.RULES,
}


def first_fault(statement: Node, sql: str, scope: Scope, *, stored: bool = False) -> tuple[str, int | None] | None:
    """The first reason for which BigQuery refuses a statement that the analyzer took, with the byte that it is about."""
    judged = Judged(statement, sql, scope, stored)
    rules = (*_RULES.get(statement.kind, ()), *queries.RULES, others.in_transaction)
    fault = next((fault for rule in rules for fault in rule(judged)), None)
    return None if fault is None else (fault.message, judged.begins(fault))


def is_strict(procedure: Any) -> bool:
    """Whether BigQuery looks into the body of a procedure when it is made."""
    return procedure is not None and not options.is_false(Node(procedure).nodes("option_list"), "strict_mode")
