"""What a chunk adds to dbt's own statement, to the letter, and that without a chunk nothing is added. Nothing is run."""

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
INSIDE = "X.`day` >= date '2024-01-01' and X.`day` < date '2024-02-01'"
ROWS_INSIDE = (
    "( select * from new_rows as backfill_rows where if(coalesce(backfill_rows.`day` >= date '2024-01-01' and "
    "backfill_rows.`day` < date '2024-02-01', false), true, error("
)
BIGQUERY = pytest.mark.targets("bigquery")
DUCKDB = pytest.mark.targets("duckdb")


def said(macro, name, *arguments, window=WINDOW, config=None, **more):
    """What the macro says on one line, with a window in the model's config."""
    held = {"backfill_window": window, "unique_key": "id", **(config or {})}
    stubs = {"config": SimpleNamespace(get=lambda key, default=None: held.get(key, default)), **more}
    return " ".join(macro(name, *arguments, stubs=stubs).text.split())


def merge(macro, **changed):
    return said(macro, "bigquery__get_merge_sql", "shop.events", "new_rows", "id", [], **changed)


@BIGQUERY
def test_a_merge_of_bigquery_reads_rows_of_the_window_and_deletes_what_the_source_lost_in_it(macro):
    text = merge(macro, default__get_merge_sql=lambda target, source, *_: f"DBT({target}, {source})")
    assert ROWS_INSIDE in text
    assert "left join ( select id, `day` from shop.events where not (`day` >= date '2024-01-01') or not" in text
    assert text.endswith(f") when not matched by source and {INSIDE.replace('X', 'DBT_INTERNAL_DEST')} then delete")
    assert "the model returned rows outside of the window 2024-01-01 to 2024-01-31 by its column" in text


@BIGQUERY
def test_a_merge_of_bigquery_without_a_window_is_dbts(macro):
    text = merge(macro, window=None, default__get_merge_sql=lambda target, source, *_: f"DBT({target}, {source})")
    assert text == "DBT(shop.events, new_rows)"


def overwrite(macro, filter_of_dbt, window=WINDOW):
    stubs = {
        "default__get_insert_overwrite_merge_sql": lambda target, source, columns, predicates, header: (
            f"DBT({target}, {source}, {columns}, {predicates}, {header})"
        ),
        "predicate_for_avoid_require_partition_filter": filter_of_dbt,
    }
    return said(
        macro,
        "bigquery__get_insert_overwrite_merge_sql",
        "shop.events",
        "new_rows",
        ["id"],
        ["p"],
        window=window,
        **stubs,
    )


@BIGQUERY
@pytest.mark.parametrize("filter_of_dbt", [None, "a filter of dbt"])
def test_an_overwrite_of_bigquery_replaces_the_window_and_keeps_the_filter_that_a_table_requires(macro, filter_of_dbt):
    text = overwrite(macro, filter_of_dbt)
    predicates = [INSIDE.replace("X", "DBT_INTERNAL_DEST"), *([filter_of_dbt] if filter_of_dbt else [])]
    assert text.startswith(f"DBT(shop.events, {ROWS_INSIDE}")
    assert text.endswith(f", ['id'], {predicates}, False)")


@BIGQUERY
def test_an_overwrite_of_bigquery_without_a_window_is_dbts(macro):
    assert overwrite(macro, "a filter of dbt", window=None) == "DBT(shop.events, new_rows, ['id'], ['p'], False)"


@BIGQUERY
@pytest.mark.parametrize("column", ["_PARTITIONTIME", "_partitiondate", "`_PARTITIONTIME`"])
def test_rows_are_not_judged_by_a_time_of_ingestion_that_they_do_not_have(macro, column):
    assert said(macro, "_rows_inside_sql", {**WINDOW, "column": column}, "new_rows") == "new_rows"


@BIGQUERY
@pytest.mark.parametrize(
    ("temporary", "window", "begins"),
    [
        (False, WINDOW, "create table `p`.`d`.`events` as"),
        (False, None, "create or replace table `p`.`d`.`events` as"),
        (True, WINDOW, "create or replace table `p`.`d`.`events` as"),
    ],
)
def test_the_chunk_that_creates_a_table_of_bigquery_replaces_none(macro, temporary, window, begins):
    text = said(
        macro,
        "bigquery__create_table_as",
        *(temporary, "`p`.`d`.`events`", "select 1"),
        window=window,
        **{
            "dbt.bigquery__create_table_as": lambda _, relation, *__: (
                f"create or replace table {relation} as select 'create or replace table {relation}'"
            )
        },
    )
    assert text == f"{begins} select 'create or replace table `p`.`d`.`events`'"


