"""Target `emulator`: values come back as on DuckDB, a failure fails at once, and nothing of the server reaches the user's session."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, SqlError
from plugin.bigquery_project import run_pytest, write_project

UTC = dt.timezone.utc
only_emulator = pytest.mark.targets("emulator")


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("emulator") / "garden")


VALUES: list[tuple[str, list[Any], list[Any] | None]] = [
    ("int64", [0, -1, 2**63 - 1, -(2**63), None], None),
    ("float64", [0.0, -1.5, 1e300, 0.1, float("inf"), None], None),
    ("numeric", [Decimal("0.123"), Decimal("-1.5"), Decimal("123456789012345.5"), None], None),
    ("numeric(10, 2)", [Decimal("1.25"), None], None),
    ("bool", [True, False, None], None),
    ("string", ["", "it's", 'say "it"', "größer 日本 😀", "a\nb\tc", "back\\slash", "%s {{ x }}", None], None),
    ("bytes", [b"", b"ab", b"\x00\xff'\\", None], None),
    ("date", [dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31), None], None),
    ("datetime", [dt.datetime(2024, 1, 1, 23, 59, 59, 999999), dt.datetime(1900, 1, 1), None], None),
    (
        "timestamp",
        [dt.datetime(2024, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2))), dt.datetime(1969, 12, 31, 23, tzinfo=UTC), None],
        [dt.datetime(2024, 1, 1, 10), dt.datetime(1969, 12, 31, 23), None],
    ),
    ("time", [dt.time(0), dt.time(23, 59, 59, 999999), None], None),
    ("array<int64>", [[1, 2], []], None),
    ("array<string>", [["it's", ""], []], None),
    ("struct<a int64, b string>", [{"a": 1, "b": "q'"}, {"a": None, "b": None}], None),
    ("array<struct<a int64, b array<date>>>", [[{"a": 1, "b": [dt.date(2024, 1, 1)]}, {"a": None, "b": []}], []], None),
    (
        "struct<at timestamp, inner struct<n numeric>>",
        [{"at": dt.datetime(2024, 1, 1, tzinfo=UTC), "inner": {"n": Decimal("1.5")}}],
        [{"at": dt.datetime(2024, 1, 1), "inner": {"n": Decimal("1.5")}}],
    ),
]  # fmt: skip


@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.parametrize(("data_type", "given", "expected"), VALUES, ids=[each[0] for each in VALUES])
def test_values_of_every_type_come_back_as_the_same_python_values(
    macro: Any, table: Any, data_type: str, given: list[Any], expected: list[Any] | None
) -> None:
    made = table({"n": list(range(len(given))), "value": given}, types={"value": data_type})
    found = [row[0] for row in macro.query(f"select value from {made} order by n")]
    wanted = given if expected is None else expected
    assert found == wanted
    assert [type(each) for each in found] == [type(each) for each in wanted]


@only_emulator
def test_a_statement_that_fails_fails_at_once_with_the_emulators_message(macro: Any, table: Any) -> None:
    numbers = table({"id": [1]})
    with pytest.raises(SqlError) as raised:
        macro.query(f"select nope\nfrom {numbers}")
    said = str(raised.value)
    assert said.startswith("emulator refuses it: ")
    assert 'Referenced column "nope" not found in FROM clause' in said
    assert "  1 | select nope\n  2 | from `test-project`.`dbt_test`.`table_1`" in said
    with pytest.raises(SqlError, match=r"Table test-project\.dbt_test\.gone was not found"):
        macro.query("select 1 from dbt_test.gone")
    with pytest.raises(SqlError, match=r"(?i)division by zero"):
        macro.compile("{% do run_query('select 1 / 0') %}")


@only_emulator
def test_an_error_within_the_server_is_not_asked_for_again(macro: Any, table: Any) -> None:
    numbers = table({"id": [1]}, name="numbers")
    client = macro._target.client
    asked: list[str] = []
    send = client._connection.api_request
    client._connection.api_request = lambda *words, **named: asked.append(named["path"]) or send(*words, **named)
    macro.query(f"create view dbt_test.seen as select id from {numbers}")
    with pytest.raises(Exception, match="An internal error occurred"):
        client.delete_table("dbt_test.seen")
    client._connection.api_request = send
    assert len(asked) == 1


@only_emulator
def test_what_a_test_makes_is_gone_after_it_whatever_it_is(macro: Any, table: Any) -> None:
    numbers = table({"id": [1]}, name="numbers")
    table({"id": [1]}, name="other", schema="elsewhere")
    for statement in (
        f"create view dbt_test.a_view as select id from {numbers}",
        f"create materialized view dbt_test.materialized as select count(*) as n from {numbers}",
        f"create snapshot table dbt_test.a_snapshot clone {numbers}",
        "create function dbt_test.a_function(x int64) as (x + 1)",
        "create procedure dbt_test.a_procedure() begin select 1; end",
        "create schema made_by_a_macro",
        "create table made_by_a_macro.t as select 1 as id",
    ):
        macro.query(statement)
    target = macro._target
    target.clean()
    assert [each.table_id for each in target.client.list_tables("dbt_test")] == []
    assert list(target.client.list_routines("dbt_test")) == []
    assert [each.dataset_id for each in target.client.list_datasets()] == ["dbt_test"]
    assert macro.query(f"select id from {table({'id': [5]}, name='numbers')}") == [(5,)]
    macro.query(f"create snapshot table dbt_test.a_snapshot clone {numbers}")  # and its name is free again


@only_emulator
def test_a_dataset_that_is_there_already_is_refused_and_left_alone(macro: Any, table: Any) -> None:
    macro.query("create schema raw")
    macro.query("create table raw.precious as select 1 as id")
    with pytest.raises(HarnessError, match="dataset 'raw' is there already in project 'test-project'"):
        table({"id": [1]}, schema="raw")
    macro._target._datasets.discard("raw")
    assert macro.query("select id from raw.precious") == [(1,)]


WORKERS = """
import os, pytest

