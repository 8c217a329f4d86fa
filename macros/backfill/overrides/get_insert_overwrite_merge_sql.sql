{#- BigQuery, one MERGE for insert_overwrite and microbatch: the window itself is replaced, whatever the size of a partition.
    A table that requires a partition filter gets dbt's, for a window in another column. -#}
{% macro bigquery__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if window -%}
    {%- set source = dbt_playbooks._rows_inside_sql(window, source) -%}
    {%- set filter = predicate_for_avoid_require_partition_filter() -%}
    {%- set predicates = [dbt_playbooks._in_backfill_window(window, 'DBT_INTERNAL_DEST')] + ([filter] if filter else []) -%}
  {%- endif -%}
  {{ return(dbt.default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header)) }}
{% endmacro %}
