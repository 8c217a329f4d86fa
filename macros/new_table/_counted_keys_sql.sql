{#- One row that says how often keys are there: rows, keys that are there more than once, their rows beyond the first, rows of which a part of the key is
    NULL, and the most frequent keys as a JSON text, an array of {'key_1' ..., 'row_count'}. A NULL is equal to nothing, so it is no duplicate. -#}
{% macro _counted_keys_sql(relation, parts, where, limit) %}
  {%- set names, conditions = [], [] -%}
  {%- for part in parts -%}
    {%- do names.append('key_' ~ loop.index) -%}
    {%- do conditions.append('key_' ~ loop.index ~ ' is not null') -%}
  {%- endfor -%}
  {%- set sql -%}
with counted as (
  select
    {%- for part in parts %}
    {{ part.expression }} as key_{{ loop.index }},
    {%- endfor %}
    count(*) as row_count
  from {{ relation }}
  {%- set condition = dbt_playbooks._where_of(relation, where) %}
  {%- if condition %}
  where {{ condition }}
  {%- endif %}
  group by {{ range(1, parts | length + 1) | join(', ') }}
),

judged as (
  select
    *,
    {{ conditions | join(' and ') }} as has_key,
    {{ conditions | join(' and ') }} and row_count > 1 as is_duplicate
  from counted
)

select
  coalesce(sum(row_count), 0) as row_count,
  count(case when is_duplicate then 1 end) as duplicate_keys,
  coalesce(sum(case when is_duplicate then row_count - 1 end), 0) as surplus_rows,
  coalesce(sum(case when not has_key then row_count end), 0) as rows_without_key,
  {{ dbt_playbooks._most_frequent(names, 'is_duplicate', limit) }} as most_frequent
from judged
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
