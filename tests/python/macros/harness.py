"""A small dbt project, and its macros called in this process."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dbt_playbooks.project import DbtCoreProject

ROOT = Path(__file__).resolve().parents[3]

PROJECT = """
name: shop
version: 1.0.0
profile: shop
flags: {validate_macro_args: true}
models:
  shop:
    +materialized: table
"""
PROFILES = """
shop:
  target: duckdb
  outputs:
    duckdb: {{type: duckdb, path: "{path}", schema: main}}
    bigquery: {{type: bigquery, method: oauth-secrets, token: x, project: p, dataset: d, threads: 1}}
"""
FILES = {
    "seeds/countries.csv": "code,name\nde,Germany\nfr,France\n",
    "models/orders.sql": "select 1 as id, date '2024-01-01' as order_date",
    "models/customers.sql": "select 1 as id",
    "models/passing_through.sql": "{{ config(materialized='ephemeral') }} select 1 as id",
    "models/sources.yml": (
        "sources:\n  - name: raw\n    schema: raw_data\n    tables:\n      - name: events\n        identifier: events_v3\n"
    ),
}


def write_project(folder: Path) -> Path:
    """A small dbt project that has our package installed, with a DuckDB and a BigQuery target."""
    for name, text in {"dbt_project.yml": PROJECT, "profiles.yml": PROFILES, **FILES}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(path=folder / "shop.duckdb") if name == "profiles.yml" else text)
    (folder / "dbt_packages").mkdir()
    (folder / "dbt_packages" / "dbt_playbooks").symlink_to(ROOT, target_is_directory=True)
    return folder


class Macros:
    """The macros of the package as one target sees them. `db` is the name of the database."""

    def __init__(self, project: DbtCoreProject) -> None:
        self.project = project
        self.adapter = project._adapter
        self.db = project._config.credentials.database

    @contextlib.contextmanager
    def _connected(self) -> Iterator[None]:
        """dbt keeps one adapter a type for the process, and opening another project throws it away: ours is there while it is used."""
        from dbt.adapters.factory import FACTORY

        kind = self.adapter.type()
        before = FACTORY.adapters.get(kind)
        FACTORY.adapters[kind] = self.adapter
        try:
            with self.project._dbt_errors(), self.project._connection("test"):
                yield
        finally:
            if before is None:
                del FACTORY.adapters[kind]
            else:
                FACTORY.adapters[kind] = before

    def __call__(
        self,
        macro: str,
        /,
        dbt_vars: dict[str, Any] | None = None,
        stubs: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> Any:
        """What a macro returns, under these vars; `stubs` stand in for what dbt's context would hold, such as `this`."""
        from dbt.clients.jinja import MacroGenerator
        from dbt.context.providers import generate_runtime_macro_context

        config = copy.copy(self.project._config)
        config.cli_vars = {**config.cli_vars, **(dbt_vars or {})}
        unique_id = macro if "." in macro else f"macro.dbt_playbooks.{macro}"
        node = self.project._manifest.macros[unique_id]
        with self._connected():
            context = generate_runtime_macro_context(node, config, self.project._manifest, "shop")
            context.update(stubs or {})
            return MacroGenerator(node, context)(**arguments)

    def printed(self, macro: str, **arguments: Any) -> str:
        """What a macro prints."""
        lines: list[str] = []
        self(macro, stubs={"print": lambda line: lines.append(line) or ""}, **arguments)
        return "\n".join(lines)

    def relation(self, name: str, schema: str | None = None) -> Any:
        schema = schema or self.project._config.credentials.schema
        return self.adapter.Relation.create(database=self.db, schema=schema, identifier=name)

    def sql(self, *statements: str) -> list[list[Any]]:
        """Run statements; the rows of the last one."""
        rows: list[list[Any]] = []
        with self._connected():
            for statement in statements:
                _, table = self.adapter.execute(statement, auto_begin=False, fetch=True)
                rows = [list(row.values()) for row in table.rows]
        return rows

    def table(self, name: str, select: str, schema: str = "main") -> Any:
        """A new table from a query; its relation."""
        relation = self.relation(name, schema)
        self.sql(f'create schema if not exists "{schema}"', f"create or replace table {relation} as {select}")
        return relation
