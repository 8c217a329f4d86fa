"""What cannot be opened or found is told once, in words that say what to do."""

from __future__ import annotations

import pytest

PLAIN = """
def test_one(macro):
    assert macro("greet", "Ann").text == "hello Ann"
def test_two(macro):
    assert macro("greet", "Bob").text == "hello Bob"
def test_three(table):
    table({"id": [1]})
"""
PROFILE = "garden:\n  target: {target}\n  outputs:\n"


def test_a_project_that_does_not_parse_is_told_once_with_dbts_own_error(inside):
    (inside.garden / "macros" / "broken.sql").write_text("{% macro broken() %}{% if %}{% endmacro %}")
    result = inside.run(PLAIN)
    result.assert_outcomes(errors=3)
    text = result.stdout.str()
    assert text.count("Expected an expression, got 'end of statement block'") == 1
    assert "pytest_plugin" not in text, "lines of the plugin tell its user nothing"
    result.stdout.fnmatch_lines(
        [
            "*dbt can't open *garden on target 'duckdb':",
            "*Expected an expression, got 'end of statement block'",
            "*{% macro broken() %}{% if %}{% endmacro %}",
            "*in macros/broken.sql",
            "*dbt can't open *garden on target 'duckdb': see test_garden.py::test_one[[]duckdb[]]",
            "*dbt can't open *garden on target 'duckdb': see test_garden.py::test_one[[]duckdb[]]",
            "duckdb: 3 error",
        ]
    )


def test_a_broken_dbt_project_file_is_dbts_own_error_too(inside):
    (inside.garden / "dbt_project.yml").write_text("name: [garden\n")
    result = inside.run(PLAIN)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*dbt can't open *garden on target 'duckdb':", "*Syntax error near line*"])


def test_a_session_without_dbt_project_says_which_line_is_missing(inside):
    inside.pytester.path.joinpath("pytest.ini").write_text("[pytest]\naddopts = -p no:bqemulator\n")
    result = inside.run(PLAIN)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(["*which dbt project is tested? Say so in the pytest configuration: dbt_project = . *"])
    assert "pytest_plugin" not in result.stdout.str()


def test_a_folder_without_a_project_is_named(inside):
    inside.pytester.path.joinpath("pytest.ini").write_text(
        "[pytest]\ndbt_project = gardn\naddopts = -p no:bqemulator\n"
    )
    result = inside.run(PLAIN)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        ["*gardn holds no dbt_project.yml. `dbt_project` of the pytest configuration names its folder."]
    )


def test_packages_that_are_not_installed_are_told_with_the_command_that_installs_them(inside):
    import shutil

    shutil.rmtree(inside.garden / "dbt_packages")
    result = inside.run(PLAIN)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(['*Run "dbt deps" to install package dependencies*'])


def test_a_profiles_file_that_holds_no_profiles_gives_no_settings(inside):
    (inside.garden / "profiles.yml").write_text("- garden\n")
    inside.run(PLAIN).assert_outcomes(passed=3)


def test_several_outputs_of_duckdb_ask_which_one_gives_the_settings(inside):
    one, two = ("      {type: duckdb, settings: {TimeZone: %s}}\n" % zone for zone in ("UTC", "Asia/Tokyo"))  # noqa: UP031
    profiles = inside.garden / "profiles.yml"
    head = PROFILE.format(target="cloud") + "    cloud: {type: bigquery, method: oauth, project: p, schema: s}\n"
    profiles.write_text(f"{head}    one:\n{one}    two:\n{two}")
    zone = 'def test_zone(macro):\n    print("in " + macro.query("select current_setting(\'TimeZone\')")[0][0])\n'
    result = inside.run(zone)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*profile 'garden' in *profiles.yml has several DuckDB outputs: one, two. Say whose settings *dbt_duckdb_output = one"
        ]
    )
    inside.configure("dbt_duckdb_output = two")
    result = inside.run(zone, "-rP")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["in Asia/Tokyo"])
    inside.configure("dbt_duckdb_output = three")
    result = inside.run(zone)
    result.stdout.fnmatch_lines(
        ["*dbt_duckdb_output = three: profile 'garden' in * has no DuckDB output of that name. It has: one, two."]
    )


def test_the_environment_is_read_in_the_users_own_profile(inside, monkeypatch):
    (inside.garden / "profiles.yml").write_text(
        PROFILE.format(target="dev")
        + "    dev:\n      type: duckdb\n      path: \"{{ env_var('GARDEN_FILE') }}\"\n"
        + "      settings: {TimeZone: \"{{ env_var('GARDEN_ZONE') }}\"}\n"
    )
    monkeypatch.setenv("GARDEN_ZONE", "Asia/Tokyo")
    result = inside.run(
        """
def test_zone(macro):
    assert macro.query("select current_setting('TimeZone')") == [("Asia/Tokyo",)]
"""
    )
    result.assert_outcomes(passed=1)
    assert list(inside.path.rglob("*.duckdb")) == [], "nobody's database is touched"
    monkeypatch.delenv("GARDEN_ZONE")
    result = inside.run(PLAIN)
    result.stdout.fnmatch_lines(["*Env var required but not provided: 'GARDEN_ZONE'*"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gret", "there is no macro 'gret' in project 'garden' *Did you mean greet?"),
        ("shout", "macro 'shout' is one of package tools: write 'tools.shout'."),
        ("toolz.shout", "there is no macro 'toolz.shout' *Did you mean tools.shout?"),
        ("xyzzy", "there is no macro 'xyzzy' *`dbt ls` and the folders of macro-paths show what there is."),
    ],
)
def test_an_unknown_macro_gets_its_near_misses(inside, name, said):
    result = inside.run(f"def test_name(macro):\n    macro({name!r}, 'Ann')\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"E *HarnessError: {said}"])
