"""How the analyzer is told what names mean at a place of a script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dbt_playbooks.pytest_plugin.errors import HarnessError
from dbt_playbooks.pytest_plugin.googlesql.dialect import ALIASES, builtin_functions
from dbt_playbooks.pytest_plugin.googlesql.scope import Path, Scope

_PSEUDO = re.compile(r"_PARTITION(TIME|DATE)|_TABLE_SUFFIX", re.IGNORECASE)
_MOST_CATALOGS = 64


class Catalogs:
    """Registered once for the same names: sending a catalogue takes longer than analyzing a statement."""

    def __init__(self, service: Any, language: Any) -> None:
        self._service = service
        self._functions = builtin_functions(language)
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
        from zetasql.types import SimpleCatalog, SimpleConnection, SimpleConstant, TypeKind, Value

        root = SimpleCatalog(
            name="root",
            builtin_function_options=self._functions,
            named_type=[
                SimpleCatalog.NamedType(name=alias, type=TypeFactory.create_simple_type(TypeKind[f"TYPE_{name}"]))
                for alias, name in ALIASES.items()
            ],
        )
        for path, columns in _tables(scope):
            _inside(root, path[:-1]).table.append(_table(path[-1], columns))
        for name, each in scope.variables.items():
            root.constant.append(SimpleConstant(name_path=[name], type=each, value=Value()))
        for path in scope.connections:
            _inside(root, path[:-1]).connection.append(SimpleConnection(name=path[-1]))
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
    routines = frozenset((path, number) for path, (number, *_) in scope.routines.items())
    return tables, variables, routines, frozenset(scope.connections)


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
