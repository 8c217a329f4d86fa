{#- Whatever DuckDB keeps as SQL that reads tables: views, and macros. -#}
{% macro _duckdb_definitions_sql() %}
  {%- set sql %}
  select database_name, schema_name, view_name as held_name, 'view' as kind, sql as definition
  from duckdb_views()
  where not internal
  union all
  select database_name, schema_name, function_name as held_name, replace(function_type, '_', ' ') as kind, macro_definition as definition
  from duckdb_functions()
  where not internal and function_type in ('macro', 'table_macro')
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- In the form of `_dependent_views_sql`: what calls a macro. -#}
{% macro _duckdb_callers_sql(relation) %}
  {%- set called = dbt_playbooks._as_word(dbt_playbooks._escaped_name(relation.identifier), before='(?:^|[^\\pL\\pN_\\x22])', after='\\s*\\(') -%}
  {%- set place = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]) -%}
  {%- set sql -%}
with held as (
{{ dbt_playbooks._duckdb_definitions_sql() }}
)

select
  database_name as view_database,
  schema_name as view_schema,
  held_name as view_name,
  kind,
  regexp_extract(definition, {{ dbt_playbooks._pattern('(?i)' ~ called) }}, 1) as named_as,
  definition
from held
where
  regexp_matches(definition, {{ dbt_playbooks._pattern('(?i)' ~ called) }})
  and not (lower(database_name) = lower({{ place[0] }}) and lower(schema_name) = lower({{ place[1] }}) and lower(held_name) = lower({{ place[2] }}))
order by 1, 2, 3
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
