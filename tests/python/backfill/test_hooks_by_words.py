"""What statements of hooks are known to do, and what other statements, variables and functions they carry out."""

from __future__ import annotations

import pytest
from hooked import OWN, as_written, changes, model, place

from dbt_playbooks.backfill.checks.hook_rules import against_hooks, hook_that_sets
from dbt_playbooks.backfill.checks.hooks import read_hook
from dbt_playbooks.interface import HookText
from dbt_playbooks.statements import statements_of


@pytest.mark.parametrize(
    "sql",
    [
        "import database 'imp'",
        "\u200binsert into audit.log select 1",
        "\ufeffupdate {{ this }} set a = 1",
        "refresh everything",
        "select 1; undrop table events",
    ],
)
def test_what_is_not_known_is_refused(sql: str) -> None:
    (hook,) = as_written(sql)
    statement = statements_of(sql, "duckdb")[-1].replace("{{ this }}", OWN)
    found = against_hooks([hook], [model()], "duckdb")
    assert found == (
        hook,
        f"it is not known what a hook does ({statement}): it would do it with each chunk, and once in one run of dbt. "
        "Do it by hand before or after.",
    )


@pytest.mark.parametrize("sql", ["rollback", "ABORT;", "select 1; rollback transaction"])
def test_what_undoes_the_chunk_is_refused(sql: str) -> None:
    (hook,) = as_written(sql)
    statement = statements_of(sql, "duckdb")[-1]
    said = f"a hook ends the transaction of the chunk ({statement}), and what the chunk wrote is gone. Remove it."
    assert against_hooks([hook], [model()], "duckdb") == (hook, said)


@pytest.mark.parametrize(
    "sql",
    ["grant select on {{ this }} to reader", "comment on table {{ this }} is 'x'", "analyze", "vacuum {{ this }}", "commit", "detach aux",
     "call refresh()", "install json", "{{ write_it(this) }}", "{{ verb }} into x", "begin; select 1; end", "export database 'backup'",
     "{% set x %}'a', 'b'{% endset %}{% if execute %}select 1{% endif %}", "begin select 1; exception when error then select 2; end"],
)  # fmt: skip
def test_what_is_known_to_change_no_row_is_not_refused(sql: str) -> None:
    assert against_hooks(as_written(sql), [model()], "duckdb") is None


@pytest.mark.parametrize(
    "sql",
    [
        "explain analyze insert into {{ this }} select 1",
        "EXPLAIN (FORMAT json, ANALYZE) update {{ this }} set a = 1",
        "prepare p as insert into {{ this }} select 1",
        "prepare p (int) as update {{ this }} set a = $1",
    ],
)
def test_what_another_statement_carries_out_counts(sql: str) -> None:
    assert changes(sql)


def test_a_delete_by_what_hooks_make_is_none_that_looks_at_a_row_alone() -> None:
    by_variable = "delete from {{ this }} where day = getvariable('last')"
    assert changes(by_variable) is None
    assert changes("set variable last = (select max(day) from {{ this }})", by_variable)
    assert changes(by_variable, "set variable LAST = (select 1)")
    assert changes("set variable first = 1", by_variable) is None
    by_macro = "delete from {{ this }} where is_last(day)"
    assert changes(by_macro) is None
    assert changes("create or replace temp macro is_last(d) as d = (select max(day) from main.events)", by_macro)


def test_a_seed_changes_what_random_numbers_mean() -> None:
    assert hook_that_sets(as_written("select setseed(0.42)"), "duckdb")
    assert not hook_that_sets(as_written("select random()"), "duckdb")


def test_a_setting_that_is_another_for_each_chunk_is_refused() -> None:
    home = "set home_directory = '/a{{ 1 if is_incremental() else 2 }}'"
    for sql, found in (("set home_directory = '/a'", False), (home, True), ("set variable n = 1", False)):
        text = HookText(sql, (sql,), by_first_run=sql == home)
        assert bool(hook_that_sets([read_hook("duckdb", place(), text)], "duckdb")) == found


def test_what_a_script_does_when_it_fails_counts() -> None:
    script = "begin select 1; exception when error then insert into shop.main.events select 1; end"
    assert changes(script, adapter="bigquery", relation="`shop`.`main`.`events`")


def test_a_schema_that_is_dropped_takes_the_models_table_along() -> None:
    assert changes("drop schema main cascade")
    assert changes("drop database shop")
    assert changes("drop schema other cascade") is None
