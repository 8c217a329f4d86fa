{#- The CTEs behind every question about days: `counted` (day, row_count; days that have rows), `bounds` (first_day, last_day) and
    `days` (day; every day between them). Without a start or an end the table's own first or last day bounds it, in the same scan. -#}
{% macro _counted_days_sql(relation, date_column, start_date, end_date, timezone, where, data_type=none) %}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {%- if start_date is not none and end_date is not none -%}
    {%- do dbt_playbooks._date_range(start_date, end_date) -%}
  {%- endif -%}
  {%- set first, last = 'min(day)', 'max(day)' -%}
  {%- if start_date is not none -%}
    {%- set first = dbt_playbooks._date_literal(dbt_playbooks._date(start_date, 'start_date'), 'date') -%}
  {%- endif -%}
  {%- if end_date is not none -%}
    {%- set last = dbt_playbooks._date_literal(dbt_playbooks._date(end_date, 'end_date'), 'date') -%}
  {%- endif -%}
  {%- set where_sql = dbt_playbooks._where_sql(date_column, kind, start_date, end_date, timezone, where, indent='  ') -%}
  {%- set sql -%}
with counted as (
  select {{ dbt_playbooks._day_of(dbt_playbooks._quote(date_column), kind, timezone) }} as day, count(*) as row_count
  from {{ relation }}
  {%- if where_sql %}
  {{ where_sql }}
  {%- endif %}
  group by 1
),

bounds as (
  select {{ first }} as first_day, {{ last }} as last_day
  {%- if start_date is none or end_date is none %}
  from counted
  {%- endif %}
),

days as (
  {{ dbt_playbooks._days_sql('first_day', 'last_day', 'bounds') }}
)
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
