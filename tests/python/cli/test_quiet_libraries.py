"""What a library warns of its own users about reaches nobody who types a command; the reasons that matter do."""

from __future__ import annotations

import logging

import pytest
from shop import Shop

SEMANTICS = """\
models:
  - name: spine
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
semantic_models:
  - name: events
    model: ref('spine')
    defaults: {agg_time_dimension: day}
    entities: [{name: one, type: primary, expr: day}]
    dimensions: [{name: day, type: time, type_params: {time_granularity: day}}]
    measures: [{name: middle, agg: percentile, expr: 1}]
metrics:
  - {name: middle, label: m, type: simple, type_params: {measure: middle}}
"""


def test_what_sqlglot_falls_back_to_is_not_on_stderr(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("sqlglot").setLevel(logging.NOTSET)
    shop.model("one", "select 1 as id")
    shop.model("calls", "call checkpoint() -- {{ ref('one') }}")
    said = shop.playbooks("impact", "one", "--column", "id")
    assert said.code == 0
    assert "model calls" in said.out
    # pytest takes what would go to stderr
    assert [record.getMessage() for record in caplog.records if record.name == "sqlglot"] == []


def test_a_semantic_layer_that_dbt_refuses_is_refused_with_its_reason(shop: Shop) -> None:
    shop.model("spine", "select date '2024-01-01' as day")
    shop.write("models/_all.yml", SEMANTICS)
    said = shop.playbooks("migrations")
    assert said.code == 3
    assert "Semantic Manifest validation failed.\n" in said.err
    assert (
        "Measure 'middle' uses a PERCENTILE aggregation, which requires agg_params.percentile to be provided."
        in said.err
    )
