"""A project of more than 60 models against truth that was written by hand: nothing is missed, nothing is invented, and grep does both."""

from __future__ import annotations

import re

import duckdb
import pytest
from shop import Shop

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import USES
from dbt_playbooks.impact.trace import impact_of
from impact import grep
from impact.truth import POSSIBLE, TRUTH, UNREAD, Use

# what the project reads; dbt makes the rest
LOADED = """
create schema raw;
create table raw.orders (
    id integer, customer_id integer, status varchar, amount double, currency varchar, ordered_at timestamp,
    items struct(sku varchar, quantity integer)[], address struct(city varchar, zip varchar), note varchar, loaded_at timestamp
);
create table raw.customers (
    id integer, name varchar, email varchar, country_code varchar, "Signup Date" date, status varchar, deleted boolean
);
create table raw.payments (id integer, order_id integer, amount double, status varchar, paid_at timestamp, method varchar);
create table raw.products (sku varchar, title varchar, price double, "order" varchar, "group" varchar);
create table raw.refunds (id integer, order_id integer, amount double, reason varchar);
create table raw.events (id integer, kind varchar, happened_at timestamp, payload varchar);
create table raw.visits (visit_id integer, customer_id integer, ip_address varchar);
create table raw.suppliers ("Supplier Id" integer, "Status" varchar, "select" varchar);
create table raw.stock (sku varchar, state varchar, shelf varchar);
insert into raw.orders (id, customer_id, status, amount) values (1, 1, 'paid', 10);
insert into raw.customers (id, status, deleted) values (1, 'new', false);
insert into raw.payments (id, order_id, amount, status) values (1, 1, 10, 'settled');
"""


@pytest.mark.parametrize(("name", "column"), TRUTH, ids=[f"{name}.{column}" for name, column in TRUTH])
def test_every_use_of_a_column_is_found_and_no_other(graph: Graph, name: str, column: str) -> None:
    found = impact_of(graph, graph.find(name), column)
    told = {each.node.name: Use(frozenset(each.uses), dict(each.columns)) for each in found.affected}
    assert told == TRUTH[name, column]


def test_precision_and_recall_are_one_and_those_of_grep_are_not(graph: Graph) -> None:
    ours, everywhere, downstream = grep.scores(graph)
    assert (ours.precision, ours.recall) == (1.0, 1.0)
    assert ours.right > 100
    assert (everywhere.precision, everywhere.recall) < (0.7, 0.7)
    assert (downstream.precision, downstream.recall) < (1, 0.7)


def test_the_project_is_as_large_and_as_mixed_as_is_said(graph: Graph) -> None:
    models = [node for node in graph.nodes.values() if node.kind == "model"]
    assert len(models) >= 60
    assert sum(node.materialized == "ephemeral" for node in models) >= 2
    code = "\n".join(node.raw_code for node in models)
    for pattern in (
        r"select \*",
        r"union all",
        r'"[A-Z ]\w+ \w+"',
        r"\bas \(\n",
        r"exclude",
        r"is_incremental",
        r"pivot",
        r"lateral",
    ):
        assert re.search(pattern, code, re.IGNORECASE), pattern
    assert {use for uses in TRUTH.values() for each in uses.values() for use in each.uses} == set(USES)


def test_what_could_not_be_read_is_listed_with_the_reason_and_so_is_what_lies_below(graph: Graph) -> None:
    found = impact_of(graph, graph.find("stg_orders"), "note")
    assert {each.node.name for each in found.possible} == POSSIBLE
    reasons = {each.node.name: each.reason for each in found.unread}
    assert set(reasons) == UNREAD
    assert reasons["int_python"].startswith("a Python model")
    assert reasons["int_unfinished"].startswith("sqlglot can't parse its SQL: line 1, ")
    assert reasons["int_refused"] == "dbt can't compile it: not on this target"
    below = next(each for each in found.possible if each.node.name == "int_below_python")
    assert [step.node.name for step in below.way] == ["stg_orders", "int_python", "int_below_python"]


