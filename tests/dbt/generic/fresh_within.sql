{#- One failing row when the newest row is older than `minutes`, or when there is none. -#}
{% test fresh_within(model, column_name, minutes, timezone='UTC', data_type=none) %}
  {%- do dbt_playbooks._whole_number(minutes, 'minutes', 5000000) -%}
  {%- do dbt_playbooks._timezone(timezone) -%}
  {%- set kind = dbt_playbooks._date_kind(data_type or dbt_playbooks._tested_kind(model, column_name)) -%}
  {#- older rows would not pass: a bound lets the warehouse prune; a week at least, so that the failing row can say how old the newest is -#}
  {%- set days = [7, minutes // 1440 + 2] | max -%}
  {%- set newest = dbt_playbooks._newest_measure(column_name, kind, timezone) %}
with newest as (
  select {{ newest[1] }} as newest_at
  from {{ model }}
  {{ dbt_playbooks._recent_sql(column_name, kind, days, timezone, 1, none) }}
),

aged as (
  select newest_at, {{ dbt_playbooks._minutes_since('newest_at') }} as minutes_stale
  from newest
)

select
  newest_at, minutes_stale, {{ minutes }} as allowed_minutes,
  case
    when newest_at is null then {{ dbt_playbooks._string_literal('no row in ' ~ column_name ~ ' in the last ' ~ days ~ ' days') }}
    else {{ dbt_playbooks._string_literal('the newest row in ' ~ column_name ~ ' is too old') }}
  end as problem
from aged
where minutes_stale > {{ minutes }} or newest_at is null
{% endtest %}
