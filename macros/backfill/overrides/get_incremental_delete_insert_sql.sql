{#- DuckDB, one transaction: the window is emptied, then dbt deletes by key (rows that moved in from another date) and inserts. -#}
{% macro duckdb__get_incremental_delete_insert_sql(arg_dict) %}
  {%- set dbt_sql = dbt.default__get_incremental_delete_insert_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, arg_dict.temp_relation)
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' where ' ~ dbt_playbooks._in_backfill_window(window) ~ ';\n' ~ dbt_sql
  ) }}
{% endmacro %}
