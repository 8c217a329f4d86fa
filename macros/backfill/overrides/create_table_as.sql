{#- BigQuery goes on with a job when the process that sent it was killed. Dbt's `create or replace table` could then land late, when the
    next run has filled the table, and throw its chunks away. The first chunk of a backfill creates the table and replaces none: the
    later of two fails. This stands in for dbt's macro (dispatch) and changes nothing unless the runner put `backfill_creates` into the
    model's config. -#}
{% macro bigquery__create_table_as(temporary, relation, compiled_code, language='sql') %}
  {%- set dbt_sql = dbt.bigquery__create_table_as(temporary, relation, compiled_code, language) -%}
  {%- if temporary or not config.get('backfill_creates') -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {{ return(dbt_sql.replace('create or replace table ' ~ relation, 'create table ' ~ relation, 1)) }}
{% endmacro %}
