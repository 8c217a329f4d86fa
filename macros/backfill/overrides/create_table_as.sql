{#- The chunk that creates a table is held to what every chunk is held to: all of its rows lie in the window, and a merge's keys
    are unique. These stand in for dbt's macros (dispatch) and change nothing unless the runner put `backfill_window` into the
    model's config. -#}

{#- DuckDB: what is wrong fails the transaction, and with it the table goes. -#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql') %}
  {%- set dbt_sql = dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, **kwargs) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if temporary or not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {%- set keys = dbt_playbooks._backfill_keys() if config.get('incremental_strategy') == 'merge' else [] -%}
  {{ return(
    dbt_sql.strip().rstrip(';') ~ ';\n'
    ~ dbt_playbooks._refuse_rows_outside_sql(window, relation, dbt_playbooks._in_backfill_window(window))
    ~ (dbt_playbooks._refuse_twice_sql(window, relation, keys) if keys else '')
  ) }}
{% endmacro %}

{#- BigQuery: the same statement fails. BigQuery finishes a job although the process that sent it was killed, so dbt's `create or
    replace table` could land late, when the next run has filled the table, and throw its chunks away. The first chunk
    creates the table and replaces none: the later of two fails. -#}
{% macro bigquery__create_table_as(temporary, relation, compiled_code, language='sql') %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if temporary or not window -%}
    {{ return(dbt.bigquery__create_table_as(temporary, relation, compiled_code, language)) }}
  {%- endif -%}
  {%- set rows = dbt_playbooks._rows_inside_sql(window, '(\n' ~ compiled_code ~ '\n)') -%}
  {%- set keys = dbt_playbooks._backfill_keys() if config.get('incremental_strategy') in (none, 'merge') else [] -%}
  {%- set rows = dbt_playbooks._rows_with_own_keys_sql(window, rows, keys) if keys else rows -%}
  {%- set dbt_sql = dbt.bigquery__create_table_as(temporary, relation, 'select * from ' ~ rows, language) -%}
  {{ return(dbt_sql.replace('create or replace table ' ~ relation, 'create table ' ~ relation, 1)) }}
{% endmacro %}
