"""Columns of sources are asked of the warehouse where a name leaves a doubt, and only there; without it the doubt is told."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
from shop import Shop

SOURCES = {"models/sources.yml": "sources: [{name: raw, tables: [{name: orders}, {name: customers}, {name: visits}]}]"}
MODELS = {
    # whose is `status`? And which column of the one table meets which of the other?
    "joined": "select o.id, status from {{ source('raw', 'orders') }} as o join {{ source('raw', 'customers') }} as c on o.customer_id = c.id",
    "stacked": "select * from {{ source('raw', 'orders') }} union all select * from {{ source('raw', 'visits') }}",
    "below": "select status as state from {{ ref('joined') }}",
}


def affected(shop: Shop, *words: str) -> tuple[dict[str, list[str]], dict[str, str], str]:
    """Uses by node, reasons of what could not be told, and what was said to stderr."""
    said = shop.playbooks("impact", *words, "--json")
    assert said.code == 0, said.err
    found = json.loads(said.out)
    uses = {each["name"]: each["uses"] for each in found["affected"]}
    return uses, {each["name"]: each["reason"] for each in found["unread"]}, said.err


def test_a_doubt_is_settled_by_the_warehouse_and_told_without_it(project: Callable[..., Shop]) -> None:
    shop = project(MODELS, **SOURCES)
    uses, unread, _ = affected(shop, "raw.customers", "--column", "status")
    assert uses == {}
    assert unread == {"joined": "'status' may come from o or from c, not all of whose columns are known"}
    # what lies below a doubt is not lost
    possible = json.loads(shop.playbooks("impact", "raw.customers", "--column", "status", "--json").out)["possible"]
    assert [each["name"] for each in possible] == ["joined", "below"]
    shop.sql("create schema raw; create table raw.orders (id integer, customer_id integer, status varchar)")
    shop.sql("create table raw.customers (id integer, name varchar)")
    shop.sql("create table raw.visits (visit integer, page integer, state varchar)")
    uses, unread, _ = affected(shop, "raw.orders", "--column", "status", "--refresh")
    assert uses == {"joined": ["passes on"], "stacked": ["passes on", "unites"], "below": ["passes on"]}
    assert unread == {}
    assert affected(shop, "raw.visits", "--column", "page")[0] == {"stacked": ["passes on", "unites"]}
    stacked = json.loads(shop.playbooks("impact", "raw.visits", "--column", "page", "--json").out)["affected"][0]
    assert stacked["columns"] == [{"name": "customer_id", "as_is": True}]


def test_a_warehouse_that_can_not_be_asked_is_said_to_be_so_and_the_rest_is_told(project: Callable[..., Shop]) -> None:
    shop = project(
        {
            **MODELS,
            "asking": "{% set found = run_query('select 1 as n') %}select id from {{ source('raw', 'orders') }}",
            "plain": "select id from {{ ref('joined') }}",
        },
        **SOURCES,
    )
    shop.file.write_text("this is no database")
    uses, unread, said = affected(shop, "raw.orders", "--column", "id")
    assert uses == {"joined": ["passes on"], "plain": ["passes on"], "stacked": ["passes on", "unites"]}
    assert unread["asking"].startswith("dbt can't compile it: IO Error:")
    assert "warning: the warehouse could not be asked for columns" in said
    assert "plain" in shop.playbooks("impact", "joined").out
    # what it could not answer is not kept: the next run asks again
    shop.file.unlink()
    shop.sql("create schema raw; create table raw.orders (id integer, customer_id integer, status varchar)")
    uses, unread, said = affected(shop, "raw.orders", "--column", "id")
    assert uses["asking"] == ["passes on"]
    assert unread == {}
    assert "nothing changed since" in affected(shop, "raw.orders", "--column", "id")[2]


def test_columns_that_macros_find_in_the_warehouse_are_followed(project: Callable[..., Shop]) -> None:
    columns = "{% set found = adapter.get_columns_in_relation(source('raw', 'orders')) %}"
    shop = project(
        {
            "found": columns
            + "select {% for each in found %}{{ each.name }}, {% endfor %}1 as one from {{ source('raw', 'orders') }}"
        },
        **SOURCES,
    )
    with duckdb.connect(str(shop.file)) as connection:
        connection.execute("create schema raw; create table raw.orders (id integer, status varchar)")
    assert affected(shop, "raw.orders", "--column", "status")[0] == {"found": ["passes on"]}
