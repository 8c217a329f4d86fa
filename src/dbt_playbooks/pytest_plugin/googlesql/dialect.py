"""BigQuery's language, for an analyzer of a larger one: what it must allow and refuse, and what BigQuery has and the analyzer lacks.

The lists (statements, functions, INFORMATION_SCHEMA, system variables and procedures) were not compared with BigQuery's documentation name
by name: a name that is missing here is an error where it should be unsupported.
"""

from __future__ import annotations

import re
from typing import Any

_FEATURES = (
    "CREATE_TABLE_CLONE",
    "CREATE_TABLE_COPY",
    "CREATE_SNAPSHOT_TABLE",
    "CREATE_VIEWS_WITH_COLUMN_OPTIONS",
    "CREATE_EXTERNAL_TABLE_WITH_PARTITION_COLUMNS",
    "ALTER_COLUMN_SET_DATA_TYPE",
    "COLLATION_SUPPORT",
    "EXTERNAL_SECURITY_PROCEDURE",
    "NON_SQL_PROCEDURE",
)
_NO_FEATURES = ("DML_RETURNING", "INSERT_ON_CONFLICT_CLAUSE", "FOR_UPDATE", "CLONE_DATA")
_NO_STATEMENTS = (
    "EXPLAIN", "DESCRIBE", "SHOW", "RENAME", "IMPORT", "MODULE", "ANALYZE", "DEFINE_TABLE", "START_BATCH", "RUN_BATCH", "ABORT_BATCH",
    "CREATE_DATABASE", "ALTER_DATABASE", "CREATE_CONSTANT", "CREATE_SEQUENCE", "ALTER_SEQUENCE", "CREATE_APPROX_VIEW", "ALTER_APPROX_VIEW",
    "CREATE_PRIVILEGE_RESTRICTION", "ALTER_PRIVILEGE_RESTRICTION", "DROP_PRIVILEGE_RESTRICTION", "SET_TRANSACTION", "CLONE_DATA",
)  # fmt: skip
_ENTITIES = ("CAPACITY", "RESERVATION", "ASSIGNMENT", "BI_CAPACITY", "ORGANIZATION", "PROJECT")

PSEUDO_COLUMNS = {"_PARTITIONTIME": "timestamp", "_PARTITIONDATE": "date"}
"""Of a table that is partitioned by the time of its ingestion."""

SYSTEM_VARIABLES = {
    "current_job_id": "string", "dataset_id": "string", "dataset_project_id": "string", "last_job_id": "string", "location": "string",
    "project_id": "string", "query_label": "string", "reservation": "string", "row_count": "int64", "session_id": "string",
    "time_zone": "string", "error.formatted_stack_trace": "string", "error.message": "string", "error.statement_text": "string",
    "error.stack_trace": "array<struct<line int64, `column` int64, filename string, location string>>",
    "script.bytes_processed": "int64", "script.creation_time": "timestamp", "script.job_id": "string",
    "script.num_child_jobs": "int64", "script.slot_ms": "int64",
}  # fmt: skip

# Names that BigQuery documents for types and the analyzer lacks.
ALIASES = {"bigint": "INT64", "integer": "INT64", "int": "INT64", "smallint": "INT64", "tinyint": "INT64", "byteint": "INT64",
           "decimal": "NUMERIC", "bigdecimal": "BIGNUMERIC", "boolean": "BOOL"}  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMESPACES = {"aead", "ai", "bq", "hll_count", "keys", "kll_quantiles", "ml", "net", "obj", "safe"}
"""A function that is named with something else before it is one of a dataset, of which the analyzer is told nothing."""

