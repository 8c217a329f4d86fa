{#- One row, from one scan of each side: counts and dates of both, keys and NULLs of the new one. -#}
{% macro _validation_sql(validation) %}
  {%- set sql -%}
with source_side as (
  select
    count(*) as source_rows
    {{- dbt_playbooks._first_and_last('source', validation.days.source) if validation.days }}
  from {{ validation.source }}
  {%- set condition = dbt_playbooks._where_of(validation.source, validation.source_where) %}
  {%- if condition %}
  where {{ condition }}
  {%- endif %}
),

new_side as (
  select
    count(*) as new_rows
    {{- dbt_playbooks._first_and_last('new', validation.days.new) if validation.days }}
    {%- if validation.key %},
    {{ dbt_playbooks._distinct_sql(validation.key) }} as distinct_keys,
    count(case when {{ validation.key | map(attribute='column') | join(' is null or ') }} is null then 1 end) as rows_without_key
    {%- endif %}
    {%- for name in validation.columns %},
    count(*) - count({{ dbt_playbooks._quoted(name) }}) as {{ dbt_playbooks._quoted(name ~ '_nulls') }},
    (count(*) - count({{ dbt_playbooks._quoted(name) }})) / nullif(count(*), 0) as {{ dbt_playbooks._quoted(name ~ '_null_rate') }}
    {%- endfor %}
  from {{ validation.table }}
  {%- set condition = dbt_playbooks._where_of(validation.table, validation.where) %}
  {%- if condition %}
  where {{ condition }}
  {%- endif %}
)

select source_side.*, new_side.*
from source_side
cross join new_side
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- Days, because the two sides may hold dates of unlike types. -#}
{% macro _first_and_last(side, day) %}
  {%- set found = [] -%}
  {%- for function, name in [['min', 'first'], ['max', 'last']] -%}
    {%- do found.append(dbt_playbooks._day_of(function ~ '(' ~ day.column ~ ')', day.kind, day.timezone) ~ ' as ' ~ side ~ '_' ~ name ~ '_date') -%}
  {%- endfor -%}
  {%- do found.append('count(*) - count(' ~ day.column ~ ') as ' ~ side ~ '_rows_without_date') -%}
  {{ return(',\n    ' ~ found | join(',\n    ')) }}
{% endmacro %}
