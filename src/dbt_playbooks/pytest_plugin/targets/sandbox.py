"""The target `sandbox`: a real BigQuery project of the environment, in a dataset that expires by itself. It differs from the emulator by its
connection only. It has never run in this project's own tests."""

from __future__ import annotations

import os
import uuid
from typing import Any

from dbt_playbooks.pytest_plugin.errors import HarnessError
from dbt_playbooks.pytest_plugin.targets import PROJECT_VARIABLE
from dbt_playbooks.pytest_plugin.targets.server import BigQueryServer

HOUR_MS = 3_600_000
MOST_BYTES = 1 << 30
"""What one statement may bill, in bytes: 1 GiB."""


class Sandbox(BigQueryServer):
    name = "sandbox"

    def __init__(self) -> None:
        super().__init__(os.environ[PROJECT_VARIABLE], f"dbt_playbooks_{uuid.uuid4().hex[:12]}")
        self.location = os.environ.get("DBT_PLAYBOOKS_BIGQUERY_LOCATION")
        self.output = {
            "type": "bigquery", "method": "oauth", "project": self.project, "schema": self.dataset, "threads": 1,
            "maximum_bytes_billed": MOST_BYTES, "job_execution_timeout_seconds": 300, "job_retries": 1,
            **({"location": self.location} if self.location else {}),
        }  # fmt: skip

    def connect(self) -> Any:
        from google.auth.exceptions import DefaultCredentialsError
        from google.cloud import bigquery

        try:
            return bigquery.Client(self.project, location=self.location)
        except DefaultCredentialsError as error:
            raise HarnessError(
                f"sandbox: nobody is logged in to Google Cloud here: {error}\nLog in: gcloud auth application-default login"
            ) from None

    def prepare(self, dataset: Any) -> None:
        dataset.default_table_expiration_ms = HOUR_MS
        dataset.labels = {"made_by": "dbt-playbooks-tests"}
        if self.location:
            dataset.location = self.location

    def explain(self, message: str) -> str:
        if "billing" in message.lower() and ("dml" in message.lower() or "free tier" in message.lower()):
            message += (
                "\nA project without billing refuses DML (INSERT, UPDATE, DELETE, MERGE, TRUNCATE). "
                "Keep such a test to @pytest.mark.targets('duckdb', 'emulator'), or use a project with billing."
            )
        return message
