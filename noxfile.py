"""The matrix: every dbt-core minor version on every Python that is promised. `nox` runs all of it, `nox -s "matrix-3.12(dbt='1.11')"` one.

What a session installs follows from pyproject.toml; here is only what pip can't find by itself.
"""

from __future__ import annotations

import nox

PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
DBT = {
    "1.10": ["dbt-core~=1.10.0"],
    "1.11": ["dbt-core~=1.11.0"],
    "1.12": ["dbt-core==1.12.6", "dbt-core-experimental-parser==2.0.0a4"],
}
# The releases of the parser that 1.12 asks for fetch their wheel from a site that is not a registry. With the last one that is a wheel pip
# must not look at what dbt-core asks for, so the rest of that is named here.
WITHOUT_ITS_DEPENDENCIES = {
    "1.12": ["metricflow>=0.213,<1", "click>=8.3", "opentelemetry-api", "sqlparse>=0.5.5", "python-dotenv>=1.2"],
}
CONSTRAINTS = "requirements/constraints.txt"
EXTRAS = ["pytest", "duckdb", "googlesql", "test"]
EMULATOR_FROM = (3, 11)
# Each of dbt's private interfaces that we use, on DuckDB and rendered for BigQuery, in some minutes.
SMOKE = [
    "tests/python/macros",
    "tests/python/plugin",
    "tests/python/backfill/test_run.py",
    "tests/python/backfill/test_exact_window.py",
    "tests/python/backfill/test_request.py",
    "tests/python/impact/test_market.py",
    "tests/python/impact/test_reading.py",
]

nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "uv|venv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # a Python that is missing is skipped, and said to be


@nox.session(python=PYTHONS)
@nox.parametrize("dbt", list(DBT))
def matrix(session: nox.Session, dbt: str) -> None:
    """The smoke tests, or what is asked for after `--`, with one dbt-core."""
    python = tuple(int(part) for part in str(session.python).split("."))
    extras = [*EXTRAS, *(["emulator"] if python >= EMULATOR_FROM else [])]
    session.install("--editable", f".[{','.join(extras)}]", "--constraint", CONSTRAINTS)
    if dbt in WITHOUT_ITS_DEPENDENCIES:
        session.install("--no-deps", *DBT[dbt])
        session.install(*WITHOUT_ITS_DEPENDENCIES[dbt])
    else:
        session.install(*DBT[dbt])
    session.run(
        "python",
        "-c",
        "from importlib.metadata import version as v; print(*(f'{n} {v(n)}' for n in ('dbt-core', 'dbt-duckdb', 'duckdb')))",
    )
    session.run("python", "-m", "pytest", "-q", *(session.posargs or SMOKE))
