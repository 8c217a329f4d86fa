"""Rows 11 and 12 of what the recipes get wrong: the recipe as people type it, and ours beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from shop import Shop

from dbt_playbooks.impact.graph import Graph


def test_pitfall_11_impact_goes_downstream(in_market: Shop, graph: Graph) -> None:
    """The recipe is `dbt list --select +your_model`: what dbt selects by it lies upstream."""
    start = graph.find("fct_orders")
    upstream, queue = set(), [start.unique_id]
    while queue:
        for parent in graph.nodes[queue.pop()].parents:
            upstream.add(parent)
            queue.append(parent)
    told = json.loads(in_market.playbooks("impact", "fct_orders", "--json").out)
    found = {each["unique_id"] for each in told["affected"]}
    assert "model.market.stg_orders" in upstream
    assert not found & upstream
    assert {"exposure.market.sales_dashboard", "model.market.rpt_status", "metric.market.revenue"} <= found


def test_pitfall_12_users_of_a_column_are_found_through_stars_and_aliases_and_namesakes_are_not(
    in_market: Shop, market: Path
) -> None:
    """The recipe is `grep -r "column_to_change" models/`."""
    grepped = {file.stem for file in (market / "models").rglob("*.sql") if re.search("status", file.read_text())}
    told = json.loads(in_market.playbooks("impact", "stg_orders", "--column", "status", "--json").out)
    found = {each["name"] for each in told["affected"] if each["kind"] == "model"}
    # a macro, a loop and capitals write it, stars and other names carry it on: grep misses them
    assert {"int_macro", "int_loop", "int_shouting", "int_phases", "int_stacked", "rpt_labels"} <= found - grepped
    # words in comments and texts, and columns of other tables: grep takes them for it
    assert {"int_words", "int_paid", "stg_customers", "rpt_customers_old"} <= grepped - found
    # and what could not be read is not lost
    assert {each["name"] for each in told["unread"]} == {"int_python", "int_unfinished", "int_refused"}
