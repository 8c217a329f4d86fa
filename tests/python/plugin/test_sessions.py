"""Workers, large projects, sessions beside each other in one process, and sessions that have no use for the plugin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shop import STRATEGIES

TESTS = """
import os
@pytest.mark.targets("duckdb", "bigquery")
@pytest.mark.parametrize("number", range(6))
def test_one(macro, table, number):
    made = table({"id": [number]}, name="same_name")
    assert macro("column_names", made).value == ["id"]
    if macro.target == "duckdb":
        assert macro("count", made).rows == [(1,)]
        macro("archive", made, "attic")
"""


@pytest.mark.slow
def test_workers_do_not_disturb_each_other(inside):
    pytest.importorskip("xdist")
    result = inside.process(TESTS, "-n", "2")
    result.assert_outcomes(passed=12)
    result.stdout.fnmatch_lines(["*= dbt targets =*", "duckdb: 6 passed", "bigquery: 6 passed"])


def test_workers_tell_what_is_skipped_too(inside, monkeypatch):
    pytest.importorskip("xdist")
    monkeypatch.delenv("DBT_PLAYBOOKS_BIGQUERY_PROJECT", raising=False)
    result = inside.process('@pytest.mark.targets("sandbox")\ndef test_one(macro): pass\n', "-n", "2")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["1 skipped, sandbox: DBT_PLAYBOOKS_BIGQUERY_PROJECT is not set*"])


@pytest.mark.slow
def test_a_project_with_two_thousand_models_works(inside):
    for number in range(2000):
        parent = f"{{{{ ref('m{number - 1}') }}}}" if number else "(select 1 as id)"
        (inside.garden / "models" / f"m{number}.sql").write_text(f"select id from {parent}")
    result = inside.run(
        """
def test_one(macro, table):
    made = table({"id": [7]})
    assert macro.compile(model="m1999", refs={"m1998": made}).rows == [(7,)]
    assert macro.compile("{{ ref('m1234') }}").text == '"memory"."dbt_test"."m1234"'
    assert macro("count", made).rows == [(1,)]
"""
    )
    result.assert_outcomes(passed=1)


def test_a_session_without_macro_tests_imports_none_of_the_libraries(pytester, monkeypatch):
    pytester.makepyfile(
        test_one="""
import json, pathlib, sys
def test_one():
    heavy = {"dbt", "dbt_common", "agate", "sqlglot", "yaml", "duckdb", "google", "zetasql", "bqemulator", "syrupy"}
    # a namespace without a file is what installed packages announce when Python starts
    loaded = {name.split(".")[0] for name, module in list(sys.modules.items()) if getattr(module, "__file__", None)}
    pathlib.Path("seen.json").write_text(json.dumps([sorted(heavy & loaded), "dbt_playbooks.pytest_plugin" in sys.modules]))
"""
    )
    # the other plugins of this environment import what they like
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_subprocess("-p", "dbt_playbooks.pytest_plugin")
    result.assert_outcomes(passed=1)
    assert json.loads((pytester.path / "seen.json").read_text()) == [[], True]


def test_a_session_inside_leaves_the_one_outside_as_it_was(macro, table, inside):
    mine = table({"id": [1, 2]}, name="same_name")
    assert macro("count", mine).rows == [(2,)]
    inside.run(TESTS).assert_outcomes(passed=12)
    assert macro("count", mine).rows == [(2,)]
    assert macro("is_there", "archived", "attic").value is False
    assert macro("greet", "Ann", vars={"greeting": "ciao"}).text == "ciao Ann"


def test_two_projects_of_one_adapter_type_are_tested_in_one_session(inside, another_garden):
    second = another_garden()
    (second / "macros" / "greet.sql").write_text("{% macro greet(name) %}{{ this_one() }} {{ name }}{% endmacro %}")
    (second / "macros" / "own.sql").write_text("{% macro this_one() %}second{% endmacro %}")
    inside.pytester.mkpydir("other").joinpath("test_other.py").write_text(
        f"""
import pathlib, pytest
@pytest.fixture(scope="session")
def dbt_project():
    return pathlib.Path({str(second)!r})
def test_other(macro, table):
    assert macro("greet", "Ann").text == "second Ann"
    assert macro("count", table({{"id": [1]}}, name="same_name")).rows == [(1,)]
"""
    )
    first = """
@pytest.mark.parametrize("again", [1, 2])
def test_first(macro, table, again):
    assert macro("greet", "Ann").text == "hello Ann"
    assert macro("count", table({"id": [1, 2]}, name="same_name")).rows == [(2,)]
"""
    result = inside.run(first, "test_garden.py::test_first[duckdb-1]", "other", "test_garden.py::test_first[duckdb-2]")
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("order", ["before the macro's first call", "after it"])
def test_a_backfill_in_this_process_and_the_macros_do_not_disturb_each_other(macro, table, shop, order):
    if order == "after it":
        mine = table({"id": [1, 2]}, name="mine")
        assert macro("count", mine).rows == [(2,)]
    shop.model("events", STRATEGIES["delete+insert"])
    done = shop.run("events", "--start", "2024-01-01", "--end", "2024-01-03")
    assert done.code == 0, done.err
    if order != "after it":
        mine = table({"id": [1, 2]}, name="mine")
    assert macro("count", mine).rows == [(2,)]
    assert macro("greet", "Ann").text == "hello Ann"
    again = shop.run("events", "--start", "2024-01-04", "--end", "2024-01-05")
    assert again.code == 0, again.err
    assert macro("count", mine).rows == [(2,)]
    assert shop.sql("select count(*) from main.events") == [(15,)]
    assert Path(shop.file).exists()


def test_dbt_names_the_module_that_asks_for_a_behavior_flag_as_it_would_by_itself():
    from dbt_common.behavior_flags import Behavior

    from dbt_playbooks.project.quicker import quick_flags

    def named():
        [flag] = Behavior([{"name": "new", "default": False, "docs_url": "none"}], {})._flags
        return flag._behavior_change_event.flag_source

    by_itself = named()
    with quick_flags():
        assert named() == by_itself == __name__
    assert named() == by_itself
