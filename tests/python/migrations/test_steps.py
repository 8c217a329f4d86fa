"""What comes next in a change, by its kind and phase, with edits and commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from changing import (
    ADD,
    BEFORE,
    CAST,
    EQUAL,
    FILTER,
    INCREMENTAL,
    REMOVE,
    RENAME,
    RETYPE,
    a_test,
    mart,
    steps,
    written,
)
from evolving import node

from dbt_playbooks.impact.lineage import Lineage


def test_a_rename_without_its_test_gets_the_test_first(tmp_path: Path) -> None:
    first, then, last = steps(tmp_path, RENAME, mart(), yml=False)
    assert first.title == "let a test see that user_type and user_segment stay equal"
    assert written(first) == [
        (
            "models/_stg.yml",
            None,
            (),
            (
                "models:",
                "  - name: stg",
                "    data_tests:",
                "      - dbt_playbooks.columns_equal:",
                "          arguments:",
                "            a: user_type",
                "            b: user_segment",
            ),
        )
    ]
    assert first.commands == ("dbt build --select stg",)
    assert then.title == "move what still reads user_type to user_segment"
    assert last.title == "let user_type go: set phase to 'new'"


def test_readers_that_are_left_are_moved_built_and_told(tmp_path: Path) -> None:
    first, _ = steps(tmp_path, RENAME, mart(), a_test(EQUAL))
    assert written(first) == [
        (
            "models/mart.sql",
            1,
            ("select user_type from {{ ref('stg') }}",),
            ("select user_segment as user_type from {{ ref('stg') }}",),
        )
    ]
    assert first.commands == ("dbt build --select mart+", "dbt-playbooks notice stg --change rename --column user_type")


def test_without_readers_the_old_name_goes_with_its_test_and_a_copy_is_compared(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, RENAME, a_test(EQUAL), a_test({"name": "unique"}, "id"))
    assert last.title == "let user_type go: set phase to 'new'"
    old = "  {{ dbt_playbooks.renamed_column('user_type', 'user_segment', remove_after='2024-02-01') }}"
    new = "  {{ dbt_playbooks.renamed_column('user_type', 'user_segment', remove_after='2024-02-01', phase='new') }}"
    gone = ("    data_tests:", "      - dbt_playbooks.columns_equal: {arguments: {a: user_type, b: user_segment}}")
    assert written(last) == [("models/stg.sql", 3, (old,), (new,)), ("models/stg.yml", 3, gone, ())]
    assert last.commands == (
        "dbt run-operation dbt_playbooks.dependent_views --args '{table: stg}'",
        "dbt run-operation dbt_playbooks.backup_table --args '{table: stg, suffix: with_user_type}'",
        "dbt build --select stg+",
        "dbt-playbooks compare main.stg_backup_with_user_type stg --key id --exclude-columns user_type",
        "dbt-playbooks notice stg --change rename --column user_type",
    )


def test_before_its_last_day_the_end_of_a_change_is_for_later(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, RENAME, a_test(EQUAL), today=BEFORE)
    assert last.title == "after 2024-02-01, let user_type go: set phase to 'new'"


def test_a_view_has_no_copy_to_compare_with(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, RENAME, a_test(EQUAL), materialized="view")
    assert last.commands == ("dbt build --select stg+", "dbt-playbooks notice stg --change rename --column user_type")


def test_on_bigquery_it_is_asked_who_queried_the_table(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, RENAME, a_test(EQUAL), relation="`p`.`d`.`stg`")
    assert "dbt run-operation dbt_playbooks.recent_readers --args '{table: stg, others_only: true}'" in last.commands
    assert "dbt-playbooks compare d.stg_backup_with_user_type stg --exclude-columns user_type" in last.commands


def test_in_phase_new_the_test_goes_and_then_the_call(tmp_path: Path) -> None:
    sql = RENAME.replace("remove_after=", "phase='new', expression='u.user_type', remove_after=")
    first, last = steps(tmp_path, sql, a_test(EQUAL))
    assert first.title == "take away the test that reads user_type, which is gone"
    (edit,) = last.edits
    assert edit.after == ("  u.user_type as user_segment",)


@pytest.mark.parametrize(
    ("old", "new", "relation", "written"),
    [
        ("Order Date", "order_date", '"p"."d"."stg"', '"Order Date" as order_date'),
        ("Order Date", "order_date", "`p`.`d`.`stg`", "`Order Date` as order_date"),
        ("orders", "group", '"p"."d"."stg"', 'orders as "group"'),
        ("order-id", "id", "`p`.`d`.`stg`", "`order-id` as id"),
        ("User Type", "user_type", '"p"."d"."stg"', '"User Type" as user_type'),
    ],
)
def test_a_name_that_is_no_plain_word_is_written_with_quotes(
    tmp_path: Path, old: str, new: str, relation: str, written: str
) -> None:
    sql = f"select\n  {{{{ dbt_playbooks.renamed_column('{old}', '{new}', phase='new') }}}}\nfrom t"
    (step,) = steps(tmp_path, sql, yml=False, relation=relation)
    assert step.edits[0].after == (f"  {written}",)


def test_a_retype_is_looked_at_before_its_readers_move(tmp_path: Path) -> None:
    look = "dbt run-operation dbt_playbooks.cast_report --args '{table: stg, column: user_id, to: integer, trim: true}'"
    first, last = steps(tmp_path, RETYPE, mart("user_id"), a_test(CAST, "user_id"))
    assert first.title == "move what still reads user_id to user_id_int"
    assert first.commands[0] == last.commands[0] == look
    assert last.title == "let user_id and user_id_cast_failures go: set phase to 'new'"
    gone = ("          - dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}",)
    assert written(last)[1:] == [
        ("models/stg.yml", 6, ("      - name: user_id",), ("      - name: user_id_int",)),
        ("models/stg.yml", 9, gone, ()),
    ]


def test_a_retype_without_its_test_gets_it_with_the_options_of_the_cast(tmp_path: Path) -> None:
    first, *_ = steps(tmp_path, RETYPE)
    (edit,) = first.edits
    assert (edit.path, edit.line) == ("models/stg.yml", 6)
    assert edit.note == "under 'user_id'; what is there under `data_tests` stays"
    assert edit.after == (
        "data_tests:",
        "  - dbt_playbooks.cast_failure_rate_below:",
        "      arguments:",
        "        to: integer",
        "        trim: true",
    )


def test_a_retype_in_phase_new_is_over(tmp_path: Path) -> None:
    assert steps(tmp_path, RETYPE.replace("trim=true", "phase='new'")) == []


def test_a_removal_ends_with_the_line(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, REMOVE)
    assert last.title == "remove note"
    call = "  {{ dbt_playbooks.deprecated_column('note', 'string', '2024-02-01') }}"
    assert written(last) == [("models/stg.sql", 2, ("  id,", call), ("  id",))]
    first, _ = steps(tmp_path, REMOVE, mart("note"))
    assert first.title == "take note out of what still reads it: it holds NULLs now"


def test_an_added_column_is_over_when_a_test_sees_that_no_row_lacks_it(tmp_path: Path) -> None:
    (step,) = steps(tmp_path, ADD)
    assert step.edits[0].after == ("columns:", "  - name: region", "    data_tests:", "      - not_null")
    assert steps(tmp_path, ADD, a_test({"name": "not_null"}, "region")) == []


def test_a_call_that_says_too_little_is_to_be_looked_at(tmp_path: Path) -> None:
    (step,) = steps(tmp_path, "select\n{{ renamed_column('a', var('b')) }}")
    assert (
        step.title == "look at models/stg.sql:2: new_name is var('b'), which is known only when dbt compiles the model"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("var('type')", "to is var('type')"),
        ("'date', format=day_format", "format is day_format"),
        ("'integer', trim=var('trim')", "trim is var('trim')"),
        ("'integer', blank_as_null=x", "blank_as_null is x"),
        ("'integer', data_type=x", "data_type is x"),
        ("'integer', failures_name=x", "failures_name is x"),
    ],
)
def test_a_cast_that_is_no_literal_is_neither_tested_nor_reported_in_part(
    tmp_path: Path, given: str, said: str
) -> None:
    (step,) = steps(tmp_path, f"select\n{{{{ retyped_column('user_id', {given}) }}}}\nfrom t", yml=False)
    assert step.title == f"look at models/stg.sql:2: {said}, which is known only when dbt compiles the model"
    new = f"select\n{{{{ retyped_column('user_id', {given}, phase='new') }}}}\nfrom t"
    assert steps(tmp_path, new, yml=False) == []


def test_doubts_do_not_hide_behind_an_empty_list_of_readers(tmp_path: Path) -> None:
    weekly = node("weekly", "exposure", ["stg"], path="models/e.yml", owners=("Ann",))
    python = node("forecast", parents=["stg"], language="python")
    first, _ = steps(tmp_path, RENAME, a_test(EQUAL), (weekly, None), (python, Lineage(unread="a Python model")))
    assert first.title == "ask whether anyone still needs user_type"
    assert first.notes == (
        "exposure weekly (Ann) depends on stg: ask whether it uses user_type",
        "whether forecast reads it could not be told: a Python model",
    )


@pytest.mark.parametrize(
    ("setting", "sql", "commands", "edit"),
    [
        (None, RENAME, ["dbt run --select stg --full-refresh"], None),
        ("append_new_columns", RENAME, ["dbt run --select stg --full-refresh"], None),
        (
            None,
            RENAME + FILTER,
            ["dbt-playbooks backfill run stg --start FIRST_DAY --end 2024-02-11 --reprocess all"],
            ("{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}",),
        ),
        (
            "sync_all_columns",
            RENAME + FILTER,
            ["dbt-playbooks backfill run stg --start FIRST_DAY --end 2024-02-11 --reprocess all"],
            None,
        ),
    ],
)
def test_a_column_that_comes_to_an_incremental_table_is_filled(
    tmp_path: Path, setting: str | None, sql: str, commands: list[str], edit: tuple[str, ...] | None
) -> None:
    config = {"on_schema_change": setting, "unique_key": "id"}
    first, *_ = steps(tmp_path, INCREMENTAL + sql, materialized="incremental", config=config)
    assert list(first.commands) == [*commands, "dbt build --select stg"]
    assert [each.after for each in first.edits[1:]] == ([edit] if edit else [])
    assert any("user_segment" in note for note in first.notes)


@pytest.mark.parametrize(
    ("setting", "note", "is_edited"),
    [
        ("ignore", "with on_schema_change: ignore an ordinary run fails, or leaves user_type in the table", True),
        ("fail", "with on_schema_change: fail an ordinary run fails", True),
        ("append_new_columns", "user_type stays in the table, NULL in new rows", False),
        ("sync_all_columns", "on_schema_change: sync_all_columns drops user_type from the table", False),
    ],
)
def test_a_column_that_goes_from_an_incremental_table_is_dropped(
    tmp_path: Path, setting: str, note: str, is_edited: bool
) -> None:
    config = {"on_schema_change": setting, "unique_key": "id"}
    (last,) = steps(tmp_path, INCREMENTAL + RENAME, a_test(EQUAL), materialized="incremental", config=config)
    assert note in last.notes[0]
    edited = [each.after for each in last.edits if each.after and "sync_all_columns" in each.after[0]]
    assert bool(edited) == is_edited


def test_a_table_in_a_database_of_its_own_is_named_in_full(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, RENAME, a_test(EQUAL), config={"database": "Archive"}, relation='"Archive"."main"."stg"')
    assert (
        "dbt-playbooks compare Archive.main.stg_backup_with_user_type stg --exclude-columns user_type" in last.commands
    )


@pytest.mark.parametrize(
    ("sql", "test", "column", "code"),
    [
        (
            RENAME,
            EQUAL,
            "user_type",
            "with phase='new' in the call for user_type, its partition_by or cluster_by naming user_segment",
        ),
        (
            RETYPE,
            CAST,
            "user_id",
            "with phase='new' in the call for user_id, its partition_by or cluster_by naming user_id_int",
        ),
        (REMOVE, None, "note", "without note, its partition_by or cluster_by naming the column that takes its place"),
    ],
)
@pytest.mark.parametrize("layout", ["partition_by", "cluster_by"])
def test_a_column_that_the_table_is_laid_out_by_goes_with_the_table(
    tmp_path: Path, sql: str, test: dict[str, Any] | None, column: str, code: str, layout: str
) -> None:
    config = {layout: {"field": column.upper()} if layout == "partition_by" else ["id", column.upper()]}
    below = [a_test(test, "user_id" if test is CAST else None)] if test else []
    (last,) = steps(tmp_path, sql, *below, config=config)
    assert last.title.startswith(f"let another table take the place of stg: it is partitioned or clustered by {column}")
    assert last.edits == ()
    assert code in last.notes[0]
    assert last.notes[0].endswith("and meta={'dbt_playbooks_replaces': 'stg'}")
    assert "dbt-playbooks migrations --model stg_v2 shows" in last.notes[1]
    assert last.commands[-2].startswith("dbt run-operation dbt_playbooks.dependent_views")
    (direct,) = steps(tmp_path, sql, *below, config={layout: {"field": "id"} if layout == "partition_by" else "id"})
    assert direct.edits
