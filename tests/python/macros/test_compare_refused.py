"""Comparisons that are asked for wrongly: what the errors say."""

from __future__ import annotations

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError, SqlError

pytestmark = pytest.mark.targets("duckdb")

TYPES = {"id": "int64", "name": "string", "at": "timestamp", "amount": "int64"}
ROW = {"id": 1, "name": "a", "at": "2024-01-01 00:00:00", "amount": 5}


@pytest.fixture
def sides(table):
    return table([ROW], TYPES, name="orders_old"), table([ROW, {**ROW, "id": None}], TYPES, name="orders_new")


@pytest.mark.parametrize("name", ["compare_rows", "compare_row_counts", "compare_aggregates"])
def test_a_table_that_is_not_there_is_named_with_its_near_misses(macro, sides, name):
    schema = sides[0].schema
    with macro.raises(f"there is no table '{schema}.order_old': memory.{schema} holds no 'order_old'"):
        macro(name, f"{schema}.order_old", sides[1])
    with macro.raises("Did you mean orders_old, orders_new?"):
        macro(name, f"{schema}.order_old", sides[1])
    with macro.raises("no table is given. Allowed: a model, seed, snapshot or source"):
        macro(name, sides[0], None)


def test_a_database_that_is_not_attached_is_said_how_to_attach(macro, sides):
    with macro.raises(
        "elsewhere.main holds no 'orders' and no model, seed, snapshot or source has that name."
        " DuckDB reads another database when profiles.yml attaches it: attach: [{path: elsewhere.duckdb, alias: elsewhere}]."
    ):
        macro("compare_rows", "elsewhere.main.orders", sides[1])


def test_two_attached_databases_are_compared(macro, sides):
    macro.query("attach ':memory:' as attached")
    try:
        macro.query(f"create table attached.main.orders as from {sides[0]}")
        assert macro("compare_rows", sides[0], "attached.main.orders", key="id").value["same"]
    finally:
        macro.query("detach attached")


@pytest.mark.targets("bigquery")
def test_two_locations_are_refused_before_bigquery_says_not_found(macro, table):
    old, new = table(types=TYPES), table(types=TYPES, schema="elsewhere")

    def location(relation):
        return "EU" if relation.schema == "elsewhere" else "US"

    for name in ("compare_rows", "compare_row_counts", "compare_aggregates"):
        with pytest.raises(
            MacroError, match=r"is in US and .*elsewhere.* in EU, and BigQuery reads no two locations in one query"
        ):
            macro(name, old, new, stubs={"adapter.get_dataset_location": location})


def test_a_view_whose_table_is_gone_says_so(macro, sides, made):
    gone = made("select 1 as id")
    view = f"{gone.schema}.view_of_nothing"
    macro.query(f"create or replace view {view} as select * from {gone}")
    macro.query(f"drop table {gone}")
    try:
        with macro.raises(
            "has no columns that can be read: does it exist? A view has none when a table that it reads is gone."
        ):
            macro("compare_rows", view, sides[1])
        with pytest.raises(SqlError, match=f"Table with name {gone.identifier} does not exist"):
            macro("compare_row_counts", view, sides[1])
    finally:
        macro.query(f"drop view {view}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"key": "ib"}, "lacks the key: ib. It has: id, name, at, amount."),
        ({"columns": ["nmae"]}, "lacks a column of `columns`: nmae. It has: id, name, at, amount. Did you mean name?"),
        ({"by": "ta"}, "lacks the column of `by`: ta"),
        ({"by": ["at"]}, "`by` is ['at'], and compare_rows takes one column, or one expression in parentheses"),
        ({"by": "at", "timezone": "Europe/Berln"}, "'Europe/Berln' is no time zone that is known."),
        ({"by": "at", "timezone": "Europe/Berln"}, "Did you mean Europe/Berlin"),
        ({"sample": -1}, "sample is '-1', which is no whole number from 0 to 10000. Write a plain number"),
        ({"sample": "ten"}, "sample is 'ten', which is no whole number"),
        ({"sample": 2.5}, "sample is '2.5', which is no whole number"),
        ({"key": "id"}, "the key id is NULL in 0 rows of"),
        ({"key": "id"}, '"orders_old" (old) and 1 of '),
        ({"key": "id"}, '"orders_new" (new), which belong to no row of the other table.'),
        ({"key": ["id", "name"]}, "the key id, name is NULL in 0 rows of"),
        ({"key": "id", "by": "at"}, "the key id is NULL in 0 rows of"),
        (
            {"key": "id", "tolerance": {"name": 1}},
            "tolerance of column 'name', which holds no numbers: it is character varying",
        ),
        ({"key": "id", "tolerance": "a bit"}, "tolerance a bit is no distance"),
        ({"key": "id", "tolerance": float("nan")}, "tolerance nan is no distance"),
        ({"key": "id", "tolerance": float("inf")}, "tolerance inf is no distance"),
        ({"key": "id", "tolerance": {"absolut": 1}}, "tolerance names 'absolut', which is no column that is compared."),
        (
            {"key": "id", "tolerance": {"amuont": 1}},
            "There is: name, at, amount. For all of them give a number, or {absolute: 0.01",
        ),
        ({"key": "id", "tolerance": {"amount": {"relatvie": 1}}}, "tolerance relatvie: 1 is no distance"),
    ],
)
def test_rows(macro, sides, arguments, said):
    with macro.raises(said):
        macro("compare_rows", *sides, **arguments)


