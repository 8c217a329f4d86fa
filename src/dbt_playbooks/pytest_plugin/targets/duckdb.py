"""The target `duckdb`: an embedded DuckDB in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dbt_playbooks.errors import WarehouseError
from dbt_playbooks.project.materializing import MaterializingSession
from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError
from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.targets.opened import SCHEMA, OpenTarget
from dbt_playbooks.pytest_plugin.targets.transactions import COMMIT, uncommitted

# what macros and tests say when they make something: DuckDB lists what there is in 5 ms, and its functions in 30
_MAKES = re.compile(r"\b(create|database)\b", re.IGNORECASE)
_OUTSIDE_SCHEMAS = re.compile(r"\battach\b|\bcreate\b[^;]*\b(macro|function|sequence|type)\b", re.IGNORECASE)
_MADE = (
    "select 'schema', schema_name, '' from duckdb_schemas() where not internal and schema_name <> 'main' and database_name = 'memory'"
    " union all select 'view', schema_name, view_name from duckdb_views() where not internal and schema_name = 'main' and database_name = 'memory'"
    " union all select 'table', schema_name, table_name from duckdb_tables() where not internal and schema_name = 'main' and database_name = 'memory'"
)
# not plugins, attach and secrets: they lead to other databases
_SAFE = ("extensions", "settings", "config_options", "disable_transactions")


class DuckDB(OpenTarget):
    name = "duckdb"
    dialect = "duckdb"

    def __init__(self, own: Mapping[str, Any]) -> None:
        """`own` is the output of the project's profile: its extensions and settings are kept, its file is never touched."""
        super().__init__()
        self._schemas = {SCHEMA}
        self._attached: set[str] = set()
        kept = {key: value for key, value in own.items() if key in _SAFE}
        kept["settings"] = {
            key: value for key, value in (kept.get("settings") or {}).items() if "motherduck" not in key
        }
        self.output = {**kept, "type": "duckdb", "path": ":memory:", "schema": SCHEMA, "threads": 1}

    def begin(self, session: MaterializingSession) -> None:
        super().begin(session)
        self.silently(f'create schema if not exists "{SCHEMA}"')

    def make_place(self, database: str, schema: str) -> None:
        super().make_place(database, schema)
        if database.lower() == self.session.database.lower():
            if schema != SCHEMA:
                self.silently(f'create schema if not exists "{schema}"')
                self._schemas.add(schema)
            return
        if database.lower() in ("system", "temp"):
            raise HarnessError(f"DuckDB keeps database '{database}' for itself: give the table another one.")
        if database.lower() not in self._attached:
            self.silently(f"attach ':memory:' as \"{database}\"")
            self._attached.add(database.lower())
        self.silently(f'create schema if not exists "{database}"."{schema}"')

    def query(self, sql: str) -> Rows:
        try:
            columns, rows = self._rows(sql)
        except WarehouseError as error:
            raise SqlError(f"DuckDB refuses it: {str(error).partition(chr(10))[2] or error}\n{listing(sql)}") from None
        return Rows(rows, columns)

    def lost(self) -> str | None:
        written = uncommitted(self.session.script)
        if not written:
            return None
        what = "this statement" if len(written) == 1 else f"these {len(written)} statements"
        listed = "\n".join(listing(sql.strip()) for sql in written)
        return (
            f"DuckDB has undone what {what} wrote: a transaction began, and nothing committed it.\n{listed}\n{COMMIT}"
        )

    def clean(self) -> None:
        said = ";".join(self.session.sent)
        made = {("schema", name, "") for name in self._schemas - {"main"}}
        if _OUTSIDE_SCHEMAS.search(said):
            # a new database costs 40 ms, which few tests need
            self.session.forget_database()
            self._attached.clear()
            made = set()
        elif _MAKES.search(said) or "main" in self._schemas:
            made |= {(kind, schema, name) for kind, schema, name in self._rows(_MADE)[1]}
        drops = [f'detach "{database}"' for database in sorted(self._attached)]
        drops += [f"drop {kind} if exists {_quoted(schema, name)} cascade" for kind, schema, name in sorted(made)]
        # one call for all: dbt spends more on each than DuckDB
        self.silently("; ".join([*drops, f'create schema "{SCHEMA}"']))
        self._schemas = {SCHEMA}
        self._attached.clear()
        self.session.forget_relations()


def _quoted(schema: str, name: str) -> str:
    return f'"{schema}"."{name}"' if name else f'"{schema}"'
