"""Whether a column that is stored has the type that a call makes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("to", "stored", "same"),
    [
        ("integer", "bigint", True),
        ("integer", "integer", True),
        ("integer", "smallint", False),
        ("integer", "character varying(256)", False),
        ("string", "character varying(256)", True),
        ("string", "bigint", False),
        ("numeric(10, 2)", "decimal(10,2)", True),
        ("numeric(10, 2)", "decimal(12,4)", False),
        ("numeric", "decimal(38,9)", True),
        ("float", "double", True),
        ("float", "float", True),
        ("boolean", "boolean", True),
        ("date", "timestamp", False),
        ("datetime", "timestamp", True),
        ("timestamp", "timestamp", True),
        ("timestamp", "timestamp with time zone", False),
        ("timestamptz", "timestamp with time zone", True),
    ],
)
def test_a_stored_type_of_duckdb_is_the_one_that_is_made_or_another(macro, to, stored, same):
    assert macro("_is_stored_as", stored, macro("_cast_rule", to).value).value is same


@pytest.mark.targets("bigquery")
@pytest.mark.parametrize(
    ("to", "stored", "same"),
    [
        ("integer", "int64", True),
        ("integer", "string", False),
        ("string", "string", True),
        ("numeric(10, 2)", "numeric", True),
        ("numeric(10, 2)", "numeric(10, 2)", True),
        ("numeric(38, 20)", "numeric", False),
        ("numeric(38, 20)", "bignumeric", True),
        ("float", "float64", True),
        ("boolean", "bool", True),
        ("date", "datetime", False),
        ("datetime", "timestamp", False),
        ("timestamptz", "timestamp", True),
    ],
)
def test_a_stored_type_of_bigquery_is_the_one_that_is_made_or_another(macro, to, stored, same):
    assert macro("_is_stored_as", stored, macro("_cast_rule", to).value).value is same


INCREMENTAL = {"materialized": "incremental", "on_schema_change": "append_new_columns"}


@pytest.mark.targets("duckdb")
@pytest.mark.parametrize(
    ("config", "command", "looked_at"),
    [
        (INCREMENTAL, "run", True),
        (INCREMENTAL, "build", True),
        (INCREMENTAL, "compile", False),
        ({**INCREMENTAL, "full_refresh": False}, "run", True),
        ({**INCREMENTAL, "full_refresh": True}, "run", False),
        ({"materialized": "table"}, "run", False),
    ],
)
def test_only_what_stays_is_looked_at_before_a_run(macro, table, config, command, looked_at):
    table({"note": ["a", None, "c"], "remark": ["a", "b", None]}, name="kept")
    place = {"name": "kept", "database": "memory", "schema": "dbt_test", "alias": "kept", "config": config}
    said: list[str] = []
    flags = SimpleNamespace(WHICH=command, FULL_REFRESH=False)
    stubs = {
        "model": place,
        "flags": flags,
        "exceptions": SimpleNamespace(warn=lambda message: said.append(message) or ""),
    }
    macro("renamed_column", "note", "remark", phase="new", stubs=stubs)
    assert [text.split(" of ")[0] for text in said] == (
        ["dbt_playbooks.renamed_column: phase is 'new', and in 1 row"] if looked_at else []
    )
    place["alias"] = "not_there"
    macro("renamed_column", "note", "remark", phase="new", stubs=stubs)
    assert len(said) == looked_at


@pytest.mark.targets("duckdb")
def test_columns_that_can_not_be_compared_are_said_not_to_be_checked(macro, table):
    table({"note": ["a", "b"], "remark": [1, 2]}, name="kept")
    place = {"name": "kept", "database": "memory", "schema": "dbt_test", "alias": "kept", "config": INCREMENTAL}
    said: list[str] = []
    exceptions = SimpleNamespace(warn=lambda message: said.append(message) or "")
    stubs = {"model": place, "flags": SimpleNamespace(WHICH="run", FULL_REFRESH=False), "exceptions": exceptions}
    macro("renamed_column", "note", "remark", phase="new", stubs=stubs)
    assert len(said) == 1
    assert "it was not checked that 'remark' holds the values of 'note' in" in said[0]
    assert said[0].endswith("they are VARCHAR and BIGINT, which have no type in common.")
