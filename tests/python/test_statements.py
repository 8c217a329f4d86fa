"""What a statement is taken for by its words."""

from __future__ import annotations

import pytest

from dbt_playbooks.statements import (
    asks,
    attached,
    begins_a_change,
    carried_out,
    changes,
    changes_no_row,
    is_known,
    is_setting,
    outlasts_a_transaction,
    plain,
    sets_meaning,
    statements_of,
    writes_rows,
)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "  (select 1) union all (select 2)",
        "-- update it\nselect 1",
        "with a as (select 1) select * from a",
        "from t",
        "values (1)",
        "pivot t on a using sum(b)",
        "unpivot t on a",
        "describe t",
        "explain select 1",
        "summarize t",
        "load json",
        "force install json; load json",
        "declare n int64 default 1",
        "pragma table_info('t')",
        "PRAGMA database_list",
        "set threads = 4",
        "set @@query_label = 'a:b'",
        "",
        " ; ",
        "-- nothing",
    ],
)
def test_reading_changes_nothing(sql: str) -> None:
    assert not any(map(changes, statements_of(sql, "duckdb")))


@pytest.mark.parametrize(
    "sql",
    [
        "update t set a = 1",
        "select 1; drop table t",
        "/* select */ insert into t values (1)",
        "with a as (select 1) insert into t select * from a",
        "explain analyze insert into t values (1)",
        "EXPLAIN (ANALYZE) delete from t",
        "set timezone = 'UTC'",
        "use other",
        "call refresh()",
        "execute immediate 'drop table t'",
        "attach 'a.db'",
        "set variable a = 1",
        "with a as (select 1) insert or replace into t select * from a",
        "select nextval('s')",
        "select replace('a', '\\', '/'); insert into t select 'x'",
        "commit",
        "pragma default_null_order = 'x'",
    ],
)
def test_what_may_change_something_is_seen(sql: str) -> None:
    assert any(map(changes, statements_of(sql, "duckdb")))


@pytest.mark.parametrize(
    ("statement", "outlasts"),
    [
        ("commit", True),
        ("  BEGIN TRANSACTION", True),
        ("force checkpoint", True),
        ("export database 'x'", True),
        ("copy t to 'a.csv'", True),
        ("copy (select 1) to getvariable('a')", True),
        ("copy t (a, to) from 'a.csv'", False),
        ("copy t from 'a.csv'", False),
        ("attach 'a.db' as a", False),
        ("detach a", True),
        ("vacuum", True),
        ("create or replace persistent secret s (type s3)", True),
        ("call enable_logging(storage='file')", True),
        ("pragma enable_profiling='json'", True),
        ("set profiling_output = 'a.json'", True),
        ("select nextval('s')", True),
        ("create secret s (type s3)", False),
        ("set variable a = 1", False),
        ("insert into t values ('commit')", False),
        ("committed", False),
    ],
)
def test_what_a_rollback_does_not_undo(statement: str, outlasts: bool) -> None:
    assert outlasts_a_transaction(statement) == outlasts


@pytest.mark.parametrize(
    ("statement", "sets"),
    [
        ("set TimeZone = 'UTC'", True),
        ("reset search_path", True),
        ("use main", True),
        ("pragma default_null_order = 'nulls_first'", True),
        ("set variable a = 1", False),
        ("set local memory_limit = '1GB'", False),
        ("set home_directory = 'a'", False),
        ("set enable_logging = true", False),
        ("set enable_external_access = false", False),
        ("set disable_progress_bar = true", False),
        ("pragma create_fts_index('t', 'id', 'a')", False),
        ("pragma database_size", False),
        ("set @@query_label = 'a:b'", False),
        ("set @@time_zone = 'UTC'", True),
        ("set errors_as_json = true", False),
        ("set motherduck_token = 'x'", False),
        ("set default_secret_storage = 'x'", False),
        ("pragma force_checkpoint", False),
        ("set enable_external_file_cache = true", False),
        ("set default_collation = 'nocase'", True),
        ("set scalar_subquery_error_on_multiple_rows = false", True),
        ("set integer_division = true", True),
        ("set default_order = 'desc'", True),
        ("select 'set TimeZone'", False),
    ],
)
def test_what_sets_the_meaning_of_sql(statement: str, sets: bool) -> None:
    assert sets_meaning(statement) == sets


def test_a_change_begins_with_its_verb_and_none_is_about_rights_or_storage() -> None:
    verbs = [
        "set",
        "insert",
        "update",
        "merge",
        "create",
        "drop",
        "alter",
        "copy",
        "truncate",
        "delete",
        "with",
        "call",
        "execute",
        "attach",
        "export",
    ]
    assert all(begins_a_change(f" {verb.upper()} x") for verb in verbs)
    quiet = [
        "grant select on t to a",
        "revoke all on t from a",
        "comment on table t is 'a'",
        "analyze t",
        "vacuum t",
        "select 1",
        "updated",
    ]
    assert not any(map(begins_a_change, quiet))
    assert not begins_a_change("create search index i on t (all columns)")


