"""What builds after an edit and is not what one wants is told at the step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from changing import RENAME, RETYPE, steps
from evolving import lineage, node


def of_snapshot(root: Path, **config: Any) -> list[str]:
    reads = lineage(passes={"stg.user_type": "user_type"}, star=True, configured=frozenset({"user_type"}))
    snapshot = node("history", "snapshot", ["stg"], raw_code="select * from {{ ref('stg') }}", config=config)
    told = [note for step in steps(root, RENAME, (snapshot, reads)) for note in step.notes]
    return [note for note in told if note.startswith("snapshot") and "its file does not say so" not in note]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"strategy": "check", "check_cols": ["id", "User_Type"]},
            "user_segment becomes one of its check_cols, and is NULL in the stored rows, so that every row gets a new version",
        ),
        (
            {"strategy": "check", "check_cols": "all"},
            "checks all columns: the first run that selects user_segment writes a new version of every row",
        ),
        (
            {"strategy": "timestamp", "unique_key": "user_type"},
            "becomes its unique_key, and is NULL in the stored rows, so that every row counts as a new one",
        ),
        ({"strategy": "timestamp", "unique_key": "id"}, None),
        ({"strategy": "check", "check_cols": ["id"]}, None),
    ],
)
def test_a_snapshot_that_compares_a_column_with_another_name_versions_every_row(
    tmp_path: Path, config: dict[str, Any], said: str | None
) -> None:
    found = of_snapshot(tmp_path, **config)
    assert len(found) == (said is not None)
    assert said is None or said in found[0]


def of_semantics(root: Path, kind: str) -> list[str]:
    details = {
        "measures": [
            {"name": "mean", "agg": "average", "expr": "user_id"},
            {"name": "users", "agg": "count_distinct", "expr": "user_id"},
            {"name": "other", "agg": "sum", "expr": "id"},
            {"name": "any_user", "agg": "sum_boolean", "expr": "user_id"},
        ],
        "dimensions": [{"name": "user_id", "type": "time"}],
        "entities": [{"name": "user", "type": "foreign", "expr": "user_id"}],
    }
    semantics = node("sem", "semantic_model", ["stg"], path="models/sem.yml", language=None, details=details)
    sql = RETYPE.replace("'integer'", f"'{kind}'")
    columns = {"integer": "user_id_int", "string": "user_id_string", "date": "user_id_date"}
    sql = sql.replace("trim=true", f"typed_name='{columns[kind]}'")
    found = steps(root, sql, (semantics, lineage(reads={"stg.user_id": ["reads"]})))
    return [note for step in found for note in step.notes if "of semantic model" in note]


def test_a_measure_a_time_and_an_entity_need_values_of_their_kind(tmp_path: Path) -> None:
    said = of_semantics(tmp_path, "string")
    assert [note.partition(" of semantic")[0] for note in said] == [
        "measure mean", "measure any_user", "dimension user_id", "entity user",
    ]  # fmt: skip
    assert "aggregates by average, which does not take string" in said[0]
    assert [note.partition(" of semantic")[0] for note in of_semantics(tmp_path, "integer")] == [
        "measure any_user", "dimension user_id", "entity user",
    ]  # fmt: skip
    assert not any(note.startswith("dimension") for note in of_semantics(tmp_path, "date"))
