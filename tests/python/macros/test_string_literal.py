"""Any text becomes a literal that reads back as the same text, and a table's cell of one line."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.targets("duckdb", "emulator")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60), max_size=8))
@example(["it's; drop table x; --"])
@example(["\\' \\\\ \r\n {{ x }} {% y %} %s ? $1 :name"])
def test_any_text_survives_as_a_literal(macro, texts):
    literals = [macro("_string_literal", text=text).text for text in ["", *texts]]
    assert macro.query(f"select {', '.join(literals)}") == [["", *texts]]


@pytest.mark.emulator_differs("codes_stay_as_written")
def test_the_character_0_survives_as_a_literal(macro):
    assert macro.query(f"select {macro('_string_literal', text=TEXT_WITH_0).text}") == [[TEXT_WITH_0]]


TEXT_WITH_0 = "a\0b"


def test_nothing_is_null_and_other_values_are_written_as_text(macro):
    assert macro("_string_literal", text=None).text == "null"
    assert macro("_string_literal", text=1.5).text == "'1.5'"


@pytest.mark.parametrize(
    ("text", "cell"), [("two\r\nlines", "two lines"), (None, "-"), ("", ""), ("ünïcödé", "ünïcödé")]
)
def test_a_cell_of_a_printed_table_is_one_line(macro, text, cell):
    printed = macro("_print_table", headers=["text", "n"], rows=[[text, 5], ["longer text", 10]]).printed
    assert printed.splitlines()[2] == f"{cell:11}   5"


def test_a_table_without_rows_says_so(macro):
    assert macro("_print_table", headers=["a", "b"], rows=[], title="Nothing").printed.splitlines() == [
        "Nothing",
        "a  b",
        "----",
        "(no rows)",
    ]
