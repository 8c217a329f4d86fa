"""The options that each kind of statement takes, with their types, as BigQuery's documentation lists them.

Not judged are the options of models, and whether a value is one that BigQuery takes, but for those named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dbt_playbooks.pytest_plugin.googlesql.rules.judged import Fault, duplicates
from dbt_playbooks.pytest_plugin.googlesql.tree import Node, type_text

_PAIRS = "ARRAY<STRUCT<STRING,STRING>>"
_TABLE = f"""
    expiration_timestamp:TIMESTAMP partition_expiration_days:FLOAT64 require_partition_filter:BOOL kms_key_name:STRING friendly_name:STRING
    description:STRING labels:{_PAIRS} default_rounding_mode:STRING enable_change_history:BOOL max_staleness:INTERVAL
    enable_fine_grained_mutations:BOOL storage_uri:STRING file_format:STRING table_format:STRING tags:{_PAIRS}
"""
_VIEW = f"expiration_timestamp:TIMESTAMP friendly_name:STRING description:STRING labels:{_PAIRS} privacy_policy:STRING tags:{_PAIRS}"
_FILES = """
    allow_jagged_rows:BOOL allow_quoted_newlines:BOOL bigtable_options:STRING compression:STRING decimal_target_types:ARRAY<STRING>
    enable_list_inference:BOOL enable_logical_types:BOOL encoding:STRING enum_as_string:BOOL field_delimiter:STRING format:STRING
    hive_partition_uri_prefix:STRING file_set_spec_type:STRING ignore_unknown_values:BOOL json_extension:STRING max_bad_records:INT64
    max_staleness:INTERVAL null_marker:STRING null_markers:ARRAY<STRING> object_metadata:STRING preserve_ascii_control_characters:BOOL
    projection_fields:STRING quote:STRING reference_file_schema_uri:STRING require_hive_partition_filter:BOOL sheet_range:STRING
    skip_leading_rows:INT64 source_column_match:STRING time_zone:STRING date_format:STRING datetime_format:STRING time_format:STRING
    timestamp_format:STRING uris:ARRAY<STRING> metadata_cache_mode:STRING
"""
_SCHEMA = f"""
    default_kms_key_name:STRING default_partition_expiration_days:FLOAT64 default_rounding_mode:STRING default_table_expiration_days:FLOAT64
    description:STRING failover_reservation:STRING friendly_name:STRING is_case_insensitive:BOOL is_primary:BOOL labels:{_PAIRS}
    max_time_travel_hours:INT64 primary_replica:STRING storage_billing_model:STRING tags:{_PAIRS}
"""
_MATERIALIZED = f"""
    enable_refresh:BOOL refresh_interval_minutes:FLOAT64 expiration_timestamp:TIMESTAMP max_staleness:INTERVAL
    allow_non_incremental_definition:BOOL kms_key_name:STRING friendly_name:STRING description:STRING labels:{_PAIRS} tags:{_PAIRS}
