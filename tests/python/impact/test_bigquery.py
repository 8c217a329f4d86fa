"""A project on BigQuery: names in backticks, arrays, structs and partitions, read without a server."""

from __future__ import annotations

import json
from collections.abc import Callable

from shop import Shop

PROFILE = """
small:
  target: dev
  outputs:
    dev: {type: bigquery, method: oauth-secrets, token: none, project: my-project, schema: shop, job_retries: 0}
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
    "below_helper": "select state from {{ ref('helper') }} where id is not null",
}


def test_a_project_on_bigquery_is_read_without_a_server(project: Callable[..., Shop]) -> None:
    sources = "sources: [{name: raw, tables: [{name: events, identifier: 'events_*'}]}]"
    shop = project(MODELS, **{"models/sources.yml": sources, "profiles.yml": PROFILE})

    def uses(name: str, column: str) -> dict[str, tuple[list[str], list[str]]]:
        said = shop.playbooks("impact", name, "--column", column, "--json")
        assert said.code == 0, said.err
        found = json.loads(said.out)
        assert found["unread"] == []
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
