"""Every way in which YAML and a snapshot name a column: only those that mean the column of this model are edited, and each step builds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from printed import changes, left, write
from shop import Shop
from test_migrations_command import Dbt

MODELS = {
    "base": "select id, amount, event_date, {{ dbt_playbooks.renamed_column('status', 'state', remove_after='2024-02-01', expression='note') }}\n"
    "from {{ source('raw', 'events') }}\n",
    "other": "select distinct note as status, 1 as k from {{ source('raw', 'events') }}\n",
    "kept": "select id, status from {{ ref('base') }}\n",
    "stars": "select *, amount * 2 as twice from {{ ref('base') }}\n",
    "joined": "select b.id, o.k from {{ ref('base') }} as b join {{ ref('other') }} as o on b.status = o.status\n",
    "metricflow_time_spine": "select date '2024-01-01' as date_day\n",
}
SPINE = """\
models:
  - name: metricflow_time_spine
    time_spine: {standard_granularity_column: date_day}
    columns: [{name: date_day, granularity: day}]
"""
YML = """\
models:
  - name: base
    data_tests:
      - dbt_playbooks.columns_equal: {arguments: {a: status, b: state}}
    columns:
      - name: id
        data_tests: [unique]
      - name: status
        description: a status, the status
        data_tests:
          - not_null
          - accepted_values: {arguments: {values: [status, n1]}, config: {severity: warn, where: "status > '' or amount > 0"}}
      - name: amount
        data_tests:
          - not_null: {config: {where: "status is not null"}}
          - named_status: {arguments: {by: status}}
          - named_status:
              name: another_status
              arguments:
                by: >
                  upper(status) || 'status'
  - name: kept
    columns:
      - name: status
        data_tests: [not_null]
  - name: stars
    columns:
      - name: status
        data_tests: [not_null]
  - name: other
    columns:
      - name: status
        data_tests:
          - relationships: {arguments: {to: ref('base'), field: status}}
unit_tests:
  - name: of_kept
    model: kept
    given:
      - input: ref('base')
        rows:
          - {id: 1, status: status}
    expect:
      rows:
        - {id: 1, status: status}
  - name: of_base
    model: base
    given:
      - input: source('raw', 'events')
        rows: [{id: 1, note: a, amount: 1}]
    expect:
      rows: [{id: 1, status: a, amount: 1}]
  - name: of_joined
    model: joined
    given:
      - input: ref('base')
        format: csv
        rows: |
          id,status
          1,status
      - input: ref('other')
        rows: [{status: status, k: 2}]
    expect:
      rows: [{id: 1, k: 2}]
  - name: of_stars
    model: stars
    given:
      - input: ref('base')
        format: csv
        fixture: some_base
    expect:
      rows: [{id: 1, status: a, twice: 4}]
semantic_models:
  - name: base_semantics
    model: ref('base')
    defaults: {agg_time_dimension: event_date}
    entities:
      - {name: id, type: primary}
    dimensions:
      - name: event_date
        type: time
        type_params: {time_granularity: day}
      - name: status
        type: categorical
      - {name: kind, type: categorical, expr: status}
      - {name: big, type: categorical, expr: "case when status = 'status' then 1 end"}
    measures:
      - {name: amount, agg: sum}
      - name: statuses
        agg: count_distinct
        expr: status
metrics:
  - name: status
    label: status
    type: simple
    type_params: {measure: statuses}
    filter: "{{ Dimension('id__status') }} = 'status'"
saved_queries:
  - name: by_status
    query_params: {metrics: [status], group_by: ["Dimension('id__status')"]}
"""
SNAPSHOT = """\
snapshots:
  - name: history
    description: of status
    relation: ref('base')
    config:
      strategy: check
      unique_key: id
      check_cols: [status, amount]
"""
A_TEST = "{% test named_status(model, column_name, by) %}select {{ by }} from {{ model }} where {{ by }} is null{% endtest %}\n"
# what is to be in the file after the step, and nothing else of it is another than before
MOVED = {
    "      - name: status\n        description: a status, the status\n": "      - name: state\n        description: a status, the status\n",
    "where: \"status > '' or amount > 0\"": "where: \"state > '' or amount > 0\"",
    'where: "status is not null"': 'where: "state is not null"',
    "{by: status}": "{by: state}",
    "upper(status) || 'status'": "upper(state) || 'status'",
    "  - name: stars\n    columns:\n      - name: status\n": "  - name: stars\n    columns:\n      - name: state\n",
    "to: ref('base'), field: status": "to: ref('base'), field: state",
    "        rows:\n          - {id: 1, status: status}\n": "        rows:\n          - {id: 1, state: status}\n",
    "rows: [{id: 1, status: a, amount: 1}]": "rows: [{id: 1, state: a, amount: 1}]",
    "          id,status\n": "          id,state\n",
    "rows: [{id: 1, status: a, twice: 4}]": "rows: [{id: 1, state: a, twice: 4}]",
    "      - name: status\n        type: categorical\n": "      - name: status\n        expr: state\n        type: categorical\n",
    "type: categorical, expr: status}": "type: categorical, expr: state}",
    "case when status = 'status'": "case when state = 'status'",
    "        agg: count_distinct\n        expr: status\n": "        agg: count_distinct\n        expr: state\n",
}


@pytest.fixture(scope="module")
def named(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("named") / "shop"
    shutil.copytree(template, folder, symlinks=True)
    shop = Shop(folder)
    for name, sql in MODELS.items():
        shop.model(name, sql)
    shop.write("models/_models.yml", YML)
    shop.write("models/_spine.yml", SPINE)
    shop.write("snapshots/history.yml", SNAPSHOT)
    shop.write("macros/named_status.sql", A_TEST)
    shop.write("tests/fixtures/some_base.csv", "id,status,amount\n1,a,2\n")
    return shop


@pytest.fixture
def dbt(named: Shop) -> Iterator[Dbt]:
    runner = Dbt(named.folder)
    yield runner
    runner.close()


def test_only_what_means_the_column_of_this_model_is_edited_and_each_step_builds(named: Shop, dbt: Dbt) -> None:
    dbt("build")
    move, last = changes(named)[0]["steps"]
    assert left(move) == []
    assert all(edit["fails"] == [] for edit in move["edits"])
    write(named.folder, move)
    expected = YML
    for before, after in MOVED.items():
        assert expected.count(before) == 1, before
        expected = expected.replace(before, after)
    assert (named.folder / "models/_models.yml").read_text() == expected
    assert (named.folder / "tests/fixtures/some_base.csv").read_text() == "id,state,amount\n1,a,2\n"
    assert "check_cols: [state, amount]" in (named.folder / "snapshots/history.yml").read_text()
    assert "description: of status" in (named.folder / "snapshots/history.yml").read_text()
    dbt("build")

    change: dict[str, Any] = changes(named)[0]
    assert change["readers"] == []
    (last,) = change["steps"]
    assert left(last) == []
    write(named.folder, last)
    dbt("build")
