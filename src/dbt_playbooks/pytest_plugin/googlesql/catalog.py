"""What names mean at a place of a script: tables, variables and functions, and how the analyzer is told of them."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_playbooks.pytest_plugin.errors import HarnessError
from dbt_playbooks.pytest_plugin.googlesql.dialect import ALIASES, INFORMATION_SCHEMA
from dbt_playbooks.pytest_plugin.googlesql.places import SCRIPTS_OWN

Path = tuple[str, ...]
TypeOf = Callable[[str], Any]

_SERIAL = itertools.count()
_PSEUDO = re.compile(r"_PARTITION(TIME|DATE)|_TABLE_SUFFIX", re.IGNORECASE)
_MOST_CATALOGS = 64


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
    unseen: bool = False
    """A statement ran that nobody looked into, and it may have made a table."""

    def inner(self) -> Scope:
        """For a block: its variables are its own, its tables are everybody's."""
        found = copy.copy(self)
        found.variables = dict(self.variables)
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
        """Whether a table that the analyzer did not find is one of ours under another spelling, which is then known."""
        name = _missing_table(message)
        if name is None or name in self.written or name in self.tables:
            return False
        path = self.full(name)
        if path in self.tables:
            self.written[name] = (path, {})
            return True
        view = path[-1].upper()
        if "INFORMATION_SCHEMA" in [part.upper() for part in path[:-1]][-1:] and view in INFORMATION_SCHEMA:
            columns = INFORMATION_SCHEMA[view]
            self.tables[name] = {column: type_of(text) for column, text in columns.items()}
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


class Catalogs:
    """Registered once for the same names: sending a catalogue takes longer than analyzing a statement."""

    def __init__(self, service: Any, language: Any) -> None:
        self._service = service
        self._language = language
        self._registered: dict[Any, int] = {}

    def registered(self, scope: Scope) -> int:
        """The analyzer's number of a catalogue with all of the scope's names. Raises HarnessError when it can't take them."""
        from zetasql.core.exceptions import ZetaSQLError

        key = _key(scope)
        if key not in self._registered:
            if len(self._registered) >= _MOST_CATALOGS:
                self._service.unregister_catalog(registered_id=self._registered.pop(next(iter(self._registered))))
            try:
                found = self._service.register_catalog(simple_catalog=self._build(scope))
            except ZetaSQLError as error:
                raise HarnessError(f"GoogleSQL can't take the tables of the test: {error}") from None
            self._registered[key] = found.registered_id
        return self._registered[key]

    def _build(self, scope: Scope) -> Any:
        from zetasql.api import TypeFactory
        from zetasql.types import SimpleCatalog, SimpleConstant, TypeKind, Value, ZetaSQLBuiltinFunctionOptions

        root = SimpleCatalog(
            name="root",
            builtin_function_options=ZetaSQLBuiltinFunctionOptions(language_options=self._language),
            named_type=[
                SimpleCatalog.NamedType(name=alias, type=TypeFactory.create_simple_type(TypeKind[f"TYPE_{name}"]))
                for alias, name in ALIASES.items()
            ],
        )
        for path, columns in _tables(scope):
            _inside(root, path[:-1]).table.append(_table(path[-1], columns))
        for name, each in scope.variables.items():
            root.constant.append(SimpleConstant(name_path=[name], type=each, value=Value()))
        for path, (_, place, each) in scope.routines.items():
            getattr(_inside(root, path[:-1]), place).append(each)
        return root


def type_name(found: Any) -> str:
    """The analyzer's type as BigQuery writes it, in lower case."""
    kind = str(found.type_kind.name).removeprefix("TYPE_").lower()
    if kind == "array":
        return f"array<{type_name(found.array_type.element_type)}>"
    if kind == "range":
        return f"range<{type_name(found.range_type.element_type)}>"
    if kind == "struct":
        fields = (f"{each.field_name} {type_name(each.field_type)}".strip() for each in found.struct_type.field)
        return f"struct<{', '.join(fields)}>"
    return {"double": "float64"}.get(kind, kind)


def _tables(scope: Scope) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    yield from scope.tables.items()
    for name, (path, more) in scope.written.items():
        if path in scope.tables and name not in scope.tables:
            yield name, {**scope.tables[path], **more}


def _key(scope: Scope) -> Any:
    tables = frozenset(
        (path, tuple((name, type_name(each)) for name, each in columns.items())) for path, columns in _tables(scope)
    )
    variables = frozenset((name, type_name(each)) for name, each in scope.variables.items())
    return tables, variables, frozenset((path, number) for path, (number, *_) in scope.routines.items())


def _table(name: str, columns: Mapping[str, Any]) -> Any:
    from zetasql.types import SimpleColumn, SimpleTable

    # BigQuery's pseudo columns are there without being part of *
    return SimpleTable(
        name=name,
        column=[
            SimpleColumn(name=column, type=each, is_pseudo_column=_PSEUDO.fullmatch(column) is not None)
            for column, each in columns.items()
        ],
    )


def _inside(catalog: Any, path: Path) -> Any:
    from zetasql.types import SimpleCatalog

    for name in path:
        found = next((each for each in catalog.catalog if each.name == name), None)
        if found is None:
            found = SimpleCatalog(name=name)
            catalog.catalog.append(found)
        catalog = found
    return catalog


def _missing_table(message: str) -> Path | None:
    found = re.match(r"Table not found: ((?:`[^`]*`|[^\s;`])+)", message)
    if found is None:
        return None
    return tuple(quoted or plain for quoted, plain in re.findall(r"`([^`]*)`|([^.`]+)", found[1]))


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
    made = Function(name_path=path, group=SCRIPTS_OWN, mode=mode, signature=[resolved.signature])
    if any(each.type is None for each in resolved.signature.argument):
        # ANY TYPE: the body is analyzed again for the types of each call
        made.group = "Templated_SQL_Function"
        made.parse_resume_location = ParseResumeLocation(input=resolved.code)
        made.templated_sql_function_argument_name = list(resolved.argument_name_list)
    return "custom_function", made
