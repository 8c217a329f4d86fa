"""A restore that dies between its steps leaves the old rows or the new ones, never neither, and can be run again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import duckdb
import pytest
from shop import Shop

from dbt_playbooks.pytest_plugin.errors import SqlError

OLD, NEW = [(i, "old") for i in range(1000)], [(i, "new") for i in range(1000)]
RESTORE = {
    "restore_table": {},
    "restore_partitions": {"date_column": "day", "dates": ["2024-01-01", "2024-01-02"]},
}
# runs the statements of a text one by one, and is killed after so many of them
KILLED = """
import os, signal, sys, duckdb
connection = duckdb.connect(sys.argv[1])
for number, statement in enumerate(sys.argv[2].split(";\\n")):
    if number == int(sys.argv[3]):
        break
    connection.execute(statement)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def backup(macro, table):
    """`events`, whose rows are NEW, and a backup of them when they were OLD: its name."""
    rows = "select i as id, '{}' as what, date_add(date '2024-01-01', interval (mod(i, 2)) day) as day from unnest(generate_array(0, 999)) as i"
    if macro.target == "duckdb":
        rows = "select i as id, '{}' as what, date '2024-01-01' + cast(i % 2 as integer) as day from range(1000) as numbers(i)"
    events = table({"id": [1]}, name="events")
    macro.query(f"create or replace table {events} as {rows.format('old')}")
    if macro.target == "duckdb":
        macro.query(f"alter table {events} add primary key (id)")
    name = macro("backup_table", "events", suffix="a").value[0][0]
    macro.query(f"update {events} set what = 'new' where true")
    return name


def rows(macro: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in macro.query("select id, what from dbt_test.events order by id")]


@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.parametrize("name", RESTORE)
def test_a_step_that_fails_leaves_the_rows_as_they_were_and_the_same_again_restores_them(
    macro, backup, dying_at, names, name
):
    asked = {"table": "events", "from_backup": backup, "dry_run": False, **RESTORE[name]}
    for step in range(3 if macro.target == "duckdb" else 2):
        dying_at(step)
        with pytest.raises(SqlError, match="the connection is gone"):
            macro(name, **asked)
        assert rows(macro) == NEW, step
    # BigQuery has no transaction around DDL, so the backup of the present may be there already
    assert len(names("events_backup_")) == (1 if macro.target == "duckdb" else 2)
    macro(name, **asked)
    assert rows(macro) == OLD


@pytest.mark.targets("duckdb")
def test_a_dropped_table_whose_making_fails_is_still_only_gone_and_can_be_made_again(macro, backup, dying_at, names):
    macro.query("drop table dbt_test.events")
    for step in range(2):
        dying_at(step)
        with pytest.raises(SqlError, match="the connection is gone"):
            macro("restore_table", "events", from_backup=backup, dry_run=False)
        assert names() == ["events_backup_a"]
    macro("restore_table", "events", from_backup=backup, dry_run=False)
    assert rows(macro) == OLD


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("name", ["restore_table", pytest.param("restore_partitions", marks=pytest.mark.slow)])
def test_a_process_that_is_killed_after_any_statement_leaves_the_old_or_the_new(macro, backup, tmp_path, name):
    [text] = macro(f"{name}_sql", "events", from_backup=backup, **RESTORE[name]).value
    file = tmp_path / "killed.duckdb"
    macro.query(f"attach '{file}' as killed")
    macro.query(
        "create schema killed.dbt_test; create table killed.dbt_test.events (id bigint primary key, what varchar, day date)"
    )
    macro.query("insert into killed.dbt_test.events from memory.dbt_test.events")
    macro.query("create table killed.dbt_test.events_backup_a as from memory.dbt_test.events_backup_a; detach killed")
    text = text.replace('"memory".', "")
    statements = text.count(";\n") + 1
    assert statements == 6
    for step in range(statements + 1):
        words = [sys.executable, "-c", KILLED, str(file), text, str(step)]
        assert subprocess.run(words, check=False).returncode == -9
        with duckdb.connect(str(file)) as connection:
            found = connection.execute("select id, what from dbt_test.events order by id").fetchall()
            assert found == (OLD if step == statements else NEW), step
            with pytest.raises(duckdb.ConstraintException):
                connection.execute("insert into dbt_test.events values (1, 'twice', null)")


@pytest.mark.slow
def test_the_command_that_is_killed_in_the_middle_leaves_the_old_or_the_new(shop: Shop) -> None:
    shop.sql("create table big as select i as id, 'old' as what from range(3000000) as numbers(i)")
    words = ["-c", "from dbt.cli.main import cli; cli()", "run-operation"]

    def start(macro: str, **asked: Any) -> subprocess.Popen[str]:
        command = [sys.executable, *words, f"dbt_playbooks.{macro}", "--args", json.dumps({"table": "big", **asked})]
        return subprocess.Popen(command, cwd=shop.folder, env=os.environ, stdout=subprocess.PIPE, text=True)

    assert start("backup_table", suffix="a").wait() == 0
    shop.sql("update big set what = 'new'")
    for delay in (0.0, 0.2, 0.5):
        process = start("restore_table", from_backup="big_backup_a", dry_run=False)
        assert process.stdout is not None
        for line in process.stdout:
            if "Only rows are replaced" in line:
                break
        time.sleep(delay)
        process.kill()
        process.wait()
        found = shop.sql("select what, count(*) from big group by what")
        assert found in ([("old", 3000000)], [("new", 3000000)]), delay
    assert start("restore_table", from_backup="big_backup_a", dry_run=False).wait() == 0
    assert shop.sql("select what, count(*) from big group by what") == [("old", 3000000)]
