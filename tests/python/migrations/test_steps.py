"""What comes next in a change, by its kind and phase, with edits and commands."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from evolving import graph, lineage, node

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.parts import Step
from dbt_playbooks.migrations.survey import Migration, survey

BEFORE, AFTER = dt.date(2024, 1, 20), dt.date(2024, 2, 11)
EQUAL = {"name": "columns_equal", "namespace": "dbt_playbooks", "kwargs": {"a": "user_type", "b": "user_segment"}}
CAST = {
    "name": "cast_failure_rate_below",
    "namespace": "dbt_playbooks",
    "kwargs": {"to": "integer", "column_name": "user_id"},
}
YML = """\
models:
  - name: stg
    data_tests:
      - dbt_playbooks.columns_equal: {arguments: {a: user_type, b: user_segment}}
    columns:
      - name: user_id
        data_tests:
          - not_null
          - dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}
"""
RENAME = "select\n  id,\n  {{ dbt_playbooks.renamed_column('user_type', 'user_segment', remove_after='2024-02-01') }}\nfrom t"
RETYPE = (
    "select\n  {{ dbt_playbooks.retyped_column('user_id', 'integer', remove_after='2024-02-01', trim=true) }}\nfrom t"
)
REMOVE = "select\n  id,\n  {{ dbt_playbooks.deprecated_column('note', 'string', '2024-02-01') }}\nfrom t"
ADD = "select\n  {{ dbt_playbooks.added_column('s.region', 'region', 'unknown') }}\nfrom t"
COLUMNS = {
    RENAME: ("id", "user_type", "user_segment"),
    RETYPE: ("user_id", "user_id_int", "user_id_cast_failures"),
    REMOVE: ("id", "note"),
    ADD: ("region",),
}


def a_test(metadata: dict[str, Any], column: str | None = None) -> tuple[Node, Lineage]:
    details = {"attached_node": "model.shop.stg", "test_metadata": metadata, "column_name": column}
    return node(metadata["name"], "test", ["stg"], path="models/stg.yml", details=details), lineage()


def steps(
    root: Path, sql: str, *below: tuple[Node, Lineage | None], today: dt.date = AFTER, yml: bool = True, **more: Any
) -> list[Step]:
    if yml:
        (root / "models").mkdir(exist_ok=True)
        (root / "models/stg.yml").write_text(YML)
    stg = node("stg", raw_code=sql, properties_path="models/stg.yml" if yml else None, **more)
    columns = COLUMNS.get(sql, COLUMNS[RENAME])
    found = survey(graph(root, (stg, lineage(columns)), *below), root, today)
    return list(found[0].steps) if found else []


def mart(column: str = "user_type") -> tuple[Node, Lineage]:
    sql = f"select {column} from {{{{ ref('stg') }}}}"
    return node("mart", parents=["stg"], raw_code=sql), lineage(passes={f"stg.{column}": column})


def written(step: Step) -> list[tuple[str, int | None, tuple[str, ...], tuple[str, ...] | None]]:
    return [(edit.path, edit.line, edit.before, edit.after) for edit in step.edits]


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


def test_in_phase_new_what_still_names_the_old_column_is_mended_first(tmp_path: Path) -> None:
    sql = RENAME.replace("remove_after=", "phase='new', remove_after=")
    broken = node("mart", parents=["stg"], raw_code="select user_type from {{ ref('stg') }}")
    stg = node("stg", raw_code=sql)
    found = graph(tmp_path, (stg, lineage(["user_segment"])), (broken, lineage(unknown=frozenset({"user_type"}))))
    (migration,) = survey(found, tmp_path, AFTER)
    assert migration.steps[0].title == "mend what reads user_type, which is gone: it does not build"
    assert migration.steps[0].commands == ("dbt build --select mart+",)


def test_in_phase_new_an_expression_that_is_no_literal_is_written_out_by_a_person(tmp_path: Path) -> None:
    sql = (
        "select\n  {{ dbt_playbooks.renamed_column('user_type', 'user_segment', phase='new', expression=src) }}\nfrom t"
    )
    (step,) = steps(tmp_path, sql, yml=False)
    (edit,) = step.edits
    assert (edit.line, edit.after) == (2, None)
    assert edit.note == "the value of src, as user_segment, in place of the call"


NEW_RENAME = RENAME.replace("remove_after=", "phase='new', remove_after=")
NEW_RETYPE = RETYPE.replace("trim=true", "phase='new'")


def in_phase_new(root: Path, sql: str, columns: list[str], *below: tuple[Node, Lineage | None]) -> Migration:
    """The first of the changes, when an older one of a model `other` is overdue."""
    (root / "models").mkdir()
    (root / "models/stg.yml").write_text(YML.replace("user_id\n", "user_type\n") if sql == NEW_RENAME else YML)
    stg = node("stg", raw_code=sql, properties_path="models/stg.yml")
    late = node("other", raw_code=REMOVE.replace("2024-02-01", "2020-01-01"))
    found = survey(graph(root, (late, lineage(["id", "note"])), (stg, lineage(columns)), *below), root, AFTER)
    assert len(found) == 2
    return found[0]


def test_a_test_of_a_column_that_has_gone_is_mended_first_and_its_change_is_listed_first(tmp_path: Path) -> None:
    unnamed = lineage(reads={"stg.user_type": ["filters"]})
    migration = in_phase_new(
        tmp_path, NEW_RENAME, ["id", "user_segment"], (a_test({"name": "not_null"}, "user_type")[0], unnamed)
    )
    (reader,) = migration.readers.found
    assert (reader.node.name, reader.uses, reader.broken) == ("not_null", ("filters",), True)
    first = migration.steps[0]
    assert first.title == "mend what reads user_type, which is gone: it does not build"
    assert written(first) == [("models/stg.yml", 6, ("      - name: user_type",), ("      - name: user_segment",))]
    assert first.commands == ("dbt build --select stg",)


def test_the_test_of_a_cast_that_stayed_when_its_column_went_is_listed_and_taken_away(tmp_path: Path) -> None:
    migration = in_phase_new(tmp_path, NEW_RETYPE, ["user_id_int"], a_test(CAST, "user_id"))
    assert [each.node.name for each in migration.readers.found if each.broken] == ["cast_failure_rate_below"]
    (step,) = migration.steps
    assert step.title == "take away the test that reads user_id, which is gone"
    gone = ("          - dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}",)
    assert written(step) == [("models/stg.yml", 9, gone, ())]


def test_a_test_of_its_own_that_compared_both_columns_does_not_build_and_goes(tmp_path: Path) -> None:
    sql = "select 1 from {{ ref('stg') }} where user_type != user_segment"
    compares = node("compares", "test", ["stg"], path="tests/compares.sql", raw_code=sql)
    reads = lineage(reads={"stg.user_segment": ["filters"]}, unknown=frozenset({"user_type"}))
    migration = in_phase_new(tmp_path, NEW_RENAME, ["id", "user_segment"], (compares, reads))
    assert migration.steps[0].title == "mend what reads user_type, which is gone: it does not build"
    (edit,) = migration.steps[0].edits
    assert (edit.path, edit.after, edit.note) == (
        "tests/compares.sql",
        None,
        "the test compares compares both columns: it goes",
    )


def test_a_config_that_names_a_column_that_has_gone_is_broken(tmp_path: Path) -> None:
    stg = node("stg", raw_code="{{ config(unique_key='user_type') }}\n" + NEW_RENAME)
    columns = lineage(["id", "user_segment"], configured=frozenset({"user_type"}))
    (migration,) = survey(graph(tmp_path, (stg, columns)), tmp_path, AFTER)
    assert migration.steps[0].edits[0].before == ("{{ config(unique_key='user_type') }}",)
    assert migration.steps[0].commands == ("dbt build --select stg+",)


def test_of_a_retype_that_kept_its_name_only_the_failures_went(tmp_path: Path) -> None:
    sql = RETYPE.replace("trim=true", "phase='new', typed_name='user_id'")
    assert steps(tmp_path, sql, mart("user_id"), a_test(CAST, "user_id")) == []


def test_a_retype_is_looked_at_before_its_readers_move(tmp_path: Path) -> None:
    look = "dbt run-operation dbt_playbooks.cast_report --args '{table: stg, column: user_id, to: integer, trim: true}'"
    first, last = steps(tmp_path, RETYPE, mart("user_id"), a_test(CAST, "user_id"))
    assert first.title == "move what still reads user_id to user_id_int"
    assert first.commands[0] == last.commands[0] == look
    assert last.title == "let user_id and user_id_cast_failures go: set phase to 'new'"
    gone = ("          - dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}",)
    assert written(last)[1] == ("models/stg.yml", 9, gone, ())


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


INCREMENTAL = "{{ config(materialized='incremental', unique_key='id') }}\n"
FILTER = "\nwhere {{ dbt_playbooks.backfill_filter('day') }}"


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


def test_a_replacement_is_filled_compared_told_swapped_and_its_code_moved(tmp_path: Path) -> None:
    config = {"unique_key": "id", "partition_by": {"field": "day", "data_type": "date"}, "begin": "2023-01-01"}
    code = "{{ config(meta={'dbt_playbooks_replaces': 'stg'}) }}\nselect 1" + FILTER
    new = node(
        "stg_v2", raw_code=code, materialized="incremental", config=config, meta={"dbt_playbooks_replaces": "stg"}
    )
    (migration,) = survey(graph(tmp_path, (node("stg"), None), (new, None)), tmp_path, AFTER)
    commands = [command for step in migration.steps for command in step.commands]
    cutover = "{table: stg, replacement: stg_v2, key: [id], by: day"
    assert commands == [
        "dbt-playbooks backfill run stg_v2 --start 2023-01-01 --end 2024-02-11 --reprocess all",
        "dbt-playbooks compare stg stg_v2 --key id --by day",
        "dbt-playbooks notice stg --change repartition",
        f"dbt run-operation dbt_playbooks.cutover --args '{cutover}}}'",
        f"dbt run-operation dbt_playbooks.cutover --args '{cutover}, dry_run: false}}'",
        "git mv -f models/stg_v2.sql models/stg.sql",
        "dbt build --select stg+",
    ]
    assert migration.steps[3].notes[1].endswith("cutover --args '{table: stg, replacement: stg_v2, undo: true}'")


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ({}, {"path": "models/my models/stg_v2.sql"}, "git mv -f 'models/my models/stg_v2.sql' models/stg.sql"),
        ({"kind": "snapshot", "path": "snapshots/snapshots.yml"}, {}, None),
        ({"kind": "snapshot", "path": "snapshots/stg.sql"}, {}, None),
        ({"kind": "seed", "path": "seeds/stg.csv"}, {}, None),
        ({}, {"path": "models/stg_v2.py", "language": "python"}, None),
        ({"package": "theirs"}, {}, None),
    ],
)
def test_only_the_file_of_one_model_takes_the_place_of_another(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], moved: str | None
) -> None:
    replacing = node("stg_v2", meta={"dbt_playbooks_replaces": "stg"}, **new)
    (migration,) = survey(graph(tmp_path, (node("stg", **old), None), (replacing, None)), tmp_path, AFTER)
    last = migration.steps[-1]
    assert last.commands == ((moved,) if moved else ()) + ("dbt build --select stg+",)
    assert any("move it by hand" in note for note in last.notes) == (moved is None)


DAY, MONTH = ({"field": "day", "granularity": each} for each in ("day", "month"))


@pytest.mark.parametrize(
    ("old", "new", "relation", "more"),
    [
        ({"partition_by": MONTH}, {"partition_by": DAY}, "`p`.`d`.`stg`", ", accept: [layout], strategy: rename"),
        ({"partition_by": DAY}, {"partition_by": DAY, "cluster_by": "id"}, "`p`.`d`.`stg`", ", accept: [layout], strategy: rename"),
        ({"cluster_by": ["Id"], "partition_by": {"field": "day"}}, {"partition_by": DAY, "cluster_by": "id"}, "`p`.`d`.`stg`", ""),
        ({"partition_by": MONTH}, {"partition_by": DAY}, '"p"."d"."stg"', ""),
    ],
)  # fmt: skip
def test_on_bigquery_a_table_that_is_laid_out_otherwise_takes_its_place_by_renames(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], relation: str, more: str
) -> None:
    replacing = node("stg_v2", config=new, meta={"dbt_playbooks_replaces": "stg"})
    (migration,) = survey(
        graph(tmp_path, (node("stg", config=old, relation=relation), None), (replacing, None)), tmp_path, AFTER
    )
    step = migration.steps[3]
    cutover = f"dbt run-operation dbt_playbooks.cutover --args '{{table: stg, replacement: stg_v2, by: day{more}"
    assert step.commands == (f"{cutover}}}'", f"{cutover}, dry_run: false}}'")
    assert any("queries do not find it (strategy: rename)" in note for note in step.notes) == bool(more)


def test_a_model_with_versions_is_named_by_its_table_where_a_macro_reads_the_name(tmp_path: Path) -> None:
    told = {"latest_version": False, "details": {"version": 2}}
    rename = node("stg.v2", raw_code=RENAME, relation='"shop"."main"."stg_v2"', **told)
    new = node(
        "stg.v3", meta={"dbt_playbooks_replaces": "stg.v2"}, relation='"shop"."main"."stg_v3"', details={"version": 3}
    )
    retype = node("other.v1", raw_code=RETYPE, relation='"shop"."a.b"."other"', details={"version": 1})
    nodes = ((rename, lineage(COLUMNS[RENAME])), (new, None), (retype, lineage(COLUMNS[RETYPE])))
    found = survey(graph(tmp_path, *nodes), tmp_path, AFTER)
    said = [command for migration in found for step in migration.steps for command in step.commands]
    ours = [each for each in said if "run-operation" in each or "compare" in each]
    assert [each for each in ours if "stg.v" in each or "other.v" in each] == []
    assert any("{table: main.stg_v2, replacement: main.stg_v3" in each for each in ours)
    assert any("backup_table --args '{table: main.stg_v2, suffix: with_user_type}'" in each for each in ours)
    assert any(each.startswith("dbt-playbooks compare main.stg_v2_backup_with_user_type main.stg_v2") for each in ours)
    assert any("""cast_report --args '{table: '"'"'"a.b".other'"'"', column: user_id""" in each for each in ours)


