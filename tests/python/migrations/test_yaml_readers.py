"""Where YAML names a column of one model: what is edited there, what is left to a person, and what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from evolving import node

from dbt_playbooks.interface import Node
from dbt_playbooks.migrations.edits import applied
from dbt_playbooks.migrations.yaml_readers import Asked, means, places_in_yaml

ASKED = Asked("status", "state", ["stg"], "duckdb")


def marked(text: str, found: Node, asked: Asked = ASKED) -> str:
    """The text with the edits in it, and [?] before each place that is left to a person."""
    places = places_in_yaml(text, found, asked)
    assert places is not None
    hands = sorted(set(places.by_hand), reverse=True)
    pieces = {(each.start, each.end, each.text) for each in places.pieces}
    assert not any(start <= hand < end for hand in hands for start, end, _ in pieces)
    if hands:
        assert not pieces, "one or the other, so that positions hold"
        for hand in hands:
            text = text[:hand] + "[?]" + text[hand:]
        return text
    return applied(text, places.pieces)


def a_test(text: str, model: str = "stg", column: str | None = None) -> Node:
    """The test that stands first in the YAML, as dbt reads it."""
    entry = yaml.safe_load(text)["models"][0]
    holder = entry if column is None else next(each for each in entry["columns"] if each["name"] == column)
    test = (holder.get("data_tests") or holder.get("tests"))[0]
    name, body = (test, {}) if isinstance(test, str) else next(iter(test.items()))
    given = {**body, **body.get("arguments", {})}
    kwargs = {key: value for key, value in given.items() if key not in ("arguments", "config", "where", "severity")}
    metadata = {"name": name.rpartition(".")[2], "kwargs": {**kwargs, "model": "{{ get_where_subquery(ref('x')) }}"}}
    details: dict[str, Any] = {"attached_node": f"model.shop.{model}", "test_metadata": metadata}
    return node(
        "t", "test", [model], path="models/m.yml", details={**details, **({"column_name": column} if column else {})}
    )


ON = "models:\n  - name: {model}\n    description: status\n    {key}:\n      - {test}\n      - other: {{arguments: {{a: status}}}}\n"


@pytest.mark.parametrize(
    "test",
    [
        "dbt_utils.unique_combination_of_columns: {arguments: {combination_of_columns: [id, status]}}",
        "dbt_utils.unique_combination_of_columns: {combination_of_columns: [id, 'status']}",
        'unique_combination:\n          arguments:\n            columns:\n              - id\n              - "status"\n          config: {tags: [status]}',
        "dbt_utils.expression_is_true: {arguments: {expression: \"status = 'status' or status is null\"}}",
        "dbt_utils.expression_is_true: {arguments: {expression: 'status'}, config: {where: status > id}}",
        "expression_is_true:\n          arguments:\n            expression: |\n              -- status\n              upper(status) = 'x'\n",
        'sums: {arguments: {by: {of: status, per: ["lower(status)"]}, value_set: [status], name: status}}',
        "dbt_utils.relationships_where: {arguments: {to: ref('other'), field: status, from_condition: status is null}}",
        "mine: {arguments: {column: STATUS, quote: false}}",
    ],
)
@pytest.mark.parametrize("key", ["data_tests", "tests"])
def test_of_a_test_of_the_model_its_own_arguments_are_edited(test: str, key: str) -> None:
    text = ON.format(model="stg", key=key, test=test)
    expected = test
    for before, after in (
        ("[id, status]", "[id, state]"), ("'status']", "'state']"), ('- "status"', '- "state"'), ("\"status = '", "\"state = '"),
        ("or status is null", "or state is null"), ("expression: 'status'", "expression: 'state'"), ("status > id", "state > id"),
        ("upper(status)", "upper(state)"), ("of: status", "of: state"), ("lower(status)", "lower(state)"),
        ("from_condition: status", "from_condition: state"), ("column: STATUS", "column: state"),
    ):  # fmt: skip
        expected = expected.replace(before, after)
    assert expected != test
    assert marked(text, a_test(text)) == ON.format(model="stg", key=key, test=expected)


@pytest.mark.parametrize(
    ("test", "after"),
    [
        ("relationships: {arguments: {to: ref('stg'), field: status}}", "relationships: {arguments: {to: ref('stg'), field: state}}"),
        ("relationships: {arguments: {to: ref('other'), field: status}}", None),
        ("dbt_utils.relationships_where: {arguments: {to: ref('stg'), field: status, from_condition: status is null, to_condition: status > ''}}",
         "dbt_utils.relationships_where: {arguments: {to: ref('stg'), field: state, from_condition: status is null, to_condition: state > ''}}"),
        ("dbt_utils.equality: {arguments: {compare_model: ref('stg'), exclude_columns: [id]}}", None),
        ("mine: {arguments: {by: status}, config: {where: status > ''}}", "mine: {arguments: {by: [?]status}, config: {where: status > ''}}"),
    ],
)  # fmt: skip
def test_of_a_test_of_another_model_only_what_names_this_one_is_edited(test: str, after: str | None) -> None:
    text = ON.format(model="mart", key="data_tests", test=test)
    assert marked(text, a_test(text, "mart")) == ON.format(model="mart", key="data_tests", test=after or test)


def test_of_two_tests_of_one_name_the_one_with_these_arguments_is_meant() -> None:
    text = (
        "models:\n  - name: stg\n    data_tests:\n      - mine: {arguments: {by: status}}\n      - mine: {arguments: {by: lower(status)}}\n"
        "  - name: mart\n    columns:\n      - name: status\n        data_tests:\n          - mine: {arguments: {by: status}}\n"
    )
    assert marked(text, a_test(text)) == text.replace("by: status}}\n      - mine", "by: state}}\n      - mine")


UNIT = """\
unit_tests:
  - name: one
    description: of status
    model: {model}
    given:
      - input: ref('stg')
        rows:
          - {{id: 1, "status": status}}
          - STATUS: a
      - input: {other}
        rows: [{{status: 1}}]
    overrides: {{vars: {{status: 1}}}}
    expect:
      format: csv
      rows: |

        id,status
        1,status
