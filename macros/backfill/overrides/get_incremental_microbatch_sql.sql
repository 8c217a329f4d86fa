{#- DuckDB: dbt's own delete and insert are exact; they leave out rows that are not of the window, which must not go unsaid. -#}
{% macro duckdb__get_incremental_microbatch_sql(arg_dict) %}
  {%- set dbt_sql = dbt.duckdb__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {{ return(dbt_playbooks._refuse_rows_outside_sql(window, arg_dict.temp_relation, dbt_playbooks._in_backfill_window(window)) ~ dbt_sql) }}
{% endmacro %}
