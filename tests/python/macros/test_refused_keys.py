"""The statements that refuse rows whose keys are there twice or belong to other windows: run on DuckDB, to the letter for BigQuery."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

WINDOW = {
    "column": "day",
    "data_type": "date",
    "timezone": "UTC",
    "start_date": "2024-01-01",
    "end_date": "2024-01-31",
}
BIGQUERY = pytest.mark.targets("bigquery")
DUCKDB = pytest.mark.targets("duckdb")


def line(text):
    return " ".join(text.split())


def refusal(macro, sql):
    """What a statement refuses with; '' when it lets everything pass."""
    try:
        macro.query(sql)
    except Exception as error:
        return line(str(error))
    return ""


def rows(made, *values, name=None):
    return made(f"select * from (values {', '.join(values)}) as t(id, shop, day)", name=name)


@DUCKDB
@pytest.mark.parametrize(
    ("count", "examples"),
    [(0, None), (1, "e0"), (3, "e0; e1; e2"), (5, "e0; e1; e2")],
)
def test_a_refusal_names_up_to_three_examples(macro, count, examples):
    query = f"select 'e' || x as example from range({count}) as t(x) order by 1"
    sql = macro("_refuse_examples_sql", query, ["it''s ", " over"]).text
    said = refusal(macro, sql)
    assert (f"it''s {examples} over" in said) if examples else said == ""


@DUCKDB
def test_keys_that_are_there_twice_are_refused_and_null_is_in_no_key(macro, made):
    new = rows(made, "(1, 'a', 1)", "(1, 'b', 1)", "(2, 'a', 1)", "(null, 'a', 1)", "(null, 'a', 1)")
    said = refusal(macro, macro("_refuse_twice_sql", WINDOW, new, ["id"]).text)
    assert "the key (id) is in more than one row of the window 2024-01-01 to 2024-01-31" in said
    assert "For example: 1 (2 rows). Nothing was changed." in said
    assert refusal(macro, macro("_refuse_twice_sql", WINDOW, new, ["id", "shop"]).text) == ""
    again = rows(made, "(1, 'a', 1)", "(1, 'a', 2)")
    said = refusal(macro, macro("_refuse_twice_sql", WINDOW, again, ["id", "shop"]).text)
    assert "the key (id, shop)" in said
    assert "For example: 1, a (2 rows). " in said


def shared(macro, target, new, keys, **more):
    inside = "day >= date '2024-01-01' and day < date '2024-02-01'"
    return refusal(macro, macro("_refuse_shared_keys_sql", WINDOW, target, new, keys, inside, **more).text)


@DUCKDB
def test_keys_that_rows_outside_of_the_window_have_are_refused(macro, made):
    target = rows(
        made,
        "(1, 'a', date '2024-01-31')",
        "(2, 'a', date '2024-02-01')",
        "(3, 'b', null)",
        "(4, 'c', date '2023-12-31')",
    )
    new = rows(made, "(1, 'a', date '2024-01-01')", "(null, 'a', date '2024-01-01')")
    assert shared(macro, target, new, ["id"]) == ""
    new = rows(made, "(2, 'b', date '2024-01-01')", "(3, 'b', date '2024-01-01')")
    said = shared(macro, target, new, ["id"])
    assert "the key (id) of rows of this chunk is also in rows outside of its window 2024-01-01 to 2024-01-31" in said
    assert "For example: 2 on 2024-02-01; 3 on no date. Nothing was changed." in said
    said = shared(macro, target, new, ["id", "shop"])
    assert "For example: 3, b on no date. " in said
    twice = rows(made, "(2, 'a', date '2024-02-01')", "(2, 'b', date '2024-02-01')")
    assert "For example: 2 on 2024-02-01. " in shared(macro, twice, new, ["id"])


@DUCKDB
def test_a_condition_decides_what_a_merge_meets(macro, made):
    target = rows(made, "(1, 'a', date '2024-02-01')", "(2, 'b', date '2024-02-01')")
    new = rows(made, "(1, 'a', date '2024-01-01')", "(2, 'c', date '2024-01-01')")
    condition = "DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id and DBT_INTERNAL_SOURCE.shop = DBT_INTERNAL_DEST.shop"
    assert "For example: 1 on 2024-02-01. " in shared(macro, target, new, ["id"], condition=condition)
    assert shared(macro, target, new, ["id"], condition="false") == ""


@BIGQUERY
@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["id"], "if(T.id is null, null, to_json_string(T.id))"),
        (
            ["id", "shop"],
            "if(T.id is null or T.shop is null, null, concat(to_json_string(T.id), ', ', to_json_string(T.shop)))",
        ),
    ],
)
def test_a_key_of_bigquery_is_one_text_and_null_where_a_part_is(macro, keys, text):
    assert macro("_json_key", "T", keys).text == text


def own_keys(macro, keys, target=None, **more):
    """The statement without the words of its errors."""
    text = line(macro("_rows_with_own_keys_sql", WINDOW, "new_rows", keys, target, **more).text)
    return re.sub(
        r"error\(concat\('.*?', dbt_playbooks_key, '.*?'\)\)", "error()", text.replace("\\'", "").replace("''", "")
    )


SOURCE = "if(DBT_INTERNAL_SOURCE.id is null, null, to_json_string(DBT_INTERNAL_SOURCE.id))"
UNIQUE = (
    "( select DBT_INTERNAL_SOURCE.* except (dbt_playbooks_key, dbt_playbooks_key_rows) from ( select DBT_INTERNAL_SOURCE.*, "
    f"{SOURCE} as dbt_playbooks_key, count(*) over (partition by {SOURCE}) as dbt_playbooks_key_rows from new_rows as "
    "DBT_INTERNAL_SOURCE ) as DBT_INTERNAL_SOURCE{joined} where if( dbt_playbooks_key is null or dbt_playbooks_key_rows = 1, "
    "true, error() ){condition} )"
)
KEY = "if(DBT_INTERNAL_DEST.id is null, null, to_json_string(DBT_INTERNAL_DEST.id))"
OUTSIDE = "where not (`day` >= date '2024-01-01') or not (`day` < date '2024-02-01') or `day` is null"


@BIGQUERY
@pytest.mark.parametrize(
    ("predicates", "picked", "more"),
    [
        (None, "id, `day`", ""),
        ("x = 1", "*", ") and (x = 1"),
        (["x = 1", "y"], "*", ") and (x = 1) and (y"),
    ],
)
def test_rows_of_bigquery_are_loaded_when_each_key_is_theirs_alone(macro, predicates, picked, more):
    assert own_keys(macro, ["id"]) == UNIQUE.format(joined="", condition="")
    joined = f" left join ( select {picked} from shop.events {OUTSIDE} ) as DBT_INTERNAL_DEST on (dbt_playbooks_key = {KEY}{more})"
    condition = f" and if( {KEY} is null, true, error() )"
    found = own_keys(macro, ["id"], "shop.events", predicates=predicates)
    assert found == UNIQUE.format(joined=joined, condition=condition)


@BIGQUERY
def test_a_date_that_is_part_of_the_key_is_read_once(macro):
    assert f"select id, day from shop.events {OUTSIDE}" in own_keys(macro, ["id", "day"], "shop.events")


def created(macro, adapter, strategy, window=WINDOW, temporary=False, key="id"):
    held = {"backfill_window": window, "unique_key": key, "incremental_strategy": strategy}
    stubs = {
        "config": SimpleNamespace(get=lambda name, default=None: held.get(name, default)),
        f"dbt.{adapter}__create_table_as": lambda _, relation, sql, *__: (
            f" create or replace table {relation} as {sql} ; "
        ),
    }
    arguments = (temporary, "shop.events", "select 1")
    return line(macro(f"{adapter}__create_table_as", *arguments, stubs=stubs).text)


@DUCKDB
def test_the_chunk_that_creates_a_table_of_duckdb_is_held_to_its_window_and_a_merge_to_its_keys(macro):
    plain = "create or replace table shop.events as select 1 ;"
    assert created(macro, "duckdb", "merge", window=None) == plain
    assert created(macro, "duckdb", "merge", temporary=True) == plain
    window, _, keys = created(macro, "duckdb", "merge").partition(" limit 1; ")
    assert window.startswith(
        f"{plain} select error('the model returned rows outside of the window 2024-01-01 to 2024-01-31"
    )
    assert keys.startswith("select error('the key (id) is in more than one row of the window")
    for strategy, key in (("delete+insert", "id"), (None, "id"), ("merge", None)):
        assert created(macro, "duckdb", strategy, key=key) == f"{window} limit 1;"


@BIGQUERY
@pytest.mark.parametrize(
    ("strategy", "key", "checked"),
    [("merge", "id", True), (None, "id", True), ("insert_overwrite", "id", False), ("merge", None, False)],
)
def test_the_chunk_that_creates_a_table_of_bigquery_is_held_to_its_keys_where_it_merges(macro, strategy, key, checked):
    text = created(macro, "bigquery", strategy, key=key)
    assert text.startswith("create table shop.events as select * from ( select")
    assert "rows outside of the window 2024-01-01 to 2024-01-31" in text
    assert ("the key (id) is in more than one row" in text) is checked
    assert "left join" not in text


@BIGQUERY
@pytest.mark.parametrize(
    ("keys", "predicates", "read"),
    [(["id"], None, "id, `day`"), (["id", "day"], None, "id, day"), (["id"], ["true"], "*")],
)
def test_what_the_keys_read_of_the_table_can_be_asked_for_its_bytes(macro, keys, predicates, read):
    assert line(macro("_keys_read_sql", "T", keys, "day", predicates).text) == f"select {read} from T"
