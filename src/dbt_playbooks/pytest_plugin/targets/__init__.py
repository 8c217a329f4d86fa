"""The targets of a test: which there are, what each needs, and why one can't run here. Imports neither dbt nor a warehouse's client."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

PROJECT_VARIABLE = "DBT_PLAYBOOKS_BIGQUERY_PROJECT"


@dataclass(frozen=True)
class Spec:
    """A target before it is opened. `packages` are distributions that it needs, `extra` installs them."""

    name: str
    adapter: str
    packages: tuple[str, ...]
    extra: str
    says: str
    trust: str
    """How far what it says of BigQuery is to be trusted."""
    variable: str | None = None
    python: tuple[int, int] = (3, 10)

    def why_not(self, environment: Mapping[str, str] = os.environ) -> str | None:
        """Why it can't run here, and the way to turn it on; None when it can."""
        if sys.version_info < self.python:
            return f"{self.name}: it needs Python {'.'.join(map(str, self.python))} or newer. Run the tests in such an environment"
        missing = [package for package in self.packages if version(package) is None]
        if missing:
            return f"{self.name}: {', '.join(missing)} is not installed. pip install 'dbt-playbooks[{self.extra}]'"
        if self.variable and not environment.get(self.variable):
            return f"{self.name}: {self.variable} is not set. Set it to a project of yours, and log in: gcloud auth application-default login"
        return None

    def versions(self) -> str:
        return ", ".join(f"{package} {version(package)}" for package in self.packages if version(package))


TARGETS = {
    spec.name: spec
    for spec in (
        Spec(
            "duckdb",
            "duckdb",
            ("dbt-duckdb", "duckdb"),
            "duckdb",
            "embedded, in memory",
            trust="It is DuckDB itself. Of BigQuery it says nothing but that the logic holds where both speak the same SQL.",
        ),
        Spec(
            "bigquery",
            "bigquery",
            ("dbt-bigquery", "zetasql"),
            "googlesql",
            "rendered offline, analyzed by GoogleSQL",
            trust="Syntax, names and types are judged by Google's own analyzer, set up as BigQuery is documented, and by rules of "
            "BigQuery's pages of DDL, DML and queries. What it accepts may still fail when it runs: it knows no rows, "
            "quotas or rights. It names what it cannot judge, and the test fails unless it says `allow_unchecked=True`.",
        ),
        Spec(
            "emulator",
            "bigquery",
            ("dbt-bigquery", "bqemulator", "duckdb-extension-spatial"),
            "emulator",
            "a BigQuery server in this process",
            trust="dbt-bigquery and Google's client are the real ones, the server is DuckDB that speaks BigQuery's API. The differences "
            "that are known are listed below.",
            python=(3, 11),
        ),
        Spec(
            "sandbox",
            "bigquery",
            ("dbt-bigquery",),
            "bigquery",
            "a real BigQuery project",
            trust="It is BigQuery. A project without billing refuses DML.",
            variable=PROJECT_VARIABLE,
        ),
    )
}


def version(package: str) -> str | None:
    """The installed version of a distribution."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
