"""Models, snapshots and their materializations: the rows that are in the table afterwards, and each statement judged where nothing runs."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import (
    HarnessError,
    MacroError,
    NotCheckedError,
    NotCheckedWarning,
    SqlError,
    UncommittedWarning,
)

EVERYWHERE = pytest.mark.targets("duckdb", "bigquery", "emulator")
RUNS = pytest.mark.targets("duckdb", "emulator")
OLD = {"id": [1, 2], "name": ["rose", "oak"]}
NEW = {"id": [2, 3], "name": ["oak, old", "fern"], "season": ["spring", "spring"]}


@pytest.fixture(params=[1, 2])
def again(request):
    """What a test made is gone, so that it can be made again."""
    return request.param


def rows(macro, made):
    return [] if macro.target == "bigquery" else sorted(made.rows)


@EVERYWHERE
@pytest.mark.parametrize("materialized", ["table", "view", "incremental"])
def test_inline_sql_becomes_what_its_config_says(macro, table, materialized):
    plants = table(OLD, name="plants")
    sql = "{{ config(materialized=var('kind')) }} select id, name from {{ ref('plants') }}"
    made = macro.materialize(sql, refs={"plants": plants}, name="copied", vars={"kind": materialized})
    assert made.relation.identifier == "copied"
    assert list(made.columns) == ["id", "name"]
    assert made.compiled == f"select id, name from {plants}"
    assert any(made.compiled in each for each in made.statements)
    if macro.target != "bigquery":
        assert rows(macro, made) == [(1, "rose"), (2, "oak")]
    if macro.target == "duckdb":
        kind = "VIEW" if materialized == "view" else "BASE TABLE"
        assert macro.query("select table_type from information_schema.tables where table_name = 'copied'") == [(kind,)]


@EVERYWHERE
@pytest.mark.usefixtures("again")
def test_a_custom_materialization_of_a_package_is_run(macro, table):
    with macro.warns("ledger of ledger"):
        made = macro.materialize(model="ledger", refs={"plants": table(OLD)})
    assert list(made.columns) == ["id", "name", "author"]
    assert made.relation.identifier == "ledger"
    assert [each for each in made.statements if each != "COMMIT"] == made.statements[:2]
    assert made.warnings == ["ledger of ledger"]
    assert macro.statements == made.statements
    if macro.target != "bigquery":
        assert rows(macro, made) == [(1, "rose", "Ann"), (2, "oak", "Ann")]


@pytest.mark.filterwarnings("ignore::dbt_playbooks.pytest_plugin.errors.MacroWarning")
class TestACustomMaterialization:
    @EVERYWHERE
    def test_config_of_the_test_goes_before_that_of_the_model(self, macro, table):
        made = macro.materialize(model="ledger", refs={"plants": table(OLD)}, config={"author": "Bob"})
        assert "Bob" in made.statements[1]

    @EVERYWHERE
    def test_a_wrong_statement_is_refused_by_the_target(self, macro, table):
        with pytest.raises(SqlError, match="nope"):
            macro.materialize(model="ledger", refs={"plants": table(OLD)}, config={"mistake": True})

    @EVERYWHERE
    def test_rows_that_it_asks_for_are_a_stub_where_nothing_runs(self, macro, table):
        plants = table(OLD)
        if macro.target != "bigquery":
            assert macro.materialize(model="ledger", refs={"plants": plants}, config={"asks": True}).printed == "2"
            return
        with pytest.raises(HarnessError, match=r"(?s)asked for the rows of a statement:.*select count.*stubs="):
            macro.materialize(model="ledger", refs={"plants": plants}, config={"asks": True})

    @RUNS
    def test_its_hooks_run(self, macro, table):
        hook = "insert into {{ this }} (id) values (9)"
        made = macro.materialize(model="ledger", refs={"plants": table(OLD)}, config={"post_hook": hook})
        assert len(rows(macro, made)) == 3
        made = macro.materialize(
            model="ledger", refs={"plants": table(OLD)}, config={"post-hook": [{"sql": hook}, hook]}
        )
        assert len(rows(macro, made)) == 4


@EVERYWHERE
@pytest.mark.parametrize("existing", [True, False])
def test_an_incremental_model_merges_into_the_table_that_is_there(macro, table, existing):
    here = table(OLD, name="here") if existing else None
    made = macro.materialize(model="plants", sources={"raw.plantings": table(NEW)}, this=here)
    assert ("max(id)" in made.compiled) is existing
    assert list(made.columns) == ["id", "name"]
    if existing:
        assert made.relation == here
    if macro.target == "emulator" and existing:
        assert rows(macro, made) == [(1, "rose"), (2, "oak"), (3, "fern")]
    elif macro.target == "duckdb":
        assert rows(macro, made) == (
            [(1, "rose"), (2, "oak"), (3, "fern")] if existing else [(2, "oak, old"), (3, "fern")]
        )


@EVERYWHERE
def test_a_second_run_finds_the_first(macro, table):
    sources = {"raw.plantings": table(NEW)}
    macro.materialize(model="plants", sources=sources)
    again = macro.materialize(model="plants", sources={"raw.plantings": table({**NEW, "id": [3, 4]})})
    assert "max(id)" in again.compiled
    full = macro.materialize(model="plants", sources=sources, config={"full_refresh": True})
    assert "max(id)" not in full.compiled
    if macro.target != "bigquery":
        assert rows(macro, full) == [(2, "oak, old"), (3, "fern")]


@pytest.mark.targets("duckdb", "bigquery")  # the emulator adds no columns
def test_new_columns_are_added_as_on_schema_change_says(macro, table):
    plantings = table({"id": [3], "name": ["fern"], "colour": ["green"]})
    sql = f"{{{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}}} select * from {plantings}"
    made = macro.materialize(sql, this=table(OLD, name="here"))
    assert list(made.columns) == ["id", "name", "colour"]
    if macro.target != "bigquery":
        assert sorted(made.rows, key=lambda row: row[0])[2] == (3, "fern", "green")


@EVERYWHERE
@pytest.mark.usefixtures("again")
def test_a_model_is_made_where_its_config_says_and_is_gone_after_the_test(macro):
    made = macro.materialize(model="marts")
    assert (made.relation.schema, made.relation.identifier) == ("dbt_test_marts", "mart")
    if macro.target != "bigquery":
        assert rows(macro, made) == [(1,), (2,)]


@EVERYWHERE
@pytest.mark.parametrize("in_sql", [True, False])
def test_the_config_of_inline_sql_says_its_place_too(macro, table, in_sql):
    place = {"schema": "marts", "alias": "mart", "database": "elsewhere", "materialized": "table"}
    written = "{{ config(" + ", ".join(f"{key}='{value}'" for key, value in place.items()) + ") }}" if in_sql else ""
    plants = table(OLD)
    made = macro.materialize(f"{written}select * from {plants}", config={} if in_sql else place)
    relation = made.relation
    assert (relation.database, relation.schema, relation.identifier) == ("elsewhere", "dbt_test_marts", "mart")
    if macro.target != "bigquery":
        assert rows(macro, made) == [(1, "rose"), (2, "oak")]


@pytest.mark.targets("emulator")
@pytest.mark.usefixtures("again")
def test_a_materialized_view_of_one_test_is_gone_in_the_next(macro, table):
    plants = table(OLD, name="plants")
    made = macro.materialize(f"select id from {plants}", config={"materialized": "materialized_view"}, name="seen")
    assert rows(macro, made) == [(1,), (2,)]


@RUNS
def test_a_snapshot_keeps_what_was(macro, table):
    macro.materialize(model="history", sources={"raw.plantings": table(OLD)})
    changed = table({"id": [1, 2], "name": ["rose", "oak, old"]})
    made = macro.materialize(model="history", sources={"raw.plantings": changed})
    assert made.relation.schema == "history"
    kept = macro.query(f"select id, name, dbt_valid_to is null from {made.relation} order by 1, 3")
    assert kept == [(1, "rose", True), (2, "oak", False), (2, "oak, old", True)]


@EVERYWHERE
@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"sql": "select nope"}, SqlError, "nope"),
        ({"sql": "select {{ nope() }}"}, MacroError, "'nope' is undefined"),
        ({"sql": "select 1 as a", "config": {"materialized": "no_such"}}, MacroError, "no_such"),
        ({"sql": "select 1 as a", "config": {"materialized": "wordless"}}, MacroError, "main is not being called"),
        ({"sql": "select 1 as a", "config": {"materialized": 7}}, MacroError, "dbt does not take the config"),
        ({"sql": "{{ config(materialized='table') }}{% if %}"}, MacroError, ""),
        ({"model": "passing"}, HarnessError, "model 'passing' is ephemeral"),
        ({"model": "plants", "config": {"incremental_strategy": "microbatch"}}, HarnessError, "one of microbatches"),
        ({"model": "no_such"}, HarnessError, "there is no model or snapshot 'no_such'"),
        ({"sql": "select 1", "model": "plants"}, HarnessError, "either SQL or model="),
        ({}, HarnessError, "either SQL or model="),
        ({"sql": "select 1 as a", "this": "orders"}, HarnessError, "this is a table of the test"),
    ],
)
def test_what_cannot_be_made_says_why(macro, arguments, kind, said):
    with pytest.raises(kind) as error:
        macro.materialize(**arguments)
    assert said in str(error.value)


def test_a_materialization_that_forgets_to_commit_is_told(macro):
    with pytest.warns(UncommittedWarning, match="create or replace table"):
        macro.materialize("select 1 as id", config={"materialized": "forgetful"})


@pytest.mark.targets("bigquery")
def test_what_the_analyzer_cannot_judge_of_a_materialization_fails(macro, table):
    numbers = table(types={"id": "int64", "name": "string"})
    sql = f"{{{{ config(materialized='table') }}}} select d.f(id) as id from {numbers}"
    with pytest.raises(NotCheckedError, match=r"Function not found: d.f"):
        macro.materialize(sql)
    with pytest.warns(NotCheckedWarning, match=r"Function not found: d.f"):
        made = macro.materialize(sql, allow_unchecked=True)
    with pytest.raises(SqlError, match="Table not found"):
        _ = made.columns


@pytest.mark.targets("bigquery")
def test_bigquerys_rules_of_tables_are_those_of_a_materialization(macro, table):
    events = table(types={"id": "int64", "seen_at": "timestamp"})
    config = {
        "materialized": "table",
        "partition_by": {"field": "seen_at", "data_type": "timestamp", "granularity": "day"},
    }
    made = macro.materialize(f"select * from {events}", config=config)
    assert "partition by timestamp_trunc(seen_at, day)" in made.statements[0]
    with pytest.raises(SqlError, match="nope"):
        macro.materialize(f"select * from {events}", config={**config, "cluster_by": ["nope"]})


@EVERYWHERE
def test_another_test_sees_nothing_of_an_inline_model(macro):
    with pytest.raises(MacroError, match="copied"):
        macro.compile("{{ ref('copied') }}")