_FUNCTIONS = _words(
    """
    max_by min_by search contains_substr text_analyze bag_of_words tf_idf st_regionstats
    dlp_deterministic_encrypt dlp_deterministic_decrypt dlp_key_chain
    appends changes external_query external_object_transform gap_fill range_sessionize vector_search
    obj.fetch_metadata obj.get_access_url obj.make_ref
    ai.classify ai.detect_anomalies ai.evaluate ai.forecast ai.generate ai.generate_bool ai.generate_double ai.generate_embedding
    ai.generate_int ai.generate_table ai.generate_text ai.if ai.score ai.search ai.similarity
    ml.advanced_weights ml.annotate_image ml.arima_coefficients ml.arima_evaluate ml.bucketize ml.centroids ml.confusion_matrix
    ml.convert_color_space ml.convert_image_type ml.decode_image ml.describe_data ml.detect_anomalies ml.distance ml.entity_features_at_time
    ml.evaluate ml.explain_forecast ml.explain_predict ml.feature_cross ml.feature_importance ml.feature_info ml.features_at_time ml.forecast
    ml.generate_embedding ml.generate_table ml.generate_text ml.global_explain ml.hash_bucketize ml.holiday_info ml.imputer ml.label_encoder
    ml.lp_norm ml.max_abs_scaler ml.min_max_scaler ml.multi_hot_encoder ml.ngrams ml.normalizer ml.one_hot_encoder ml.polynomial_expand
    ml.predict ml.principal_component_info ml.principal_components ml.process_document ml.quantile_bucketize ml.recommend
    ml.reconstruction_loss ml.resize_image ml.robust_scaler ml.roc_curve ml.standard_scaler ml.tfdv_describe ml.tfdv_validate
    ml.training_info ml.transcribe ml.transform ml.translate ml.trial_info ml.understand_text ml.validate_data_drift ml.validate_data_skew
    ml.weights
    """
)
_PROCEDURES = {
    "bq.abort_session", "bq.cancel_index_alteration", "bq.jobs.cancel", "bq.refresh_external_metadata_cache",
    "bq.refresh_materialized_view",
}  # fmt: skip
_INFORMATION_SCHEMA = _words(
    """
    assignments assignment_changes bi_capacities bi_capacity_changes capacity_commitments capacity_commitment_changes columns
    column_field_paths constraint_column_usage effective_project_options insights jobs jobs_timeline key_column_usage materialized_views
    object_privileges organization_options organization_options_changes parameters partitions project_options project_options_changes
    property_graphs recommendations reservations reservations_timeline reservation_changes routines routine_options schemata schemata_links
    schemata_options schemata_replicas search_indexes search_index_columns search_index_options sessions shared_dataset_usage
    streaming_timeline tables table_constraints table_options table_snapshots table_storage table_storage_timeline
    table_storage_usage_timeline vector_indexes vector_index_columns vector_index_options views write_api_timeline
    """
)
INFORMATION_SCHEMA = {
    "COLUMNS": {
        **dict.fromkeys(["table_catalog", "table_schema", "table_name", "column_name", "is_nullable", "data_type"], "string"),
        **dict.fromkeys(["is_generated", "generation_expression", "is_stored", "is_hidden", "is_updatable"], "string"),
        **dict.fromkeys(["is_system_defined", "is_partitioning_column", "collation_name", "column_default"], "string"),
        **dict.fromkeys(["rounding_mode"], "string"),
        **dict.fromkeys(["ordinal_position", "clustering_ordinal_position"], "int64"),
        "policy_tags": "array<string>",
    },
    "TABLES": {
        **dict.fromkeys(["table_catalog", "table_schema", "table_name", "table_type", "is_insertable_into"], "string"),
        **dict.fromkeys(["is_typed", "is_change_history_enabled", "is_fine_grained_mutations_enabled"], "string"),
        **dict.fromkeys(["managed_table_type", "ddl", "default_collation_name"], "string"),
        **dict.fromkeys(["base_table_catalog", "base_table_schema", "base_table_name"], "string"),
        **dict.fromkeys(["creation_time", "snapshot_time_ms", "upsert_stream_apply_watermark"], "timestamp"),
    },
    "TABLE_OPTIONS": dict.fromkeys(
        ["table_catalog", "table_schema", "table_name", "option_name", "option_type", "option_value"], "string"
    ),
    "JOBS": {
        **dict.fromkeys(["project_id", "job_id", "parent_job_id", "job_type", "statement_type", "state", "priority"], "string"),
        **dict.fromkeys(["user_email", "principal_subject", "query", "query_dialect", "reservation_id", "edition"], "string"),
        "transaction_id": "string",
        **dict.fromkeys(["creation_time", "start_time", "end_time"], "timestamp"),
        **dict.fromkeys(["cache_hit", "continuous"], "bool"),
        **dict.fromkeys(["project_number", "total_bytes_billed", "total_bytes_processed", "total_modified_partitions"], "int64"),
        **dict.fromkeys(["total_slot_ms", "total_services_sku_slot_ms", "transferred_bytes"], "int64"),
        "destination_table": "struct<project_id string, dataset_id string, table_id string>",
        "referenced_tables": "array<struct<project_id string, dataset_id string, table_id string>>",
        "dml_statistics": "struct<inserted_row_count int64, deleted_row_count int64, updated_row_count int64>",
        "error_result": "struct<reason string, location string, debug_info string, message string>",
        "labels": "array<struct<key string, value string>>",
        # of these records the fields are not listed there: any is taken
        **dict.fromkeys(["bi_engine_statistics", "continuous_query_info", "job_creation_reason", "materialized_view_statistics"], "json"),
        **dict.fromkeys(["metadata_cache_statistics", "query_info", "search_statistics", "session_info"], "json"),
        "vector_search_statistics": "json",
        **dict.fromkeys(["external_service_costs", "job_stages", "timeline"], "array<json>"),
    },
    "OBJECT_PRIVILEGES": dict.fromkeys(
        ["object_catalog", "object_schema", "object_name", "object_type", "privilege_type", "grantee"], "string"
    ),
    "SCHEMATA_OPTIONS": dict.fromkeys(
        ["catalog_name", "schema_name", "option_name", "option_type", "option_value"], "string"
    ),
}  # fmt: skip
"""The columns of some of the views, as BigQuery's documentation lists them. Of the others it is known that they are there."""

