"""What is known at a place of a script: its tables, variables and functions, and what statements do to them."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.information_schema import view_of
from dbt_playbooks.pytest_plugin.googlesql.places import SCRIPTS_OWN
from dbt_playbooks.pytest_plugin.googlesql.tree import Node

Path = tuple[str, ...]
TypeOf = Callable[[str], Any]

_SERIAL = itertools.count()
_KINDS = {
    "CreateViewStmt": "VIEW",
    "CreateMaterializedViewStmt": "MATERIALIZED VIEW",
    "CreateExternalTableStmt": "EXTERNAL TABLE",
    "CreateSnapshotTableStmt": "SNAPSHOT TABLE",
}


@dataclass
class Transaction:
    """Whether one is open at a place of a script, in the order in which it is written."""

    opened_in: Scope | None = None

    @property
    def is_open(self) -> bool:
        return self.opened_in is not None


@dataclass
class Made:
    """A table or view that the script made, as far as rules ask; names of columns are in lower case."""

    layout: set[str] = field(default_factory=set)
    """The columns by which it is partitioned and clustered."""
    primary_key: set[str] = field(default_factory=set)
    foreign_keys: set[str] = field(default_factory=set)
    parameters: dict[str, Any] = field(default_factory=dict)
    """The length, or precision and scale, of a column's type; None of one that has none."""
    knows_columns: bool = False
    """Whether these two are all of them: of a table that the script made and whose columns it did not change."""
    required: set[str] = field(default_factory=set)
    defaults: set[str] = field(default_factory=set)
    kind: str = ""
    """What it is, as DROP calls it: a VIEW is read, and not changed. Empty of one that the script did not make."""

    @property
    def keys(self) -> set[str]:
        return self.primary_key | self.foreign_keys


