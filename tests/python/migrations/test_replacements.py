"""A table that another one is to replace, and models with versions: what they are called in which command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from changing import (
    AFTER,
    COLUMNS,
    FILTER,
    RENAME,
    RETYPE,
    YML,
    a_test,
)
from evolving import graph, lineage, node

from dbt_playbooks.migrations.survey import survey


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
        (
            {"partition_by": DAY},
            {"partition_by": DAY, "cluster_by": "id"},
            "`p`.`d`.`stg`",
            ", accept: [layout], strategy: rename",
        ),
        (
            {"cluster_by": ["Id"], "partition_by": {"field": "day"}},
            {"partition_by": DAY, "cluster_by": "id"},
            "`p`.`d`.`stg`",
            "",
        ),
        ({"partition_by": MONTH}, {"partition_by": DAY}, '"p"."d"."stg"', ""),
    ],
)
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
