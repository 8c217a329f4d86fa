{#- DuckDB, one transaction: keys of other windows are refused, the window is emptied, then dbt inserts. What dbt would delete by
    key is gone by then: rows of the window, and no others, have a key of the rows to load. -#}
{% macro duckdb__get_incremental_delete_insert_sql(arg_dict) %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt.default__get_incremental_delete_insert_sql(arg_dict)) }}
  {%- endif -%}
  {%- set table, rows = arg_dict.target_relation, arg_dict.temp_relation -%}
  {%- set inside = dbt_playbooks._in_backfill_window(window) -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, rows, inside)
    ~ dbt_playbooks._refuse_shared_keys_sql(window, table, rows, dbt_playbooks._backfill_keys(), inside)
    ~ 'delete from ' ~ table ~ ' where ' ~ inside ~ ';\n'
    ~ dbt.default__get_incremental_delete_insert_sql(dict(arg_dict, unique_key=none))
  ) }}
{% endmacro %}
