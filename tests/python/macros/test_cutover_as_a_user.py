"""A cutover by dbt's own command, on a file: what is printed, also of the project, and what stays when the command has ended."""

from __future__ import annotations

import duckdb

from macros.test_as_a_user import User

MODELS = {
    "orders": "select 1 as id, 'a' as note",
    "orders_v2": "{{ config(alias='orders_by_day') }} select 1 as id, 'a' as note, date '2024-01-01' as day",
    "revenue": "select count(*) as orders from {{ ref('orders') }}",
    "by_day": "{{ config(materialized='view') }} select day from {{ ref('orders_v2') }}",
    "named": "{{ config(materialized='view') }} select note from {{ ref('orders') }}",
}
PROJECT = """
In the dbt project, to edit by hand:
- models/orders.sql: its SQL and config become those of models/orders_v2.sql. Until then a run makes the old table again.
- models/orders_v2.sql: delete it. A run would make the replacement again.
- models/by_day.sql: ref('orders_v2') becomes ref('orders').
Then build what reads it: dbt build --select orders+1
"""


def test_the_playbooks_cutover_from_the_plan_to_the_way_back(tmp_path):
    user = User(tmp_path)
    for name, sql in MODELS.items():
        user.folder.joinpath(f"models/{name}.sql").write_text(sql)
    ask = "{table: orders, replacement: orders_v2, key: id, accept: [schema, views]"
    operation = ["run-operation", "dbt_playbooks.cutover", "--args"]
    said = user.dbt(
        ["run"],
        ["run-operation", "dbt_playbooks.dependent_views", "--args", "{table: orders}"],
        [*operation, "{table: orders, replacement: orders_v2, dry_run: false}"],
        [*operation, ask + "}"],
        [*operation, ask + ", dry_run: false}"],
        [*operation, ask + ", dry_run: false}"],
        [*operation, "{table: orders, replacement: orders_v2, undo: true, dry_run: false}"],
        [*operation, ask + ", backup: orders_of_january, dry_run: false}"],
    )
    ended = [line.split()[1] for line in said.splitlines() if line.startswith("= ")]
    assert ended == ["True", "True", "False", "True", "True", "True", "True", "True"], said
    assert '"shop"."main"."named"  view  named  shop.main.orders' in said
    assert "accept: [schema, views]" in said
    assert '"shop"."main"."by_day" names the replacement, whose name goes: the model by_day' in said
    assert said.count(PROJECT) == 3
    assert "It is done already" in said
    with duckdb.connect(str(user.folder / "shop.duckdb")) as connection:
        tables = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
        assert tables == [("customers",), ("orders",), ("orders_of_january",), ("revenue",)]
        assert connection.execute("select * exclude day from orders").fetchall() == [(1, "a")]
        assert connection.execute("select note from named").fetchall() == [("a",)]
