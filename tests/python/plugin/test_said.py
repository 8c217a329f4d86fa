"""What a macro raised, sent and printed."""

from __future__ import annotations

import datetime as dt
import decimal

import pytest

from dbt_playbooks.pytest_plugin.errors import HarnessError, MacroError

BOTH = pytest.mark.targets("duckdb", "bigquery")


@BOTH
def test_a_compiler_error_is_expected_by_its_message(macro):
    with macro.raises("require_positive: -1 is not above 0"):
        macro("require_positive", -1)


def test_another_error_than_the_expected_one_is_shown(macro):
    with (
        pytest.raises(
            AssertionError, match=r"(?s)another error.*expected in it: no such.*raised: require_positive: 0 is"
        ),
        macro.raises("no such"),
    ):
        macro("require_positive", 0)


def test_no_error_where_one_is_expected_fails(macro):
    with (
        pytest.raises(AssertionError, match=r"raised no error. Expected was one with: above 0"),
        macro.raises("above 0"),
    ):
        macro("require_positive", 1)


def test_a_name_that_the_test_misspelt_is_no_error_of_a_macro(macro):
    with pytest.raises(HarnessError, match=r"there is no macro 'require_positiv'"), macro.raises("require_positive"):
        macro("require_positiv", 1)


def test_an_exception_of_another_kind_passes_through(macro):
    with pytest.raises(ZeroDivisionError), macro.raises("division"):
        _ = 1 / 0


def test_a_macro_that_calls_what_is_not_there_says_so(macro):
    with pytest.raises(MacroError, match=r"'no_such_macro' is undefined"):
        macro.compile("{{ no_such_macro() }}")


def test_a_wrong_argument_names_the_macro_as_it_is_written(macro):
    with macro.raises("macro 'greet' takes no keyword argument 'nmae'"):
        macro("greet", nmae="Ann")


@BOTH
def test_a_plan_that_must_not_run_anything_is_proved_to_run_nothing(macro):
    plan = macro("archive", "plants", "attic", dry_run=True)
    assert plan.statements == macro.statements == []
    assert plan.printed.splitlines() == [
        "create schema if not exists attic",
        "create table attic.archived as select * from plants",
    ]


def test_statements_are_those_of_the_macro_and_not_of_the_harness(macro, table):
    plants = table({"id": [1]})
    sent = macro("archive", plants, "attic").statements
    assert sent == ["create schema if not exists attic", f"create table attic.archived as select * from {plants}"]
    assert macro.query("select id from attic.archived") == [(1,)]
    counted = macro("count", plants)
    assert [statement.split() for statement in counted.statements] == [
        f"select count(*) as plants from {plants}".split()
    ]
    assert macro.statements == [*sent, *counted.statements]


def test_printed_holds_what_print_and_log_show_to_a_user(macro, capsys):
    assert macro("say", "bloom").printed == "bloom\nlogged bloom"
    assert macro("greet", "Ann").printed == ""
    assert capsys.readouterr().out == ""


# --- results -----------------------------------------------------------------------------------------------------------


def test_rows_are_tuples_of_python_values(macro, table):
    noon = dt.datetime(2024, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    data = {
        "id": [2, 1],
        "price": [decimal.Decimal("1.10"), None],
        "day": [dt.date(2024, 1, 1), None],
        "at": [noon, None],
    }
    found = macro.query(f"select * from {table(data)} order by id desc")
    assert found == [
        (2, decimal.Decimal("1.10"), dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 10)),
        (1, None, None, None),
    ]
    assert type(found[0][1]) is decimal.Decimal
    assert found.names == ("id", "price", "day", "at")
    assert found.dicts[1] == {"id": 1, "price": None, "day": None, "at": None}
    assert found != [(2, decimal.Decimal("1.10"), dt.date(2024, 1, 1), dt.datetime(2024, 1, 1, 10))]


def test_rows_come_as_an_agate_table_too(macro, table):
    import agate

    made = table({"id": [1, 2], "name": ["rose", None], "day": [dt.date(2024, 1, 1), None]})
    found = macro.run("count_sql", made).table
    assert isinstance(found, agate.Table)
    assert found.column_names == ("plants",)
    assert [tuple(row) for row in found.rows] == [(2,)]
    everything = macro.compile(f"select * from {made} order by id").table
    assert [tuple(row) for row in everything.rows] == [(1, "rose", dt.date(2024, 1, 1)), (2, None, None)]
    assert macro("count", made).rows == [(2,)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": 1}, "returned a dict, which has no rows. It is in .value."),
        ([1, 2], r"returned a list, but not one of rows: \[1, 2\]"),
        ("  ", "there is no statement to judge: the text is empty"),
        (None, "returned nothing, which has no rows"),
    ],
)
def test_what_has_no_rows_says_what_it_is(macro, value, said):
    with pytest.raises(HarnessError, match=said):
        _ = macro("count", "x", stubs={"run_query": lambda _: value}).rows
