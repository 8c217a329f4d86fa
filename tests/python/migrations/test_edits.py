"""Edits: which lines are to be written how."""

from __future__ import annotations

import pytest

from dbt_playbooks.migrations.edits import Edit, Piece, edits, remove_item, replace_expression, set_argument
from dbt_playbooks.project.models import macro_calls

CALL = "{{ dbt_playbooks.deprecated_column('x', 'integer', '2024-02-01') }}"


def the_call(text: str, macro: str = "deprecated_column") -> tuple[str, str, object]:
    return "m.sql", text, next(macro_calls(text, {macro: ("name",)}))


def lines(found: list[Edit]) -> list[tuple[int | None, tuple[str, ...], tuple[str, ...] | None]]:
    return [(edit.line, edit.before, edit.after) for edit in found]


def test_pieces_on_one_line_are_one_edit_and_on_two_lines_two() -> None:
    text = "select a, a\nfrom t\nwhere a"
    found = edits("m.sql", text, [Piece(7, 8, "b"), Piece(25, 26, "b"), Piece(10, 11, "b")])
    assert lines(found) == [(1, ("select a, a",), ("select b, b",)), (3, ("where a",), ("where b",))]


def test_an_argument_is_given_another_value() -> None:
    text = "select\n  {{ renamed_column('a', 'b', phase = \"both\") }},"
    call = next(macro_calls(text, {"renamed_column": ("old_name", "new_name", "phase")}))
    found = set_argument("m.sql", text, call, "phase", "'new'")
    assert lines(found) == [
        (
            2,
            ("  {{ renamed_column('a', 'b', phase = \"both\") }},",),
            ("  {{ renamed_column('a', 'b', phase = 'new') }},",),
        )
    ]


def test_an_argument_that_is_not_given_is_added_behind_the_last_one() -> None:
    text = "{{ renamed_column(\n    'a',\n    'b'\n) }}"
    call = next(macro_calls(text, {"renamed_column": ("old_name", "new_name", "phase")}))
    assert lines(set_argument("m.sql", text, call, "phase", "'new'")) == [(3, ("    'b'",), ("    'b', phase='new'",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"select\n  a,\n  {CALL},\n  b", [(3, (f"  {CALL},",), ())]),
        (f"select\n  a,\n  {CALL}\nfrom t", [(2, ("  a,", f"  {CALL}"), ("  a",))]),
        (f"select\n  a, -- first\n  {CALL}\nfrom t", [(2, ("  a, -- first", f"  {CALL}"), ("  a -- first",))]),
        (f"select\n  a\n  , {CALL}\nfrom t", [(3, (f"  , {CALL}",), ())]),
        (f"select a, {CALL}, b from t", [(1, (f"select a, {CALL}, b from t",), ("select a, b from t",))]),
    ],
)
def test_an_item_goes_with_one_comma(text: str, expected: object) -> None:
    assert lines(remove_item(*the_call(text))) == expected  # type: ignore[arg-type]


def test_a_call_inside_of_another_expression_is_left_alone() -> None:
    text = "select {{ deprecated_column('x') ~ ',' }} from t"
    assert remove_item(*the_call(text)) == []  # type: ignore[arg-type]
    assert replace_expression(*the_call(text), "x") == []  # type: ignore[arg-type]


def test_a_call_is_replaced_with_its_braces() -> None:
    text = "select\n  {{- renamed_column(\n    'a', 'b'\n  ) -}},\n  c"
    found = replace_expression(*the_call(text, "renamed_column"), "a as b")  # type: ignore[arg-type]
    assert lines(found) == [(2, ("  {{- renamed_column(", "    'a', 'b'", "  ) -}},"), ("  a as b,",))]
