"""Views whose definition names a table: every spelling of it, and no namesake."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.targets("duckdb")


@pytest.fixture
def orders(table):
    return table({"id": [1], "order day": [1]}, name="orders")


def views(macro, relation):
    return {row[0].replace('"', ""): row[3] for row in macro("dependent_views", relation).rows}


@pytest.mark.parametrize(
    ("written", "named_as"),
    [
        ("memory.dbt_test.orders", "memory.dbt_test.orders"),
        ('"memory"."dbt_test"."orders" as o', "memory.dbt_test.orders"),
        ("dbt_test.ORDERS", "dbt_test.ORDERS"),
        ("(select id from dbt_test.orders) as inner_orders", "dbt_test.orders"),
        ("dbt_test.others left join dbt_test.orders using (id)", "dbt_test.orders"),
        ("dbt_test.others where id in (select id from dbt_test.orders)", "dbt_test.orders"),
    ],
)
@pytest.mark.usefixtures("orders")
def test_a_view_is_found_however_it_writes_the_name(macro, table, written, named_as):
    table({"id": [1]}, name="others")
    macro.query(f"create view dbt_test.v as select * from {written}")
    assert views(macro, "orders") == {"memory.dbt_test.v": named_as}


def test_a_view_that_leaves_out_the_schema_is_found_where_that_means_the_table(macro, table, orders):
    table({"id": [1]}, name="orders", schema="main")
    macro.query("set schema = 'dbt_test'")
    try:
        macro.query("create view dbt_test.bare as select o.id from orders as o")
    finally:
        macro.query("set schema = 'main'")
    macro.query("create view main.elsewhere as select * from orders")
    assert views(macro, orders) == {"memory.dbt_test.bare": "orders"}
    # DuckDB looks in main where the view's own schema has no such table, so both count there
    assert "memory.main.elsewhere" in views(macro, "main.orders")


@pytest.mark.parametrize(
    "other",
    [
        "dbt_test.orders_v2",
        "dbt_test.old_orders",
        'dbt_test."orders old"',
        'dbt_test."the orders"',
        "elsewhere.orders",
        "(select 1 as orders, 2 as id)",
        "(select 'from dbt_tests.orders' as note, 3 as id)",
    ],
)
@pytest.mark.usefixtures("orders")
def test_a_namesake_does_not_count(macro, table, other):
    for name in ("orders_v2", "old_orders", "orders old", "the orders"):
        table({"id": [1]}, name=name)
    table({"id": [1]}, name="orders", schema="elsewhere")
    macro.query(f"create view dbt_test.v as select id from {other}")
    assert views(macro, "orders") == {}


@pytest.mark.usefixtures("orders")
def test_a_comment_does_not_count_because_duckdb_keeps_none(macro):
    macro.query("create view dbt_test.v as select 1 as id /* from dbt_test.orders */ -- dbt_test.orders")
    assert views(macro, "orders") == {}


@pytest.mark.parametrize("name", ["Order Lines", "ördérs", "a.b", "it's", "select", "x-1", "a(b)", "1st"])
def test_any_name_is_found_in_quotes(macro, table, name):
    relation = table({"id": [1]}, name=name)
    table({"id": [1]}, name=f"{name}s")
    macro.query(f'create view dbt_test.v as select * from dbt_test."{name}"')
    macro.query(f'create view dbt_test.w as select * from dbt_test."{name}s"')
    [row] = macro("dependent_views_sql", relation).rows
    assert row[2] == "v"


@pytest.mark.usefixtures("orders")
def test_views_of_other_databases_are_found(macro):
    macro.query("attach ':memory:' as other")
    macro.query("create schema other.dbt_test")
    macro.query("create table other.dbt_test.orders as select 1 as id")
    macro.query("create view other.main.far as select * from memory.dbt_test.orders")
    macro.query("create view other.main.near as select * from other.dbt_test.orders")
    assert views(macro, "orders") == {"other.main.far": "memory.dbt_test.orders"}
    assert views(macro, "other.dbt_test.orders") == {"other.main.near": "other.dbt_test.orders"}


@pytest.mark.parametrize(
    ("written", "named_as"),
    [
        ("query_table('dbt_test.orders')", "dbt_test.orders"),
        ("query_table('memory.dbt_test.ORDERS')", "memory.dbt_test.ORDERS"),
        ("query_table(['dbt_test.others', 'dbt_test.orders'])", "dbt_test.orders"),
        ("query_table('orders')", "orders"),
        ("query_table( [ 'others' , 'orders' ] )", "orders"),
        ("query('select * from dbt_test.orders')", "dbt_test.orders"),
        ("query('select * from orders')", "orders"),
    ],
)
@pytest.mark.usefixtures("orders")
def test_names_in_texts_that_duckdb_reads_as_sql_are_found(macro, table, written, named_as):
    table({"id": [1], "order day": [1]}, name="others")
    macro.query("set schema = 'dbt_test'")
    try:
        macro.query(f"create view dbt_test.v as select * from {written}")
    finally:
        macro.query("set schema = 'main'")
    assert views(macro, "orders") == {"memory.dbt_test.v": named_as}


@pytest.mark.usefixtures("orders")
def test_macros_of_duckdb_are_found_and_what_calls_them(macro, table):
    macro.query("create macro dbt_test.latest() as (select max(id) from dbt_test.orders)")
    macro.query("create macro dbt_test.all_of(x) as table select * from dbt_test.orders where id > x")
    macro.query("create macro dbt_test.other() as (select 1), (x) as (select max(id) from dbt_test.orders)")
    macro.query("create view dbt_test.v as select dbt_test.LATEST ( ) as id, latest_2 from (select 1 as latest_2)")
    rows = macro("dependent_views", "orders").rows
    assert [(row[0].split(".")[-1], row[1], row[3]) for row in rows] == [
        ('"all_of"', "table macro", "dbt_test.orders"), ('"latest"', "macro", "dbt_test.orders"), ('"other"', "macro", "dbt_test.orders"),
    ]  # fmt: skip
    called = macro.query(macro("_duckdb_callers_sql", table({"id": [1]}, name="latest")).text)
    assert [row[2] for row in called] == ["v"]


@pytest.mark.usefixtures("orders")
def test_a_view_in_a_schema_without_such_a_table_finds_it_by_the_search_path(macro, table):
    macro.query("create schema elsewhere")
    path = "set search_path = 'elsewhere,dbt_test'"
    macro.query(f"{path}; create view elsewhere.v as select id from orders; set search_path = ''")
    macro.query("create view elsewhere.own as with orders as (select 1 as id) select id from orders")
    assert views(macro, "orders") == {"memory.elsewhere.v": "orders"}
    table({"id": [1]}, name="orders", schema="elsewhere")
    assert views(macro, "orders") == {}
    macro.query("drop schema elsewhere cascade")


@pytest.mark.usefixtures("orders")
def test_a_view_on_a_view_names_that_view_only(macro):
    macro.query("create view dbt_test.first as select * from dbt_test.orders")
    macro.query("create view dbt_test.second as select * from dbt_test.first")
    assert views(macro, "orders") == {"memory.dbt_test.first": "dbt_test.orders"}
    assert views(macro, "dbt_test.first") == {"memory.dbt_test.second": 'dbt_test."first"'}


def test_it_is_printed_with_the_dbt_model_where_there_is_one(macro, table):
    table({"id": [1]}, name="backfill_log")
    macro.query("create view dbt_test.backfill_checkpoints as select * from dbt_test.backfill_log")
    macro.query("create view dbt_test.by_hand as select id from dbt_test.backfill_log")
    node = {
        "name": "checkpoints_of_the_shop",
        "alias": "backfill_checkpoints",
        "schema": "dbt_test",
        "database": "memory",
    }
    graph = {"nodes": {"x": _Node({**node, "resource_type": "model"})}, "sources": {}}
    printed = macro("dependent_views", "dbt_test.backfill_log", stubs={"graph": _Node(graph)}).printed
    assert printed.splitlines()[0] == '2 views name "memory"."dbt_test"."backfill_log"'
    assert '"memory"."dbt_test"."backfill_checkpoints"  view  checkpoints_of_the_shop  dbt_test.backfill_log' in printed
    assert '"memory"."dbt_test"."by_hand"               view  -                        dbt_test.backfill_log' in printed


class _Node(dict):
    """A mapping whose keys are attributes, too, as dbt's graph is read by macros."""

    __getattr__ = dict.__getitem__


