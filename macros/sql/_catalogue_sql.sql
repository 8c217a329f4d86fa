{#- The columns of a relation as its warehouse lists them now: 'column_name', 'column_position', 'data_type' and 'nullability' ('nullable', 'not null'; NULL
    for a view, whose columns have no constraint); on BigQuery also how the table is laid out. `first` holds columns of the caller's own. -#}
{% macro _catalogue_sql(relation, first) %}
  {{ return(adapter.dispatch('_catalogue_sql', 'dbt_playbooks')(relation=relation, first=first)) }}
{% endmacro %}

{% macro duckdb___catalogue_sql(relation, first) %}
  {%- set place = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]) -%}
  {%- set sql %}
  select
    {{ first }},
    listed.column_name,
    listed.column_index as column_position,
    listed.data_type,
    case
      when known.view_name is not null then null
      when listed.is_nullable then 'nullable'
      else 'not null'
    end as nullability
  from duckdb_columns() as listed
  left join duckdb_views() as known
  on
    listed.database_name = known.database_name and listed.schema_name = known.schema_name and listed.table_name = known.view_name
  where
    lower(listed.database_name) = lower({{ place[0] }}) and lower(listed.schema_name) = lower({{ place[1] }})
    and lower(listed.table_name) = lower({{ place[2] }})
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{% macro bigquery___catalogue_sql(relation, first) %}
  {%- set sql %}
  select
    {{ first }},
    listed.column_name,
    listed.ordinal_position as column_position,
    listed.data_type,
    case
      when holders.table_type like '%VIEW' then null
      when listed.is_nullable = 'NO' then 'not null'
      else 'nullable'
    end as nullability,
    listed.clustering_ordinal_position as clustering_position,
    -- only the statement that would make the table says how coarse its partitions are
    regexp_extract(holders.ddl, {{ dbt_playbooks._pattern('(?m)^PARTITION BY (.+?);?$') }}) as partitioning
  from {{ dbt_playbooks._information_schema(relation, 'COLUMNS') }} as listed
  inner join {{ dbt_playbooks._information_schema(relation, 'TABLES') }} as holders
  on
    listed.table_name = holders.table_name
  where listed.table_name = {{ dbt_playbooks._string_literal(relation.identifier) }} and listed.is_hidden = 'NO'
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- A view of BigQuery's that describes the dataset of a relation. -#}
{% macro _information_schema(relation, view) %}
  {{ return(dbt_playbooks._quoted(relation.database ~ '.' ~ relation.schema ~ '.INFORMATION_SCHEMA.' ~ view)) }}
{% endmacro %}

{#- A column's name as the warehouse compares names: DuckDB tells Ä from ä, though not A from a. -#}
{% macro _name_key(name) %}
  {{ return(adapter.dispatch('_name_key', 'dbt_playbooks')(name=name)) }}
{% endmacro %}

{% macro duckdb___name_key(name) %}
  {{ return('translate(' ~ name ~ ", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')") }}
{% endmacro %}

{% macro bigquery___name_key(name) %}
  {{ return('lower(' ~ name ~ ')') }}
{% endmacro %}
