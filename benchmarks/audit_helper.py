"""The queries that dbt_audit_helper sends for our two tables, as its macros write them. Its code is fetched, never kept here."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from measure import run
from peers import checkout
from two_tables import KEY, NEW, OLD, Tables

VERSION, DBT_UTILS_VERSION = "0.12.2", "1.4.1"
COMPARE_QUERIES, ALL_COLUMNS, CLASSIFY = "compare_queries", "compare_all_columns", "compare_and_classify_query_results"
MACROS = (COMPARE_QUERIES, ALL_COLUMNS, CLASSIFY)
_MARK = "the queries: "

_PRINT_QUERIES = """\
{% macro print_queries(columns) %}
  {%- set old = api.Relation.create(database=target.database, schema=target.schema, identifier='OLD') -%}
  {%- set new = api.Relation.create(database=target.database, schema=target.schema, identifier='NEW') -%}
  {%- set old_rows, new_rows = 'select * from ' ~ old, 'select * from ' ~ new -%}
  {%- set queries = {
    'compare_queries': audit_helper.compare_queries(old_rows, new_rows, 'KEY'),
    'compare_all_columns': audit_helper.compare_all_columns(old, new, 'KEY'),
    'compare_and_classify_query_results': audit_helper.compare_and_classify_query_results(old_rows, new_rows, ['KEY'], columns)
  } -%}
  {%- do print('MARK' ~ tojson(queries)) -%}
{% endmacro %}
"""

# Its own variant for Postgres: DuckDB has no count(distinct a, b) either.
_ON_DUCKDB = """\
{% macro duckdb___count_num_rows_in_status() %}
  {{ audit_helper._count_num_rows_in_status_without_distinct_window_func() }}
{% endmacro %}
"""
_DISPATCH = "dispatch:\n  - {macro_namespace: audit_helper, search_order: [bench, audit_helper]}\n"


def install(project: Path, cache: Path) -> None:
    """Put audit_helper, and dbt_utils that it needs, into a dbt project named bench. Raises PeerError."""
    for name, version, repository in (
        ("audit_helper", VERSION, "dbt-audit-helper"),
        ("dbt_utils", DBT_UTILS_VERSION, "dbt-utils"),
    ):
        folder = checkout(name, f"https://github.com/dbt-labs/{repository}", version, cache)
        (project / "dbt_packages").mkdir(exist_ok=True)
        (project / "dbt_packages" / name).symlink_to(folder)
    text = _PRINT_QUERIES
    for word, meant in {"OLD": OLD, "NEW": NEW, "KEY": KEY, "MARK": _MARK}.items():
        text = text.replace(f"'{word}'", f"'{meant}'")
    (project / "macros").mkdir(exist_ok=True)
    (project / "macros" / "print_queries.sql").write_text(text + _ON_DUCKDB)
    with (project / "dbt_project.yml").open("a") as file:
        file.write(_DISPATCH)


def queries(project: Path, tables: Tables) -> Mapping[str, str]:
    """By the macro's name. The tables must exist."""
    arguments = json.dumps({"columns": tables.names})
    words = ["run-operation", "print_queries", "--args", arguments, "--profiles-dir", "."]
    lines = [line.text for line in run([sys.executable, "-m", "dbt.cli.main", *words], project).lines]
    found = next(line for line in lines if line.startswith(_MARK))
    return dict(json.loads(found.removeprefix(_MARK)))


def says(macro: str, rows: Sequence[Sequence[Any]]) -> int:
    """How many rows differ, as its answer has it."""
    if macro == COMPARE_QUERIES:
        return max([count for in_old, in_new, count, _ in rows if not (in_old and in_new)], default=0)
    if macro == ALL_COLUMNS:
        # a changed row differs in one column, so the sum of its conflicts is the number of rows
        return sum(row[-1] for row in rows)
    # a sample of rows, each with its status and how many have that
    found = {row[-3]: row[-2] for row in rows}
    return sum(count for status, count in found.items() if status != "identical")
