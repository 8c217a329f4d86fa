{#- A view in the table's own database may leave out the database. One may leave out the schema, too, in the table's own schema, in any for
    a table of main, and where its own schema has no such table: then the search path of whoever reads it decides. A query of its own (`with
    orders as (...)`) takes the bare name away. DuckDB keeps no comments of a definition. -#}
{% macro duckdb___dependent_views_sql(relation) %}
  {%- set database, schema = dbt_playbooks._escaped_name(relation.database), dbt_playbooks._escaped_name(relation.schema) -%}
  {%- set name = dbt_playbooks._escaped_name(relation.identifier) -%}
  {%- set is_main = relation.schema | lower == 'main' -%}
  {%- set near = '(?:(?:' ~ database ~ '\\.)?' ~ schema ~ '|' ~ database ~ ')' if is_main else '(?:' ~ database ~ '\\.)?' ~ schema -%}
  {%- set far = database ~ '\\.(?:' ~ schema ~ ')' if not is_main else database ~ '(?:\\.' ~ schema ~ ')?' -%}
  {%- set place = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]) -%}
  {%- set patterns = [] -%}
  {%- for pattern in [
    dbt_playbooks._as_word(near ~ '\\.' ~ name), dbt_playbooks._as_word(far ~ '\\.' ~ name),
    dbt_playbooks._as_word(name, before='(?:\\b(?:from|join)|,)\\s+\\(*', after='(?:$|[^\\pL\\pN_.(\\x22])'),
    dbt_playbooks._as_word(name, before='\\bquery_table\\(\\s*(?:\\[|list_value\\(|main\\.list_value\\()?\\s*(?:\\x27[^\\x27]*\\x27,\\s*)*\\x27', after='\\x27'),
    '(?:\\bwith(?:\\s+recursive)?|,)\\s+' ~ name ~ '\\s+as\\s+(?:(?:not\\s+)?materialized\\s+)?\\('
  ] -%}
    {%- do patterns.append(dbt_playbooks._pattern('(?i)' ~ pattern)) -%}
  {%- endfor -%}
  {%- set sql -%}
with held as (
{{ dbt_playbooks._duckdb_definitions_sql() }}
),

named as (
  select
    held.*,
    case
      when lower(held.database_name) <> lower({{ place[0] }}) then regexp_extract(held.definition, {{ patterns[1] }}, 1)
      when regexp_matches(held.definition, {{ patterns[0] }}) then regexp_extract(held.definition, {{ patterns[0] }}, 1)
      when
        lower(held.schema_name) <> lower({{ place[1] }})
        and exists (
          select 1
          from system.information_schema.tables as near
          where
            near.table_catalog = held.database_name and near.table_schema = held.schema_name and lower(near.table_name) = lower({{ place[2] }})
        )
        then ''
      when regexp_matches(held.definition, {{ patterns[3] }}) then regexp_extract(held.definition, {{ patterns[3] }}, 1)
      when regexp_matches(held.definition, {{ patterns[4] }}) then ''
      else regexp_extract(held.definition, {{ patterns[2] }}, 1)
    end as named_as
  from held
)

select
  database_name as view_database,
  schema_name as view_schema,
  held_name as view_name,
  kind,
  named_as,
  definition
from named
where
  named_as <> ''
  -- its own statement names a view, too
  and not (lower(database_name) = lower({{ place[0] }}) and lower(schema_name) = lower({{ place[1] }}) and lower(held_name) = lower({{ place[2] }}))
order by 1, 2, 3
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
