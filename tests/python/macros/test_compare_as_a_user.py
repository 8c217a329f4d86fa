"""Comparisons as dbt's own commands run them: the playbook's call as it is written there, and tests in YAML."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from macros.test_as_a_user import User

OLD = "id,region,amount\n1,north,1.0\n2,south,2.0\n3,south,3.0\n"
NEW = "id,region,amount\n1,north,1.0\n2,south,2.25\n4,east,4.0\n"
TESTS = """
seeds:
  - name: sales
    data_tests:
      - dbt_playbooks.row_counts_match: {name: counts, arguments: {compare_model: ref('sales_backup')}}
      - dbt_playbooks.row_counts_match: {name: counts_by_region, arguments: {compare_model: ref('sales_backup'), by: region}}
      - dbt_playbooks.aggregates_match: {name: sums, arguments: {compare_model: ref('sales_backup'), by: region, metrics: amount}}
      - dbt_playbooks.aggregates_match:
          {name: sums_within, arguments: {compare_model: ref('sales_backup'), metrics: amount, tolerance: 2}, config: {where: id < 3}}
      - dbt_playbooks.rows_match: {name: rows, arguments: {compare_model: ref('sales_backup'), key: id}}
      - dbt_playbooks.rows_match:
          {name: rows_within, arguments: {compare_model: ref('sales_backup'), key: id, tolerance: {amount: 0.5}}, config: {where: id < 3}}
      - dbt_playbooks.schema_matches: {name: schema, arguments: {compare_model: ref('sales_backup')}, config: {where: id < 3}}
      - dbt_playbooks.schema_matches: {name: schema_of_another, arguments: {compare_model: ref('sales_renamed')}, config: {store_failures: true}}
      - dbt_playbooks.schema_matches:
          {name: schema_renamed, arguments: {compare_model: ref('sales_renamed'), rename: {place: region, sum: amount}}}
"""


@pytest.fixture
def user(tmp_path: Path) -> User:
    found = User(tmp_path)
    found.folder.joinpath("seeds/sales.csv").write_text(NEW)
    found.folder.joinpath("seeds/sales_backup.csv").write_text(OLD)
    found.folder.joinpath("seeds/sales_renamed.csv").write_text("id,place,sum\n1,north,1.5\n")
    return found


def test_the_tests_in_yaml_fail_with_what_differs(user):
    user.folder.joinpath("seeds/sales.yml").write_text(TESTS)
    said = user.dbt(["parse", "--show-all-deprecations"], ["seed"], ["test"])
    assert "Deprecation" not in said
    assert "[WARNING]" not in said
    found = {line.split()[1]: line.split()[2:] for line in said.splitlines() if line.startswith("> ")}
    assert {name: found[name] for name in found if not name.startswith(("sales", "countries"))} == {
        "counts": ["pass", "0"],
        "counts_by_region": ["fail", "2"],
        "sums": ["fail", "2"],
        "sums_within": ["pass", "0"],
        "rows": ["fail", "3"],
        "rows_within": ["pass", "0"],
        "schema": ["fail", "1"],  # dbt takes 1.0, 2.0, 3.0 for whole numbers
        "schema_of_another": ["fail", "4"],
        "schema_renamed": ["pass", "0"],
    }


def test_the_playbooks_own_call_works_as_it_is_written(user):
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        connection.execute(
            "create schema staging; create table staging.m_backup as select 1 as id; create table staging.m as select * from range(3) t(id)"
        )
    said = user.dbt(
        [
            "run-operation",
            "compare_row_counts",
            "--args",
            '{"old_table": "staging.m_backup", "new_table": "staging.m"}',
        ],
        [
            "run-operation",
            "compare_row_counts",
            "--args",
            "{old_table: staging.m_backup, new_table: staging.m, fail: true}",
        ],
        ["run-operation", "compare_rows", "--args", "{old_table: staging.m_backup, new_table: staging.m, key: id}"],
    )
    assert "old_rows  new_rows  difference  status\n-" in said
    assert "       1         3           2  differs" in said
    assert [line.split()[1] for line in said.splitlines() if line.startswith("= ")] == ["True", "False", "True"]
    assert "have no column in common" not in said
