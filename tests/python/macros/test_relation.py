"""How a table is named, and what is said when there is none of that name."""

from __future__ import annotations

import pytest

from dbt_playbooks.errors import UsageError

NAMES = [
    ("orders", ("main", "orders")),
    ("countries", ("main", "countries")),
    ("raw.events", ("raw_data", "events_v3")),
    ("main.anything", ("main", "anything")),
    ("anything", ("main", "anything")),
    ("shop.main.anything", ("main", "anything")),
    ('"shop"."main"."anything"', ("main", "anything")),
    ("my-schema.Order Lines", ("my-schema", "Order Lines")),
    ('"my.schema"."a.b"', ("my.schema", "a.b")),
    ("main.it's", ("main", "it's")),
]


@pytest.mark.parametrize(("name", "place"), NAMES)
def test_a_name_finds_its_table(duck, name, place):
    schema, identifier = place
    duck.table(identifier, "select 1 as id", schema=schema)
    relation = duck("_relation", table=name)
    assert (relation.schema, relation.identifier) == place
    assert duck.sql(f"select count(*) from {relation}") == [[1]]


def test_a_relation_stays_as_it_is(duck):
    relation = duck.relation("not_there")
    assert duck("_relation", table=relation) is relation


def test_a_table_that_dbt_has_not_seen_yet_is_found(duck):
    with pytest.raises(UsageError):
        duck("_relation", table="made_by_hand")
    duck.sql("create table main.made_by_hand as select 1 as id")
    assert duck("_relation", table="made_by_hand").identifier == "made_by_hand"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("ordres", "orders"),
        ("raw.event", "raw.events"),
        ("main.costumers", "customers"),
        ("ordrs_archive", "orders_archive"),
    ],
)
def test_a_table_that_is_not_there_is_an_error_that_names_near_misses(duck, wrong, near):
    duck.table("orders_archive", "select 1 as id")
    with pytest.raises(UsageError, match=rf"there is no table '{wrong}'.*Did you mean .*{near}"):
        duck("_relation", table=wrong)


def test_a_name_like_no_other_is_not_answered_with_a_guess(duck):
    with pytest.raises(UsageError, match=r"there is no table 'zzz'.*`dbt ls` lists the names") as error:
        duck("_relation", table="zzz")
    assert "Did you mean" not in str(error.value)


def test_a_model_that_was_never_built_says_how_to_build_it(duck):
    with pytest.raises(
        UsageError,
        match=r"model 'orders' has no table yet: shop.main.orders does not exist. Build it first: dbt build --select orders",
    ):
        duck("_relation", table="orders")


def test_an_ephemeral_model_has_no_table(duck):
    with pytest.raises(UsageError, match="model 'passing_through' is ephemeral"):
        duck("_relation", table="passing_through")


@pytest.mark.parametrize("name", [None, "", "  ", "a.b.c.d", "a..b"])
def test_what_is_no_name_is_refused_with_what_is_allowed(duck, name):
    with pytest.raises(UsageError, match="Allowed: a model, seed, snapshot or source"):
        duck("_relation", table=name)
