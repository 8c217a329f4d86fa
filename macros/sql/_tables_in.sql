{#- The names of the tables and views of a schema, as the warehouse has them now: dbt's cache is not asked. A schema that is missing has none. -#}
{% macro _tables_in(schema_relation) %}
  {{ return(adapter.dispatch('_tables_in', 'dbt_playbooks')(schema_relation=schema_relation)) }}
{% endmacro %}

{% macro duckdb___tables_in(schema_relation) %}
  {%- set names = [] -%}
  {%- for row in dbt_playbooks._query(
    'select table_name from system.information_schema.tables where lower(table_schema) = lower('
    ~ dbt_playbooks._string_literal(schema_relation.schema) ~ ') and lower(table_catalog) = lower('
    ~ dbt_playbooks._string_literal(schema_relation.database) ~ ') order by table_name'
  ) -%}
    {%- do names.append(row[0]) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro bigquery___tables_in(schema_relation) %}
  {{ return(dbt.list_relations_without_caching(schema_relation) | map(attribute='identifier') | list) }}
{% endmacro %}