def test_what_yaml_says_of_all_versions_is_left_to_a_person(tmp_path: Path) -> None:
    two = node("stg.v2", raw_code=RENAME, properties_path="models/stg.yml", details={"version": 2})
    (tmp_path / "models").mkdir()
    (tmp_path / "models/stg.yml").write_text(YML.replace("user_id", "user_type"))
    test = a_test({"name": "not_null"}, "user_type")[0]
    details = {**test.details, "attached_node": "model.shop.stg.v2"}
    test = node("not_null", "test", ["stg.v2"], path="models/stg.yml", details=details)
    reads = replace(lineage(), uses={("model.shop.stg.v2", "user_type"): ("filters",)})
    (migration,) = survey(graph(tmp_path, (two, lineage(COLUMNS[RENAME])), (test, reads)), tmp_path, AFTER)
    first, then, *_ = migration.steps
    assert first.edits[0].note.endswith("; in the entry of `v: 2` if other versions lack the columns")
    (edit,) = then.edits
    assert (edit.line, edit.after) == (6, None)
    assert edit.note == "user_segment in place of user_type for v2 of stg; other versions may keep it"


def test_a_table_in_a_database_of_its_own_is_named_in_full(tmp_path: Path) -> None:
    (last,) = steps(tmp_path, RENAME, a_test(EQUAL), config={"database": "Archive"}, relation='"Archive"."main"."stg"')
    assert (
        "dbt-playbooks compare Archive.main.stg_backup_with_user_type stg --exclude-columns user_type" in last.commands
    )


@pytest.mark.parametrize(
    ("sql", "test", "column", "code"),
    [
        (RENAME, EQUAL, "user_type", "with phase='new' in the call for user_type, its partition_by or cluster_by naming user_segment"),
        (RETYPE, CAST, "user_id", "with phase='new' in the call for user_id, its partition_by or cluster_by naming user_id_int"),
        (REMOVE, None, "note", "without note, its partition_by or cluster_by naming the column that takes its place"),
    ],
)  # fmt: skip
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