REFUSED = (
    "select error('the model returned rows outside of the window 2024-01-01 to 2024-01-31 by its column ''day'', so the window cannot be "
    "replaced. The window of its SQL is another one: see config(event_time), data_type and timezone.') from new_rows where "
    "(\"day\" >= date '2024-01-01' and \"day\" < date '2024-02-01') is not true limit 1; "
)
ARGUMENTS = {"target_relation": "shop.events", "temp_relation": "new_rows", "unique_key": "id"}
IN_TARGET = "\"day\" >= date '2024-01-01' and \"day\" < date '2024-02-01'"


@DUCKDB
@pytest.mark.parametrize(
    ("keys", "config", "predicates", "matches"),
    [
        ("id", {}, None, "(SOURCE.id = DEST.id)"),
        (["id", "shop"], {}, None, "(SOURCE.id = DEST.id) and (SOURCE.shop = DEST.shop)"),
        ("id", {"merge_on_using_columns": ["a"]}, None, "(SOURCE.a = DEST.a)"),
        ("id", {"merge_on_using_columns": "a"}, None, "(SOURCE.a = DEST.a)"),
        ("id", {}, "x > 1 or y", "(SOURCE.id = DEST.id) and (x > 1 or y)"),
        ("id", {}, ["p", "q"], "(SOURCE.id = DEST.id) and (p) and (q)"),
    ],
)
def test_a_merge_of_duckdb_deletes_of_the_window_what_the_merge_does_not_match(
    macro, keys, config, predicates, matches
):
    arguments = {**ARGUMENTS, "unique_key": keys, **({"incremental_predicates": predicates} if predicates else {})}
    name = "duckdb__get_incremental_merge_sql"
    held = {"unique_key": keys, **config}
    text = said(macro, name, arguments, config=held, **{"dbt.duckdb__get_incremental_merge_sql": "DBT"})
    matches = re.sub(r"\b(SOURCE|DEST)\.", r"DBT_INTERNAL_\1.", matches)
    assert text.startswith(REFUSED + "select error('the key (")
    # what a merge does not meet, because of its predicates, it does not undo
    assert (") in (select " in text) is (predicates is None)
    assert (f"is not true and exists (select 1 from new_rows as DBT_INTERNAL_SOURCE where {matches})" in text) is (
        predicates is not None
    )
    assert text.endswith(
        f"; delete from shop.events as DBT_INTERNAL_DEST where {IN_TARGET} and not exists ( select 1 from new_rows as "
        f"DBT_INTERNAL_SOURCE where {matches} ); DBT"
    )


@DUCKDB
@pytest.mark.parametrize(
    ("strategy", "adds"),
    [
        ("merge", "delete"),
        (
            "delete_insert",
            "delete from shop.events where \"day\" >= date '2024-01-01' and \"day\" < date '2024-02-01'; ",
        ),
        ("microbatch", ""),
    ],
)
def test_a_chunk_of_duckdb_refuses_rows_outside_first_and_without_a_window_all_is_dbts(macro, strategy, adds):
    name = f"duckdb__get_incremental_{strategy}_sql"
    of_dbt = {f"dbt.{'default' if strategy == 'delete_insert' else 'duckdb'}__get_incremental_{strategy}_sql": "DBT"}
    text = said(macro, name, ARGUMENTS, **of_dbt)
    assert text.startswith(REFUSED)
    assert adds in text
    assert text.endswith(" DBT")
    assert said(macro, name, ARGUMENTS, window=None, **of_dbt) == "DBT"


@DUCKDB
def test_dbt_does_not_look_again_for_keys_whose_rows_were_looked_for_and_are_gone(macro):
    dbts = {"dbt.default__get_incremental_delete_insert_sql": lambda arguments: f"DBT({arguments['unique_key']})"}
    name, keys = "duckdb__get_incremental_delete_insert_sql", {"unique_key": ["id", "shop"]}
    text = said(macro, name, {**ARGUMENTS, **keys}, config=keys, **dbts)
    assert (
        "is not true and (id, shop) in (select id, shop from new_rows) limit 3 ) as examples having count(*) > 0;"
        in text
    )
    assert text.endswith(" DBT(None)")
    assert said(macro, name, ARGUMENTS, window=None, **dbts) == "DBT(id)"
