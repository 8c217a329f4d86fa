"""What a test makes is gone in the next one, whichever way it was made; tests that only render leave the database alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MACROS = """
{% macro makes_by_run_query() %}{% do run_query("create table main.made as select 1 as id") %}{% endmacro %}
{% macro makes_by_statement() %}{% call statement("made", auto_begin=False) %}create view main.made as select 1 as id{% endcall %}{% endmacro %}
{% macro makes_by_adapter() %}
  {% do adapter.create_schema(api.Relation.create(database=target.database, schema="made")) %}
{% endmacro %}
{% macro found() %}
  {% set sql %}
    select schema_name, '' from duckdb_schemas() where not internal and schema_name not in ('main', 'dbt_test')
    union all select schema_name, table_name from duckdb_tables() where not internal
    union all select schema_name, view_name from duckdb_views() where not internal
  {% endset %}
  {{ return(sql) }}
{% endmacro %}
"""

TESTS = """
import pytest

WAYS = ["makes_by_run_query", "makes_by_statement", "makes_by_adapter"]

@pytest.mark.parametrize("way", WAYS)
def test_one_makes(macro, way):
    macro(way)
    assert len(macro("found").rows) == 1

@pytest.mark.parametrize("way", WAYS)
def test_one_makes_and_fails(macro, way):
    macro(way)
    pytest.fail("on purpose")

@pytest.mark.parametrize("sql", [
    "attach ':memory:' as other", "create macro main.twice(x) as 2 * x", "create sequence main.numbers", "create type main.mood as enum ('good')",
])
def test_one_makes_what_is_no_table(macro, sql):
    macro.query(sql)
    macro.query(sql.replace("other", "another").replace("main.", "main.other_"))

def test_one_makes_a_table(macro, table):
    table({"id": [1]})

@pytest.mark.parametrize("schema", ["other", "main"])
def test_one_makes_a_table_in_a_schema(macro, table, schema):
    table({"id": [1]}, schema=schema)

def test_one_renders(macro):
    macro.render("found")
"""

# Between all tests: one that makes nothing and finds nothing.
CONFTEST = """
import pytest

@pytest.fixture(autouse=True)
def nothing_is_there(macro):
    assert macro("found").rows == []
    others = [
        "duckdb_databases() where not internal and database_name <> 'memory'", "duckdb_functions() where not internal and schema_name = 'main'",
        "duckdb_sequences()", "duckdb_types() where not internal and schema_name = 'main'",
    ]
    assert [macro.query(f"select count(*) from {each}") for each in others] == [[(0,)]] * 4
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    folder = tmp_path_factory.mktemp("cleaning")
    files = {
        "dbt_project.yml": "name: shed\nversion: '1.0'\nprofile: shed\n",
        "macros/all.sql": MACROS,
        "pytest.ini": "[pytest]\ndbt_project = .\naddopts = -p no:bqemulator\n",
        "conftest.py": CONFTEST,
        "test_shed.py": TESTS,
    }
    for name, text in files.items():
        path: Path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-rA", "--tb=short"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def test_each_test_begins_with_an_empty_database(session: subprocess.CompletedProcess[str]) -> None:
    assert "duckdb: 11 passed, 3 failed" in session.stdout, session.stdout
    assert session.stdout.count("E   Failed: on purpose") == 3