@dataclass
class Scope:
    """Types are the analyzer's own; a table is its columns by name."""

    project: str
    tables: dict[Path, Mapping[str, Any]] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    """By name in lower case."""
    routines: dict[Path, tuple[int, str, Any]] = field(default_factory=dict)
    """Functions and procedures that the script made: a number, the field of the catalogue, and the analyzer's object."""
    written: dict[Path, tuple[Path, Mapping[str, Any]]] = field(default_factory=dict)
    """Other ways in which statements wrote a table's name, and columns that it has only there. `events_*` is the last that matches."""
    opaque: set[Path] = field(default_factory=set)
    """Tables that the script made without saying their columns."""
    vague: set[str] = field(default_factory=set)
    """Variables and columns of which the type is not wholly known: what the analyzer says of a statement that names one is no error of it."""
    temporary: set[Path] = field(default_factory=set)
    """Tables by their path, and functions by their name in lower case, that end with the script."""
    made: dict[Path, Made] = field(default_factory=dict)
    """What rules ask of the tables that the script made or gave a key."""
    connections: set[Path] = field(default_factory=set)
    """Those that statements name: each is taken to be there."""
    transaction: Transaction = field(default_factory=lambda: Transaction())
    unseen: bool = False
    """A statement ran that nobody looked into, and it may have made a table."""

    def inner(self) -> Scope:
        """For a block: its variables are its own, its tables are everybody's."""
        found = copy.copy(self)
        found.variables = dict(self.variables)
        found.vague = set(self.vague)
        return found

    def branch(self) -> Scope:
        """For statements that may not run: what they drop may still be there."""
        found = self.inner()
        found.tables = dict(self.tables)
        return found

    def join(self, branch: Scope) -> None:
        self.tables.update(branch.tables)
        self.unseen |= branch.unseen

    def full(self, name: Path) -> Path:
        """A table's path, however the parts of its name were quoted."""
        parts = ".".join(name).rsplit(".", 2)
        if parts[0].lower() == "_session":
            parts = parts[1:]
        return (self.project, *parts) if len(parts) == 2 else tuple(parts)

    def also_written(self, message: str, type_of: TypeOf) -> bool:
        """Whether what the analyzer did not find is a table of ours under another spelling, or a connection: it is then known."""
        connection = re.match(r"Connection not found: ((?:`[^`]*`|[^\s;`])+)", message)
        if connection is not None:
            known = len(self.connections)
            self.connections.add(parts_of(connection[1]))
            return len(self.connections) > known
        name = _missing_table(message)
        if name is None or name in self.written or name in self.tables:
            return False
        path = self.full(name)
        if path in self.tables:
            self.written[name] = (path, {})
            return True
        view = view_of(path)
        if view is not None:
            self.tables[name] = {column: type_of(text) for column, text in view.columns.items()}
            self.vague |= view.vague
            return True
        prefix = path[-1].removesuffix("*")
        matching = [each for each in self.tables if each[:-1] == path[:-1] and each[-1].startswith(prefix)]
        if not path[-1].endswith("*") or not matching:
            return False
        self.written[name] = (matching[-1], {"_TABLE_SUFFIX": type_of("string")})
        return True

    def is_opaque(self, message: str) -> bool:
        """Whether a table that the analyzer did not find may be there all the same."""
        name = _missing_table(message)
        return name is not None and (self.unseen or self.full(name) in self.opaque)

    def kind_of(self, path: Path) -> str:
        """What the script made under a name: `TABLE`, `VIEW` and so on; empty of anything else."""
        return self.made[path].kind if path in self.made else ""

    def is_procedure(self, message: str) -> bool:
        """Whether a function that the analyzer did not find is a procedure of the script."""
        found = re.match(r"Function not found: ((?:`[^`]*`|[^\s;`])+)", message)
        return found is not None and self.routines.get(parts_of(found[1]), (0, "", None))[1] == "procedure"

    def is_vague(self, text: str) -> bool:
        """Whether a statement names what is not wholly known."""
        return bool(self.vague) and not self.vague.isdisjoint(re.findall(r"\w+", text.lower()))

    def learn(self, resolved: Any) -> None:
        """What a statement does to the tables and functions that later ones use."""
        kind = type(resolved).__name__
        if kind in ("ResolvedCreateFunctionStmt", "ResolvedCreateTableFunctionStmt", "ResolvedCreateProcedureStmt"):
            self.routines.pop(tuple(resolved.name_path), None)
            if _can_be_told(resolved):
                self.routines[tuple(resolved.name_path)] = (next(_SERIAL), *_routine(resolved))
        elif kind == "ResolvedAlterTableStmt":
            self._alter(resolved)
        elif kind in ("ResolvedDropStmt", "ResolvedDropSnapshotTableStmt", "ResolvedDropMaterializedViewStmt"):
            self.tables.pop(self.full(tuple(resolved.name_path)), None)
        elif kind.startswith("ResolvedCreate") and any(each in kind for each in ("Table", "View")):
            path = self.full(tuple(resolved.name_path))
            columns = dict(_created(resolved))
            if columns:
                self.tables[path] = columns
            elif path not in self.tables:
                self.opaque.add(path)
        elif kind == "ResolvedAuxLoadDataStmt":
            self.opaque.add(self.full(tuple(resolved.name_path)))

    def remember(self, statement: Node) -> None:
        """What rules ask of later: what ends with the script, what its tables can't lose, and whether a transaction is open."""
        kind, name = statement.kind, tuple(statement.value("name_path") or ())
        path = self.full(name) if name else ()
        if kind == "BeginStmt":
            self.transaction.opened_in = self
        elif kind in ("CommitStmt", "RollbackStmt"):
            self.transaction.opened_in = None
        elif kind.startswith("Create") and kind.endswith("FunctionStmt"):
            self._remember_temporary(statement, tuple(each.lower() for each in name))
        elif kind in ("CreateTableStmt", "CreateTableAsSelectStmt"):
            self._remember_temporary(statement, path)
            self.made[path] = _made(statement)
        elif kind in _KINDS:
            self.made[path] = Made(kind=_KINDS[kind])
        elif kind in ("DropStmt", "DropSnapshotTableStmt", "DropMaterializedViewStmt"):
            self.temporary.discard(path)
            self.made.pop(path, None)
        elif kind == "AlterTableStmt":
            _change(self.made.setdefault(path, Made()), statement)

    def _remember_temporary(self, statement: Node, path: Path) -> None:
        (self.temporary.add if statement.choice("create_scope") == "CREATE_TEMP" else self.temporary.discard)(path)

    def _alter(self, resolved: Any) -> None:
        path = self.full(tuple(resolved.name_path))
        columns = dict(self.tables.get(path, {}))
        for action in resolved.alter_action_list:
            kind = type(action).__name__
            if kind == "ResolvedAddColumnAction":
                columns.setdefault(action.column_definition.name, action.column_definition.type)
            elif kind == "ResolvedDropColumnAction":
                columns = {name: each for name, each in columns.items() if name.lower() != action.name.lower()}
            elif kind == "ResolvedAlterColumnSetDataTypeAction":
                columns = {
                    name: action.updated_type if name.lower() == action.column.lower() else each
                    for name, each in columns.items()
                }
            elif kind == "ResolvedRenameColumnAction":
                columns = {
                    action.new_name if name.lower() == action.name.lower() else name: each
                    for name, each in columns.items()
                }
            elif kind == "ResolvedRenameToAction":
                self.tables.pop(path, None)
                path = (*path[:-1], action.new_path[-1])
        if columns:
            self.tables[path] = columns


