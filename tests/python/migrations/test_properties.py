"""Properties: where YAML describes a model, and the lines of a test that comes or goes."""

from __future__ import annotations

import textwrap

import pytest

from dbt_playbooks.migrations.properties import added_test, block_of, column_place, removed_entry, removed_test

TEST = {"dbt_playbooks.columns_equal": {"arguments": {"a": "x", "b": "y"}}}
FILE = textwrap.dedent(
    """\
    models:
      - name: other
        columns: [{name: x}]
      - name: orders
        description: all of them
        data_tests:
          - dbt_playbooks.columns_equal:
              arguments: {a: x, b: y}

        columns:
          - name: X
            data_tests:
              - dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}
              - not_null
    """
)


def test_a_test_of_a_model_that_yaml_has_is_written_under_its_entry() -> None:
    edit = added_test("m.yml", FILE, "orders", TEST)
    assert (edit.path, edit.line, edit.before) == ("m.yml", 4, ())
    assert edit.after == (
        "data_tests:",
        "  - dbt_playbooks.columns_equal:",
        "      arguments:",
        "        a: x",
        "        b: y",
    )
    assert "under 'orders', which begins at line 4" in edit.note


def test_a_test_of_a_model_that_no_yaml_has_is_a_new_file() -> None:
    edit = added_test(None, "", "orders", "not_null", "x")
    assert edit.path == "models/_orders.yml"
    assert edit.after is not None
    assert "\n".join(edit.after) == (
        "models:\n  - name: orders\n    columns:\n      - name: x\n        data_tests:\n          - not_null"
    )


def test_a_test_that_was_the_only_one_goes_with_its_key() -> None:
    (edit,) = removed_test("m.yml", FILE, "orders", "columns_equal")
    assert (edit.line, edit.after) == (6, ())
    assert edit.before == (
        "    data_tests:",
        "      - dbt_playbooks.columns_equal:",
        "          arguments: {a: x, b: y}",
    )


def test_a_test_beside_others_of_a_column_goes_alone() -> None:
    (edit,) = removed_test("m.yml", FILE, "orders", "cast_failure_rate_below", "x")
    assert edit.before == ("          - dbt_playbooks.cast_failure_rate_below: {arguments: {to: integer}}",)
    assert edit.after == ()


def test_of_several_tests_of_a_kind_the_one_that_names_the_columns_goes() -> None:
    one, two = (f"      - columns_equal: {{arguments: {{{names}}}}}" for names in ("a: x, b: y", "a: old, b: New"))
    text = "\n".join(["models:", "  - name: orders", "    data_tests:", one, two, ""])
    (edit,) = removed_test("m.yml", text, "orders", "columns_equal", naming=("Old", "new"))
    assert (edit.line, edit.before, edit.after) == (5, (two,), ())
    assert removed_test("m.yml", text, "orders", "columns_equal", naming=("x", "new")) == []


@pytest.mark.parametrize(
    "text",
    [
        "models:\n  - name: orders\n    tests: [columns_equal: {a: x, b: y}]\n",
        "models:\n  - tests:\n      - columns_equal: {a: x, b: y}\n    name: orders\n",
    ],
)
def test_a_test_that_shares_its_line_is_left_to_a_person(text: str) -> None:
    (edit,) = removed_test("m.yml", text, "orders", "columns_equal")
    assert edit.after is None
    assert edit.note == "without columns_equal"


def test_the_name_of_a_column_is_found_in_the_entry_of_its_model() -> None:
    place = column_place(FILE, "orders", "x")
    assert place is not None
    assert FILE[place[0] - 8 : place[1]] == "- name: X"
    assert column_place(FILE, "nothing", "x") is None


def test_a_model_that_is_not_there_and_yaml_that_is_none_have_no_block() -> None:
    assert block_of(FILE, "nothing") is None
    assert block_of("models: [", "orders") is None
    start, end = block_of(FILE, "other") or (0, 0)
    assert FILE[start:end].strip().startswith("name: other")
    assert "orders" not in FILE[start:end].rstrip(" -\n").split("columns")[1]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (
            "models:\n  - name: stg\n    columns:\n      - name: id\n      - name: x\n        data_tests: [t]\n      - name: y\n",
            [4, 5],
        ),
        (
            "models:\n  - name: stg\n    columns:\n      - description: of x\n        name: x\n        data_tests:\n          - t\n",
            [2, 3, 4, 5, 6],
        ),
        ("models:\n  - name: stg\n    columns: [{name: x, data_tests: [t]}, {name: y}]\n", None),
        ("models:\n  - columns:\n      - name: x\n    name: stg\n", None),
    ],
)
def test_the_entry_of_a_column_goes_with_all_of_its_lines(text: str, gone: list[int] | None) -> None:
    (edit,) = removed_entry("m.yml", text, "stg", "x")
    lines = text.split("\n")
    if gone is None:
        assert (edit.after, edit.note) == (None, "without the column x")
    else:
        assert edit.after == ()
        assert (edit.line, list(edit.before)) == (gone[0] + 1, [lines[each] for each in gone])


def test_of_a_column_that_has_nothing_but_the_test_nothing_is_left() -> None:
    text = (
        "models:\n  - name: stg\n    columns:\n      - name: id\n      - name: x\n        data_tests:\n          - t\n"
    )
    (edit,) = removed_test("m.yml", text, "stg", "t", "x")
    assert edit.before == ("      - name: x", "        data_tests:", "          - t")
    (edit,) = removed_test("m.yml", text.replace("- name: x\n", "- name: x\n        description: d\n"), "stg", "t", "x")
    assert edit.before == ("        data_tests:", "          - t")
