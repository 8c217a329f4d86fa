"""What the emulator and a real BigQuery project share: everything but the connection. A dataset of their own, emptied after each test."""

from __future__ import annotations

import abc
from typing import Any

from dbt_playbooks.errors import WarehouseError
from dbt_playbooks.project.materializing import MaterializingSession
from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError
from dbt_playbooks.pytest_plugin.listing import listing
from dbt_playbooks.pytest_plugin.rows import Rows
from dbt_playbooks.pytest_plugin.targets.opened import OpenTarget

_DROPPED_BY_SQL = {"VIEW": "view", "MATERIALIZED_VIEW": "materialized view", "SNAPSHOT": "snapshot table"}
"""The emulator's API does not delete a view, materialized or not, and of a snapshot it keeps the name taken."""


class BigQueryServer(OpenTarget):
    """dbt-bigquery and Google's client against a server."""

    dialect = "bigquery"

    def __init__(self, project: str, dataset: str) -> None:
        super().__init__()
        self.project = project
        self.dataset = dataset
        self._datasets: set[tuple[str, str]] = set()
        """Made by the tests, and theirs to remove."""
        self._client: Any = None

    @abc.abstractmethod
    def connect(self) -> Any:
        """Google's client of the server."""

    def prepare(self, dataset: Any) -> None:
        """What a new dataset is like."""

    @property
    def client(self) -> Any:
        if self._client is None:
            self._client = self.connect()
        return self._client

    def begin(self, session: MaterializingSession) -> None:
        super().begin(session)
        self._make_dataset(self.dataset)

    def make_place(self, database: str, schema: str) -> None:
        super().make_place(database, schema)
        if (database, schema) not in self._datasets:
            self._make_dataset(schema, database)

    def query(self, sql: str) -> Rows:
        try:
            columns, rows = self._rows(sql)
        except WarehouseError as error:
            said = str(error).partition("\n")[2] or str(error)
            raise SqlError(f"{self.name} refuses it: {self.explain(said)}\n{listing(sql)}") from None
        return Rows(rows, columns)

    def clean(self) -> None:
        own = {(self.project, self.dataset)}
        for dataset in sorted(self._datasets - own):
            self._delete_dataset(*dataset)
        self._datasets = own
        for table in self.client.list_tables(self.dataset, timeout=60):
            if table.table_type in _DROPPED_BY_SQL:
                kind = _DROPPED_BY_SQL[table.table_type]
                self.silently(f"drop {kind} `{self.project}`.`{self.dataset}`.`{table.table_id}`")
            else:
                self.client.delete_table(table, not_found_ok=True, timeout=60)
        for routine in self.client.list_routines(self.dataset, timeout=60):
            self.client.delete_routine(routine, not_found_ok=True, timeout=60)
        self.session.forget_relations()

    def close(self) -> None:
        try:
            for dataset in sorted(self._datasets):
                self._delete_dataset(*dataset)
        finally:
            super().close()

    def _delete_dataset(self, project: str, name: str) -> None:
        self.client.delete_dataset(f"{project}.{name}", delete_contents=True, not_found_ok=True, timeout=60)

    def _make_dataset(self, name: str, project: str | None = None) -> None:
        from google.api_core.exceptions import Conflict
        from google.cloud.bigquery import Dataset

        project = project or self.project
        dataset = Dataset(f"{project}.{name}")
        self.prepare(dataset)
        try:
            self.client.create_dataset(dataset, timeout=60)
        except Conflict:
            raise HarnessError(
                f"dataset '{name}' is there already in project '{project}'. Tests use only datasets that they make, because they remove "
                "them with all that is in them: give the table another schema."
            ) from None
        self._datasets.add((project, name))