"""
_OPTIONS = {
    "table": _TABLE,
    "snapshot": f"expiration_timestamp:TIMESTAMP friendly_name:STRING description:STRING labels:{_PAIRS} tags:{_PAIRS}",
    "column": f"description:STRING rounding_mode:STRING data_policies:ARRAY<STRING> data_governance_tags:{_PAIRS} policy_tags:ANY",
    "view": _VIEW,
    "view column": "description:STRING data_policies:ARRAY<STRING> policy_tags:ANY",
    "materialized view": _MATERIALIZED,
    "materialized view replica": "replication_interval_seconds:INT64",
    "external table": f"{_FILES} description:STRING expiration_timestamp:TIMESTAMP friendly_name:STRING labels:{_PAIRS} tags:{_PAIRS}",
    "files": f"{_FILES} column_name_character_map:STRING tags:{_PAIRS}",
    "schema": f"{_SCHEMA} location:STRING",
    "alter schema": _SCHEMA,
    "external schema": f"description:STRING friendly_name:STRING labels:{_PAIRS} location:STRING external_source:STRING tags:{_PAIRS}",
    "function": f"""
        description:STRING library:ANY endpoint:STRING user_defined_context:{_PAIRS} max_batching_rows:INT64 runtime_version:STRING
        entry_point:STRING packages:ARRAY<STRING> container_cpu:FLOAT64 container_memory:STRING container_request_concurrency:INT64
        data_governance_type:STRING
    """,
    "table function": "description:STRING",
    "procedure": f"""
        strict_mode:BOOL description:STRING engine:STRING runtime_version:STRING container_image:STRING properties:{_PAIRS} main_file_uri:STRING
        main_class:STRING py_file_uris:ARRAY<STRING> jar_uris:ARRAY<STRING> file_uris:ARRAY<STRING> archive_uris:ARRAY<STRING>
    """,
    "export": """
        uri:STRING format:STRING compression:STRING field_delimiter:STRING header:BOOL overwrite:BOOL use_avro_logical_types:BOOL
        bigtable_options:STRING truncate:BOOL auto_create_column_families:BOOL spanner_options:STRING alloydb_options:STRING
    """,
    "search index": "analyzer:STRING analyzer_options:STRING data_types:ARRAY<STRING> default_index_column_granularity:STRING",
    "vector index": """
        index_type:STRING distance_type:STRING ivf_options:STRING tree_ah_options:STRING lexical_search_columns:ARRAY<STRING>
    """,
    "index column": "index_granularity:STRING data_types:ARRAY<STRING>",
    "reservation": f"""
        ignore_idle_slots:BOOL slot_capacity:INT64 target_job_concurrency:INT64 edition:STRING autoscale_max_slots:INT64 secondary_location:STRING
        max_slots:INT64 scaling_mode:STRING scheduling_policy_max_slots:INT64 scheduling_policy_concurrency:INT64 is_primary:BOOL labels:{_PAIRS}
    """,
    "assignment": "assignee:STRING principal:STRING job_type:STRING scheduling_policy_max_slots:INT64 scheduling_policy_concurrency:INT64",
    "capacity": "plan:STRING renewal_plan:STRING slot_count:INT64 edition:STRING",
    "bi_capacity": "size_gb:INT64 preferred_tables:ARRAY<STRING>",
    "data_policy": "data_policy_type:STRING masking_expression:STRING",
    "connection": "connection_type:STRING friendly_name:STRING description:STRING",
}
OPTIONS = {owner: dict(each.split(":") for each in text.split()) for owner, text in _OPTIONS.items()}

_VALUES = {
    "default_rounding_mode": ("ROUND_HALF_AWAY_FROM_ZERO", "ROUND_HALF_EVEN"),
    "rounding_mode": ("ROUND_HALF_AWAY_FROM_ZERO", "ROUND_HALF_EVEN"),
    "storage_billing_model": ("LOGICAL", "PHYSICAL"),
    "index_type": ("IVF", "TREE_AH"),
    "distance_type": ("EUCLIDEAN", "COSINE", "DOT_PRODUCT"),
    "analyzer": ("LOG_ANALYZER", "NO_OP_ANALYZER", "PATTERN_ANALYZER"),
}
_RANGES = {
    "max_time_travel_hours": range(48, 169, 24),
    "replication_interval_seconds": range(60, 3601),
    "container_request_concurrency": range(1, 1001),
}
FORMATS = {
    "external table": (
        "AVRO", "CLOUD_BIGTABLE", "CSV", "DATASTORE_BACKUP", "DELTA_LAKE", "GOOGLE_SHEETS", "ICEBERG", "JSON", "NEWLINE_DELIMITED_JSON", "ORC",
        "PARQUET",
    ),
    "files": ("AVRO", "CSV", "DATASTORE_BACKUP", "DELTA_LAKE", "JSON", "NEWLINE_DELIMITED_JSON", "ORC", "PARQUET"),
    "export": ("ALLOYDB", "AVRO", "CLOUD_BIGTABLE", "CLOUD_PUBSUB", "CLOUD_SPANNER", "CSV", "JSON", "PARQUET"),
}  # fmt: skip
_CONSTANT = ("table", "snapshot", "column", "view", "view column")
_NOT_CALLED = {
    "array_to_string", "replace", "regexp_replace", "rand", "format", "lpad", "rpad", "repeat", "session_user", "generate_array",
    "generate_date_array",
}  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_TAKEN = {
    "FLOAT64": {"INT64", "NUMERIC", "BIGNUMERIC"},
    "TIMESTAMP": {"STRING"},
    "INTERVAL": {"STRING", "INT64"},
}
"""What BigQuery takes for a type, besides it."""


def faults(owner: str, given: list[Node]) -> Iterator[Fault]:
    """What is wrong with a list of options."""
    known = OPTIONS[owner]
    # a function may name each library in an option of its own
    for name in duplicates(str(each.value("name")) for each in given if each.value("name") != "library"):
        yield Fault(f"Duplicate option specified: {name}", given[-1])
    for option in given:
        name = str(option.value("name")).lower()
        if name not in known:
            yield Fault(f"Unknown option: {name}. For {owner} there are: {', '.join(sorted(known))}", option)
            continue
        value = option.node("value")
        if value is not None:
            yield from _value(owner, name, known[name], value)


def text_of(given: list[Node], name: str) -> str | None:
    """The value of an option that is a text, or None."""
    for option in given:
        value = option.node("value")
        if str(option.value("name")).lower() == name and value is not None and value.kind == "Literal":
            literal = value.value("value")
            return None if literal is None else str(literal.value.string_value)
    return None


def is_given(given: list[Node], name: str) -> bool:
    return any(str(option.value("name")).lower() == name for option in given)


def is_true(given: list[Node], name: str) -> bool:
    """Whether an option is the literal TRUE."""
    return _boolean(given, name) is True


def is_false(given: list[Node], name: str) -> bool:
    return _boolean(given, name) is False


def _boolean(given: list[Node], name: str) -> bool | None:
    for option in given:
        value = option.node("value")
        if str(option.value("name")).lower() == name and value is not None and value.kind == "Literal":
            literal = value.value("value").value
            return bool(literal.bool_value) if literal.WhichOneof("value") == "bool_value" else None
    return None


def _forbidden(name: str, value: Node) -> Iterator[Fault]:
    """Functions that an option's value can't call, by the pages of these statements."""
    for call in value.all("FunctionCall"):
        called = call.value("function").name
        if call.function in _NOT_CALLED or not called.startswith("ZetaSQL:"):
            yield Fault(f"Option {name} cannot call the function {called.rpartition(':')[2].upper()}", call)


def _value(owner: str, name: str, wanted: str, value: Node) -> Iterator[Fault]:
    if any(value.all("SubqueryExpr", "AggregateFunctionCall", "AnalyticFunctionCall")):
        yield Fault(f"Option {name} must be a constant expression: it can't contain a query or an aggregate", value)
        return
    if owner in _CONSTANT:
        yield from _forbidden(name, value)
    literal = value.value("value") if value.kind == "Literal" else None
    is_null = literal is not None and literal.value.WhichOneof("value") is None
    is_empty = literal is not None and literal.type.HasField("array_type") and not literal.value.array_value.element
    found = _shape(value.type)
    if not (wanted == "ANY" or is_null or is_empty or found == wanted or found in _TAKEN.get(wanted, ())):
        yield Fault(
            f"Option {name} value has type {type_text(value.type)} which cannot be treated as expected type {wanted}",
            value,
        )
        return
    if (
        wanted == "TIMESTAMP"
        and found == "STRING"
        and literal is not None
        and not _DAY.match(literal.value.string_value)
    ):
        yield Fault(f"Option {name} is a TIMESTAMP, and '{literal.value.string_value}' is none", value)
        return
    number = (
        None if literal is None or literal.value.WhichOneof("value") != "int64_value" else literal.value.int64_value
    )
    if name in _RANGES and number is not None and number not in _RANGES[name]:
        allowed_numbers = _RANGES[name]
        steps = f", in steps of {allowed_numbers.step}" if allowed_numbers.step > 1 else ""
        yield Fault(
            f"Option {name} goes from {allowed_numbers[0]} to {allowed_numbers[-1]}{steps}; got {number}", value
        )
    allowed = FORMATS.get(owner) if name == "format" else _VALUES.get(name)
    text = "" if literal is None else literal.value.string_value
    if allowed and text and text.upper() not in allowed:
        yield Fault(f"Option {name} cannot be '{text}'. It is one of {', '.join(allowed)}", value)


def _shape(found: Any) -> str:
    """The type without the names of its fields."""
    if found.HasField("array_type"):
        return f"ARRAY<{_shape(found.array_type.element_type)}>"
    if found.HasField("struct_type"):
        return f"STRUCT<{','.join(_shape(each.field_type) for each in found.struct_type.field)}>"
    return type_text(found)
