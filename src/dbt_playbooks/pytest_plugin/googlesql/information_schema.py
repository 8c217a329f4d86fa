"""The views of INFORMATION_SCHEMA with their columns, as BigQuery's documentation lists them: a page `information-schema-...` each.

A column of type `record` has fields that no page lists: any field is taken, and what the analyzer says of it is no error.
"""

from __future__ import annotations

from collections.abc import Iterator

_VIEWS = """
    ASSIGNMENTS
        ddl project_id project_number:int64 assignment_id reservation_name job_type assignee_id assignee_number:int64 assignee_type
    ASSIGNMENT_CHANGES
        change_timestamp:timestamp project_id project_number:int64 assignment_id reservation_name job_type assignee_id assignee_number:int64
        assignee_type action user_email state
    BI_CAPACITIES
        project_id project_number:int64 bi_capacity_name size:int64 preferred_tables:array<string>
    BI_CAPACITY_CHANGES
        change_timestamp:timestamp project_id project_number:int64 bi_capacity_name size:int64 user_email preferred_tables:array<string>
    CAPACITY_COMMITMENTS
        ddl project_id project_number:int64 capacity_commitment_id commitment_plan state slot_count:int64 edition is_flat_rate:bool
        renewal_plan
    CAPACITY_COMMITMENT_CHANGES
        change_timestamp:timestamp project_id project_number:int64 capacity_commitment_id commitment_plan state slot_count:int64 action
        user_email commitment_start_time:timestamp commitment_end_time:timestamp failure_status:record renewal_plan edition
        is_flat_rate:bool
    COLUMNS
        table_catalog table_schema table_name column_name ordinal_position:int64 is_nullable data_type is_generated generation_expression
        is_stored async_generation_status:record is_hidden is_updatable is_system_defined is_partitioning_column
        clustering_ordinal_position:int64 collation_name column_default rounding_mode data_policies:record policy_tags:array<string>
    COLUMN_FIELD_PATHS
        table_catalog table_schema table_name column_name field_path data_type description collation_name rounding_mode data_policies:record
        policy_tags:array<string>
    CONSTRAINT_COLUMN_USAGE
        table_catalog table_schema table_name column_name constraint_catalog constraint_schema constraint_name
    EFFECTIVE_PROJECT_OPTIONS
        project_id project_number:int64 option_name option_description option_type option_set_level option_set_on_id option_value
    INSIGHTS
        insight_id insight_type subtype project_id project_number description last_updated_time:timestamp category target_resources:texts
        state severity associated_recommendation_ids:texts additional_details:record
    JOBS
        bi_engine_statistics:record cache_hit:bool creation_time:timestamp destination_table:table dml_statistics:dml end_time:timestamp
        error_result:error job_creation_reason:reason job_id job_stages:record job_type labels:labels parent_job_id priority project_id
        project_number:int64 query referenced_tables:array<table> reservation_id reservation_group_path:array<string> edition
        session_info:session start_time:timestamp state statement_type timeline:record total_bytes_billed:int64 total_bytes_processed:int64
        total_modified_partitions:int64 total_slot_ms:int64 total_services_sku_slot_ms:int64 transaction_id user_email principal_subject
        query_info:info transferred_bytes:int64 materialized_view_statistics:record metadata_cache_statistics:record
        search_statistics:record query_dialect continuous:bool continuous_query_info:record vector_search_statistics:record
        external_service_costs:record
    JOBS_BY_FOLDER
        bi_engine_statistics:record cache_hit:bool creation_time:timestamp destination_table:table dml_statistics:dml end_time:timestamp
        error_result:error folder_numbers:array<int64> job_creation_reason:reason job_id job_stages:record job_type labels:labels
        parent_job_id priority project_id project_number:int64 referenced_tables:array<table> reservation_id
        reservation_group_path:array<string> edition session_info:session start_time:timestamp state statement_type timeline:record
        total_bytes_billed:int64 total_bytes_processed:int64 total_modified_partitions:int64 total_slot_ms:int64
        total_services_sku_slot_ms:int64 transaction_id user_email principal_subject query_info:info transferred_bytes:int64
        materialized_view_statistics:record metadata_cache_statistics:record search_statistics:record query_dialect continuous:bool
        continuous_query_info:record vector_search_statistics:record external_service_costs:record
    JOBS_BY_ORGANIZATION
        bi_engine_statistics:record cache_hit:bool creation_time:timestamp destination_table:table end_time:timestamp error_result:error
        job_creation_reason:reason job_id job_stages:record job_type labels:labels parent_job_id priority project_id project_number:int64
        referenced_tables:array<table> reservation_id reservation_group_path:array<string> edition session_info:session start_time:timestamp
        state statement_type timeline:record total_bytes_billed:int64 total_bytes_processed:int64 total_modified_partitions:int64
        total_slot_ms:int64 total_services_sku_slot_ms:int64 transaction_id user_email principal_subject query_info:info
        transferred_bytes:int64 materialized_view_statistics:record metadata_cache_statistics:record search_statistics:record query_dialect
        continuous:bool continuous_query_info:record vector_search_statistics:record external_service_costs:record
    JOBS_BY_USER
        bi_engine_statistics:record cache_hit:bool creation_time:timestamp destination_table:table dml_statistics:dml end_time:timestamp
        error_result:error job_creation_reason:reason job_id job_stages:record job_type labels:labels parent_job_id priority project_id
        project_number:int64 query referenced_tables:array<table> reservation_id reservation_group_path:array<string> edition
        session_info:session start_time:timestamp state statement_type timeline:record total_bytes_billed:int64 total_bytes_processed:int64
        total_modified_partitions:int64 total_slot_ms:int64 total_services_sku_slot_ms:int64 transaction_id user_email principal_subject
        query_info:info transferred_bytes:int64 materialized_view_statistics:record metadata_cache_statistics:record
        search_statistics:record query_dialect continuous:bool continuous_query_info:record vector_search_statistics:record
        external_service_costs:record
    JOBS_TIMELINE
        period_start:timestamp period_slot_ms:int64 project_id project_number:int64 user_email principal_subject job_id job_type
        labels:labels statement_type priority parent_job_id job_creation_time:timestamp job_start_time:timestamp job_end_time:timestamp
        state reservation_id reservation_group_path:array<string> edition total_bytes_billed:int64 total_bytes_processed:int64
        error_result:error cache_hit:bool period_shuffle_ram_usage_ratio:float64 period_estimated_runnable_units:int64 transaction_id
    JOBS_TIMELINE_BY_FOLDER
        period_start:timestamp period_slot_ms:int64 project_id project_number:int64 folder_numbers:array<int64> user_email principal_subject
        job_id job_type statement_type priority parent_job_id job_creation_time:timestamp job_start_time:timestamp job_end_time:timestamp
        state reservation_id reservation_group_path:array<string> edition total_bytes_billed:int64 total_bytes_processed:int64
        error_result:error cache_hit:bool period_shuffle_ram_usage_ratio:float64 period_estimated_runnable_units:int64 transaction_id
    JOBS_TIMELINE_BY_ORGANIZATION
        period_start:timestamp period_slot_ms:int64 project_id project_number:int64 folder_numbers:array<int64> user_email principal_subject
        job_id job_type statement_type priority parent_job_id job_creation_time:timestamp job_start_time:timestamp job_end_time:timestamp
        state reservation_id reservation_group_path:array<string> edition total_bytes_billed:int64 total_bytes_processed:int64
        error_result:error cache_hit:bool period_shuffle_ram_usage_ratio:float64 period_estimated_runnable_units:int64
    JOBS_TIMELINE_BY_USER
        period_start:timestamp period_slot_ms:int64 project_id project_number:int64 user_email principal_subject job_id job_type
        labels:labels statement_type priority parent_job_id job_creation_time:timestamp job_start_time:timestamp job_end_time:timestamp
        state reservation_id reservation_group_path:array<string> edition total_bytes_billed:int64 total_bytes_processed:int64
        error_result:error cache_hit:bool period_shuffle_ram_usage_ratio:float64 period_estimated_runnable_units:int64 transaction_id
    KEY_COLUMN_USAGE
        constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name ordinal_position:int64
        position_in_unique_constraint:int64
    MATERIALIZED_VIEWS
        table_catalog table_schema table_name last_refresh_time:timestamp refresh_watermark:timestamp last_refresh_status:record
    OBJECT_PRIVILEGES
        object_catalog object_schema object_name object_type privilege_type grantee
    ORGANIZATION_OPTIONS
        option_name option_description option_type option_value
    ORGANIZATION_OPTIONS_CHANGES
        update_time:timestamp username updated_options:json project_id project_number:int64
    PARAMETERS
        specific_catalog specific_schema specific_name ordinal_position:int64 parameter_mode is_result parameter_name data_type
        parameter_default is_aggregate
    PARTITIONS
        table_catalog table_schema table_name partition_id total_rows:int64 total_logical_bytes:int64 total_billable_bytes:int64
        last_modified_time:timestamp storage_tier
    PROJECT_OPTIONS
        option_name project_id project_number:int64 option_description option_type option_value
    PROJECT_OPTIONS_CHANGES
        update_time:timestamp username updated_options:json project_id project_number:int64
    PROPERTY_GRAPHS
        property_graph_catalog property_graph_schema property_graph_name property_graph_metadata_json ddl
    RECOMMENDATIONS
        recommendation_id recommender subtype project_id project_number description last_updated_time:timestamp target_resources:texts state
        primary_impact:record priority associated_insight_ids:texts additional_details:record
    RECOMMENDATIONS_BY_ORGANIZATION
        recommendation_id recommender subtype project_id project_number description last_updated_time:timestamp target_resources:texts state
        primary_impact:record priority associated_insight_ids:texts additional_details:record
    RESERVATIONS
        ddl project_id project_number:int64 reservation_name ignore_idle_slots:bool slot_capacity:int64 target_job_concurrency:int64
        autoscale:record edition primary_location secondary_location original_primary_location labels:labels
        reservation_group_path:array<string> max_slots:int64 scaling_mode
    RESERVATIONS_TIMELINE
        autoscale:record edition ignore_idle_slots:bool labels:labels reservation_group_path:array<string> period_start:timestamp
        per_second_details:record project_id project_number:int64 reservation_id reservation_name slot_capacity:int64 slots_assigned:int64
        slots_max_assigned:int64 max_slots:int64 scaling_mode period_autoscale_slot_seconds:int64 is_creation_region:bool
    RESERVATION_CHANGES
        change_timestamp:timestamp project_id project_number:int64 reservation_name ignore_idle_slots:bool action slot_capacity:int64
        user_email target_job_concurrency:int64 autoscale:record edition primary_location secondary_location original_primary_location
        labels:labels reservation_group_path:array<string> max_slots:int64 scaling_mode
    ROUTINES
        specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type routine_body
        routine_definition external_language is_deterministic security_type created:timestamp last_altered:timestamp ddl connection
    ROUTINE_OPTIONS
        specific_catalog specific_schema specific_name option_name option_type option_value
    SCHEMATA
        catalog_name schema_name schema_owner creation_time:timestamp last_modified_time:timestamp location ddl default_collation_name
        sync_status:json
    SCHEMATA_LINKS
        catalog_name schema_name linked_schema_catalog_number linked_schema_catalog_name linked_schema_name
        linked_schema_creation_time:timestamp linked_schema_org_display_name shared_asset_id link_type
    SCHEMATA_OPTIONS
        catalog_name schema_name option_name option_type option_value
    SCHEMATA_REPLICAS
        catalog_name schema_name replica_name location replica_primary_assigned:bool replica_primary_assignment_complete:bool
        creation_time:timestamp creation_complete:bool replication_time:timestamp sync_status:json replica_primary_assignment_time:timestamp
        replica_primary_assignment_completion_time:timestamp failover_reservation_project_id failover_reservation_name
    SCHEMATA_REPLICAS_BY_FAILOVER_RESERVATION
        failover_reservation_project_id failover_reservation_name catalog_name schema_name replica_name location
        replica_primary_assigned:bool replica_primary_assignment_complete:bool creation_time:timestamp creation_complete:bool
        replication_time:timestamp sync_status:json replica_primary_assignment_time:timestamp
        replica_primary_assignment_completion_time:timestamp
    SEARCH_INDEXES
        index_catalog index_schema table_name index_name index_status creation_time:timestamp last_modification_time:timestamp
        last_refresh_time:timestamp disable_time:timestamp disable_reason ddl coverage_percentage:int64 unindexed_row_count:int64
        total_logical_bytes:int64 total_storage_bytes:int64 analyzer last_index_alteration_info:record
    SEARCH_INDEXES_BY_ORGANIZATION
        project_id project_number index_catalog index_schema table_name index_name index_status index_status_details:record
        use_background_reservation:bool
    SEARCH_INDEX_COLUMNS
        index_catalog index_schema table_name index_name index_column_name index_field_path
    SEARCH_INDEX_COLUMN_OPTIONS
        index_catalog index_schema table_name index_name index_column_name option_name option_type option_value
    SEARCH_INDEX_OPTIONS
        index_catalog index_schema table_name index_name option_name option_type option_value
    SESSIONS_BY_PROJECT
        creation_time:timestamp expiration_time:timestamp is_active:bool last_modified_time:timestamp project_id project_number:int64
        session_id user_email
    SESSIONS_BY_USER
        creation_time:timestamp expiration_time:timestamp is_active:bool last_modified_time:timestamp project_id project_number:int64
        session_id user_email
    SHARED_DATASET_USAGE
        project_id dataset_id table_id data_exchange_id listing_id job_start_time:timestamp job_end_time:timestamp job_id
        job_project_number:int64 job_location linked_project_number:int64 linked_dataset_id subscriber_org_number:int64
        subscriber_org_display_name job_principal_subject num_rows_processed:int64 total_bytes_processed:int64 shared_resource_id
        shared_resource_type referenced_tables:array<table>
    STREAMING_TIMELINE
        start_timestamp:timestamp project_id project_number:int64 dataset_id table_id error_code total_requests:int64 total_rows:int64
        total_input_bytes:int64
    STREAMING_TIMELINE_BY_FOLDER
        start_timestamp:timestamp folder_numbers:array<int64> project_id project_number:int64 dataset_id table_id error_code
        total_requests:int64 total_rows:int64 total_input_bytes:int64
    STREAMING_TIMELINE_BY_ORGANIZATION
        start_timestamp:timestamp project_id project_number:int64 dataset_id table_id error_code total_requests:int64 total_rows:int64
        total_input_bytes:int64
    TABLES
        table_catalog table_schema table_name table_type managed_table_type is_insertable_into is_fine_grained_mutations_enabled is_typed
        is_change_history_enabled creation_time:timestamp base_table_catalog base_table_schema base_table_name snapshot_time_ms:timestamp
        replica_source_catalog replica_source_schema replica_source_name replication_status replication_error ddl default_collation_name
        sync_status:json upsert_stream_apply_watermark:timestamp
    TABLE_CONSTRAINTS
        constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type is_deferrable
        initially_deferred enforced
    TABLE_OPTIONS
        table_catalog table_schema table_name option_name option_type option_value
    TABLE_SNAPSHOTS
        table_catalog table_schema table_name base_table_catalog base_table_schema base_table_name snapshot_time:timestamp
    TABLE_STORAGE
        project_id project_number:int64 table_catalog table_schema table_name creation_time:timestamp total_rows:int64
        total_partitions:int64 total_logical_bytes:int64 active_logical_bytes:int64 long_term_logical_bytes:int64
        current_physical_bytes:int64 total_physical_bytes:int64 active_physical_bytes:int64 long_term_physical_bytes:int64
        time_travel_physical_bytes:int64 storage_last_modified_time:timestamp deleted:bool table_type managed_table_type
        fail_safe_physical_bytes:int64 last_metadata_index_refresh_time:timestamp table_deletion_reason table_deletion_time:timestamp
    TABLE_STORAGE_BY_FOLDER
        folder_numbers:array<int64> project_id project_number:int64 table_catalog table_schema table_name creation_time:timestamp
        total_rows:int64 total_partitions:int64 total_logical_bytes:int64 active_logical_bytes:int64 long_term_logical_bytes:int64
        current_physical_bytes:int64 total_physical_bytes:int64 active_physical_bytes:int64 long_term_physical_bytes:int64
        time_travel_physical_bytes:int64 storage_last_modified_time:timestamp deleted:bool table_type managed_table_type
        fail_safe_physical_bytes:int64 last_metadata_index_refresh_time:timestamp table_deletion_reason table_deletion_time:timestamp
    TABLE_STORAGE_BY_ORGANIZATION
        project_id project_number:int64 table_catalog table_schema table_name creation_time:timestamp total_rows:int64
        total_partitions:int64 total_logical_bytes:int64 active_logical_bytes:int64 long_term_logical_bytes:int64
        current_physical_bytes:int64 total_physical_bytes:int64 active_physical_bytes:int64 long_term_physical_bytes:int64
        time_travel_physical_bytes:int64 storage_last_modified_time:timestamp deleted:bool table_type managed_table_type
        fail_safe_physical_bytes:int64 last_metadata_index_refresh_time:timestamp table_deletion_reason table_deletion_time:timestamp
    TABLE_STORAGE_USAGE_TIMELINE
        usage_date:date project_id table_catalog project_number:int64 table_schema table_name billable_total_logical_usage:int64
        billable_active_logical_usage:int64 billable_long_term_logical_usage:int64 billable_total_physical_usage:int64
        billable_active_physical_usage:int64 billable_long_term_physical_usage:int64
    TABLE_STORAGE_USAGE_TIMELINE_BY_FOLDER
        usage_date:date folder_numbers:array<int64> project_id table_catalog project_number:int64 table_schema table_name
        billable_total_logical_usage:int64 billable_active_logical_usage:int64 billable_long_term_logical_usage:int64
        billable_total_physical_usage:int64 billable_active_physical_usage:int64 billable_long_term_physical_usage:int64
    TABLE_STORAGE_USAGE_TIMELINE_BY_ORGANIZATION
        usage_date:date project_id table_catalog project_number:int64 table_schema table_name billable_total_logical_usage:int64
        billable_active_logical_usage:int64 billable_long_term_logical_usage:int64 billable_total_physical_usage:int64
        billable_active_physical_usage:int64 billable_long_term_physical_usage:int64
    VECTOR_INDEXES
        index_catalog index_schema table_name index_name index_status creation_time:timestamp last_modification_time:timestamp
        last_refresh_time:timestamp disable_time:timestamp disable_reason ddl coverage_percentage:int64 unindexed_row_count:int64
        total_logical_bytes:int64 total_storage_bytes:int64 last_index_alteration_info:record last_model_build_time:timestamp
    VECTOR_INDEX_COLUMNS
        index_catalog index_schema table_name index_name index_column_name index_field_path
    VECTOR_INDEX_OPTIONS
        index_catalog index_schema table_name index_name option_name option_type option_value
    VIEWS
        table_catalog table_schema table_name view_definition check_option use_standard_sql
    WRITE_API_TIMELINE
        start_timestamp:timestamp project_id project_number:int64 dataset_id table_id stream_type error_code total_requests:int64
        total_rows:int64 total_input_bytes:int64
    WRITE_API_TIMELINE_BY_FOLDER
        start_timestamp:timestamp folder_numbers:array<int64> project_id project_number:int64 dataset_id table_id stream_type error_code
        total_requests:int64 total_rows:int64 total_input_bytes:int64
    WRITE_API_TIMELINE_BY_ORGANIZATION
        start_timestamp:timestamp project_id project_number:int64 dataset_id table_id stream_type error_code total_requests:int64
        total_rows:int64 total_input_bytes:int64
"""
_TYPES = {
    "record": "json",
    "texts": "array<string>",
    "info": "struct<resource_warning string, query_hashes struct<normalized_literals string>, performance_insights json, optimization_details json>",
    "table": "struct<project_id string, dataset_id string, table_id string>",
    "array<table>": "array<struct<project_id string, dataset_id string, table_id string>>",
    "dml": "struct<inserted_row_count int64, deleted_row_count int64, updated_row_count int64>",
    "error": "struct<reason string, location string, debug_info string, message string>",
    "reason": "struct<code string>",
    "session": "struct<session_id string>",
    "labels": "array<struct<key string, value string>>",
}
_VAGUE = {"record", "info", "texts"}


class View:
    """A view of INFORMATION_SCHEMA."""

    def __init__(self) -> None:
        self.columns: dict[str, str] = {}
        """The type of each by its name."""
        self.vague: set[str] = set()
        """Columns of which not all fields are known."""


def view_of(path: tuple[str, ...]) -> View | None:
    """The view that a table's path names, or None."""
    parts = ".".join(path).lower().split(".")
    if parts[-2:-1] != ["information_schema"]:
        return None
    # `X` and `X_BY_PROJECT` are one view
    return VIEWS.get(parts[-1].upper()) or VIEWS.get(parts[-1].upper().removesuffix("_BY_PROJECT"))


def _read(text: str) -> Iterator[tuple[str, View]]:
    view = View()
    for word in text.split():
        name, _, kind = word.partition(":")
        if name.isupper():
            view = View()
            yield name, view
            continue
        view.columns[name] = _TYPES.get(kind, kind or "string")
        if kind in _VAGUE:
            view.vague.add(name)


VIEWS = dict(_read(_VIEWS))
