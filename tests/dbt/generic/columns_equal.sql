{#- The pairs of values that differ are the failing rows, the most frequent first, at most `limit` of them. NULL is equal to NULL, NaN to NaN. -#}
{% test columns_equal(model, a, b, limit=100) %}
  {%- do dbt_playbooks._whole_number(limit, 'limit', 10000) -%}
  {%- set pair = dbt_playbooks._tested_pair(model, a, b) %}
with paired as (
  select {{ pair.a }} as a_value, {{ pair.b }} as b_value
  from {{ model }}
)

select
  a_value as {{ dbt_playbooks._quoted(pair.names[0] ~ '_value') }}, b_value as {{ dbt_playbooks._quoted(pair.names[1] ~ '_value') }},
  count(*) as row_count, sum(count(*)) over () as all_differing_rows
from paired
where a_value is distinct from b_value
group by 1, 2
order by 3 desc
limit {{ limit }}
{% endtest %}
