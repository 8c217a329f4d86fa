"""Rules of ALTER statements (data-definition-language): the actions of each, and what an action may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.rules import columns, options
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.tree import Node

_ACTIONS = {
    "AlterTableStmt": [
        "AddColumn", "AddConstraint", "AlterColumnDropDefault", "AlterColumnDropNotNull", "AlterColumnOptions", "AlterColumnSetDataType",
        "AlterColumnSetDefault", "DropColumn", "DropConstraint", "DropPrimaryKey", "RenameColumn", "RenameTo", "SetCollate", "SetOptions",
    ],
    "AlterViewStmt": ["AlterColumnOptions", "SetOptions"],
    "AlterMaterializedViewStmt": ["SetOptions"],
    "AlterSchemaStmt": ["AddSubEntity", "DropSubEntity", "SetCollate", "SetOptions"],
    "AlterExternalSchemaStmt": ["SetOptions"],
    "AlterConnectionStmt": ["SetOptions"],
    "AlterEntityStmt": ["SetOptions"],
}  # fmt: skip
_OWNERS = {
    "AlterTableStmt": "table",
    "AlterViewStmt": "view",
    "AlterMaterializedViewStmt": "materialized view",
    "AlterSchemaStmt": "alter schema",
    "AlterExternalSchemaStmt": "external schema",
    "AlterConnectionStmt": "connection",
}


def actions(judged: Judged) -> Iterator[Fault]:
    statement = judged.statement
    allowed = _ACTIONS[statement.kind]
    given = statement.nodes("alter_action_list")
    kinds = [each.kind.removesuffix("Action").removesuffix("Clause") for each in given]
    for action, kind in zip(given, kinds, strict=True):
        if kind not in allowed:
            yield Fault(f"This action is not supported in {_words(statement.kind)}: {_words(kind)}", action)
        elif kind == "SetOptions":
            owner = _owner(statement)
            if owner is not None:
                yield from options.faults(owner, action.nodes("option_list"))
        elif kind == "AlterColumnOptions":
            owner = "view column" if statement.kind == "AlterViewStmt" else "column"
            yield from options.faults(owner, action.nodes("option_list"))
        elif kind == "SetCollate":
            yield from columns.collation(action.node("collation_name"))
    if "RenameColumn" in kinds and set(kinds) != {"RenameColumn"}:
        yield Fault("RENAME COLUMN cannot be used with other actions in one statement")
    if statement.kind == "AlterTableStmt":
        yield from _table(judged, list(zip(given, kinds, strict=True)))


def _table(judged: Judged, given: list[tuple[Node, str]]) -> Iterator[Fault]:
    types = _types(judged)
    fixed = judged.scope.fixed.get(judged.path, set())
    added = [
        column
        for action, kind in given
        if kind == "AddColumn" and (column := action.node("column_definition")) is not None
    ]
    for name in duplicates(str(each.value("name")) for each in added):
        yield Fault(f"Column {name} is added more than once", added[-1])
    for column in added:
        yield from columns.definition(column, is_added=True)
    for action, kind in given:
        if kind == "RenameTo":
            path = list(action.value("new_path"))
            if len(path) > 1 or "." in path[0]:
                said = f"must only include the name of the table, not a path: {'.'.join(path)}"
                yield Fault(f"The new name in ALTER TABLE ... RENAME TO {said}", action, "to")
        elif kind in ("DropColumn", "RenameColumn") and str(action.value("name")).lower() in fixed:
            what = "dropped" if kind == "DropColumn" else "renamed"
            said = (
                f"the table is partitioned or clustered by it, or it is in a key of the table: {action.value('name')}"
            )
            yield Fault(f"Column cannot be {what}, because {said}", action, str(action.value("name")))
        elif kind == "RenameColumn":
            yield from columns.named(str(action.value("new_name")), action)
        elif kind == "AlterColumnSetDefault":
            default = action.node("default_value")
            if default is not None:
                name = str(action.value("column"))
                yield from columns.default_value(name, types.get(name.lower(), _no_type()), default)
        elif kind == "AddConstraint":
            yield from _constraint(action, types)


def _constraint(action: Node, types: dict[str, Any]) -> Iterator[Fault]:
    constraint = action.node("constraint")
    if constraint is None:
        return
    if constraint.kind == "PrimaryKey":
        yield from columns.primary_key(list(constraint.value("column_name_list")), types, constraint)
    elif constraint.kind == "ForeignKey":
        yield from columns.foreign_key(list(constraint.value("referencing_column_list")), types, constraint)


def _types(judged: Judged) -> dict[str, Any]:
    """Of the table's columns, as far as it is known."""
    found = judged.scope.tables.get(judged.path, {})
    return {name.lower(): each.to_proto() for name, each in found.items()}


def _no_type() -> Any:
    from zetasql.wasi._pb2.zetasql.public import type_pb2

    return type_pb2.TypeProto()


def _owner(statement: Node) -> str | None:
    if statement.kind == "AlterEntityStmt":
        kind = str(statement.value("entity_type")).lower()
        return kind if kind in options.OPTIONS else None
    return _OWNERS[statement.kind]


def _words(kind: str) -> str:
    words = "".join(f" {each}" if each.isupper() else each for each in kind.removesuffix("Stmt"))
    return words.strip().upper()


RULES = dict.fromkeys(_ACTIONS, (actions,))
