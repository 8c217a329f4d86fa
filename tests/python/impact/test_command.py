"""`dbt-playbooks impact`: what it says to people, to programs and to a pull request, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from shop import Shop


def test_a_sentence_comes_first_and_then_who_uses_it_how_and_by_which_way(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "stg_rates", "--column", "currency")
    assert said.code == 0
    first, *rest = said.out.splitlines()
    assert first == "stg_rates.currency reaches 1 model."
    row = next(line for line in rest if "int_converted" in line)
    cells = [cell.strip() for cell in row.strip("│").split("│")]
    assert cells == [
        "model", "int_converted", "passes on, joins", "currency", "", "models/between/int_converted.sql",
        "stg_rates.currency > int_converted.currency",
    ]  # fmt: skip


def test_without_a_column_all_that_is_downstream_is_told_with_its_owners(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "models/marts/fct_orders.sql")
    assert said.out.startswith(
        "fct_orders reaches 16 nodes: 3 models, 3 tests, 1 unit test, 2 exposures, 1 semantic model, 4 metrics, 2 saved queries.\n"
    )
    told = {line.split("│")[2].strip(): line for line in said.out.splitlines() if line.startswith("│")}
    assert "Dora" in told["rpt_status"]
    assert "Eve" in told["sales_dashboard"]
    # where there is no name, the address that YAML gives is all there is
    assert "finn@example.com" in told["refunds_notebook"]
    assert "fct_orders > rpt_status > sales_dashboard" in told["sales_dashboard"]


def test_owners_come_from_meta_and_from_the_group(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "int_paid", "--json")
    owners = {each["name"]: each["owners"] for each in json.loads(said.out)["affected"]}
    assert owners["fct_orders"] == ["Ben", "Cleo", "Sales"]


def test_what_may_be_affected_stands_apart_and_what_could_not_be_read_is_listed(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "stg_orders", "--column", "items")
    sure, _, rest = said.out.partition(
        "\nIt may reach 5 models: they could not be read, or lie below what could not.\n"
    )
    possible, _, unread = rest.partition("\nNot told:\n")
    assert "int_items" in sure
    assert "int_python" not in sure
    assert "int_below_python" in possible
    assert (
        "  model int_python (models/between/int_python.py): a Python model: which columns it uses, its code alone knows"
        in unread
    )
    assert "sku (computed), quantity (computed)" in sure
    assert "passes on (by *)" in sure


def test_a_column_that_nobody_uses_is_no_error(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "countries", "--column", "status")
    assert (said.code, said.out) == (0, "nothing uses countries.status.\n")


def test_json_is_one_object_that_says_all_of_it(in_market: Shop) -> None:
    found = json.loads(in_market.playbooks("impact", "stg_refunds", "--column", "REASON", "--json").out)
    assert {key: found[key] for key in ("unique_id", "column", "counts", "possible", "unread")} == {
        "unique_id": "model.market.stg_refunds", "column": "reason", "counts": {"model": 2}, "possible": [], "unread": [],
    }  # fmt: skip
    stacked = next(each for each in found["affected"] if each["name"] == "int_stacked")
    assert stacked["uses"] == ["passes on"]
    assert stacked["columns"] == [{"name": "state", "as_is": True}]
    assert (stacked["named"], stacked["path"]) == (True, "models/between/int_stacked.sql")
    assert [(step["name"], step["column"]) for step in stacked["way"]] == [
        ("stg_refunds", "reason"),
        ("int_stacked", "state"),
    ]
    assert {
        "parent": "model.market.stg_refunds",
        "child": "model.market.rpt_refunds",
        "columns": [["reason", None]],
    } in found["edges"]


def test_mermaid_is_a_block_for_a_pull_request_with_names_where_they_change(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "int_states", "--column", "state", "--mermaid")
    assert said.out.splitlines() == [
        "```mermaid",
        "graph LR",
        '  n0["int_states.state"]',
        '  n1["int_phases<br/>phase"]',
        '  n2["int_stacked<br/>state"]',
        '  n3["int_phases_again<br/>phase"]',
        '  n4["rpt_phases<br/>phase"]',
        '  n5(["exposure sales_dashboard"])',
        '  n0 -->|"state → phase"| n1',
        "  n0 --> n2",
        "  n1 --> n3",
        "  n3 --> n4",
        "  n4 --> n5",
        "  classDef start stroke-width:3px",
        "  class n0 start",
        "```",
    ]


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("fct_orders", "fct_orders reaches"),
        ("market.fct_orders", "fct_orders reaches"),
        ("model.market.fct_orders", "fct_orders reaches"),
        ("dim_customers", "dim_customers.v2 reaches 1 model"),
        ("dim_customers.v1", "dim_customers.v1 reaches 1 model"),
        ("raw.orders", "raw.orders reaches"),
        ("rates", "rates reaches 2 models"),
        ("customers_snapshot", "customers_snapshot reaches 1 model"),
        ("revenue", "revenue reaches"),
        ("sales_dashboard", "nothing uses sales_dashboard"),
    ],
)
def test_anything_of_the_graph_can_be_the_start(in_market: Shop, name: str, starts: str) -> None:
    said = in_market.playbooks("impact", name)
    assert said.code == 0
    assert said.out.startswith(starts)


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        (["stg_order"], ["there is no 'stg_order' in project 'market'.", "Did you mean: stg_orders", "`dbt ls` lists them"]),
        (["raw.order"], ["there is no 'raw.order'", "Did you mean: raw.orders"]),
        (["zzz"], ["there is no 'zzz'", "Models of the project: "]),
        (["stg_orders", "--column", "statsu"], ["model 'stg_orders' has no column 'statsu'.", "Did you mean: status"]),
        (["stg_orders", "--column", "zzz"], ["has no column 'zzz'", "Its columns: order_id, customer_id, status, amount"]),
        (["rates", "--column", "rte"], ["seed 'rates' has no column 'rte'", "Did you mean: rate"]),
        (["customers_snapshot", "--column", "valid_from"], ["snapshot 'customers_snapshot' has no column", "Did you mean: dbt_valid_from"]),
        (["raw.events", "--column", "knd"], ["source 'raw.events' has no column 'knd' that is known of", "Did you mean: kind", "name it in the YAML"]),
        (["sales_dashboard", "--column", "status"], ["exposure 'sales_dashboard' has no columns. Leave --column out"]),
        (["unique_fct_orders_order_id", "--column", "a"], ["test 'unique_fct_orders_order_id' has no columns"]),
        (["revenue", "--column", "a"], ["metric 'revenue' has no columns"]),
        (["", "--column", "a"], ["MODEL is empty. Give it a value."]),
        (["stg_orders", "--column", " "], ["--column is empty. Give it a value, or leave --column out."]),
        (["stg_orders", "--json", "--mermaid"], ["--json and --mermaid are two forms of one answer"]),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_with_what_comes_near(in_market: Shop, words: list[str], texts: list[str]) -> None:
    said = in_market.playbooks("impact", *words)
    assert (said.code, said.out) == (2, "")
    for text in texts:
        assert text in said.err


def test_a_column_of_a_source_that_nothing_names_is_followed_and_said_to_be_unproven(in_market: Shop) -> None:
    said = in_market.playbooks("impact", "raw.events", "--column", "origin")
    assert said.code == 0
    assert "stg_events" in said.out
    assert "int_events_again" in said.out
    assert "whether raw.events has a column 'origin' is not known" in said.err


def test_a_project_that_does_not_open_says_why(tmp_path, project: Callable[..., Shop]) -> None:
    said = Shop(tmp_path).playbooks("impact", "orders")
    assert said.code == 3
    assert f"there is no dbt project in {tmp_path}" in said.err
    broken = project({"orders": "select {{ 1 as id"})
    said = broken.playbooks("impact", "orders")
    assert (said.code, said.out) == (3, "")
    assert "models/orders.sql" in said.err
    assert "`dbt parse` shows the same." in said.err


def test_the_project_need_not_have_our_package_nor_a_warehouse(project: Callable[..., Shop]) -> None:
    shop = project({"one": "select 1 as id, 2 as n", "two": "select id as key from {{ ref('one') }}"})
    assert shop.playbooks("impact", "one", "--column", "id").out.startswith("one.id reaches 1 model.")
    assert not shop.file.exists()


GONE = """
models:
  - name: gone
    columns:
      - name: id
        data_tests: [not_null, unique, {accepted_values: {arguments: {values: [1]}}}, {dbt_playbooks.null_rate_below: {arguments: {max_rate: 0.1}}}]
seeds:
  - name: unused
    config: {enabled: false}
    columns:
      - name: id
        data_tests: [not_null, {relationships: {arguments: {to: ref('events'), field: id}}}]
"""


@pytest.mark.parametrize("words", [["impact", "events", "--column", "amount"], ["migrations"], ["impact", "events"]])
def test_tests_of_what_is_gone_or_disabled_use_nothing(shop: Shop, words: list[str]) -> None:
    """dbt warns of them, and opens the project."""
    shop.model("events", "select * from {{ source('raw', 'events') }}")
    shop.model("daily", "select event_date, sum(amount) as amount from {{ ref('events') }} group by 1")
    shop.write("seeds/unused.csv", "id\n1\n")
    shop.write("models/gone.yml", GONE)
    said = shop.playbooks(*words)
    assert said.code == 0, said.err
    assert ("daily" in said.out) == (words[0] == "impact")
    assert shop.playbooks(*words).code == 0, "nor does what is kept of the project"
