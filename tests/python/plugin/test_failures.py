"""What a failing test shows: the SQL with line numbers, what was sent and printed, and rows side by side."""

from __future__ import annotations


def test_rows_that_differ_are_shown_as_a_table(inside):
    result = inside.run(
        """
def test_rows(macro, table):
    plants = table({"id": [1, 2, 3], "name": ["rose", None, "fern"]})
    assert macro.query(f"select * from {plants} order by id") == [(1, "rose"), (2, "oak"), (3, "fern")]
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E *assert the rows differ (- expected, + found):",
            "E *   id | name",
            "E *   ---+-------",
            "E *   1  | 'rose'",
            "E * - 2  | 'oak'",
            "E * + 2  | NULL",
            "E *   3  | 'fern'",
            "*- rendered on duckdb -*",
            "  1 | select [*] from *",
            "duckdb: 1 failed",
        ]
    )


def test_rows_of_another_width_are_shown_too(inside):
    result = inside.run(
        """
def test_rows(macro):
    assert macro.query("select 1 as a, 2 as b") == [(1,)]
def test_no_list(macro):
    assert macro.query("select 1 as a") == 1
def test_no_rows(macro):
    assert macro.query("select 1 as a where false") == [(1,)]
"""
    )
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["E * - 1", "E * + 1 | 2", "E *assert 0 rows, expected 1 (*", "E * - 1"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_the_rendered_sql_is_listed_with_line_numbers(inside):
    result = inside.run(
        """
@pytest.mark.targets("duckdb", "bigquery")
def test_text(macro):
    assert "limit" in macro.render("count_sql", "plants").text
"""
    )
    result.assert_outcomes(failed=2)
    for target in ("duckdb", "bigquery"):
        result.stdout.fnmatch_lines(
            [f"*- rendered on {target} -*", "  1 | select count(?) as plants", "  2 | from plants"]
        )


def test_what_was_sent_and_printed_is_listed(inside):
    result = inside.run(
        """
def test_sent(macro, table):
    macro("archive", table({"id": [1]}), "attic")
    assert False
def test_printed(macro):
    macro("archive", "plants", "attic", dry_run=True)
    assert False
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*- statement 1 of 2 for duckdb -*",
            "  1 | create schema if not exists attic",
            "*- statement 2 of 2 for duckdb -*",
            "  1 | create table attic.archived as select * from *",
            "*- printed on duckdb -*",
            "create schema if not exists attic",
        ]
    )


def test_sql_that_a_target_refuses_ends_at_the_line_of_the_test(inside):
    result = inside.run(
        """
@pytest.mark.targets("duckdb", "bigquery")
def test_refused(macro, table):
    plants = table({"id": [1]}, name="plants")
    macro.compile(f"select id,\\n  nmae\\nfrom {plants}").check()
"""
    )
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "E *SqlError: DuckDB refuses it: *nmae*",
            "E *2 |   nmae",
            "test_garden.py:6: *SqlError",
            "E *SqlError: GoogleSQL refuses it, line 2, column 3: *nmae*",
            "E *2 |   nmae",
            "E *  |   ^",
            "test_garden.py:6: *SqlError",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")


def test_an_error_of_a_macro_ends_at_the_line_of_the_test(inside):
    result = inside.run(
        """
def test_raised(macro):
    macro("require_positive", -1)
def test_unlike(macro):
    with macro.raises("other words"):
        macro("require_positive", -1)
def test_unknown(macro):
    macro("gret", "Ann")
def test_sent(macro):
    macro("count", "absent")
def test_ragged(table):
    table({"id": [1], "name": []})
"""
    )
    result.assert_outcomes(failed=5)
    result.stdout.fnmatch_lines(
        [
            "E *MacroError: *require_positive: -1 is not above 0*",
            "test_garden.py:4: *",
            "E *expected in it: other words",
            "E *raised: *require_positive: -1 is not above 0*",
            "test_garden.py:6: *",
            "E *HarnessError: there is no macro 'gret' in project 'garden' *Did you mean greet?",
            "test_garden.py:9: *",
            "E *SqlError: *",
            "E *absent*",
            "test_garden.py:11: *",
            "E *HarnessError: the columns of a table are lists of the same length. Given: id: 1, name: 0.",
            "test_garden.py:13: *",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin*.py*")
    result.stdout.no_fnmatch_line("*contextlib.py*")


def test_a_parameter_of_a_test_may_be_called_as_the_fixture_is(inside):
    result = inside.run(
        """
import pytest
@pytest.mark.parametrize("macro", ["a text"])
def test_of_mine(macro):
    assert macro == "another"
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E *- another*", "E *+ a text*"])
    result.stdout.no_fnmatch_line("*INTERNALERROR*")