"""


@pytest.mark.parametrize(
    ("model", "other", "changed"),
    [
        ("mart", "ref('o')", ('"status": status', "STATUS: a")),
        ("mart", "source('raw', 'o')", ('"status": status', "STATUS: a")),
        ("stg", "ref('o')", ('"status": status', "STATUS: a", "        id,status")),
        ("stg", "this", ('"status": status', "STATUS: a", "        id,status", "[{status: 1}]")),
        ("mart", "ref('shop', 'stg')", ('"status": status', "STATUS: a", "[{status: 1}]")),
        ("mart", "ref('stg', v=2)", ('"status": status', "STATUS: a")),
    ],
)
def test_of_a_unit_test_the_rows_of_this_model_are_edited(model: str, other: str, changed: tuple[str, ...]) -> None:
    text = expected = UNIT.format(model=model, other=other)
    for before in changed:
        after = (
            before.replace("STATUS", "state")
            .replace('"status"', '"state"')
            .replace(",status", ",state")
            .replace("{status:", "{state:")
        )
        expected = expected.replace(before, after)
    assert marked(text, node("one", "unit_test", [model], path="models/m.yml")) == expected


def test_rows_that_are_a_query_are_left_to_a_person() -> None:
    text = "unit_tests:\n  - name: one\n    model: mart\n    given:\n      - input: ref('stg')\n        format: sql\n        rows: select 1 as status\n"
    assert "1 as [?]status" in marked(text, node("one", "unit_test", ["mart"], path="models/m.yml"))


@pytest.mark.parametrize(
    ("element", "after"),
    [
        ("{name: status, type: categorical}", "{name: status, expr: state, type: categorical}"),
        ("name: status\n        type: categorical", "name: status\n        expr: state\n        type: categorical"),
        ("type: categorical\n        name: status", "type: categorical\n        name: status\n        expr: state"),
        ("{name: other, type: categorical, expr: status}", "{name: other, type: categorical, expr: state}"),
        ("{name: status, type: categorical, expr: id}", None),
        ("{name: kind, label: status, type: categorical, expr: \"status || 'status'\"}",
         "{name: kind, label: status, type: categorical, expr: \"state || 'status'\"}"),
    ],
)  # fmt: skip
def test_an_element_of_a_semantic_model_keeps_its_name(element: str, after: str | None) -> None:
    text = "semantic_models:\n  - name: sem\n    model: ref('stg')\n    dimensions:\n      - {}\n    description: status\nmetrics:\n  - name: status\n"
    assert marked(text.format(element), node("sem", "semantic_model", ["stg"], path="m.yml")) == text.format(
        after or element
    )


def test_a_snapshot_names_it_in_its_config() -> None:
    text = "snapshots:\n  - name: history\n    relation: ref('stg')\n    config: {unique_key: [id, status], check_cols: [status], tags: [status]}\n"
    expected = text.replace("[id, status]", "[id, state]").replace("check_cols: [status]", "check_cols: [state]")
    assert marked(text, node("history", "snapshot", ["stg"], path="m.yml")) == expected


def test_a_name_that_is_no_plain_word_is_written_with_quotes() -> None:
    text = UNIT.format(model="mart", other="ref('o')")
    asked = Asked("status", "The State: now", ["stg"], "duckdb")
    found = marked(text, node("one", "unit_test", ["mart"], path="models/m.yml"), asked)
    rows = yaml.safe_load(found)["unit_tests"][0]["given"][0]["rows"]
    assert rows == [{"id": 1, "The State: now": "status"}, {"The State: now": "a"}]


def test_of_what_goes_each_place_is_left_to_a_person() -> None:
    text = ON.format(model="stg", key="tests", test="mine: {arguments: {by: [id, status], if: status > ''}}")
    asked = Asked("status", None, ["stg"], "duckdb")
    assert marked(text, a_test(text), asked) == text.replace("id, status", "id, [?]status").replace(
        "if: status", "if: [?]status"
    )


def test_what_does_not_hold_the_node_is_not_understood() -> None:
    unit = node("one", "unit_test", ["mart"], path="models/m.yml")
    assert places_in_yaml("unit_tests: [", unit, ASKED) is None
    assert places_in_yaml("unit_tests: []", unit, ASKED) is None
    assert places_in_yaml("metrics: [{name: status}]", node("status", "metric", path="m.yml"), ASKED) is None


@pytest.mark.parametrize(
    ("reference", "is_it"),
    [
        ("ref('stg')", True), ('ref("stg")', True), ("{{ ref('shop', 'stg') }}", True), ("source('raw', 'stg')", True), ("ref('Stg')", True),
        ("ref('stg_other')", False), ("stg", False), ("ref('stg', v=2)", False), ("ref('two', v=2)", True), ("ref('two', version='2')", True), ("", False),
    ],
)  # fmt: skip
def test_a_reference_means_one_of_the_tables(reference: str, is_it: bool) -> None:
    assert means(reference, {"stg", "two.v2"}) == is_it