@pytest.mark.usefixtures("orders")
def test_a_table_that_is_not_there_is_an_error_that_names_near_misses(macro):
    with macro.raises("Did you mean orders?"):
        macro("dependent_views", "order")


DDL = {
    "quoted": "CREATE VIEW `test-project.dbt_test.quoted`\nAS select * from `test-project.dbt_test.orders`",
    "parts": "CREATE VIEW `test-project.dbt_test.parts`\nAS select * from `test-project`.`dbt_test`.`orders` o join dbt_test.others using (id)",
    "plain": "CREATE VIEW `test-project.dbt_test.plain`\nAS select * from dbt_test.orders;",
    "legacy": "CREATE VIEW `test-project.dbt_test.legacy`\nAS select * from [test-project:dbt_test.orders]",
    "wildcard": "CREATE VIEW `test-project.dbt_test.wildcard`\nAS select * from `dbt_test.orders*`",
    "other_project": "CREATE VIEW `test-project.dbt_test.other_project`\nAS select * from `another.dbt_test.orders`",
    "other_dataset": "CREATE VIEW `test-project.dbt_test.other_dataset`\nAS select * from a_dbt_test.orders, dbt_test2.orders",
    "longer": "CREATE VIEW `test-project.dbt_test.longer`\nAS select * from dbt_test.orders_v2 join dbt_test.`orders-old` using (id)",
}


