"""What the reader of SQL does not know is told, never passed over: every kind of node that sqlglot has, and every place of a name."""

from __future__ import annotations

import inspect

import pytest
from sqlglot import exp

from dbt_playbooks.impact.reading import Out, Table, parse, read
from dbt_playbooks.impact.reading.coverage import _KINDS, _PLACES, _is_known

from .test_reading import lineage, lookup, uses

EVERY_KIND = [
    each
    for _, each in sorted(vars(exp).items())
    if inspect.isclass(each) and issubclass(each, exp.Expression) and each is not exp.Expression
]


@pytest.mark.parametrize("kind", [each for each in EVERY_KIND if not issubclass(each, exp.Func)])
def test_a_kind_of_sql_is_known_or_named(kind):
    tree = parse("select id from t", "duckdb")
    tree.set("settings", [kind()])
    told = read(tree, "duckdb", lookup).lineage.unread
    if _is_known(kind()):
        assert told is None or "where no" in told, "a name that is not read"
    else:
        assert told == f"its SQL holds what sqlglot calls {kind.__name__}, which is not understood"


def test_kinds_that_are_not_known_are_most_of_those_that_are_no_part_of_a_query():
    told = {each.__name__ for each in EVERY_KIND if not _is_known(each())}
    assert {"Command", "Create", "Merge", "Insert", "Into", "Lock", "Property", "Declare", "Whens"} <= told
    assert not {"Select", "Column", "Case", "Cast", "Join", "Lambda"} & told


def test_the_lists_name_what_sqlglot_has():
    names = {each.__name__ for each in EVERY_KIND}
    # of other releases
    assert _KINDS - names <= {"JSONPathPart"}
    assert {place.partition(".")[0] for place in _PLACES} <= names


@pytest.mark.parametrize("kind", [each for each in EVERY_KIND if issubclass(each, exp.Func)])
def test_a_column_in_any_argument_of_a_function_is_read(kind):
    """sqlglot gives each function arguments of its own: a column in any of them counts, or is told."""
    for name in kind.arg_types:
        tree = parse("select id, 1 as made from t", "duckdb")
        tree.expressions[1].set("this", kind(**{name: exp.column("status")}))
        found = read(tree, "duckdb", lookup).lineage
        assert ("t", "status") in found.uses or found.unread, name


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_bare_name_in_any_argument_is_told(kind):
    """A function that takes a name where another takes a column, as DuckDB's maps do."""
    for name in kind.arg_types if issubclass(kind, exp.Func) else ():
        tree = parse("select id, 1 as made from t", "duckdb")
        tree.expressions[1].set("this", kind(**{name: exp.to_identifier("status")}))
        found = read(tree, "duckdb", lookup).lineage
        place = f"{kind.__name__}.{name}"
        assert ("t", "status") in found.uses or found.unread or place in _PLACES, place


@pytest.mark.parametrize("place", ["hint", "into", "locks", "settings", "options", "sample", "format", "exclude"])
def test_a_column_where_no_clause_is_read_is_told(place):
    tree = parse("select id from t", "duckdb")
    tree.set(place, exp.Tuple(expressions=[exp.column("status")]))
    found = read(tree, "duckdb", lookup).lineage
    assert found.unread == "its SQL names 'status' in what sqlglot calls Tuple, where no name is understood"
    assert uses(found) == "t.id passes on", "what was read stands"


def test_a_bare_name_in_an_expression_is_a_column():
    assert (
        uses(lineage("select id from t tablesample (bucket 1 out of 5 on status)", "hive"))
        == "t.id passes on, t.status filters"
    )
    assert uses(lineage("select cast(status as text).upper() as k from t")) == "t.status reads"
    assert uses(lineage("select (status).upper() as k from t")) == "t.status reads"


@pytest.mark.parametrize(
    "call",
    [
        "date_trunc(status, ts)",
        "date_diff(status, ts, ts)",
        "date_part(status, ts)",
        "last_day(ts) > date_trunc(t.status, ts)",
    ],
)
def test_a_unit_of_time_may_be_a_column(call):
    assert ("t", "status") in lineage(f"select {call} as k from t").uses
    assert ("t", "status") not in lineage(
        f"select {call.replace('t.status', 'status').replace('status', repr('day'))} as k from t"
    ).uses


def test_a_column_that_is_called_as_a_unit_may_be_meant_or_not():
    table = Table([Out(name, {("t", name): True}) for name in ("day", "month")])
    found = read(
        parse("select date_trunc('month', day) as m from t", "duckdb"), "duckdb", lambda _: ("t", table)
    ).lineage
    assert found.doubts == {("t", "month"): "'month' may be a unit of time, or the column"}


def test_variables_of_a_lambda_and_hints_are_no_names_of_columns():
    assert lineage("select list_filter(items, x -> x > 1 and x < b) as k from t").unread is None
    assert lineage("select [y + a for y in items if y > b] as k from t").unread is None
    assert lineage("select /*+ broadcast(u) */ id from t", "spark").unread is None


def test_what_the_parser_drops_is_told():
    found = lineage("select id from t where ((select max(c) from u), status) = (1, b)")
    assert found.unread == "sqlglot loses 'status' when it parses its SQL"
    assert uses(found) == "t.b filters, t.id passes on, u.c filters", "what was read stands"


def test_a_query_in_a_text_is_held_to_the_same():
    lost = "select id from t where ((select max(c) from u), status) = (1, b)"
    found = lineage(f"select id from query('{lost}')")
    assert found.unread == "sqlglot loses 'status' when it parses its SQL"