@pytest.mark.targets("emulator")
@pytest.mark.parametrize("n", range(8))
def test_it(macro, table, n, record_property):
    made = table({"id": list(range(n + 1))}, name="numbers")
    assert macro.query(f"select count(*) as n from {made}") == [(n + 1,)]
    with open(os.environ["PORTS"], "a") as file:
        file.write(macro._target.endpoint + "\\n")
"""


@pytest.mark.slow
@only_emulator
@pytest.mark.usefixtures("dbt_target")
def test_each_worker_has_a_server_of_its_own(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "garden")
    ports = tmp_path / "ports"
    said = run_pytest(folder, WORKERS, "-n", "2", PORTS=str(ports))
    assert said.code == 0, said.out
    assert "emulator: 8 passed" in said.out
    assert len(set(ports.read_text().split())) == 2


DYING = """
import pytest

pytestmark = pytest.mark.targets("emulator")

def end(server):
    server._loop.call_soon_threadsafe(server._loop.stop)

def test_before(macro):
    assert macro.query("select 1 as one") == [(1,)]

def test_that_kills(macro):
    server = macro._target._server
    end(server)
    server._thread.join()
    macro.query("select 2 as two")

def test_query(macro):
    macro.query("select 3 as three")

def test_table(macro, table):
    table({"id": [1]})

def test_macro(macro):
    macro("asks")

@pytest.mark.targets("duckdb")
def test_elsewhere(macro):
    assert macro.query("select 4 as four") == [(4,)]
"""


@pytest.mark.slow
@only_emulator
@pytest.mark.usefixtures("dbt_target")
def test_an_emulator_that_dies_is_said_to_be_dead_by_every_test_and_the_session_ends(tmp_path: Path) -> None:
    said = run_pytest(write_project(tmp_path / "garden"), DYING, "-rf")
    assert said.code == 1, said.out
    assert "emulator: 1 passed, 4 failed" in said.out
    assert "duckdb: 1 passed" in said.out
    for name in ("that_kills", "query", "table", "macro"):
        assert f"FAILED test_it.py::test_{name}[emulator]" in said.out
    assert said.out.count("the emulator has died, so nothing can run there.") >= 4
    assert "pytest --dbt-targets emulator <the test>" in said.out


DYING_WHILE_ASKED = """
import pytest, requests

@pytest.mark.targets("emulator")
def test_it(macro):
    server = macro._target._server
    send = requests.Session.send

    def send_to_the_dying(*words, **named):
        server._loop.call_soon_threadsafe(server._loop.stop)
        return send(*words, **named)

    requests.Session.send = send_to_the_dying
    macro.query("select 1")
"""


@pytest.mark.slow
@only_emulator
@pytest.mark.usefixtures("dbt_target")
def test_who_waits_for_an_answer_of_a_dying_emulator_is_not_left_waiting(tmp_path: Path) -> None:
    said = run_pytest(write_project(tmp_path / "garden"), DYING_WHILE_ASKED, "-rf")
    assert said.code == 1, said.out
    assert "emulator refuses it: the emulator has died, so nothing can run there." in said.out


QUIET = """
import logging, sys, pytest, structlog

structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
before = structlog.get_config()
handlers, level = logging.root.handlers[:], logging.root.level

@pytest.mark.targets("emulator")
def test_it(macro, table, caplog):
    numbers = table({"id": [1]})
    with pytest.raises(Exception):
        macro.query("select nope from dbt_test.gone")
    assert macro.query(f"select count(*) as n from {numbers}") == [(1,)]
    assert structlog.get_config() == before
    assert logging.root.level == level
    assert not [each for each in caplog.records if each.name.startswith(("bqemulator", "uvicorn"))]
    logging.getLogger("mine").warning("this is mine")
    assert "this is mine" in caplog.text

def test_handlers():
    assert [each for each in logging.root.handlers if each not in handlers and "pytest" not in type(each).__module__] == []
"""


@pytest.mark.slow
@only_emulator
@pytest.mark.usefixtures("dbt_target")
def test_logging_and_stdout_of_the_session_stay_the_users(tmp_path: Path) -> None:
    said = run_pytest(write_project(tmp_path / "garden"), QUIET, "-q", "-s", "-p", "no:cacheprovider")
    assert said.code == 0, said.out
    assert "debug" not in said.out
    assert "bqemulator." not in said.out
    assert "sql.translator" not in said.out
    assert said.out.split("\n")[0].startswith("."), said.out