@pytest.mark.targets("emulator")
def test_bigquerys_definitions_are_matched_in_every_spelling(macro, table):
    """Over a catalogue written by hand, as the emulator keeps no statements of views; its `regexp_extract` takes what is around the name, too."""
    rows = [
        {
            "table_catalog": "test-project",
            "table_schema": "dbt_test",
            "table_name": name,
            "table_type": "VIEW",
            "ddl": ddl,
        }
        for name, ddl in DDL.items()
    ]
    rows.append({**rows[0], "table_name": "kept", "table_type": "MATERIALIZED VIEW"})
    rows.append({**rows[0], "table_name": "a_table", "table_type": "BASE TABLE"})
    catalogue = table(rows, name="catalogue")
    relation = table({"id": [1]}, name="orders")
    found = macro("dependent_views", relation, stubs={"_region_view": catalogue}).rows
    assert [(row[0].split("`")[-2], row[1], row[3].strip(" \n[];*")) for row in found] == [
        ("kept", "materialized view", "test-project.dbt_test.orders"),
        ("legacy", "view", "test-project:dbt_test.orders"),
        ("parts", "view", "test-project.dbt_test.orders"),
        ("plain", "view", "dbt_test.orders"),
        ("quoted", "view", "test-project.dbt_test.orders"),
        ("wildcard", "view", "dbt_test.orders"),
    ]


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("name", ["orders", "Order Lines", "it's", "x-1"])
def test_bigquery_takes_the_query_for_any_name(macro, table, name):
    columns = macro("dependent_views_sql", table(types={"id": "int64"}, name=name)).columns
    assert list(columns) == ["view_database", "view_schema", "view_name", "kind", "named_as", "definition"]