def _missing_table(message: str) -> Path | None:
    found = re.match(r"Table not found: ((?:`[^`]*`|[^\s;`])+)", message)
    if found is None:
        return None
    return parts_of(found[1])


def parts_of(written: str) -> Path:
    """The parts of a path, as a statement writes it."""
    return tuple(quoted or plain for quoted, plain in re.findall(r"`([^`]*)`|([^.`]+)", written)) or ("",)


def _created(resolved: Any) -> Iterator[tuple[str, Any]]:
    """The columns of a table or view that a statement makes, as far as it says them."""
    source = getattr(resolved, "clone_from", None) or getattr(resolved, "copy_from", None)
    for each in getattr(source, "column_list", None) or ():
        yield each.name, each.type
    for each in getattr(resolved, "column_definition_list", None) or ():
        yield each.name, each.type
    partitions = getattr(resolved, "with_partition_columns", None)
    for each in getattr(partitions, "column_definition_list", None) or ():
        yield each.name, each.type
    by = repr(getattr(resolved, "partition_by_list", None))
    pseudo = getattr(resolved, "pseudo_column_list", None) or ()
    if any(f"column_id={each.column_id}," in by for each in pseudo):
        yield from ((each.name, each.type) for each in pseudo)


def _can_be_told(resolved: Any) -> bool:
    """The analyzer itself breaks on procedures and table functions of ANY TYPE."""
    if type(resolved).__name__ == "ResolvedCreateProcedureStmt":
        return all(each.type is not None for each in resolved.signature.argument)
    if type(resolved).__name__ == "ResolvedCreateTableFunctionStmt":
        return resolved.signature.return_type.options.relation_input_schema is not None
    return True


