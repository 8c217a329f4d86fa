"""Graphs for Mermaid: names that would break one are written as entities, tests share a box, doubts are dashed."""

from __future__ import annotations

import re

from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.mermaid import mermaid
from dbt_playbooks.impact.trace import Affected, Edge, Impact, Step, impact_of
from dbt_playbooks.interface import Node


def node(name: str, kind: str = "model") -> Node:
    return Node(f"{kind}.x.{name}", kind, name, "x", f"models/{name}.sql")


def test_names_that_mermaid_would_read_as_its_own_are_written_as_entities() -> None:
    start, other = node('a "b" <c> #1 `d`'), node("end")
    way = (Step(start, "x|y"), Step(other, 'q"r'))
    drawn = mermaid(
        Impact(
            start,
            "x|y",
            [Affected(other, way, {'q"r': True})],
            edges=[Edge(start.unique_id, other.unique_id, (("x|y", 'q"r'),))],
        )
    )
    assert '  n0["a #quot;b#quot; #lt;c#gt; #35;1 #96;d#96;.x|y"]' in drawn
    assert '  n1["end<br/>q#quot;r"]' in drawn
    assert '  n0 -->|"x|y → q#quot;r"| n1' in drawn


def test_tests_of_the_same_nodes_share_a_box() -> None:
    start = node("a")
    tests = [node(f"t{number}", "test") for number in range(3)]
    affected = [Affected(each, (Step(start), Step(each))) for each in tests]
    drawn = mermaid(Impact(start, None, affected, edges=[Edge(start.unique_id, each.unique_id) for each in tests]))
    assert drawn.count("{{") == 1
    assert '  n1{{"3 tests"}}' in drawn
    assert drawn.count("-->") == 1


def test_what_may_be_affected_is_dashed(graph: Graph) -> None:
    drawn = mermaid(impact_of(graph, graph.find("stg_orders"), "items"))
    lines = {line.strip() for line in drawn.splitlines()}
    number = next(line.split("[")[0] for line in lines if '["int_python"]' in line)
    assert f"n0 -.-> {number}" in lines
    dashed = next(line for line in lines if line.endswith(" possible"))
    assert number in dashed.split()[1].split(",")


def test_every_edge_joins_two_boxes_and_no_box_stands_alone(graph: Graph) -> None:
    for column in (None, "status"):
        lines = mermaid(impact_of(graph, graph.find("raw.orders"), column)).splitlines()
        edges = [line.split() for line in lines if re.match(r"  n\d+ -", line)]
        boxes = {found[1] for line in lines if (found := re.match(r"  (n\d+)[\[({]", line))}
        assert len(edges) > 40
        assert {end for words in edges for end in (words[0], words[-1])} == boxes
