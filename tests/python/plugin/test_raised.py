"""Whose error it is: what rendering raises is a MacroError whatever its class, what the warehouse says a SqlError, and what the test's own
functions raise comes through as it is."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, MacroError, SqlError

BOTH = pytest.mark.targets("duckdb", "bigquery")

OF_A_MACRO = [
    ("{{ env_var('NOPE') }}", "Env var required but not provided: 'NOPE'"),
    ("{{ env_var('DBT_ENV_SECRET_X') }}", "Secret env vars are allowed only in profiles.yml"),
    ("{{ var('nope') }}", "Required var 'nope' not found"),
    ("{{ no_such_macro() }}", "'no_such_macro' is undefined"),
    ("{{ tools.no_such_macro() }}", "no_such_macro"),
    ("{{ adapter.dispatch('no_such_macro')() }}", "no_such_macro"),
    ("{{ no_such_variable.x }}", "'no_such_variable' is undefined"),
    ("{{ ref('no_such_model') }}", "no_such_model"),
    ("{{ source('raw', 'no_such_table') }}", "no_such_table"),
    ("{{ ref() }}", "ref() takes"),
    ("{{ ref('a', 'b', 'c') }}", "ref() takes"),
    ("{{ 1 +", "unexpected"),
    ("{% if %}", "Expected an expression"),
    ("{% nope %}", "unknown tag 'nope'"),
    ("{{ 'a' | no_such_filter }}", "No filter named 'no_such_filter'"),
    ("{{ 1 is no_such_test }}", "No test named 'no_such_test'"),
    ("{{ 1 / 0 }}", "ZeroDivisionError: division by zero\n  the SQL, line 1"),
    ("a\n{{ 'a' + 1 }}", 'TypeError: can only concatenate str (not "int") to str\n  the SQL, line 2'),
    ("{{ {}['a']['b'] }}", "has no attribute 'a'"),
    ("{{ modules.re.compile('(') }}", "missing ), unterminated subpattern"),
    ("{{ modules.datetime.date(2024, 13, 1) }}", "ValueError: month must be in 1..12"),
    ("{{ ['a', 1] | sort }}", "TypeError: '<' not supported"),
    ("{{ [1] | map('no_such_filter') | list }}", "No filter named 'no_such_filter'"),
    ("{{ range(1000000) }}", "OverflowError: Range too big"),
    ("{{ ''.__class__.__mro__ }}", "unsafe"),
    ("{{ exceptions.raise_compiler_error('mine') }}", "mine"),
    ("{{ exceptions.raise_database_error('mine') }}", "mine"),
    ("{{ exceptions.raise_not_implemented('mine') }}", "mine"),
    ("{{ exceptions.raise_fail_fast_error('mine') }}", "mine"),
    ("{{ exceptions.raise_dependency_error('mine') }}", "mine"),
    ("{{ exceptions.raise_contract_error([], []) }}", "contract"),
    ("{{ exceptions.column_type_missing(['a']) }}", "Contracted models require data_type"),
    ("{{ adapter.get_relation(1) }}", "get_relation"),
    ("{{ adapter.no_such_method() }}", "no_such_method"),
    ("{{ config.require('nope') }}", "no 'nope'"),
]


@BOTH
@pytest.mark.parametrize(("sql", "said"), OF_A_MACRO)
def test_what_rendering_raises_is_an_error_of_the_macro(macro, sql, said):
    with pytest.raises(MacroError) as error:
        macro.compile(sql)
    assert said in str(error.value)
    assert "the warehouse" not in str(error.value)
    with macro.raises(said):
        macro.compile(sql)


@BOTH
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("needs_a_variable", "Env var required but not provided: 'NOPE'"),
        ("divides", "ZeroDivisionError: division by zero\n  macro 'divides' (macros/wrong.sql), line 2"),
        ("passes_on", "line 2\n  macro 'passes_on' (macros/wrong.sql), line 2"),
        ("loops", "'NoneType' object is not iterable\n  macro 'loops' (macros/wrong.sql), line 3"),
        ("nothing_has", "'None' has no attribute 'x'"),
        ("calls_itself", "RecursionError"),
        ("complains_like_a_database", "mine"),
    ],
)
def test_a_macro_that_is_called_says_where_it_went_wrong(macro, name, said):
    with pytest.raises(MacroError) as error:
        macro(name)
    assert said in str(error.value)


@pytest.mark.targets("duckdb", "emulator")
@pytest.mark.parametrize(
    "sql",
    [
        "{{ run_query('select nope') }}",
        "{% call statement('x') %}select nope{% endcall %}",
        "{% do adapter.execute('select nope') %}",
        "{{ run_query('selec 1') }}",
    ],
)
def test_what_the_warehouse_refuses_is_an_error_of_sql_also_in_a_model(macro, sql):
    with pytest.raises(SqlError), macro.raises("select"):
        macro.compile(sql)


@BOTH
def test_what_the_harness_refuses_is_no_error_of_the_macro_in_a_model_either(macro):
    with pytest.raises(HarnessError, match="stubs="), macro.raises("stubs="):
        macro.render("count", "x")
    if macro.target == "bigquery":
        with pytest.raises(HarnessError, match="stubs="), macro.raises("stubs="):
            macro.compile("{{ run_query('select 1') }}")


def fails(*_):
    raise ValueError("of the test")


def asserts(*_):
    raise AssertionError("of the test")


@BOTH
@pytest.mark.parametrize(("stub", "kind"), [(fails, ValueError), (asserts, AssertionError)])
def test_what_a_function_of_the_test_raises_comes_through(macro, stub, kind):
    for call in (
        lambda: macro("count", "x", stubs={"run_query": stub}),
        lambda: macro.compile("{{ run_query('x') }}", stubs={"run_query": stub}),
    ):
        with pytest.raises(kind, match="of the test"), macro.raises("of the test"):
            call()


@pytest.mark.targets("duckdb", "emulator")
def test_after_any_error_the_next_call_works(macro):
    for name in ("needs_a_variable", "divides", "calls_itself"):
        with pytest.raises(MacroError):
            macro(name)
    assert macro("greet", "Ann").text == "hello Ann"
    assert macro.query("select 1") == [(1,)]