def test_what_writes_rows() -> None:
    verbs = ["insert", "update", "merge", "truncate", "copy", "delete", "with a as (select 1) insert"]
    assert all(writes_rows(f"\n{verb} x") for verb in verbs)
    assert not any(map(writes_rows, ["create table t", "select 1", "inserted", "with a as (select 1) select 2"]))


def test_a_change_of_what_is_known_of_a_table_alone() -> None:
    assert changes_no_row("alter table if exists t alter column a set not null")
    assert changes_no_row("alter table t add constraint c check (a > 0)")
    assert not changes_no_row("alter table t alter column a set data type int64")
    assert not changes_no_row("alter table t add column a int64")
    assert not changes_no_row("create index i on t (a)")


def test_comments_and_layout_do_not_count() -> None:
    assert plain("select 1 -- one\n  from t /* all */", "duckdb") == "select 1 from t"
    assert plain("select 'a", "duckdb") == "select 'a"
    assert statements_of("-- a\nselect 1; /* b */;\n select ';' -- c", "duckdb") == ["select 1", "select ';'"]
    assert statements_of("select $$a;b$$, /* c; */ 1; select 2", "duckdb") == ["select $$a;b$$,   1", "select 2"]
    assert statements_of("select '\\'; select 'it''s'", "duckdb") == ["select '\\'", "select 'it''s'"]
    assert statements_of("select 'it\\'s; 1' # all\n; select 2", "bigquery") == ["select 'it\\'s; 1'", "select 2"]
    assert statements_of("execute p(1, 'a')", "duckdb") == ["execute p(1, 'a')"]
    assert statements_of("select 'a", "duckdb") == ["select 'a"]


def test_statements_nested_deeply_are_taken_apart() -> None:
    deep = "select " + " || ".join(["note"] * 3000)
    assert plain(deep, "duckdb") == deep
    assert statements_of(f"{deep};{deep}", "duckdb") == [deep, deep]


@pytest.mark.parametrize(
    ("sql", "known"),
    [
        ("select 1", True),
        (" Insert into t select 1", True),
        ("set x = 1", True),
        ("use other", True),
        ("Grant select on t to u", True),
        ("checkpoint", True),
        ("FORCE CHECKPOINT", True),
        ("attach 'a' as b", True),
        ("import database 'x'", False),
        ("\ufeffinsert into t select 1", False),
        ("granted", False),
        ("", False),
    ],
)
def test_what_is_known_by_its_first_words(sql: str, known: bool) -> None:
    assert is_known(sql) == known


@pytest.mark.parametrize(
    ("sql", "inner"),
    [
        ("explain analyze insert into t select 1", "insert into t select 1"),
        (" EXPLAIN ANALYSE\nselect 1", "select 1"),
        ("explain (format json, analyze) delete from t", "delete from t"),
        ("explain (format json) delete from t", "explain (format json) delete from t"),
        ("prepare p as update t set a = 1", "update t set a = 1"),
        ("prepare p(int) as update t set a = 1", "update t set a = 1"),
        ("explain select 1", "explain select 1"),
        ("insert into prepare as select 1", "insert into prepare as select 1"),
    ],
)
def test_what_a_statement_carries_out(sql: str, inner: str) -> None:
    assert carried_out(sql) == inner


@pytest.mark.parametrize(
    ("sql", "setting"),
    [
        ("set threads = 4", True),
        ("reset threads", True),
        ("pragma enable_progress_bar", True),
        ("use other", True),
        ("set variable n = 1", False),
        ("pragma create_fts_index('a', 'b', 'c')", False),
        ("select 1", False),
    ],
)
def test_what_is_a_setting(sql: str, setting: bool) -> None:
    assert is_setting(sql) == setting


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("attach 'a/b.duckdb' as aux", ("a/b.duckdb", "aux")),
        (" ATTACH OR REPLACE DATABASE IF NOT EXISTS 'b.duckdb' (read_only)", ("b.duckdb", None)),
        ("attach ''", ("", None)),
        ("attach 'file:a/b.duckdb' as aux", ("a/b.duckdb", "aux")),
        ("attach 'FILE:///a/b.duckdb'", ("/a/b.duckdb", None)),
        ("detach aux", None),
    ],
)
def test_what_is_attached(sql: str, found: tuple[str, str | None] | None) -> None:
    assert attached(sql) == found


@pytest.mark.parametrize(
    ("sql", "asking"),
    [("select 1", True), ("explain select 1", False), ("load json", False), ("insert into t select 1", False)],
)
def test_what_asks(sql: str, asking: bool) -> None:
    assert asks(sql) == asking
