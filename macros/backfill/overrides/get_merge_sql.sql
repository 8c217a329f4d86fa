{#- BigQuery, one MERGE. -#}
{% macro bigquery__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt.default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates)) }}
  {%- endif -%}
  {%- set rows = dbt_playbooks._rows_with_own_keys_sql(
    window, dbt_playbooks._rows_inside_sql(window, source), dbt_playbooks._backfill_keys(), target, incremental_predicates
  ) -%}
  {{ return(
    dbt.default__get_merge_sql(target, rows, unique_key, dest_columns, incremental_predicates) ~ '\n    when not matched by source and '
    ~ dbt_playbooks._in_backfill_window(window, 'DBT_INTERNAL_DEST') ~ '\n        then delete\n'
  ) }}
{% endmacro %}
