"""BigQuery's language, for an analyzer of a larger one: what it must allow and refuse, and what BigQuery has and the analyzer lacks.

`features` and `functions` are BigQuery's by its documentation; here are its statements, system variables, types and procedures.
"""

from __future__ import annotations

import re
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.features import enabled
from dbt_playbooks.pytest_plugin.googlesql.functions import FUNCTIONS, NAMESPACES, TABLE_FUNCTIONS, foreign
from dbt_playbooks.pytest_plugin.googlesql.information_schema import view_of

_STATEMENTS = {
    "reference/standard-sql/bigqueryml-syntax-create": "CREATE_MODEL",
    "reference/standard-sql/bigqueryml-syntax-alter-model": "ALTER_MODEL",
    "reference/standard-sql/data-control-language": "GRANT REVOKE",
    "reference/standard-sql/data-definition-language": """
        ALTER_ALL_ROW_ACCESS_POLICIES ALTER_CONNECTION ALTER_ENTITY ALTER_EXTERNAL_SCHEMA ALTER_INDEX ALTER_MATERIALIZED_VIEW ALTER_SCHEMA ALTER_TABLE
        ALTER_TABLE_SET_OPTIONS ALTER_VIEW CREATE_CONNECTION CREATE_ENTITY CREATE_EXTERNAL_SCHEMA CREATE_EXTERNAL_TABLE CREATE_FUNCTION CREATE_INDEX
        CREATE_MATERIALIZED_VIEW CREATE_PROCEDURE CREATE_ROW_ACCESS_POLICY CREATE_SCHEMA CREATE_SNAPSHOT_TABLE CREATE_TABLE CREATE_TABLE_AS_SELECT
        CREATE_TABLE_FUNCTION CREATE_VIEW DROP DROP_FUNCTION DROP_INDEX DROP_MATERIALIZED_VIEW DROP_ROW_ACCESS_POLICY DROP_SNAPSHOT_TABLE
        DROP_TABLE_FUNCTION UNDROP
    """,
    "reference/standard-sql/debugging-statements": "ASSERT",
    "reference/standard-sql/dml-syntax": "DELETE INSERT MERGE TRUNCATE UPDATE",
    "reference/standard-sql/export-statements": "EXPORT_DATA EXPORT_METADATA EXPORT_MODEL",
    "reference/standard-sql/graph-schema-statements": "CREATE_PROPERTY_GRAPH",
    "reference/standard-sql/load-statements": "AUX_LOAD_DATA",
    "reference/standard-sql/procedural-language": "ASSIGNMENT BEGIN CALL COMMIT EXECUTE_IMMEDIATE ROLLBACK",
    "reference/standard-sql/query-syntax": "QUERY",
}
"""The library's kinds of statements (`RESOLVED_..._STMT`) that BigQuery has, by the page that has them; all others are refused."""

_ENTITIES = ("CAPACITY", "RESERVATION", "ASSIGNMENT", "BI_CAPACITY", "DATA_POLICY", "ORGANIZATION", "PROJECT")
_NESTED_ENTITIES = ("REPLICA",)

PSEUDO_COLUMNS = {"_PARTITIONTIME": "timestamp", "_PARTITIONDATE": "date"}
"""Of a table that is partitioned by the time of its ingestion."""

SYSTEM_VARIABLES = {
    "current_job_id": "string", "dataset_id": "string", "dataset_project_id": "string", "last_job_id": "string", "location": "string",
    "project_id": "string", "query_label": "string", "reservation": "string", "row_count": "int64", "session_id": "string",
    "time_zone": "string", "error.formatted_stack_trace": "string", "error.message": "string", "error.statement_text": "string",
    "error.stack_trace": "array<struct<line int64, `column` int64, filename string, location string>>",
    "script.bytes_billed": "int64", "script.bytes_processed": "int64", "script.creation_time": "timestamp", "script.job_id": "string",
    "script.num_child_jobs": "int64", "script.slot_ms": "int64",
}  # fmt: skip

SETTABLE_VARIABLES = {"dataset_id", "dataset_project_id", "location", "query_label", "reservation", "time_zone"}
"""All others are read only (reference/system-variables)."""

# Names that BigQuery documents for types and the analyzer lacks.
ALIASES = {"bigint": "INT64", "integer": "INT64", "int": "INT64", "smallint": "INT64", "tinyint": "INT64", "byteint": "INT64",
           "decimal": "NUMERIC", "bigdecimal": "BIGNUMERIC", "boolean": "BOOL"}  # fmt: skip

_PROCEDURES = {
    "bq.abort_session", "bq.cancel_index_alteration", "bq.jobs.cancel", "bq.refresh_external_metadata_cache",
    "bq.refresh_materialized_view", "bq.show_graph_expand_schema",
}  # fmt: skip

_GRAMMAR = {"array", "cast", "extract", "safe_cast"}
"""Functions that the grammar knows: what is called so and not found is none of them."""
_NOT_FOUND = re.compile(
    r"^(Table|Function|Table-valued function|Procedure|Model|Connection|Property graph) not found: (.+?)(;| \[at |$)"
)
_IN_A_BODY = re.compile(r"^.*Analysis of function [^;]* failed \[at \d+:\d+\]; ", re.DOTALL)
_UNKNOWN = re.compile(r"Default connection not found|The (node|edge) table .* does not have primary key defined")


def language() -> Any:
    """The analyzer's options for BigQuery."""
    from zetasql.types import LanguageOptions, ProductMode, ResolvedNodeKind

    found = LanguageOptions.maximum_features()
    found.product_mode = ProductMode.PRODUCT_EXTERNAL
    found.reserved_keywords = ["GRAPH_TABLE", "MATCH_RECOGNIZE", "QUALIFY"]
    ours = {f"RESOLVED_{name}_STMT" for names in _STATEMENTS.values() for name in names.split()}
    found.supported_statement_kinds = [kind for kind in ResolvedNodeKind if kind.name in ours]
    found.supported_generic_entity_types = list(_ENTITIES)
    found.supported_generic_sub_entity_types = list(_NESTED_ENTITIES)
    found.enabled_language_features = enabled()
    return found


def builtin_functions(found: Any) -> Any:
    """The catalogue's options for a language: BigQuery's functions alone."""
    from zetasql.types import ZetaSQLBuiltinFunctionOptions

    return ZetaSQLBuiltinFunctionOptions(language_options=found, exclude_function_ids=foreign(found))


def is_unknown(message: str, code: int) -> bool:
    """Whether an error of the analyzer says that it lacks what BigQuery has, or can't be told of: anything else is an error of the statement."""
    if code in (12, 13) or _UNKNOWN.match(message):  # UNIMPLEMENTED, INTERNAL: the analyzer fails, not the statement
        return True
    # of a function of ANY TYPE the last message is that of its body
    missing = _NOT_FOUND.match(_IN_A_BODY.sub("", message))
    if missing is None:
        return False
    kind, name = missing[1], missing[2].replace("`", "").lower()
    if kind in ("Model", "Connection", "Property graph"):
        return True
    *qualifiers, _ = name.split(".")
    if kind == "Table":
        return view_of(tuple(name.split("."))) is not None
    if kind == "Procedure":
        return name in _PROCEDURES or (bool(qualifiers) and qualifiers[0] != "bq")
    name = name.removeprefix("safe.")
    if name in FUNCTIONS:
        # what stands in FROM is no value, and the other way round
        return name not in _GRAMMAR and (kind == "Function") != (name in TABLE_FUNCTIONS)
    return "." in name and name.split(".")[0] not in NAMESPACES
