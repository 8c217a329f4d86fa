"""A model in the middle of a change, what reads it, and the steps that come next."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from evolving import graph, lineage, node

from dbt_playbooks.impact.lineage import Lineage
from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.parts import Step
from dbt_playbooks.migrations.survey import survey

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

INCREMENTAL = "{{ config(materialized='incremental', unique_key='id') }}\n"
FILTER = "\nwhere {{ dbt_playbooks.backfill_filter('day') }}"


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
