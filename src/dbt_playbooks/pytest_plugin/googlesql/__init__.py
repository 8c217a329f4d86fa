"""GoogleSQL's own analyzer: parses and type-checks statements and scripts against declared tables, as BigQuery would. Nothing runs.

`dialect` says what BigQuery's language is (`features`, `functions`, `information_schema`), `scope` what names mean, `script` walks scripts,
`rules` refuse what the analyzer leaves to BigQuery's engine, `places` finds the line and column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_playbooks.pytest_plugin.columns import Columns
from dbt_playbooks.pytest_plugin.errors import HarnessError
from dbt_playbooks.pytest_plugin.googlesql.catalog import Catalogs, type_name
from dbt_playbooks.pytest_plugin.googlesql.dialect import PSEUDO_COLUMNS, SYSTEM_VARIABLES, language
from dbt_playbooks.pytest_plugin.googlesql.places import Piece, message_of
from dbt_playbooks.pytest_plugin.googlesql.scope import Made, Path, Scope
from dbt_playbooks.pytest_plugin.googlesql.script import Script, Statement
from dbt_playbooks.pytest_plugin.googlesql.webassembly import analyze, copy_whole_messages, model

__all__ = ["GoogleSQL", "Statement"]


class GoogleSQL:
    """Analyzes statements; tables are declared with each call, or made by an earlier statement of a script."""

    def __init__(self, project: str = "") -> None:
        """`project` is where a table is that is named without one."""
        _keep_the_compiled_module()
        from zetasql.core.local_service import ZetaSqlLocalService
        from zetasql.types import AnalyzerOptions, ErrorMessageMode, ParseLocationRecordType

        self._project = project
        self._language = language()
        self.service = ZetaSqlLocalService.get_instance()
        copy_whole_messages(self.service.wasm_client)
        self._types: dict[str, Any] = {}
        self._catalogs = Catalogs(self.service, self._language)
        self.options = AnalyzerOptions(
            language_options=self._language,
            error_message_mode=ErrorMessageMode.ERROR_MESSAGE_ONE_LINE,
            default_timezone="UTC",
            parse_location_record_type=ParseLocationRecordType.PARSE_LOCATION_RECORD_FULL_NODE_SCOPE,
        )
        self._plain_options = self.options.to_proto()
        named = AnalyzerOptions.QueryParameter
        self.options.ddl_pseudo_columns = [
            named(name=name, type=self.type_of(text)) for name, text in PSEUDO_COLUMNS.items()
        ]
        # most statements name no system variable, and all of them take a fifth of a call's time
        self._plain_options = self.options.to_proto()
        self.options.system_variables = [
            AnalyzerOptions.SystemVariable(name_path=name.split("."), type=self.type_of(text))
            for name, text in SYSTEM_VARIABLES.items()
        ]

    def analyze(self, sql: str, tables: Mapping[Path, Columns], *, stored: bool = False) -> list[Statement]:
        """The statements of `sql`, each analyzed. Raises SqlError with line, column and statement for the first that BigQuery would refuse.

        `stored` says that a table or view will hold the rows of a query, as those of a model: it must have what a table needs.
        """
        return list(Script(self, sql, stored=stored).statements(self._scope(tables)))

    def _scope(self, tables: Mapping[Path, Columns]) -> Scope:
        """What is there before the first statement."""
        scope = Scope(self._project)
        for path, columns in tables.items():
            written = {name: each.sql("bigquery") for name, each in columns.items()}
            scope.tables[path] = {name: self.type_of(each) for name, each in written.items()}
            # a declared type without a length or a precision has none
            scope.made[path] = Made(
                parameters={name.lower(): None for name, each in written.items() if "(" not in each}
            )
        return scope

    def parse(self, sql: str) -> Any:
        """The script's tree. Raises ZetaSQLError."""
        return self.service.parse(sql_statement=sql, options=self._language, allow_script=True).parsed_script

    def follow(
        self, sql: str, tables: Mapping[Path, Columns], *, stored: bool = False
    ) -> tuple[list[Statement], Mapping[Path, Mapping[str, str] | None]]:
        """What `analyze` gives, and the tables that the statements made or changed, with the names of their types. None is one they dropped."""
        scope = self._scope(tables)
        before = dict(scope.tables)
        statements = list(Script(self, sql, stored=stored).statements(scope))
        changed: dict[Path, Mapping[str, str] | None] = dict.fromkeys(before.keys() - scope.tables.keys())
        for path, found in scope.tables.items():
            if found != before.get(path) and "INFORMATION_SCHEMA" not in [part.upper() for part in path]:
                changed[path] = {name: type_name(each) for name, each in found.items()}
        return statements, changed

    def resolve(self, piece: Piece, scope: Scope, options: Any) -> Any:
        """The analyzer's message about a statement. Raises ZetaSQLError.

        A table may be written in many ways, and as `events_*`: each that a statement turns out to use is added to what the analyzer knows.
        """
        from zetasql.core.exceptions import ZetaSQLError

        plain = options is self.options and "@@" not in piece.sql
        message = self._plain_options if plain else options.to_proto()
        while True:
            catalog = self._catalogs.registered(scope)
            try:
                return analyze(self.service.wasm_client, piece.sql, message, catalog)
            except ZetaSQLError as error:
                if not scope.also_written(message_of(error), self.type_of):
                    raise

    def type_of(self, text: str) -> Any:
        """A type as the analyzer holds it, by what BigQuery calls it. Raises HarnessError for one that BigQuery does not have."""
        from zetasql.core.exceptions import ZetaSQLError

        if text not in self._types:
            try:
                found = self.resolve(Piece(f"select cast(null as {text})", 0), Scope(self._project), self.options)
            except ZetaSQLError as error:
                raise HarnessError(
                    f"GoogleSQL does not know the type '{text}': {message_of(error).partition(' [at ')[0]}"
                ) from None
            self._types[text] = model(found, whole=False).output_column_list[0].column.type
        return self._types[text]


def _keep_the_compiled_module() -> None:
    """The analyzer's WebAssembly takes 20 s to compile: wasmtime keeps it in the user's cache folder, safe for several processes."""
    from zetasql.core import wasm_client

    if getattr(wasm_client.Config, "keeps_modules", False):
        return

    class Config(wasm_client.Config):  # type: ignore[misc]
        keeps_modules = True

        def __init__(self) -> None:
            super().__init__()
            try:
                self.cache = True
            except Exception:  # a cache that can't be written costs time, not the test
                return

    wasm_client.Config = Config
