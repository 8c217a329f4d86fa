"""What metrics and saved queries use of the semantic models: filters however they are written, times that nobody names, and no entity of another model."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_playbooks.impact.semantics import Semantics
from dbt_playbooks.interface import Node


def node(kind: str, name: str, **details: Any) -> Node:
    parents = ("model.shop.orders",) if kind == "semantic_model" else ()
    return Node(f"{kind}.shop.{name}", kind, name, "shop", "models/all.yml", parents=parents, details=details)


ORDERS = node(
    "semantic_model", "orders",
    defaults={"agg_time_dimension": "ordered_at"},
    entities=[{"name": "order", "type": "primary", "expr": "order_id"}, {"name": "customer", "type": "foreign", "expr": "customer_id"}],
    dimensions=[{"name": "ordered_at", "type": "time"}, {"name": "state", "type": "categorical", "expr": "order_status"}],
    measures=[{"name": "revenue", "agg": "sum", "expr": "amount"}, {"name": "late", "agg": "sum", "agg_time_dimension": "shipped_at"}],
)  # fmt: skip
VISITS = node(
    "semantic_model", "visits",
    defaults={"agg_time_dimension": "seen_at"},
    entities=[{"name": "visit", "type": "primary", "expr": "visit_id"}, {"name": "customer", "type": "foreign", "expr": "visitor"}],
    dimensions=[{"name": "seen_at", "type": "time"}, {"name": "state", "type": "categorical", "expr": "state"}],
    measures=[{"name": "visits", "agg": "sum", "expr": "1"}],
)  # fmt: skip
REVENUE = node("metric", "revenue", type_params={"measure": {"name": "revenue"}})


def of(subject: Node, *others: Node) -> dict[str, str]:
    """Elements of semantic models that a node uses, and how."""
    found = Semantics([ORDERS, VISITS, REVENUE, *others, subject], "duckdb").lineage(subject)
    return {f"{unique_id.split('.')[-1]}.{name}": "+".join(uses) for (unique_id, name), uses in found.uses.items()}


def where(text: str) -> dict[str, Any]:
    return {"where_filters": [{"where_sql_template": text}]}


@pytest.mark.parametrize(
    "text",
    [
        "{{ Dimension('order__state') }} = 'paid'",
        '{{ Dimension( "order__state", entity_path=["order"] ) }} = \'paid\'',
        "order__state = 'paid'",
        "lower({{ Dimension('order__state') }}) in ('paid')",
    ],
)
@pytest.mark.parametrize("place", ["metric", "measure", "input metric", "ratio"])
def test_a_filter_is_read_wherever_it_stands(text: str, place: str) -> None:
    given = {
        "metric": node("metric", "m", filter=where(text), type_params={"measure": {"name": "revenue"}}),
        "measure": node("metric", "m", type_params={"measure": {"name": "revenue", "filter": where(text)}}),
        "input metric": node("metric", "m", type_params={"metrics": [{"name": "revenue", "filter": where(text)}], "expr": "revenue"}),
        "ratio": node("metric", "m", type_params={"numerator": {"name": "revenue", "filter": where(text)}, "denominator": {"name": "revenue"}}),
    }[place]  # fmt: skip
    assert of(given)["orders.state"] == "filters"


@pytest.mark.parametrize(
    "params",
    [
        {"metrics": [{"name": "revenue", "offset_window": {"count": 1, "granularity": "month"}}], "expr": "revenue"},
        {"metrics": [{"name": "revenue", "offset_to_grain": "month"}], "expr": "revenue"},
        {"measure": {"name": "revenue"}, "cumulative_type_params": {"window": {"count": 7, "granularity": "day"}}},
        {"measure": {"name": "revenue"}, "window": {"count": 7, "granularity": "day"}},
        {"measure": {"name": "revenue"}, "grain_to_date": "month"},
    ],
)
def test_a_metric_over_time_uses_the_time_of_its_measure(params: dict[str, Any]) -> None:
    assert of(node("metric", "m", type_params=params))["orders.ordered_at"] == "groups"
    assert "orders.ordered_at" not in of(REVENUE)


def test_the_time_of_a_measure_comes_before_that_of_its_model() -> None:
    late = node("metric", "late", type_params={"measure": {"name": "late"}, "grain_to_date": "month"})
    assert of(late)["orders.shipped_at"] == "groups"
    text = "{{ TimeDimension('metric_time', 'day') }} > '2024-01-01'"
    filtered = node("metric", "m", filter=where(text), type_params={"measure": {"name": "revenue"}})
    assert of(filtered)["orders.ordered_at"] == "filters"
    aggregation = {"semantic_model": "visits", "agg": "sum"}
    simple = node("metric", "m", type_params={"metric_aggregation_params": aggregation, "grain_to_date": "month"})
    assert of(simple)["visits.seen_at"] == "groups"


def test_an_entity_is_that_of_the_semantic_model_that_is_asked() -> None:
    query = {"metrics": ["revenue"], "group_by": ["Entity('customer')", "Dimension('order__state')"]}
    used = of(node("saved_query", "q", query_params=query))
    assert used == {"revenue.revenue": "reads", "orders.customer": "groups", "orders.state": "groups"}
    without = of(node("saved_query", "q", query_params={"metrics": [], "group_by": ["Entity('customer')"]}))
    assert set(without) == {"orders.customer", "visits.customer"}, "of no metric any may be meant"