_NOT_FOUND = re.compile(
    r"^(Table|Function|Table-valued function|Procedure|Model|Connection|Property graph) not found: (.+?)(;| \[at |$)"
)


def language() -> Any:
    """The analyzer's options for BigQuery."""
    from zetasql.types import LanguageFeature, LanguageOptions, ProductMode, ResolvedNodeKind

    found = LanguageOptions.maximum_features()
    found.product_mode = ProductMode.PRODUCT_EXTERNAL
    found.reserved_keywords = ["QUALIFY"]
    foreign = {f"RESOLVED_{name}_STMT" for name in _NO_STATEMENTS}
    found.supported_statement_kinds = [
        kind for kind in ResolvedNodeKind if kind.name.endswith("_STMT") and kind.name not in foreign
    ]
    found.supported_generic_entity_types = list(_ENTITIES)
    wanted = {LanguageFeature[f"FEATURE_{name}"] for name in _FEATURES}
    foreign_features = {LanguageFeature[f"FEATURE_{name}"] for name in _NO_FEATURES}
    found.enabled_language_features = sorted({*found.enabled_language_features, *wanted} - foreign_features)
    return found


def is_unknown(message: str, code: int) -> bool:
    """Whether an error of the analyzer says that it lacks what BigQuery has, or can't be told of: anything else is an error of the statement."""
    if code in (12, 13):  # UNIMPLEMENTED, INTERNAL: the analyzer fails, not the statement
        return True
    statement = re.match(r"Statement not supported: (\w+?)(Statement)?\b", message)
    if statement is not None:
        return statement[1].lower() not in {name.replace("_", "").lower() for name in _NO_STATEMENTS}
    missing = _NOT_FOUND.match(message)
    if missing is None:
        return False
    kind, name = missing[1], missing[2].replace("`", "").lower()
    if kind in ("Model", "Connection", "Property graph"):
        return True
    *qualifiers, last = name.split(".")
    if kind == "Table":
        view = re.sub(r"_by_(user|project|folder|organization)$", "", last)
        return qualifiers[-1:] == ["information_schema"] and view in _INFORMATION_SCHEMA
    if kind == "Procedure":
        return name in _PROCEDURES or (bool(qualifiers) and qualifiers[0] != "bq")
    name = name.removeprefix("safe.")
    return name in _FUNCTIONS or ("." in name and name.split(".")[0] not in _NAMESPACES)
