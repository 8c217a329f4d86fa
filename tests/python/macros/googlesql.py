"""GoogleSQL's own analyzer: parses and type-checks a statement against declared tables, as BigQuery would. Nothing runs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import pytest

Tables = Mapping[str, Mapping[str, str]]


class GoogleSQL:
    """Analyzes statements over tables of `p.d`: names to columns to types."""

    def __init__(self, tables: Tables) -> None:
        from zetasql.api import CatalogBuilder, TableBuilder, TypeFactory
        from zetasql.core.local_service import ZetaSqlLocalService
        from zetasql.types import (
            AnalyzerOptions,
            LanguageOptions,
            ProductMode,
            ResolvedNodeKind,
            SimpleCatalog,
            TypeKind,
            ZetaSQLBuiltinFunctionOptions,
        )

        language = LanguageOptions.maximum_features()
        language.product_mode = ProductMode.PRODUCT_EXTERNAL
        language.reserved_keywords = ["QUALIFY"]
        language.supported_statement_kinds = [kind for kind in ResolvedNodeKind if kind.name.endswith("_STMT")]
        dataset = CatalogBuilder("d")
        for name, columns in tables.items():
            table = TableBuilder(name)
            for column, data_type in columns.items():
                table.add_column(column, TypeKind[f"TYPE_{data_type.upper()}"])
            dataset.add_table(table.build())
        project = CatalogBuilder("p").build()
        project.catalog = [dataset.build()]
        root = (
            CatalogBuilder("root")
            .with_builtin_functions(ZetaSQLBuiltinFunctionOptions(language_options=language))
            .build()
        )
        root.catalog = [project]
        # an alias that BigQuery documents and the analyzer lacks
        root.named_type = [
            SimpleCatalog.NamedType(name="bigint", type=TypeFactory.create_simple_type(TypeKind.TYPE_INT64))
        ]
        self._options = AnalyzerOptions(language_options=language)
        self._service = ZetaSqlLocalService.get_instance()
        # registered once: sending the catalogue with each statement takes longer than analyzing it
        self._catalog_id = self._service.register_catalog(simple_catalog=root).registered_id

    def analyze(self, sql: str) -> Any:
        """The resolved statement; raises with the analyzer's message when BigQuery would refuse it."""
        answer = self._service.analyze(sql_statement=sql, options=self._options, registered_catalog_id=self._catalog_id)
        return answer.resolved_statement

    def columns(self, sql: str) -> dict[str, str]:
        """The columns that a query returns and their types."""
        found = self.analyze(sql).output_column_list
        return {each.name: each.column.type.type_kind.name.removeprefix("TYPE_").lower() for each in found}


def require_googlesql() -> None:
    """Skip where the analyzer is not installed; its module takes 20 s to compile, once, so wasmtime keeps it."""
    client = pytest.importorskip("zetasql.core.wasm_client", reason="GoogleSQL's analyzer (zetasql) is not installed")

    class CachingConfig(client.Config):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            with contextlib.suppress(Exception):  # a cache that can't be written costs time, not the test
                self.cache = True

    client.Config = CachingConfig
