"""One test function runs once a target: which ones, what is said of them, and what is skipped."""

from __future__ import annotations

import pytest

PLAIN = """
def test_plain(macro):
    assert macro.render("greet", "Ann").text == "hello Ann"
"""
MARKED = """
@pytest.mark.targets("duckdb", "bigquery", "sandbox")
def test_marked(macro):
    assert macro.render("greet", "Ann").text == "hello Ann"
"""


@pytest.fixture(autouse=True)
def no_sandbox(monkeypatch):
    monkeypatch.delenv("DBT_PLAYBOOKS_BIGQUERY_PROJECT", raising=False)


def test_each_target_of_the_mark_is_a_test_of_its_own_and_what_cannot_run_is_told(inside):
    result = inside.run(PLAIN + MARKED, "-v", "-rs")
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "dbt: dbt-core 1.*, project garden",
            "  on   duckdb: dbt-duckdb 1.*, duckdb 1.*, embedded, in memory",
            "  on   bigquery: dbt-bigquery 1.*, zetasql *, rendered offline, analyzed by GoogleSQL",
            "  off  sandbox: DBT_PLAYBOOKS_BIGQUERY_PROJECT is not set. Set it to a project of yours, and log in: *",
            "test_garden.py::test_plain[[]duckdb[]] PASSED*",
            "test_garden.py::test_marked[[]duckdb[]] PASSED*",
            "test_garden.py::test_marked[[]bigquery[]] PASSED*",
            "test_garden.py::test_marked[[]sandbox[]] SKIPPED*",
            "*= dbt targets =*",
            "duckdb: 2 passed",
            "bigquery: 1 passed",
            "1 skipped, sandbox: DBT_PLAYBOOKS_BIGQUERY_PROJECT is not set. Set it to a project of yours, *",
        ]
    )


def test_the_option_chooses_among_the_targets_of_a_mark_and_is_those_of_other_tests(inside):
    result = inside.run(PLAIN + MARKED, "-v", "--dbt-targets", "bigquery")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["*test_plain[[]bigquery[]] PASSED*", "*test_marked[[]bigquery[]] PASSED*", "bigquery: 2 passed"]
    )
    result.stdout.no_fnmatch_line("*duckdb: dbt-duckdb*")


def test_the_targets_may_stand_in_the_configuration_and_the_option_goes_before(inside):
    inside.configure("dbt_targets = duckdb, bigquery")
    inside.run(PLAIN).assert_outcomes(passed=2)
    inside.run(PLAIN, "--dbt-targets=duckdb").assert_outcomes(passed=1)


def test_a_test_that_is_marked_for_none_of_the_chosen_targets_is_skipped_and_counted(inside):
    result = inside.run('@pytest.mark.targets("bigquery")\n' + PLAIN.strip(), "-rs", "--dbt-targets", "duckdb")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*= dbt targets =*",
            "1 skipped, bigquery: the test is marked for nothing else, and --dbt-targets (or dbt_targets) is duckdb. Add bigquery there",
        ]
    )


@pytest.mark.parametrize("words", [("--dbt-targets", "duckdb,bigqery"), ("--dbt-targets=bigqery",)])
def test_an_unknown_target_ends_the_session_before_it_begins(inside, words):
    result = inside.run(PLAIN, *words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --dbt-targets: there is no target 'bigqery'. Targets: duckdb, bigquery, emulator, sandbox."]
    )


def test_an_unknown_target_of_the_configuration_is_told_by_its_place(inside):
    inside.configure("dbt_targets = duckbd")
    result = inside.run(PLAIN)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: dbt_targets: there is no target 'duckbd'. Targets: duckdb, *"])


@pytest.mark.parametrize("words", [(), ("--dbt-targets", "duckdb")])
def test_an_unknown_target_of_a_mark_names_the_test(inside, words):
    result = inside.run('@pytest.mark.targets("postgres")\n' + PLAIN.strip(), *words)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*test_garden.py::test_plain, mark targets: there is no target 'postgres'. Targets: duckdb, *"]
    )
    result.stdout.no_fnmatch_line("*plugg*.py*")


def test_a_mark_without_targets_says_what_to_write(inside):
    result = inside.run("@pytest.mark.targets()\n" + PLAIN.strip())
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_plain, mark targets: it names no target. Targets: duckdb, *"])


def test_a_missing_extra_is_named_with_the_way_to_install_it(inside, monkeypatch):
    from dbt_playbooks.pytest_plugin import targets

    real = targets.version
    monkeypatch.setattr(targets, "version", lambda package: None if package == "zetasql" else real(package))
    result = inside.run(MARKED, "-rs")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "  off  bigquery: zetasql is not installed. pip install 'dbt-playbooks[[]googlesql[]]'",
            "1 skipped, bigquery: zetasql is not installed. pip install 'dbt-playbooks[[]googlesql[]]'",
        ]
    )


def test_a_target_that_is_asked_for_by_name_and_cannot_run_is_skipped_with_its_reason(inside):
    result = inside.run(PLAIN, "-rs", "--dbt-targets", "sandbox")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*sandbox: DBT_PLAYBOOKS_BIGQUERY_PROJECT is not set*"])


def test_a_session_without_macro_tests_says_nothing_of_targets(inside):
    inside.pytester.path.joinpath("pytest.ini").write_text("[pytest]\naddopts = -p no:bqemulator\n")
    result = inside.run("def test_one():\n    assert True\n")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*dbt targets*")
    result.stdout.no_fnmatch_line("dbt: *")
