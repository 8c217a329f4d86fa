"""Phase new: what no longer builds comes first, then what the change has left behind."""

from __future__ import annotations

from pathlib import Path

from changing import (
    AFTER,
    CAST,
    REMOVE,
    RENAME,
    RETYPE,
    YML,
    a_test,
    mart,
    steps,
    written,
)
from evolving import graph, lineage, node

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.survey import Migration, survey


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


def test_in_phase_new_what_still_names_the_old_column_is_mended_first(tmp_path: Path) -> None:
    sql = RENAME.replace("remove_after=", "phase='new', remove_after=")
    broken = node("mart", parents=["stg"], raw_code="select user_type from {{ ref('stg') }}")
    stg = node("stg", raw_code=sql)
    found = graph(tmp_path, (stg, lineage(["user_segment"])), (broken, lineage(unknown=frozenset({"user_type"}))))
    (migration,) = survey(found, tmp_path, AFTER)
    assert migration.steps[0].title == "mend what reads user_type, which is gone: it does not build"
    assert migration.steps[0].commands == ("dbt build --select mart+",)
