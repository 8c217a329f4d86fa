"""Warnings: of macros, which a test can expect, and of what DuckDB undid because nothing committed it. What nobody expects is shown."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, MacroWarning, UncommittedWarning

BOTH = pytest.mark.targets("duckdb", "bigquery")


@BOTH
@pytest.mark.filterwarnings("error")
def test_an_expected_warning_is_no_warning_of_the_test(macro):
    with macro.warns("too old"):
        result = macro("warn_of", ["the index is too old"])
    assert result.value == "warned"
    assert result.warnings == ["the index is too old"]
    with macro.warns("too old"):
        macro.compile("{{ exceptions.warn('too old') }}")


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], r"^the macro did not warn. Expected was a warning with: too old$"),
        (["new", "blue"], r"^the macro warned of something else.\nexpected in it: too old\nwarned: new\nwarned: blue$"),
    ],
)
@pytest.mark.filterwarnings("ignore::dbt_playbooks.pytest_plugin.errors.MacroWarning")
def test_a_warning_that_does_not_come_fails(macro, texts, said):
    with pytest.raises(AssertionError, match=said), macro.warns("too old"):
        macro("warn_of", texts)


def test_a_warning_that_nobody_expects_is_one_of_pythons(macro):
    with pytest.warns(MacroWarning, match="^too old$") as warned:
        macro("warn_of", ["too old"])
    assert warned[0].filename == __file__
    with pytest.warns(MacroWarning, match="^blue$"), macro.warns("too old"):
        macro("warn_of", ["too old", "blue"])


@pytest.mark.filterwarnings("error")
def test_warnings_are_expected_from_the_inside_out(macro):
    with macro.warns("old"), macro.warns("too old"), macro.warns("blue"):
        macro("warn_of", ["too old", "blue", "old"])


@pytest.mark.filterwarnings("error")
def test_a_macro_that_warns_and_fails_does_both(macro):
    with macro.warns("soon"), macro.raises("now"):
        macro.compile("{{ exceptions.warn('soon') }}{{ exceptions.raise_compiler_error('now') }}")
    with pytest.raises(MacroError, match="now"), macro.warns("soon"):
        macro.compile("{{ exceptions.raise_compiler_error('now') }}")


def test_a_stub_of_exceptions_is_the_tests_own(macro):
    said = []
    macro("warn_of", ["a"], stubs={"exceptions": {"warn": lambda text: said.append(text) or ""}})
    assert said == ["a"]


def test_what_nobody_expects_is_in_the_summary_and_beside_a_failure(inside):
    result = inside.run(
        """
def test_passes(macro):
    macro("warn_of", ["the index is too old"])
def test_fails(macro):
    with macro.warns("blue"):
        macro("warn_of", ["red"])
"""
    )
    result.assert_outcomes(passed=1, failed=1, warnings=2)
    result.stdout.fnmatch_lines(
        ["E *the macro warned of something else.", "E *warned: red", "*- warned on duckdb -*", "red"]
    )
    result.stdout.fnmatch_lines(["*/test_garden.py:4: MacroWarning: the index is too old"])


# --- what nothing committed -------------------------------------------------------------------------------------------

LOST = [
    ("insert into {} values (2)", {}),
    ("update {} set id = 3", {"by": "add_query"}),
    ("delete from {}", {}),
    ("create table dbt_test.made as select * from {}", {}),
    ("begin; insert into {} values (2)", {"by": "run_query"}),
    ("insert into {0} values (2); commit; begin; insert into {0} values (3)", {}),
]
KEPT = [
    ("insert into {} values (2)", {"commit": True}),
    ("insert into {} values (2); commit", {}),
    ("insert into {} values (2)", {"by": "run_query"}),
    ("insert into {} values (2)", {"by": "alone"}),
    ("begin; insert into {} values (2); commit", {"by": "run_query"}),
    ("insert into {} values (2)", {"by": "add_query", "commit": True}),
    ("select * from {}", {}),
    ("from {} select count(*)", {"by": "add_query"}),
    ("describe {}", {}),
    ("pivot {} on id", {}),
]


@pytest.mark.parametrize(("sql", "how"), LOST)
def test_what_duckdb_undid_is_said_with_what_to_type(macro, table, sql, how):
    plants = table({"id": [1]})
    statement = sql.format(plants)
    with pytest.warns(UncommittedWarning) as warned:
        macro("write_by", statement, **how)
    said = str(warned[0].message)
    assert said.startswith("DuckDB has undone what this statement wrote")
    assert f"1 | {statement.rpartition('; ')[2]}" in said
    assert "{% do adapter.commit() %}" in said
    assert "{% call statement('name', auto_begin=false) %}" in said
    assert warned[0].filename == __file__
    expected = [(1,), (2,)] if "commit" in sql else [(1,)]
    assert macro.query(f"select id from {plants} order by id") == expected
    assert macro.query("select table_name from duckdb_tables() where table_name = 'made'") == []


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("sql", "how"), KEPT)
def test_what_is_kept_or_writes_nothing_is_not_spoken_of(macro, table, sql, how):
    plants = table({"id": [1]})
    macro("write_by", sql.format(plants), **how)
    assert macro.query(f"select id from {plants} order by id") == ([(1,), (2,)] if "insert" in sql else [(1,)])


def test_all_that_was_undone_is_listed(macro, table):
    plants = table({"id": [1]})
    insert = f"insert into {plants} values (2)"
    with pytest.warns(UncommittedWarning, match="these 2 statements"):
        macro.compile("{% do write_by('" + insert + "') %}{% do write_by('" + insert + "') %}")
    with pytest.warns(UncommittedWarning, match="this statement"):
        macro.compile("{% do write_by('" + insert + "', commit=true) %}{% do write_by('" + insert + "') %}")


@pytest.mark.targets("emulator")
@pytest.mark.filterwarnings("error")
def test_bigquery_needs_no_commit(macro, table):
    plants = table({"id": [1]})
    macro("write_by", f"insert into {plants} values (2)")
    assert macro.query(f"select id from {plants} order by id") == [(1,), (2,)]
