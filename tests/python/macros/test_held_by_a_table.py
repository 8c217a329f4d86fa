"""The tables of docs/cutover.md: all that a table can hold has an entry, and `cutover` does what the entry says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from dbt_playbooks.pytest_plugin.errors import MacroError
from macros.cutover_shop import BY_DAY, BY_RANGE, FIELDS, made_shop

HELD: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((Path(__file__).parent / "held_by_a_table.yml").read_text())
RESOURCE, FIELD = HELD["bigquery"]["the table's resource"], HELD["bigquery"]["a field of its schema"]
VERDICTS = {"carried", "told", "compared", "refused", "itself", "unseen"}
VALUES: dict[str, Any] = {
    "expirationTime": "1900000000000", "requirePartitionFilter": True, "labels": {"team": "a"}, "tableConstraints": {"primaryKey": {"columns": ["id"]}},
    "encryptionConfiguration": {"kmsKeyName": "projects/p/key"}, "location": "EU", "creationTime": "1700000000000", "lastModifiedTime": "1700000000000",
    "streamingBuffer": {"estimatedRows": "1", "estimatedBytes": "1", "oldestEntryTime": "1700000000000"},
}  # fmt: skip


def verdict_of(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry[0]


def test_each_entry_has_a_verdict_that_is_explained() -> None:
    entries = [entry for places in HELD.values() for place in places.values() for entry in place.values()]
    assert {verdict_of(entry) for entry in entries} == VERDICTS


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize("function", [name for name in HELD["duckdb"] if name.endswith("()")])
def test_each_column_of_duckdbs_catalogue_has_an_entry(macro, function):
    there = dict(macro.query(f"select * from {function} limit 0").columns)
    assert set(there) - HELD["duckdb"][function].keys() == set()


@pytest.mark.targets("duckdb")
def test_each_catalogue_of_duckdbs_that_tells_of_tables_has_entries(macro):
    functions = macro.query(
        "select distinct function_name from duckdb_functions()"
        " where starts_with(function_name, 'duckdb_') and function_type = 'table' and len(parameters) = 0"
    )
    telling = {
        f"{name}()"
        for (name,) in functions
        if {"table_name", "table_oid"} & dict(macro.query(f"select * from {name}() limit 0").columns).keys()
    }
    assert telling - HELD["duckdb"].keys() == set()
    assert len(telling) >= 4


def test_all_that_googles_client_knows_of_a_table_has_an_entry():
    bigquery = pytest.importorskip("google.cloud.bigquery")
    known = {path if isinstance(path, str) else path[0] for path in bigquery.Table._PROPERTY_TO_API_FIELD.values()}
    assert {name for name in known if not name.startswith("num") and name not in RESOURCE} == set()
    arguments = bigquery.SchemaField.__init__.__annotations__.keys() - {
        "field_type",
        "return",
        "default_value_expression",
    }
    known = {name.split("_")[0] + "".join(part.title() for part in name.split("_")[1:]) for name in arguments}
    assert known - FIELD.keys() == set()
    assert "defaultValueExpression" in FIELD


@pytest.fixture
def shop(macro, table):
    return made_shop(macro, table)


def said_of(made: Any) -> tuple[str, list[str]]:
    """What is said to be kept, and what to be lost."""
    rows = made.cut(backup="was", strategy="rename", dry_run=True).value
    return " ".join(what for check, _, what in rows if check == "kept"), [
        what for check, _, what in rows if check == "lost"
    ]


WORDS = {
    "friendlyName": "friendly name",
    "expirationTime": "expires at",
    "requirePartitionFilter": "require_partition_filter",
    "labels": "team",
}


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("name", [name for name in RESOURCE if " " not in name])
def test_what_becomes_of_each_property_of_bigquerys_table_is_what_the_page_says(shop, name):
    verdict = verdict_of(RESOURCE[name])
    if verdict in ("compared", "itself") and name in (
        "schema",
        "timePartitioning",
        "rangePartitioning",
        "clustering",
        "tableReference",
        "type",
    ):
        return
    if name in ("view", "materializedView", "materializedViewStatus", "externalDataConfiguration"):
        assert verdict == "refused", "as of what is no table"
        return
    # a filter is wanted of tables that are partitioned
    made = shop(old={**BY_DAY, name: VALUES.get(name, "set")}, new=BY_DAY)
    if verdict == "refused":
        with pytest.raises(MacroError, match="rows are being streamed into the table"):
            said_of(made)
        return
    kept, lost = said_of(made)
    assert (WORDS.get(name, name) in kept) == (verdict == "carried"), kept
    assert len(lost) == (verdict == "told"), lost


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize("name", [*FIELD, "quantumState"])
def test_what_becomes_of_each_property_of_a_field_is_what_the_page_says(shop, name):
    verdict = verdict_of(FIELD.get(name, "told"))
    if verdict == "compared" or " " in name:
        return
    value = {"policyTags": {"names": ["secret"]}, "dataPolicies": [{"name": "masked"}]}.get(name, "1")
    kept, lost = said_of(shop(old={"schema": {"fields": [{**FIELDS[0], name: value}, *FIELDS[1:]]}}))
    assert (
        {"description": "the description of id", "defaultValueExpression": "the default of id"}.get(name, "?") in kept
    ) == (verdict == "carried")
    assert len(lost) == (verdict == "told"), lost


@pytest.mark.targets("bigquery")
def test_types_of_another_system_are_told(shop):
    foreign = {"schema": {"fields": FIELDS, "foreignTypeInfo": {"typeSystem": "HIVE"}}}
    assert said_of(shop(old=foreign))[1][0].startswith("the foreign type info of the schema: {'typeSystem': 'HIVE'}.")
    assert said_of(shop(old=foreign, new=foreign))[1] == []


@pytest.mark.targets("bigquery")
def test_sizes_are_of_the_table_alone(shop):
    made = shop(old={"numRows": "7", "numBytes": "9", "numTotalPhysicalBytes": "9", **BY_RANGE}, new=BY_RANGE)
    assert said_of(made) == ("", [])
