{#- The relation that a name stands for, whether or not there is one. -#}
{% macro _named_relation(table) %}
  {%- if table is none or table is undefined or table is not string or not table | trim -%}
    {{ return(dbt_playbooks._relation(table)) }}
  {%- endif -%}
  {%- set place = dbt_playbooks._place(table) -%}
  {{ return(api.Relation.create(database=place.database, schema=place.schema, identifier=place.identifier, type='table')) }}
{% endmacro %}

{#- A table's name as the warehouse tells it from others: on DuckDB `Orders` is `orders`. -#}
{% macro _table_key(name) %}
  {{ return(adapter.dispatch('_table_key', 'dbt_playbooks')(name=name | string)) }}
{% endmacro %}

{% macro duckdb___table_key(name) %}
  {{ return(name | lower) }}
{% endmacro %}

{% macro bigquery___table_key(name) %}
  {{ return(name) }}
{% endmacro %}
