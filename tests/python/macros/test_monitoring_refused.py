"""What is refused: each error says what was given, what is allowed and what to type."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.targets("duckdb", "emulator")

WRONG = {
    "a table that is not there": ({"table": "ordres"}, "there is no table 'ordres'"),
    "its near misses": ({"table": "ordres"}, "Did you mean orders?"),
    "no table": ({"table": ""}, "no table is given. Allowed: a model, seed"),
    "a date column that is not there": ({"date_column": "ordered"}, "has no column 'ordered'. Its columns: id, email, amount, ordered_at"),
    "its near miss": ({"date_column": "ordered"}, "Did you mean ordered_at?"),
    "a date column that is no date": ({"date_column": "email"}, "say so: data_type='text'. Allowed: date, datetime"),
    "a key that is not there": ({"key": ["id", "no"]}, "lacks columns of the key: no. It has: id, email, amount, ordered_at."),
    "a column that is not there": ({"columns": "e_mail"}, "lacks columns to watch: e_mail. It has: id, email, amount, ordered_at. Did you mean email?"),
    "a metric that is not there": ({"metrics": ["amont"]}, "lacks metrics: amont. It has: id, email, amount, ordered_at. Did you mean amount?"),
    "a metric that is no number": ({"metrics": ["amount", "email"]}, "the metric 'email' of"),
    "what is a metric": ({"metrics": "ordered_at"}, "which is no number. A metric gets a min, max and avg. To count the NULLs"),
    "no days": ({"days": 0}, "days is '0', which is no whole number from 1 to 3660. Write a plain number, for example days: 7."),
    "days before today": ({"days": -1}, "days is '-1', which is no whole number"),
    "half days": ({"days": 1.5}, "days is '1.5', which is no whole number"),
    "days in words": ({"days": "seven"}, "days is 'seven', which is no whole number"),
    "days that are true": ({"days": True}, "days is 'True', which is no whole number"),
    "too many days": ({"days": 3661}, "days is '3661', which is no whole number from 1 to 3660"),
    "a zone that is none": ({"timezone": "Europe/Berln"}, "'Europe/Berln' is no time zone that is known. Use a name of the tz database"),
    "its near zone": ({"timezone": "Europe/Berln"}, "Did you mean Europe/Berlin"),
}  # fmt: skip


@pytest.fixture
def orders(table):
    types = {"id": "int64", "email": "string", "amount": "float64", "ordered_at": "timestamp"}
    return table(types=types, name="orders")


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("case", WRONG)
def test_wrong_arguments_are_said_to_be_wrong_before_anything_is_asked(macro, case):
    wrong, message = WRONG[case]
    with macro.raises(message):
        macro("monitoring_view_sql", **{"table": "orders", "date_column": "ordered_at", **wrong})


HEALTH_CHECK = [
    "a table that is not there",
    "its near miss",
    "a column that is not there",
    "no days",
    "a zone that is none",
]


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("case", HEALTH_CHECK)
def test_a_health_check_refuses_the_same(macro, case):
    wrong, message = WRONG[case]
    arguments = {"table": "orders", "date_column": "ordered_at", **wrong}
    with macro.raises(message):
        macro("health_check", timestamp_column=arguments.pop("date_column"), **arguments)


def test_a_view_over_nothing_is_refused(macro, orders):
    macro.query(f"drop table {orders}")
    with macro.raises("there is no table 'orders'"):
        macro("create_monitoring_view", "orders", "ordered_at", view="orders_health")
    with macro.raises("has no columns that can be read: does it exist?"):
        macro("create_monitoring_view", orders, "ordered_at", view="orders_health")


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("view", [None, "", "  ", 7])
def test_a_view_without_a_name_is_refused(macro, view):
    with macro.raises("which is no name. Give the view's own: 'view', 'schema.view' or 'database.schema.view'."):
        macro("create_monitoring_view", "orders", "ordered_at", view=view)


def test_a_table_is_never_replaced_by_a_view(macro, table, orders):
    kept = table({"id": [1]}, name="kept")
    with macro.raises("exists and is a table, so it is not replaced. Only a view is: give another name"):
        macro("create_monitoring_view", orders, "ordered_at", view="kept")
    with macro.raises("is the table that the view would read. Give another name"):
        macro("create_monitoring_view", orders, "ordered_at", view="orders")
    assert macro.query(f"select * from {kept}") == [[1]]


def test_a_view_is_not_made_of_itself(macro, orders):
    [[view, _]] = macro("create_monitoring_view", orders, "ordered_at", view="watched").rows
    with macro.raises("is the table that the view would read. Give another name"):
        macro("create_monitoring_view", "watched", "first_at", view="watched")
    assert macro.query(f"select count(*) from {view}") == [[7]]


def test_a_view_is_replaced_and_what_was_made_is_shown(macro, orders):
    made = [macro("create_monitoring_view", orders, "ordered_at", view="watched", days=days) for days in (7, 2)]
    assert [result.rows[0][1] for result in made] == ["created", "replaced"]
    [[view, _]] = made[1].rows
    assert f"The view {view} was replaced:\n\ncreate or replace view {view} as\nwith counted as (" in made[1].printed
    assert macro.query(f"select count(*) from {view}") == [[2]]


def test_a_view_goes_on_with_the_clock_and_with_the_table(macro, orders):
    [[view, _]] = macro("create_monitoring_view", orders, "ordered_at", view="watched", days=3).rows
    macro.query(f"insert into {orders} (id, ordered_at) values (1, current_timestamp)")
    today = "where is_partial" if macro.target == "duckdb" else "where is_partial is true"
    assert macro.query(f"select row_count from {view} {today}") == [[1]]


def test_a_missing_schema_is_made(macro, orders):
    [[view, done]] = macro("create_monitoring_view", orders, "ordered_at", view="a_new_schema.watched").rows
    assert done == "created"
    assert macro.query(f"select count(*) from {view}") == [[7]]
