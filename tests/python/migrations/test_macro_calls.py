"""Calls of macros in a model's Jinja: what is a call, what it gives to which parameter, and where it stands."""

from __future__ import annotations

import pytest

from dbt_playbooks.interface import MacroCall
from dbt_playbooks.migrations.changes import KIND_OF, parameters
from dbt_playbooks.project.models import backfill_filters, macro_calls, parameters_of

NAMES = {"renamed_column": ("old_name", "new_name", "phase")}


def calls(text: str) -> list[MacroCall]:
    return list(macro_calls(text, NAMES))


def test_arguments_are_bound_by_place_and_by_name() -> None:
    (call,) = calls("select {{ dbt_playbooks.renamed_column('a', new_name = 'b', phase=\"both\") }} from t")
    assert {name: given.value for name, given in call.arguments.items()} == {
        "old_name": "a",
        "new_name": "b",
        "phase": "both",
    }


def test_what_is_no_literal_is_unknown_with_its_text() -> None:
    (call,) = calls("{{ renamed_column('a' ~ '_b', var('x', 'c'), phase=['both', none][0] if x else 'new') }}")
    known = call.arguments["old_name"]
    assert (known.value, known.known) == ("a_b", True)
    assert [(given.text, given.known) for name, given in call.arguments.items() if name != "old_name"] == [
        ("var('x', 'c')", False),
        ("['both', none][0] if x else 'new'", False),
    ]


def test_a_star_may_give_anything() -> None:
    (call,) = calls("{% set x = renamed_column('a', **more) %}")
    assert call.more
    assert list(call.arguments) == ["old_name"]


@pytest.mark.parametrize(
    "text",
    [
        "-- renamed_column('a', 'b')",
        "{# {{ renamed_column('a', 'b') }} #}",
        "{% raw %}{{ renamed_column('a', 'b') }}{% endraw %}",
        "{{ \"renamed_column('a', 'b')\" }}",
        "{{ x | renamed_column('a') }}",
        "{% macro renamed_column(a) %}{% endmacro %}",
        "{{ renamed_column }}",
        "{{ renamed_column('a'",
    ],
)
def test_what_only_looks_like_a_call_is_none(text: str) -> None:
    assert calls(text) == []


def test_a_call_knows_where_it_stands_whatever_white_space_jinja_takes_away() -> None:
    text = "select\n\n  {%- if true -%}\n  {{- dbt_playbooks.renamed_column(\n    'a',\n    'b )'\n  ) -}}\n  {%- endif %}, {{ renamed_column('c', 'd') }}"
    first, second = calls(text)
    assert text[first.start : first.end] == "dbt_playbooks.renamed_column(\n    'a',\n    'b )'\n  )"
    assert text[second.start : second.end] == "renamed_column('c', 'd')"
    given = first.arguments["new_name"]
    assert text[given.start : given.end] == given.text == "'b )'"


def test_a_call_in_a_call_is_found() -> None:
    assert len(calls("{{ upper(renamed_column('a', f('b, c'))) }} {{ renamed_column('d', {'x': [1, 2]}) }}")) == 2


def test_the_filter_of_a_backfill_is_read_as_before() -> None:
    text = "{{ backfill_filter('day') }} {{ dbt_playbooks.backfill_filter('e.ts', 'timestamp', timezone=var('zone'), target_column='ts') }}"
    assert list(backfill_filters(text)) == [("day", "date", "UTC"), ("ts", "timestamp", "UTC")]


def test_parameters_come_with_their_defaults() -> None:
    text = "{% macro other(x) %}{% endmacro %}{% macro m(a, b=none, c='both', d=var('x'), e=[1, 2]) %}{% endmacro %}"
    assert parameters_of(text, "m") == {"a": None, "b": None, "c": "both", "d": None, "e": [1, 2]}


def test_the_macros_of_schema_evolution_have_the_parameters_that_changes_are_read_from() -> None:
    found = parameters()
    assert set(found) == set(KIND_OF)
    assert list(found["renamed_column"])[:4] == ["old_name", "new_name", "phase", "remove_after"]
    assert {"column", "to", "typed_name", "failures_name", "remove_after"} <= set(found["retyped_column"])
    assert found["renamed_column"]["phase"] == found["retyped_column"]["phase"] == "both"
    assert {"name", "remove_after"} <= set(found["deprecated_column"])
    assert "name" in found["added_column"]
