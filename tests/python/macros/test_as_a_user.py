"""The package as dbt's own commands run it: parse without a deprecation, tests in YAML, models, operations."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from command import each_dbt

from macros.project import write_project

SEED = "day,amount\n2024-01-01,1\n2024-01-02,2\n2024-01-04,4\n2024-01-07,7\n"
TESTS = """
seeds:
  - name: by_day
    config: {{column_types: {{day: {data_type}}}}}
    columns:
      - name: day
        data_tests:
          - dbt_playbooks.no_missing_dates:
              name: gaps
          - dbt_playbooks.no_missing_dates:
              name: gaps_in_range
              arguments: {{start_date: 2023-12-31, end_date: 2024-01-02}}
          - dbt_playbooks.no_missing_dates:
              name: none_in_range
              arguments: {{start_date: '2024-01-01', end_date: '2024-01-02'}}
          - dbt_playbooks.no_missing_dates:
              name: none_but_known
              arguments: {{exclude_dates: [2024-01-03, 2024-01-05], exclude_weekends: true}}
          - dbt_playbooks.no_missing_dates:
              name: gaps_where
              config: {{where: amount < 4}}
              arguments: {{end_date: 2024-01-04}}
          - dbt_playbooks.no_missing_dates:
              name: empty
              config: {{where: amount < 0}}
"""


class User:
    """A project, and dbt's commands in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_project(folder)
        (folder / "profiles.yml").write_text(
            "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, schema: main}}}\n"
        )

    def dbt(self, *commands: list[str]) -> str:
        environment = {"DBT_PROFILES_DIR": str(self.folder), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        said = each_dbt(self.folder, *commands, **environment)
        assert said.code == 0, said.err
        return said.out


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("data_type", ["date", "timestamp"])
def test_missing_dates_fail_a_test_in_yaml_and_an_empty_table_too(user, data_type):
    (user.folder / "seeds/by_day.csv").write_text(SEED)
    (user.folder / "seeds/by_day.yml").write_text(TESTS.format(data_type=data_type))
    said = user.dbt(["parse", "--show-all-deprecations"], ["compile"], ["seed"], ["test"])
    assert "Deprecation" not in said
    assert "[WARNING]" not in said
    assert said.count("= True") == 3, said  # the tests fail, as they should
    found = {
        line.split()[1]: line.split()[2:]
        for line in said.splitlines()
        if line.startswith("> ") and line.split()[2] in ("pass", "fail")
    }
    assert found == {
        "gaps": ["fail", "3"],
        "gaps_in_range": ["fail", "1"],
        "none_in_range": ["pass", "0"],
        "none_but_known": ["pass", "0"],
        "gaps_where": ["fail", "2"],
        "empty": ["fail", "1"],
    }


def test_operations_print_and_what_they_change_is_committed(user):
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        connection.execute(
            "create table source as select 1 as id, date '2024-01-02' as day; create table target as select 2 as id, date '2024-01-01' as day"
        )
    ask = "{source_table: source, target_table: target, key: id, date_column: day, start_date: 2024-01-01, end_date: 2024-01-31, dry_run: false}"
    said = user.dbt(
        ["run-operation", "dbt_playbooks.merge_backfill", "--args", ask],
        ["run-operation", "dbt_playbooks.missing_dates", "--args", "{table: target, date_column: day, end_date: 2024-01-04}"],
        ["run-operation", "dbt_playbooks.missing_dates", "--args", "{table: target, date_column: day, end_date: 2024-01-04, fail: true}"],
        ["run-operation", "dbt_playbooks.delete_partitions", "--args", "{table: target, date_column: day, dates: [2024-01-01], dry_run: false}"],
        ["run-operation", "dbt_playbooks.backfill_progress"],
    )  # fmt: skip
    assert said.count("= True") == 4, said
    assert said.count("= False") == 1
    for text in (
        "Merged 1 rows",
        "2 missing dates in day",
        "missing_date\n------------\n2024-01-03\n2024-01-04\n",
        "Deleted 1 rows",
        "No backfill ever ran",
    ):
        assert text in said, text
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        assert connection.execute("select id from target").fetchall() == [(1,)]
        assert connection.execute(
            "select count(*) from information_schema.tables where table_name like 'target_backup_%'"
        ).fetchall() == [(1,)]


def test_the_models_are_off_by_default_and_build_before_any_backfill_ran(user):
    said = user.dbt(
        ["ls", "--resource-type", "model"],
        ["run", "--select", "package:dbt_playbooks", "--vars", "{dbt_playbooks_models: true}"],
        [
            "run",
            "--select",
            "package:dbt_playbooks",
            "--vars",
            "{dbt_playbooks_models: true, dbt_playbooks_schema: elsewhere}",
        ],
    )
    listed, built = said.split("$ run", 1)
    assert "dbt_playbooks" not in listed
    assert built.count("> backfill_progress success") == 2, said
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        assert connection.execute("select count(*) from main.backfill_progress").fetchall() == [(0,)]
        assert connection.execute("select count(*) from elsewhere.backfill_checkpoints").fetchall() == [(0,)]
