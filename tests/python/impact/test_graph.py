"""Finding a node by what people type, and following columns through graphs that no project of ours has."""

from __future__ import annotations

import pytest

from dbt_playbooks.errors import UsageError
from dbt_playbooks.impact.graph import Graph
from dbt_playbooks.impact.lineage import Lineage, Output, Star
from dbt_playbooks.impact.trace import impact_of
from dbt_playbooks.interface import Node


def node(name: str, *parents: str, kind: str = "model", package: str = "shop") -> Node:
    return Node(f"{kind}.{package}.{name}", kind, name, package, f"models/{name}.sql", parents=parents)


def graph(*nodes: Node, **lineage: Lineage) -> Graph:
    by_name = {each.name: each.unique_id for each in nodes}
    return Graph(
        "shop", "/", {each.unique_id: each for each in nodes}, {by_name[name]: each for name, each in lineage.items()}
    )


def test_a_table_comes_before_a_metric_of_its_name_and_the_project_before_its_packages() -> None:
    found = graph(
        node("orders", kind="metric"),
        node("orders"),
        node("orders", kind="semantic_model"),
        node("orders", package="other"),
    )
    assert found.find("orders").unique_id == "model.shop.orders"
    assert found.find("other.orders").unique_id == "model.other.orders"
    assert found.find("metric.shop.orders").kind == "metric"


def test_a_name_that_means_two_nodes_is_refused_with_both() -> None:
    found = graph(node("orders", package="one"), node("orders", package="two"))
    with pytest.raises(
        UsageError, match=r"names more than one node: one\.orders \(model\), two\.orders \(model\)\. Say which"
    ):
        found.find("orders")


def test_a_node_that_reads_itself_and_a_circle_come_to_an_end() -> None:
    one, two = node("one", "model.shop.two"), node("two", "model.shop.one")
    star = {
        "one": Lineage(stars=(Star("model.shop.two"), Star("model.shop.one"))),
        "two": Lineage(stars=(Star("model.shop.one"),)),
    }
    found = graph(one, two, **star)
    assert [each.node.name for each in impact_of(found, one, "a").affected] == ["two", "one"]
    assert {each.name for each in found.downstream("model.shop.one")} == {"two"}


def test_a_column_that_has_no_name_is_followed_into_what_may_be_it() -> None:
    """A pivot makes columns whose names only the data knows; below it any name that is not known otherwise may be one."""
    made = Lineage(
        outputs={
            "id": Output("id", {("model.shop.one", "id"): True}),
            "*": Output("*", {("model.shop.one", "kind"): False}),
        },
        uses={("model.shop.one", "id"): ("passes on",), ("model.shop.one", "kind"): ("reads", "groups")},
    )
    below = Lineage(
        outputs={
            "x": Output("x", {("model.shop.two", "food"): True}),
            "id": Output("id", {("model.shop.two", "id"): True}),
        },
        uses={("model.shop.two", "food"): ("passes on",), ("model.shop.two", "id"): ("passes on",)},
    )
    found = graph(node("one"), node("two", "model.shop.one"), node("three", "model.shop.two"), two=made, three=below)
    affected = {each.node.name: each.columns for each in impact_of(found, found.find("one"), "kind").affected}
    assert affected == {"two": {"*": False}, "three": {"x": False}}
    assert {each.node.name: each.columns for each in impact_of(found, found.find("one"), "id").affected}["three"] == {
        "id": True
    }


def test_a_name_that_no_table_is_known_to_have_makes_its_reader_possible() -> None:
    stars = Lineage(stars=(Star("model.shop.one"),))
    found = graph(
        node("one"),
        node("two", "model.shop.one"),
        one=stars,
        two=Lineage(unknown=frozenset({"lost"}), parents=("model.shop.one",)),
    )
    told = impact_of(found, found.find("one"), "lost")
    assert [each.node.name for each in told.possible] == ["two"]
    assert told.unread[0].reason == "it names 'lost', which no table that it reads is known to have"
    assert impact_of(found, found.find("one"), "other").possible == []


def test_a_node_that_is_reached_by_two_ways_is_told_once_by_the_shorter() -> None:
    def passing(parent: str) -> Lineage:
        return Lineage(outputs={"a": Output("a", {(parent, "a"): True})}, uses={(parent, "a"): ("passes on",)})

    both = Lineage(
        outputs={"a": Output("a", {("model.shop.two", "a"): True}), "b": Output("b", {("model.shop.one", "a"): False})},
        uses={("model.shop.two", "a"): ("passes on",), ("model.shop.one", "a"): ("reads",)},
    )
    nodes = (node("one"), node("two", "model.shop.one"), node("three", "model.shop.two", "model.shop.one"))
    found = graph(*nodes, one=Lineage(outputs={"a": Output("a")}), two=passing("model.shop.one"), three=both)
    three = impact_of(found, found.find("one"), "a").affected[-1]
    assert [step.node.name for step in three.way] == ["one", "three"]
    assert three.columns == {"b": False, "a": True}
    assert three.uses == ("passes on", "reads")


def test_a_field_is_refused_with_its_column() -> None:
    found = graph(node("one"), one=Lineage(outputs={"address": Output("address")}))
    with pytest.raises(
        UsageError,
        match=r"'address\.zip' is a field, and a use of a field counts as one of its column: --column address\.",
    ):
        impact_of(found, found.find("one"), "address.zip")
