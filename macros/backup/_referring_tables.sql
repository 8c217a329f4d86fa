{#- Tables that hold foreign keys to this one, and rows. -#}
{% macro duckdb___referring_tables(relation) %}
  {%- set referring = [] -%}
  {%- for row in dbt_playbooks._query(
    "select distinct table_name from duckdb_constraints() where constraint_type = 'FOREIGN KEY' and "
    ~ dbt_playbooks._in_catalogue(relation, ['database_name', 'schema_name', 'referenced_table']) ~ ' order by 1'
  ) -%}
    {%- set other = api.Relation.create(database=relation.database, schema=relation.schema, identifier=row[0]) -%}
    {%- if dbt_playbooks._query('select 1 from ' ~ other ~ ' limit 1') -%}
      {%- do referring.append(other | string) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(referring) }}
{% endmacro %}

{#- BigQuery enforces no foreign keys. -#}
{% macro bigquery___referring_tables(relation) %}
  {{ return([]) }}
{% endmacro %}
