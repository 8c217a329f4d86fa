{#- DuckDB, one transaction: keys of other windows are refused, the window is emptied, then dbt inserts. What dbt would delete by key is gone by then:
    rows of the window, and no others, have a key of the rows to load. -#}
{% macro duckdb__get_incremental_delete_insert_sql(arg_dict) %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt.default__get_incremental_delete_insert_sql(arg_dict)) }}
  {%- endif -%}
  {%- set rows = arg_dict.temp_relation -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, rows)
    ~ dbt_playbooks._refuse_shared_keys_sql(window, arg_dict.target_relation, rows, dbt_playbooks._backfill_keys())
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' where ' ~ dbt_playbooks._in_backfill_window(window) ~ ';\n'
    ~ dbt.default__get_incremental_delete_insert_sql(dict(arg_dict, unique_key=none))
  ) }}
{% endmacro %}
