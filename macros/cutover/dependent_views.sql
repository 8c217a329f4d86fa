{#- The views whose definition names a table, and DuckDB's macros: they are not all models of the project. Returns [view, kind, dbt model or none, how it names the table]. -#}
{% macro dependent_views(table) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set rows = [] -%}
  {%- for view in dbt_playbooks._views_on(relation) -%}
    {%- do rows.append([view.relation | string, view.kind, view.model, view.named_as]) -%}
  {%- endfor -%}
  {%- do dbt_playbooks._print_table(
    ['view', 'kind', 'model', 'names it as'], rows, title=(rows | length or 'no') ~ ' view' ~ (' names ' if rows | length == 1 else 's name ') ~ relation
  ) -%}
  {{ return(rows) }}
{% endmacro %}

{#- `view_database`, `view_schema`, `view_name`, `kind`, `named_as` and `definition` of each. -#}
{% macro dependent_views_sql(table) %}
  {{ return(adapter.dispatch('_dependent_views_sql', 'dbt_playbooks')(relation=dbt_playbooks._relation(table))) }}
{% endmacro %}

{#- Of the table's region: a view of BigQuery's reads no other. A comment that names the table counts. -#}
{% macro bigquery___dependent_views_sql(relation) %}
  {%- set name = '(?:' ~ dbt_playbooks._escaped(relation.database) ~ '[.:])?' ~ dbt_playbooks._escaped(relation.schema) ~ '\\.' ~ dbt_playbooks._escaped(relation.identifier) -%}
  {%- set pattern = dbt_playbooks._pattern(dbt_playbooks._as_word(name, before='(?:^|[^\\pL\\pN_.-])', after='(?:$|[^\\pL\\pN_-])')) -%}
  {%- set place = dbt_playbooks._string_literals([relation.schema, relation.identifier]) -%}
  {%- set sql -%}
select
  known.table_catalog as view_database,
  known.table_schema as view_schema,
  known.table_name as view_name,
  lower(known.table_type) as kind,
  regexp_extract(replace(known.ddl, '`', ''), {{ pattern }}) as named_as,
  known.ddl as definition
from {{ dbt_playbooks._region_view(relation, 'TABLES') }} as known
where
  known.table_type in ('VIEW', 'MATERIALIZED VIEW')
  and regexp_contains(replace(known.ddl, '`', ''), {{ pattern }})
  -- its own statement names a view, too
  and not (known.table_schema = {{ place[0] }} and known.table_name = {{ place[1] }})
order by 1, 2, 3
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
