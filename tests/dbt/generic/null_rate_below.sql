{#- One failing row for the whole table; with date_column one for each day. A monitoring view is tested below a column that is a rate already. -#}
{% test null_rate_below(model, column_name, max_rate, date_column=none, days=7, timezone='UTC', include_today=true, data_type=none) %}
  {%- do dbt_playbooks._rate(max_rate, 'max_rate') -%}
  {%- set column = dbt_playbooks._quote(column_name) -%}
  {%- set nulls = 'count(*) - count(' ~ column ~ ')' -%}
  {%- if date_column is not none -%}
    {%- set daily = dbt_playbooks._tested_days_sql(model, date_column, [
      ['null_count', nulls, 'coalesce(counted.null_count, 0)'], ['null_rate', none, 'counted.null_count / nullif(counted.row_count, 0)']
    ], days, timezone, 1 if include_today else 0, data_type) -%}
  {%- elif (column_name | lower | replace('"', '') | replace('`', '')).endswith('_null_rate') -%}
    {%- set daily = 'daily as (select day, row_count, ' ~ column ~ ' as null_rate from ' ~ model ~ ')' -%}
  {%- else -%}
    {%- set daily = 'daily as (select count(*) as row_count, ' ~ nulls ~ ' as null_count, (' ~ nulls ~ ') / nullif(count(*), 0) as null_rate from ' ~ model ~ ')' -%}
  {%- endif %}
with {{ daily }}

select
  daily.*, {{ max_rate }} as max_rate, {{ dbt_playbooks._string_literal('more NULLs in ' ~ column_name ~ ' than max_rate allows') }} as problem
from daily
where null_rate > {{ max_rate }}
{% endtest %}