def test_the_way_to_each_node_tells_under_which_name_the_column_went(graph: Graph) -> None:
    found = impact_of(graph, graph.find("stg_orders"), "status")
    ways = {each.node.name: [(step.node.name, step.column) for step in each.way] for each in found.affected}
    assert ways["rpt_phases"] == [
        ("stg_orders", "status"), ("int_states", "state"), ("int_phases", "phase"), ("int_phases_again", "phase"), ("rpt_phases", "phase"),
    ]  # fmt: skip
    # the ephemeral model is a step of its own, though it is only a CTE of what reads it
    assert ("int_active", "status") in ways["int_enriched"]
    assert ways["int_only_filtered"][-1] == ("int_only_filtered", None)


def test_who_names_the_column_is_told_apart_from_those_that_a_star_carries_it_through(graph: Graph) -> None:
    named = {each.node.name: each.named for each in impact_of(graph, graph.find("stg_orders"), "note").affected}
    assert named == {
        "int_active": False, "int_enriched": False, "int_replaced": False, "int_renamed": False, "int_joined_stars": False,
        "int_wide": False, "orders_snapshot": False, "int_without": True, "fct_orders": True,
    }  # fmt: skip


def test_all_that_is_downstream_is_found_without_a_column(graph: Graph) -> None:
    found = impact_of(graph, graph.find("fct_orders"))
    assert {each.node.name for each in found.affected} == {
        "rpt_status", "rpt_refunds", "rpt_daily", "unique_fct_orders_order_id", "not_null_fct_orders_order_status",
        "unique_rpt_status_order_status", "orders_keep_their_status", "sales_dashboard", "refunds_notebook", "orders", "revenue",
        "paid_revenue", "open_orders", "open_share", "revenue_by_state", "shares",
    }  # fmt: skip
    assert {each.node.kind for each in found.affected} == {
        "model", "test", "unit_test", "exposure", "semantic_model", "metric", "saved_query",
    }  # fmt: skip
    snapshots = [
        each.node.name for each in impact_of(graph, graph.find("stg_orders")).affected if each.node.kind == "snapshot"
    ]
    assert snapshots == ["orders_snapshot"]


def test_the_uses_that_are_known_of_dbts_own_tests_are_those_of_their_sql(graph: Graph, market) -> None:
    from dbt_playbooks.impact.checks import as_test, of_dbt_itself
    from dbt_playbooks.impact.names import Names
    from dbt_playbooks.impact.reading import Out, Table, parse, read
    from dbt_playbooks.interface import Options
    from dbt_playbooks.project import open_project

    names = Names(graph.nodes.values(), "duckdb")
    checked = set()
    with open_project(Options(project_dir=str(market), profiles_dir=str(market)), only_reads=True) as project:
        for node in project.nodes():
            known = of_dbt_itself(node, "duckdb") if node.kind == "test" else None
            if known is None:
                continue

            def lookup(parts, node=node):
                unique_id = (names.table(parts, node) or (None, None))[0]
                columns = ("order_id", "customer_id", "status", "ordered_at", "order_status")
                return unique_id, Table([Out(name, {(unique_id, name): True}) for name in columns])

            read_one = as_test(read(parse(project.compiled(node).sql, "duckdb"), "duckdb", lookup).lineage)
            assert {origin: set(uses) for origin, uses in read_one.uses.items()} == {
                origin: set(uses) for origin, uses in known.uses.items()
            }
            checked |= set(node.details["macros"])
    assert {f"macro.dbt.test_{name}" for name in ("unique", "not_null", "accepted_values", "relationships")} <= checked


@pytest.mark.slow
def test_the_sql_of_the_project_is_sql_that_duckdb_runs(market, tmp_path) -> None:
    """Truth about SQL that no database takes would be worth nothing."""
    file = tmp_path / "market.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(LOADED)
    left_out = ["int_unfinished", "int_below_unfinished", "int_refused"]
    build = ["build", "--profiles-dir", ".", "--target-path", str(tmp_path / "target"), "--exclude", *left_out]
    days = ["--event-time-start", "2024-01-01", "--event-time-end", "2024-01-03"]
    env = {"MARKET_DUCKDB": str(file)}
    # one model reads a table of the project without ref, so dbt may build it too early
    Shop(market).dbt(*build, "int_unnamed_ref", *days, env=env)
    Shop(market).dbt(*build, *days, env=env)