def _routine(resolved: Any) -> tuple[str, Any]:
    """A function or procedure as the catalogue holds it, and the field that it has there."""
    from zetasql.api import TypeFactory
    from zetasql.types import (
        Function,
        FunctionArgumentType,
        FunctionEnums,
        FunctionOptions,
        ParseResumeLocation,
        Procedure,
        SignatureArgumentKind,
        TableValuedFunction,
        TypeKind,
    )

    path = list(resolved.name_path)
    for argument in resolved.signature.argument:
        # what the analyzer leaves unset comes back as 0, and would be a limit
        argument.options.min_value = argument.options.max_value = None
    if type(resolved).__name__ == "ResolvedCreateProcedureStmt":
        # the catalogue takes no return type of nothing, and nobody asks what a procedure returns
        resolved.signature.return_type = FunctionArgumentType(
            kind=SignatureArgumentKind.ARG_TYPE_FIXED,
            type=TypeFactory.create_simple_type(TypeKind.TYPE_INT64),
            num_occurrences=1,
        )
        return "procedure", Procedure(name_path=path, signature=resolved.signature)
    if type(resolved).__name__ == "ResolvedCreateTableFunctionStmt":
        fixed = FunctionEnums.TableValuedFunctionType.FIXED_OUTPUT_SCHEMA_TVF
        return "custom_tvf", TableValuedFunction(name_path=path, signature=resolved.signature, type=fixed)
    mode = FunctionEnums.Mode.AGGREGATE if resolved.is_aggregate else FunctionEnums.Mode.SCALAR
    options = FunctionOptions(supports_null_handling_modifier=True) if resolved.is_aggregate else None
    made = Function(name_path=path, group=SCRIPTS_OWN, mode=mode, signature=[resolved.signature], options=options)
    if any(each.type is None for each in resolved.signature.argument):
        # ANY TYPE: the body is analyzed again for the types of each call
        made.group = "Templated_SQL_Function"
        made.parse_resume_location = ParseResumeLocation(input=resolved.code)
        made.templated_sql_function_argument_name = list(resolved.argument_name_list)
    return "custom_function", made


def _made(statement: Node) -> Made:
    columns = statement.nodes("column_definition_list")
    names = [str(each.value("name")).lower() for each in columns]
    by = [*statement.nodes("partition_by_list"), *statement.nodes("cluster_by_list")]
    key = statement.node("primary_key")
    own = [] if key is None else key.value("column_offset_list")
    foreign = [
        number
        for each in statement.nodes("foreign_key_list")
        for number in each.value("referencing_column_offset_list")
    ]
    return Made(
        kind="TABLE",
        knows_columns=True,
        layout={str(column.value("column").name).lower() for each in by for column in each.all("ColumnRef")},
        primary_key={names[number] for number in own if number < len(names)},
        foreign_keys={names[number] for number in foreign if number < len(names)},
        parameters={name: _parameters(each) for name, each in zip(names, columns, strict=True)},
        required={name for name, each in zip(names, columns, strict=True) if _is_required(each)},
        defaults={name for name, each in zip(names, columns, strict=True) if each.node("default_value") is not None},
    )


def _change(made: Made, statement: Node) -> None:
    for action in statement.nodes("alter_action_list"):
        constraint = action.node("constraint") if action.kind == "AddConstraintAction" else None
        if constraint is not None and constraint.kind == "PrimaryKey":
            made.primary_key = {str(each).lower() for each in constraint.value("column_name_list")}
        elif constraint is not None and constraint.kind == "ForeignKey":
            made.foreign_keys |= {str(each).lower() for each in constraint.value("referencing_column_list")}
        elif action.kind == "DropPrimaryKeyAction":
            made.primary_key = set()
        elif action.kind == "DropConstraintAction":
            # which of them it was is not known: nothing is said of the others
            made.foreign_keys = set()
        elif action.kind == "AlterColumnSetDataTypeAction":
            made.parameters[str(action.value("column")).lower()] = action.value("updated_type_parameters")
        elif action.kind == "AlterColumnSetDefaultAction":
            made.defaults.add(str(action.value("column")).lower())
        elif action.kind == "AlterColumnDropDefaultAction":
            made.defaults.discard(str(action.value("column")).lower())
        elif action.kind == "AlterColumnDropNotNullAction":
            made.required.discard(str(action.value("column")).lower())
        elif action.kind in ("AddColumnAction", "RenameColumnAction", "DropColumnAction"):
            # which column has which name is followed no further
            made.parameters.clear()
            made.knows_columns = False


def _parameters(column: Node) -> Any:
    annotations = column.node("annotations")
    return None if annotations is None else annotations.value("type_parameters")


def _is_required(column: Node) -> bool:
    annotations = column.node("annotations")
    return annotations is not None and bool(annotations.value("not_null"))
