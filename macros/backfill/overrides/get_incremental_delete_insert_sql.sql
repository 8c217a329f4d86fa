{#- DuckDB, one transaction: keys of other windows are refused, the window is emptied, then dbt deletes by key (nothing is left to delete) and inserts. -#}
{% macro duckdb__get_incremental_delete_insert_sql(arg_dict) %}
  {%- set dbt_sql = dbt.default__get_incremental_delete_insert_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {%- set rows, keys = arg_dict.temp_relation, dbt_playbooks._backfill_keys() -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, rows)
    ~ dbt_playbooks._refuse_shared_keys_sql(window, arg_dict.target_relation, rows, keys)
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' where ' ~ dbt_playbooks._in_backfill_window(window) ~ ';\n' ~ dbt_sql
  ) }}
{% endmacro %}
