"""A project on BigQuery: names in backticks, arrays, structs and partitions, read without a server."""

from __future__ import annotations

import json
from collections.abc import Callable

from shop import Shop

PROFILE = """
small:
  target: dev
  outputs:
    dev: {type: bigquery, method: oauth-secrets, token: none, project: my-project, schema: shop, api_endpoint: "http://127.0.0.1:1"}
"""
ALL_BUT = """
{% macro all_but(left_out, relation) %}
select
{%- for column in adapter.get_columns_in_relation(relation) if column.name != left_out %} {{ column.quoted }}{{ ',' if not loop.last }}{% endfor %}
from {{ relation }}
{% endmacro %}
"""
MODELS = {
    "base": "select * from {{ source('raw', 'events') }} where _table_suffix > '2024'",
    "items": "select id, item.sku, item.price * rate as euros from {{ ref('base') }}, unnest(items) as item where item.sku is not null",
    "nested": "select id, struct(status as state, payload.kind) as what, to_json_string(b) as whole from {{ ref('base') }} as b",
    "daily": (
        "{{ config(materialized='incremental', incremental_strategy='insert_overwrite', "
        "partition_by={'field': 'day', 'data_type': 'date'}, cluster_by=['status']) }}\n"
        "select date(happened_at) as day, status, count(*) as n from {{ ref('base') }}\n"
        "{% if is_incremental() %}where happened_at >= timestamp('2024-01-01') and region = 'eu'{% endif %}\n"
        "group by day, status"
    ),
    "by_hand": "select status from `my-project.shop.base` qualify row_number() over (partition by id order by happened_at) = 1",
    "helper": "{{ config(materialized='ephemeral') }} select id, status as state from {{ ref('base') }}",
    "starred": "{{ all_but('id', ref('helped')) }}",
    "helped": "select id, status from {{ source('raw', 'others') }}",
    "asking": "{% set found = run_query('select 1 as n') %}select status from {{ source('raw', 'others') }}",
    "asking_too": "{% set found = adapter.get_columns_in_relation(source('raw', 'others')) %}select status from {{ source('raw', 'others') }}",
    "below_helper": "select state from {{ ref('helper') }} where id is not null",
}


def test_a_project_on_bigquery_is_read_without_a_server(project: Callable[..., Shop]) -> None:
    sources = "sources: [{name: raw, tables: [{name: events, identifier: 'events_*'}, {name: others}]}]"
    files = {"models/sources.yml": sources, "profiles.yml": PROFILE, "macros/all_but.sql": ALL_BUT}
    shop = project(MODELS, **files)

    unread: dict[str, str] = {}

    def uses(name: str, column: str) -> dict[str, tuple[list[str], list[str]]]:
        said = shop.playbooks("impact", name, "--column", column, "--json")
        assert said.code == 0, said.err
        found = json.loads(said.out)
        unread.update({each["name"]: each["reason"] for each in found["unread"]})
        return {
            each["name"]: (each["uses"], [column["name"] for column in each["columns"]]) for each in found["affected"]
        }

    assert uses("raw.events", "status") == {
        "base": (["passes on"], ["status"]),
        "nested": (["reads"], ["what", "whole"]),
        "daily": (["passes on", "groups", "configures"], ["status"]),
        "by_hand": (["passes on"], ["status"]),
        "helper": (["passes on"], ["state"]),
        "below_helper": (["passes on"], ["state"]),
    }
    assert uses("base", "items") == {
        "items": (["reads", "filters"], ["sku", "euros"]),
        "nested": (["reads"], ["whole"]),
    }
    assert uses("base", "happened_at")["daily"] == (["reads", "filters", "groups", "configures"], ["day"])
    assert uses("base", "happened_at")["by_hand"] == (["filters", "windows"], [])
    # only an incremental run reads it
    assert uses("base", "region")["daily"] == (["filters"], [])
    assert uses("base", "payload")["nested"] == (["reads"], ["what", "whole"])
    assert uses("helper", "id") == {"below_helper": (["filters"], [])}
    assert unread == {}
    # what a macro asks of a model is known from the model; a server is asked once, and not for minutes
    assert uses("raw.others", "status") == {
        "helped": (["passes on"], ["status"]),
        "starred": (["passes on"], ["status"]),
    }
    assert set(unread) == {"asking", "asking_too"}
    assert all("127.0.0.1 does not answer" in reason for reason in unread.values())
