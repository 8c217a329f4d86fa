{#- The CTE of what differs in the tables as wholes: that one has no columns, which a table that is gone has not either; on BigQuery
    also partitions and clusters, of two tables: a view has neither, and its SQL may hold the words. -#}
{% macro _table_differences_sql(rename) %}
  {%- set layouts = dbt_playbooks._layouts(rename) -%}
  {%- set sql -%}
counted as (
  select
    {%- for side, condition in [['old', 'is_old'], ['new', 'not is_old']] %}
    {%- for layout in layouts %}
    {{ layout.aggregate | replace('IS_SIDE', condition) }} as {{ side }}_{{ layout.name }},
    {%- endfor %}
    {%- if layouts %}
    max(case when {{ condition }} then nullability end) is not null as {{ side }}_is_table,
    {%- endif %}
    sum(case when {{ condition }} then 1 else 0 end) as {{ side }}_columns{{ ',' if not loop.last }}
    {%- endfor %}
  from listed
),

table_differences as (
  select
    0 as is_gone,
    0 as column_position,
    0 as begins_at,
    0 as kind_number,
    cast(null as {{ dbt.type_string() }}) as column_name,
    'missing' as difference,
    concat(cast(coalesce(old_columns, 0) as {{ dbt.type_string() }}), ' columns') as old_value,
    concat(cast(coalesce(new_columns, 0) as {{ dbt.type_string() }}), ' columns') as new_value
  from counted
  where coalesce(old_columns, 0) = 0 or coalesce(new_columns, 0) = 0
  {%- for layout in layouts %}
  union all
  select
    0 as is_gone,
    0 as column_position,
    0 as begins_at,
    {{ loop.index }} as kind_number,
    null as column_name,
    '{{ layout.name }}' as difference,
    coalesce(old_{{ layout.name }}, 'none') as old_value,
    coalesce(new_{{ layout.name }}, 'none') as new_value
  from counted
  where old_is_table and new_is_table and coalesce(lower(old_{{ layout.name }}), '') <> coalesce(lower(new_{{ layout.name }}), '')
  {%- endfor %}
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{% macro _layouts(rename) %}
  {{ return(adapter.dispatch('_layouts', 'dbt_playbooks')(rename=rename)) }}
{% endmacro %}

{% macro duckdb___layouts(rename) %}
  {{ return([]) }}
{% endmacro %}

{% macro bigquery___layouts(rename) %}
  {%- set key = dbt_playbooks._name_key('column_name') -%}
  {{ return([
    {'name': 'partitioning', 'aggregate': 'max(case when IS_SIDE then ' ~ dbt_playbooks._renamed_clause('partitioning', rename) ~ ' end)'},
    {'name': 'clustering', 'aggregate': 'string_agg(case when IS_SIDE and clustering_position is not null then '
      ~ dbt_playbooks._new_name(key, rename, 'is_old') ~ " end, ', ' order by clustering_position)"}
  ]) }}
{% endmacro %}

{#- A clause with the new name of its column: in brackets, before a comma, or alone. -#}
{% macro _renamed_clause(clause, rename) %}
  {%- set cases = [] -%}
  {%- for old_name, new_name in rename.items() -%}
    {%- set pattern = dbt_playbooks._pattern('(?i)(^|[(`])' ~ old_name ~ '([,)`]|$)') -%}
    {%- do cases.append('when is_old and regexp_contains(' ~ clause ~ ', ' ~ pattern ~ ') then regexp_replace(' ~ clause ~ ', ' ~ pattern ~ ', '
      ~ dbt_playbooks._pattern('\\1' ~ new_name ~ '\\2') ~ ')') -%}
  {%- endfor -%}
  {{ return('case ' ~ cases | join(' ') ~ ' else ' ~ clause ~ ' end' if cases else clause) }}
{% endmacro %}
