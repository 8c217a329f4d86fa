"""How a table is named, and what is said when there is none of that name. The project is one of a user, who has our package installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_playbooks.pytest_plugin.errors import MacroError
from macros.project import write_project

pytestmark = pytest.mark.targets("duckdb", "emulator")

# Schemas of the target itself are None.
NAMES = [
    ("orders", (None, "orders")),
    ("countries", (None, "countries")),
    ("raw.events", ("raw_data", "events_v3")),
    ("SCHEMA.anything", (None, "anything")),
    ("anything", (None, "anything")),
    ("DATABASE.SCHEMA.anything", (None, "anything")),
    ('"DATABASE"."SCHEMA"."anything"', (None, "anything")),
    ("elsewhere.order_lines", ("elsewhere", "order_lines")),
]
NAMES_OF_DUCKDB = [
    ("my-schema.Order Lines", ("my-schema", "Order Lines")),
    ('"my.schema"."a.b"', ("my.schema", "a.b")),
    ("SCHEMA.it's", (None, "it's")),
]


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def relation(macro):
    """What our macro finds by a name; DATABASE and SCHEMA in it are the target's."""
    here = macro.compile("{{ target.database }}").text, macro.compile("{{ target.schema }}").text

    def find(name):
        if isinstance(name, str):
            name = name.replace("DATABASE", here[0]).replace("SCHEMA", here[1])
        return macro("dbt_playbooks._relation", table=name).value

    find.schema = here[1]
    return find


def check_name(macro, table, relation, name, place):
    schema, identifier = place
    table({"id": [1]}, name=identifier, schema=schema)
    found = relation(name)
    assert (found.schema, found.identifier) == (schema or relation.schema, identifier)
    assert macro.query(f"select count(*) from {found}") == [[1]]


@pytest.mark.parametrize(("name", "place"), NAMES)
def test_a_name_finds_its_table(macro, table, relation, name, place):
    check_name(macro, table, relation, name, place)


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(("name", "place"), NAMES_OF_DUCKDB)
def test_a_name_that_only_duckdb_allows_finds_its_table(macro, table, relation, name, place):
    check_name(macro, table, relation, name, place)


def test_a_relation_stays_as_it_is(macro, relation):
    given = macro("dbt_playbooks._backfill_relation", name="not_there").value
    assert relation(given) is given


def test_a_table_that_dbt_has_not_seen_yet_is_found(macro, relation):
    with macro.raises("there is no table 'made_by_hand'"):
        relation("made_by_hand")
    macro.query(f"create table {relation.schema}.made_by_hand as select 1 as id")
    assert relation("made_by_hand").identifier == "made_by_hand"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("ordres", "orders"),
        ("raw.event", "raw.events"),
        ("dbt_test.costumers", "customers"),
        ("ordrs_archive", "orders_archive"),
    ],
)
def test_a_table_that_is_not_there_is_an_error_that_names_near_misses(table, relation, wrong, near):
    table({"id": [1]}, name="orders_archive")
    with pytest.raises(MacroError, match=rf"there is no table '{wrong}'.*Did you mean .*{near}"):
        relation(wrong)


def test_a_name_like_no_other_is_not_answered_with_a_guess(relation):
    with pytest.raises(MacroError, match=r"there is no table 'zzz'.*`dbt ls` lists the names") as error:
        relation("zzz")
    assert "Did you mean" not in str(error.value)


def test_a_model_that_was_never_built_says_how_to_build_it(macro, relation):
    place = macro.compile("{{ target.database }}.{{ target.schema }}").text
    with macro.raises(
        f"model 'orders' has no table yet: {place}.orders does not exist. Build it first: dbt build --select orders"
    ):
        relation("orders")


def test_an_ephemeral_model_has_no_table(macro, relation):
    with macro.raises("model 'passing_through' is ephemeral"):
        relation("passing_through")


@pytest.mark.parametrize("name", [None, "", "  ", "a.b.c.d", "a..b"])
def test_what_is_no_name_is_refused_with_what_is_allowed(macro, relation, name):
    with macro.raises("Allowed: a model, seed, snapshot or source"):
        relation(name)


def test_a_table_that_is_made_after_a_macro_asked_for_it_is_seen_by_the_adapter(macro, table):
    asked = "{{ adapter.get_relation(target.database, target.schema, 'made_later') is not none }}"
    assert macro.compile(asked).text == "False"
    table({"id": [1]}, name="made_later")
    assert macro.compile(asked).text == "True"
