"""Stubs stand in for what a macro finds in its context, wherever it is called from, and only for one call."""

from __future__ import annotations

import re

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError

BOTH = pytest.mark.targets("duckdb", "bigquery")


@BOTH
def test_run_query_is_answered_by_the_test(macro):
    asked = []

    def answer(sql):
        asked.append(sql.strip())
        return [(7,)]

    assert macro("count", "plants", stubs={"run_query": answer}).rows == [(7,)]
    assert asked == ["select count(*) as plants\nfrom plants"]
    assert macro.statements == []


def test_a_plain_value_is_what_a_stubbed_macro_returns(macro):
    assert macro("count", "plants", stubs={"run_query": [(7,)]}).value == [(7,)]


@BOTH
def test_a_method_of_the_adapter_is_answered_by_the_test(macro):
    assert macro("is_there", "plants", "raw", stubs={"adapter.get_relation": "a relation"}).value is True
    assert macro("is_there", "plants", "raw", stubs={"adapter.get_relation": lambda *_: None}).value is False


def test_another_macro_is_stubbed_in_whichever_package_it_is(macro):
    assert macro("welcome", "Ann", stubs={"greet": lambda name: f"ciao {name}"}).text == "ciao Ann, ciao Ann"


def test_the_macro_of_one_package_is_stubbed_alone(macro):
    assert macro("welcome", "Ann", stubs={"tools.greet": "T"}).text == "hello Ann, T"
    assert macro("welcome", "Ann", stubs={"garden.greet": "G"}).text == "G, tools greet Ann"


@BOTH
def test_a_dispatched_variant_is_stubbed(macro):
    name = {"duckdb": "default__divide", "bigquery": "bigquery__divide"}[macro.target]
    assert macro("divide", 1, 2, stubs={name: lambda a, b: f"{a}:{b}"}).text == "1:2"


def test_the_public_macro_itself_may_be_the_stub_of_a_caller(macro):
    inline = "{{ divide(1, 2) }} {{ garden.divide(1, 2) }}"
    assert macro.compile(inline, stubs={"divide": "half"}).text == "half half"


def test_the_target_may_be_stubbed(macro):
    assert macro("surroundings", stubs={"env_var": lambda *_: "Eden"}).value[0] == "Eden"


STUBS = {
    "run_query": [(1,)],
    "adapter.get_relation": "x",
    "greet": "S",
    "tools.greet": "S",
    "default__divide": "S",
    "var": lambda *_: "S",
}


def test_nothing_of_a_stub_is_left_for_the_next_call(macro, table):
    plants = table({"id": [1, 2]})

    def plain():
        called = [
            macro("welcome", "Ann").text,
            macro("divide", 1, 2).text,
            macro("is_there", "none", "main").value,
            macro("count", plants).rows,
        ]
        return called, macro.compile("{{ greet('Ann') }} {{ tools.greet('Ann') }}").text

    before = plain()
    assert macro("welcome", "Ann", stubs=STUBS).text == "S, S"
    assert plain() == before
    with macro.raises("not above 0"):
        macro("require_positive", -1, stubs=STUBS)
    assert plain() == before


@pytest.mark.parametrize(
    ("stub", "said"),
    [
        ("run_qurey", "stub 'run_qurey': nothing of that name is known. Did you mean run_query"),
        ("tools.gret", "stub 'tools.gret': nothing of that name is known. Did you mean tools.greet"),
        ("toolz.greet", "stub 'toolz.greet': nothing of that name is known. Did you mean tools.greet"),
        ("adapter.get_relatoin", "stub 'adapter.get_relatoin': the adapter has no 'get_relatoin'. Did you mean adapter.get_relation"),
    ],
)  # fmt: skip
def test_a_misspelt_stub_gets_its_near_misses(macro, stub, said):
    with pytest.raises(HarnessError, match=re.escape(said)):
        macro("greet", "Ann", stubs={stub: 1})


def test_a_misspelt_stub_leaves_nothing_behind(macro):
    with pytest.raises(HarnessError, match=r"nothing of that name"):
        macro("greet", "Ann", stubs={"greet": "S", "no_such": 1})
    assert macro("greet", "Ann").text == "hello Ann"
