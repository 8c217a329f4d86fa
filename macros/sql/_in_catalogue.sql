{#- True of what DuckDB's catalogue says of a table; `columns` are what a view of it calls the database, the schema and the table. -#}
{% macro _in_catalogue(relation, columns=['database_name', 'schema_name', 'table_name']) %}
  {%- set place, conditions = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]), [] -%}
  {%- for column in columns -%}
    {%- do conditions.append('lower(' ~ column ~ ') = lower(' ~ place[loop.index0] ~ ')') -%}
  {%- endfor -%}
  {{ return(conditions | join(' and ')) }}
{% endmacro %}
