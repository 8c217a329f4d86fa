"""What the tests of the BigQuery targets share: a dbt project of its own, and pytest run in another process as users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

MACROS = """
{% macro asks() %}{% do return(run_query('select 1')) %}{% endmacro %}
{% macro asks_by_statement() %}{% call statement('x', fetch_result=True) %}select 2{% endcall %}{% endmacro %}
{% macro asks_the_catalogue() %}{% do adapter.list_schemas('p') %}{% endmacro %}
{% macro asks_whether_a_schema_exists() %}{% do adapter.check_schema_exists('p', 'd') %}{% endmacro %}

{% macro sum_of_numbers(table) -%}
select
{%- for column in adapter.get_columns_in_relation(table) if column.is_number() %}
    sum({{ adapter.quote(column.name) }}) as {{ column.name }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ table }}
{%- endmacro %}

{% macro described(table) %}
{%- for column in adapter.get_columns_in_relation(table) %}{% do print(column.name ~ ': ' ~ column.data_type ~ ' ' ~ column.mode) %}{% endfor %}
{%- endmacro %}

{% macro flattened(table) %}
{%- for column in adapter.get_columns_in_relation(table) -%}
{%- for each in column.flatten() %}{% do print(each.name ~ ': ' ~ each.data_type) %}{% endfor -%}
{%- endfor %}
{%- endmacro %}

{% macro is_there(database, schema, name) %}
{%- do return(adapter.get_relation(database=database, schema=schema, identifier=name) is not none) -%}
{% endmacro %}

{% macro loaded(table) %}{% do return(load_relation(table)) %}{% endmacro %}
"""


def write_project(folder: Path) -> Path:
    """A project with a few macros that ask a database or its catalogue."""
    (folder / "macros").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: garden\nversion: '1.0'\nprofile: garden\n")
    (folder / "macros" / "asking.sql").write_text(MACROS)
    return folder


@dataclass(frozen=True)
class Session:
    """What a session of pytest said, and how it ended."""

    code: int
    out: str


def run_pytest(folder: Path, test: str, *words: str, timeout: int = 240, **environment: str) -> Session:
    """Run a file of tests in a project, in a process of its own."""
    (folder / "test_it.py").write_text(test)
    (folder / "pytest.ini").write_text("[pytest]\ndbt_project = .\naddopts = -p no:bqemulator\n")
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            "PYTHONPATH": str(ROOT / "src"),
            **environment,
        },
    )
    return Session(said.returncode, said.stdout + said.stderr)
