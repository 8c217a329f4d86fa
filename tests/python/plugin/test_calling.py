"""Macros are called, rendered, run and compiled as dbt would: vars, the environment, packages, dispatch."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, MacroError, SqlError

BOTH = pytest.mark.targets("duckdb", "bigquery")


@BOTH
def test_a_macro_is_called_with_the_variant_of_the_target(macro):
    variant = {"duckdb": "(a) / nullif(b, 0)", "bigquery": "safe_divide(a, b)"}[macro.target]
    assert macro("divide", "a", b="b").text == variant
    assert macro.render("divide", "a", "b").text == variant


@BOTH
def test_a_dispatch_override_of_the_root_project_is_found(macro):
    assert macro("tools.fenced", "rose").text == "[rose]"


def test_the_macro_of_a_package_is_not_the_one_of_the_same_name_in_the_project(macro):
    assert macro("greet", "Ann").text == "hello Ann"
    assert macro("tools.greet", "Ann").text == "tools greet Ann"
    assert macro("garden.welcome", "Ann").text == "hello Ann, tools greet Ann"


def test_macros_of_dbt_need_no_prefix(macro):
    assert macro("type_string").text == macro("dbt.type_string").text


def test_what_a_macro_returns_comes_back_as_it_is(macro):
    assert macro("require_positive", 3).value == 3


def test_vars_of_a_call_are_gone_with_the_next(macro):
    assert macro("greet", "Ann", vars={"greeting": "salve"}).text == "salve Ann"
    assert macro("greet", "Ann").text == "hello Ann"


def test_vars_of_the_project_are_those_of_its_package(macro):
    assert macro("surroundings").value[1] == "spring"
    assert macro("surroundings", vars={"season": "winter"}).value[1] == "winter"


def test_the_environment_is_read_when_a_macro_is_called(macro, monkeypatch):
    monkeypatch.setenv("GARDEN_PLACE", "Kew")
    assert macro("surroundings").value[0] == "Kew"
    monkeypatch.setenv("GARDEN_PLACE", "Giverny")
    assert macro("surroundings").value[0] == "Giverny"
    monkeypatch.delenv("GARDEN_PLACE")
    assert macro("surroundings").value[0] == "nowhere"


def test_arguments_with_names_of_the_harness_go_to_the_macro(macro):
    with pytest.raises(MacroError, match=r"takes no keyword argument 'vars'"):
        macro("greet", "Ann", arguments={"vars": 1})


@BOTH
def test_run_lets_the_target_judge(macro, table):
    plants = table({"id": [1, 2]}, name="plants")
    macro.run("count_sql", plants)
    with pytest.raises(SqlError, match=r"(?s)absent.*1 | select count"):
        macro.run("count_sql", "absent")


@BOTH
def test_what_only_renders_never_asks_a_database(macro, table):
    plants = table({"id": [1]})
    with pytest.raises(HarnessError, match=r"(?s)asked for a statement:.*select count.*stubs="):
        macro.render("count", plants)
    assert macro.render("count_sql", plants).statements == []


# --- compile -----------------------------------------------------------------------------------------------------------


@BOTH
def test_a_model_of_the_project_is_compiled_by_its_name(macro, table):
    plantings = table({"id": [1], "name": ["rose"], "season": ["spring"]})
    here = table({"id": [0]})
    sources = {"raw.plantings": plantings}
    first = macro.compile(model="plants", sources=sources, this=here).check()
    assert f"from {plantings}" in first.text
    assert "season = 'spring'" in first.text
    assert "max(id)" not in first.text
    later = macro.compile(model="plants", sources=sources, this=here, incremental=True, vars={"season": "fall"}).check()
    assert f"select max(id) from {here}" in later.text
    assert "season = 'fall'" in later.text


def test_a_reference_that_the_test_does_not_give_is_the_projects(macro, table):
    text = macro.compile(model="beds", refs={"plants": table({"id": [1]})}).text
    assert '."table_1"' in text
    assert '."colours"' in text
    assert '"raw"."plantings"' in macro.compile("select * from {{ source('raw', 'plantings') }}").text


def test_config_is_what_the_test_gives_before_what_the_sql_says(macro):
    sql = "{{ config(materialized='table', tags=['a']) }}{{ config.get('materialized') }} {{ config.get('tags') }}"
    assert macro.compile(sql, config={"materialized": "view"}).text == "view ['a']"
    assert macro.compile("{{ config.get('none', 'default') }}").text == "default"
    with pytest.raises(MacroError, match=r"no 'unique_key'.*config={'unique_key'"):
        macro.compile("{{ config.require('unique_key') }}")


def test_a_reference_to_nothing_is_dbts_own_error(macro):
    with macro.raises("'a test' (inline) depends on a node named 'nothing' which was not found"):
        macro.compile("select * from {{ ref('nothing') }}")


def test_a_model_that_is_not_there_gets_its_near_misses(macro):
    with pytest.raises(HarnessError, match=r"there is no model 'plant' in project 'garden'. There is: plants"):
        macro.compile(model="plant")


def test_compile_takes_sql_or_a_model(macro):
    with pytest.raises(HarnessError, match=r"either SQL or model="):
        macro.compile()


def test_a_model_knows_itself(macro):
    sql = macro.compile(model="beds", refs={"plants": "p"}).text
    assert macro.last.text == sql
    session = macro._target.session
    model = session.model("beds")
    assert model.relation.identifier == "beds"
    assert model.config["materialized"] == "view"
    assert model.node["name"] == "beds"
    seen = macro.compile("{{ this }} {{ config.get('materialized') }}", this=model.relation, config=model.config).text
    assert seen == f"{model.relation} view"


def test_a_table_of_the_test_is_meant_whichever_package_a_ref_names(macro):
    for sql in ("{{ ref('garden', 'plants') }}", "{{ ref('plants') }}", "{{ builtins.ref('plants') }}"):
        assert macro.compile(sql, refs={"plants": "mine"}).text == "mine"


def test_a_row_is_no_text(macro):
    assert macro.query("select 'a' as x, 'b' as y") != ["ab"]