def test_a_null_key_outside_of_what_was_joined_is_counted_where_it_was(macro, made):
    rows = "select if(i = 5, null, i) as id, i // 10 as part, {value} as v from range(100) as t(i)"
    old, new = made(rows.format(value="0")), made(rows.format(value="(i = 5 or i = 99)::int"))
    with macro.raises("is NULL in 1 row of"):
        macro("compare_rows", old, new, key="id", by="part")
    with macro.raises("(new), of the partitions that differ, which belong to no row"):
        macro("compare_rows", old, new, key="id", by="part")
    new = made(rows.format(value="(i = 99)::int"))
    assert macro("compare_rows", old, new, key="id", by="part").value["differing"] == 1, "those rows are the same"


@pytest.mark.parametrize(
    ("rows", "arguments", "said"),
    [
        ("select null::uuid as k, 1 as v", {"key": "k"}, 'Leave them out (where: "k is not null"), or give no key'),
        ("select null::utinyint as k, 1 as v", {"key": "k"}, 'Leave them out (where: "k is not null"), or give no key'),
        ("select null::boolean as k, 1 as v", {"key": "k"}, 'Leave them out (where: "k is not null"), or give no key'),
        ('select null::int as "the key", 1 as v', {"key": "the key"}, r'(key: "coalesce(\"the key\", -1)")'),
        (
            "select null::int as k, 1 as v",
            {"key": "(k + 1)"},
            'Leave them out (where: "(k + 1) is not null"), or give no key',
        ),
    ],
)
def test_where_no_value_stands_for_a_null_key_none_is_named(macro, made, rows, arguments, said):
    sides = made(rows), made(rows.replace("1 as v", "2 as v"))
    with macro.raises(said):
        macro("compare_rows", *sides, **arguments)


def test_a_null_key_that_is_called_otherwise_on_the_other_side_is_not_named_for_both(macro, made):
    sides = made("select null::int as k, 1 as v"), made("select null::int as n, 2 as v")
    with macro.raises("which belong to no row of the other table. Give no key: rows are compared as a whole then."):
        macro("compare_rows", *sides, key="n", rename={"k": "n"})


def test_tables_without_a_common_column(macro, sides, table):
    with macro.raises(
        "have no column in common that is to be compared. The old one has: id, name, at, amount. The new one has: x."
    ):
        macro("compare_rows", sides[0], table({"x": [1]}))
    with macro.raises("Columns with other names are paired by rename: {old_name: new_name}."):
        macro("compare_rows", sides[0], table({"x": [1]}))


def test_a_sample_of_0_shows_none(macro, sides):
    for key in ("(coalesce(id, -1))", None):
        result = macro("compare_rows", *sides, key=key, sample=0)
        assert (result.value["only_in_new"], result.value["sample"]) == (1, [])


@pytest.mark.parametrize("by", [None, "name"])
@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"x": "amount + 1"}, "lacks the metric 'x', which is to be a column (its sum is compared) or an aggregate such as 'sum(amount + 1)'"),
        ({"x": "abs(amount)"}, "metric 'x' is no aggregate: abs(amount) has a value for each row. Put an aggregate around it"),
        ({"n": "count(*)", "x": "(amount + 1)"}, "metric 'x' is no aggregate: (amount + 1) has a value for each row."),
        ({"x": "sum(amount) over ()"}, "metric 'x' is no aggregate"),
        ("name", "metric 'name' is the sum of name, which is character varying(256) in"),
        ("name", "and has none. Give an aggregate, for example 'max(name)' or 'count(distinct name)'."),
    ],
)  # fmt: skip
def test_metrics(macro, sides, metrics, by, said):
    with macro.raises(said):
        macro("compare_aggregates", *sides, by=by, metrics=metrics)


def test_the_query_itself_refuses_a_metric_that_is_no_aggregate(macro, sides):
    """Else it would compare the greatest value of each side."""
    with pytest.raises(SqlError, match=r"must appear in the GROUP BY clause or must be part of an aggregate function"):
        macro.run("compare_aggregates_sql", *sides, metrics={"x": "abs(amount)"})


@pytest.mark.targets("duckdb", "bigquery")
def test_the_warehouse_names_a_column_inside_of_an_aggregate_that_is_not_there(macro, sides):
    with pytest.raises(SqlError, match=r"amuont[^$]*amount"):
        macro.run("compare_aggregates_sql", *sides, metrics={"x": "sum(amuont)"})


def test_aggregates_that_are_not_known_by_name_are_taken(macro, sides):
    metrics = {"most": "bool_or(amount > 4)", "share": "(sum(amount) / count(*))", "list": "len(array_agg(id))"}
    assert macro("compare_aggregates", *sides, metrics=metrics).rows == [
        (True, True, 5.0, 5.0, 1, 2, "list", "differs")
    ]


@pytest.mark.parametrize("kind", ["utinyint", "tinyint", "ubigint", "bigint"])
def test_a_tolerance_of_whole_numbers_does_not_overflow(macro, made, kind):
    low, high = {
        "utinyint": (0, 255),
        "tinyint": (-128, 127),
        "ubigint": (0, 2**64 - 1),
        "bigint": (-(2**63), 2**63 - 1),
    }[kind]
    old, new = (made(f"select 1 as id, ({first})::{kind} as v union all select 2, {second}::{kind}") for first, second in ((high, 5), (low, 4)))  # fmt: skip
    found = macro("compare_rows", old, new, key="id", tolerance={"v": 1}).value
    assert (found["differing"], found["columns"]) == (1, {"v": 1})
    assert macro("compare_aggregates", old, new, metrics="min(v)", tolerance=4, where="id = 2").rows == []
