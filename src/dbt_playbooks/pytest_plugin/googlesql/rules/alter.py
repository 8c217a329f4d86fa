"""Rules of ALTER statements (data-definition-language): the actions of each, and what an action may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.rules import columns, options
from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, Judged, duplicates
from dbt_playbooks.pytest_plugin.googlesql.scope import Made, parts_of
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, kind_of, type_text

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
_WIDER = {"INT64": ("NUMERIC", "BIGNUMERIC", "FLOAT64"), "NUMERIC": ("BIGNUMERIC", "FLOAT64")}
_ALTERED = {
    "AlterTableStmt": ("TABLE", "SNAPSHOT TABLE", "EXTERNAL TABLE"),
    "AlterViewStmt": ("VIEW",),
    "AlterMaterializedViewStmt": ("MATERIALIZED VIEW",),
}
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
    kind = judged.scope.kind_of(judged.path)
    if statement.kind in _ALTERED and kind and kind not in _ALTERED[statement.kind]:
        yield Fault(
            f"{_words(statement.kind)} cannot change {'.'.join(judged.name)}, which is a {kind}", None, judged.name[-1]
        )
    elif kind == "EXTERNAL TABLE" and statement.kind == "AlterTableStmt":
        yield Fault(f"{_words(statement.kind)} is not supported for external tables", None, judged.name[-1])
    if "RenameColumn" in kinds and set(kinds) != {"RenameColumn"}:
        yield Fault("RENAME COLUMN cannot be used with other actions in one statement")
    if statement.kind == "AlterTableStmt":
        yield from _table(judged, list(zip(given, kinds, strict=True)))


def _table(judged: Judged, given: list[tuple[Node, str]]) -> Iterator[Fault]:
    types = _types(judged)
    made = judged.scope.made.get(judged.path, Made())
    added = [column for action, _ in given if (column := _added(action)) is not None]
    for name in duplicates(str(each.value("name")) for each in added):
        yield Fault(f"Column {name} is added more than once", added[-1])
    for column in added:
        yield from columns.definition(column, is_added=True)
    for action, kind in given:
        if kind == "RenameTo":
            yield from _new_name(action, made)
        elif kind in ("DropColumn", "RenameColumn"):
            yield from _kept(action, kind, made)
        elif kind == "AlterColumnSetDataType":
            yield from _widened(action, made, types)
        elif kind in ("AlterColumnDropDefault", "AlterColumnDropNotNull"):
            yield from _dropped(action, kind, made)
        elif kind == "AlterColumnSetDefault":
            default = action.node("default_value")
            name = str(action.value("column"))
            if name.lower() in made.primary_key:
                yield Fault(
                    f"Column {name} cannot have a default value, because it is in the primary key", action, name
                )
            if default is not None:
                yield from columns.default_value(name, types.get(name.lower(), _no_type()), default)
        elif kind == "AddConstraint":
            yield from _constraint(judged, action, types)


def _added(action: Node) -> Node | None:
    return action.node("column_definition") if action.kind == "AddColumnAction" else None


def _new_name(action: Node, made: Made) -> Iterator[Fault]:
    path = list(action.value("new_path"))
    if len(path) > 1 or "." in path[0]:
        said = f"must only include the name of the table, not a path: {'.'.join(path)}"
        yield Fault(f"The new name in ALTER TABLE ... RENAME TO {said}", action, "to")
    if made.primary_key:
        yield Fault("A table with a primary key cannot be renamed: DROP PRIMARY KEY first")


def _kept(action: Node, kind: str, made: Made) -> Iterator[Fault]:
    """Columns that a table needs."""
    name = str(action.value("name"))
    if kind == "RenameColumn":
        yield from columns.named(str(action.value("new_name")), action)
    if name.lower() in made.layout | made.keys:
        what = "dropped" if kind == "DropColumn" else "renamed"
        said = "the table is partitioned or clustered by it, or it is in a key of the table"
        yield Fault(f"Column {name} cannot be {what}, because {said}", action, name)


def _widened(action: Node, made: Made, types: dict[str, Any]) -> Iterator[Fault]:
    """A type only widens, by the table on the page of ALTER COLUMN SET DATA TYPE."""
    name, new = str(action.value("column")), action.value("updated_type")
    old = types.get(name.lower())
    if name.lower() in made.keys:
        yield Fault(f"The type of column {name} cannot be changed, because it is in a key of the table", action, name)
        return
    if old is not None and kind_of(old) != kind_of(new) and kind_of(new) not in _WIDER.get(kind_of(old), ()):
        said = f"column {name} from {type_text(old)} to {type_text(new)}"
        yield Fault(f"ALTER TABLE ALTER COLUMN SET DATA TYPE cannot change {said}: it only widens types", action, name)
        return
    is_known = name.lower() in made.parameters and old is not None and kind_of(old) == kind_of(new)
    if is_known and _is_narrower(made.parameters[name.lower()], action.value("updated_type_parameters")):
        said = f"cannot narrow the type of column {name}: its length, or its precision and scale, can only grow"
        yield Fault(f"ALTER TABLE ALTER COLUMN SET DATA TYPE {said}", action, name)


def _dropped(action: Node, kind: str, made: Made) -> Iterator[Fault]:
    """What a column that the script made does not have can't be dropped from it."""
    name = str(action.value("column"))
    if not made.knows_columns:
        return
    if kind == "AlterColumnDropDefault" and name.lower() not in made.defaults:
        yield Fault(f"Column {name} has no default value that could be dropped", action, name)
    if kind == "AlterColumnDropNotNull" and name.lower() not in made.required:
        yield Fault(f"Column {name} has no NOT NULL constraint that could be dropped", action, name)


def _is_narrower(old: Any, new: Any) -> bool:
    """By the parameters of two types; a type without parameters is the widest."""
    if new is None:
        return False
    if new.HasField("string_type_parameters"):
        length = old.string_type_parameters.max_length if old is not None else None
        return length is None or bool(new.string_type_parameters.max_length < length)
    if not new.HasField("numeric_type_parameters"):
        return False
    if old is None or not old.HasField("numeric_type_parameters"):
        return True
    before, after = old.numeric_type_parameters, new.numeric_type_parameters
    return bool(after.scale < before.scale or after.precision - after.scale < before.precision - before.scale)


def _constraint(judged: Judged, action: Node, types: dict[str, Any]) -> Iterator[Fault]:
    constraint = action.node("constraint")
    if constraint is None:
        return
    if constraint.kind == "PrimaryKey":
        yield from columns.primary_key(list(constraint.value("column_name_list")), types, constraint)
    elif constraint.kind == "ForeignKey":
        yield from columns.foreign_key(list(constraint.value("referencing_column_list")), types, constraint)
        for written in re.findall(r"\breferences\s+((?:`[^`]*`|[\w.-])+)", judged.sql, re.IGNORECASE):
            if judged.scope.full(parts_of(written)) == judged.path:
                yield Fault("A foreign key cannot refer to a column of the same table", constraint, "references")


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
