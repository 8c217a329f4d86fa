"""Any text becomes a literal that reads back as the same text, and a table's cell of one line."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("it's; drop table x; --")
@example("\\' \\\\ \r\n {{ x }} {% y %} %s ? $1 :name")
@example("a\x00b")
def test_any_text_survives_as_a_literal(duckdb_macros, text):
    literal = duckdb_macros("_string_literal", text=text)
    assert duckdb_macros.sql(f"select {literal}") == [[text]]


def test_nothing_is_null_and_other_values_are_written_as_text(duckdb_macros):
    assert duckdb_macros("_string_literal", text=None) == "null"
    assert duckdb_macros("_string_literal", text=1.5) == "'1.5'"


@pytest.mark.parametrize(
    ("text", "cell"), [("two\r\nlines", "two lines"), (None, "-"), ("", ""), ("ünïcödé", "ünïcödé")]
)
def test_a_cell_of_a_printed_table_is_one_line(duckdb_macros, text, cell):
    printed = duckdb_macros.printed("_print_table", headers=["text", "n"], rows=[[text, 5], ["longer text", 10]])
    assert printed.splitlines()[2] == f"{cell:11}   5"


def test_a_table_without_rows_says_so(duckdb_macros):
    assert duckdb_macros.printed("_print_table", headers=["a", "b"], rows=[], title="Nothing").splitlines() == [
        "Nothing",
        "a  b",
        "----",
        "(no rows)",
    ]
