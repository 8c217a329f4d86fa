{#- The one query behind every watch: a row for each of the last days, also for those without rows, from one scan of the table however many
    measures there are. `measures` are lists: an alias, an aggregate (none when it follows from others), and what is shown of it, in which the
    aggregates are columns of `counted`. `after` is how many days after today the window ends: 1 with today, 0 without.
    Returns the CTEs it needs, and its select; `suffix` keeps the CTEs of several tables apart. -#}
{% macro _daily_sql(relation, date_column, kind, measures, days, timezone, after, where, suffix='') %}
  {%- set today = dbt_playbooks._today(timezone) -%}
  {%- set ctes -%}
counted{{ suffix }} as (
  -- days of {{ timezone }}: the last {{ days }}, today {{ 'until now' if after else 'not' }} included
  select
    {{ dbt_playbooks._day_of(dbt_playbooks._quote(date_column), kind, timezone) }} as day
  {%- for alias, aggregate, shown in measures if aggregate %},
    {{ aggregate }} as {{ alias }}
  {%- endfor %}
  from {{ relation }}
  {{ dbt_playbooks._recent_sql(date_column, kind, days, timezone, after, where) }}
  group by 1
),

bounds{{ suffix }} as (
  select {{ dbt_playbooks._plus_days(today, after - days) }} as first_day, {{ dbt_playbooks._plus_days(today, after - 1) }} as last_day
),

days{{ suffix }} as (
  {{ dbt_playbooks._days_sql('first_day', 'last_day', 'bounds' ~ suffix) }}
)
  {%- endset -%}
  {%- set select -%}
select
  days.day,
  days.day = {{ today }} as is_partial
{%- for alias, aggregate, shown in measures %},
  {{ shown if shown == 'counted.' ~ alias else shown ~ ' as ' ~ alias }}
{%- endfor %}
from days{{ suffix ~ ' as days' if suffix }}
left join counted{{ suffix ~ ' as counted' if suffix }} on days.day = counted.day
  {%- endset -%}
  {{ return({'ctes': ctes, 'select': select}) }}
{% endmacro %}

{#- The same with its select as one more CTE, `daily`. Only the select is indented: it holds no text of a user, in which line ends count. -#}
{% macro _daily_ctes(daily, suffix='') %}
  {{ return(daily.ctes ~ ',\n\ndaily' ~ suffix ~ ' as (\n  ' ~ daily.select | replace('\n', '\n  ') ~ '\n)') }}
{% endmacro %}

{#- `where ...` for the rows of the last days. A view cannot hold a literal of today. The bounds are of the column's type, the column stands
    alone on its side, and the other side is made of nothing but constants and the clock, which BigQuery folds before it reads: so it prunes,
    and takes this as the filter that `require_partition_filter` asks for. -#}
{% macro _recent_sql(date_column, kind, days, timezone, after, where) %}
  {%- set today = dbt_playbooks._today(timezone) -%}
  {%- set column = dbt_playbooks._quote(date_column) -%}
  {%- set first = dbt_playbooks._not_after(dbt_playbooks._day_start(dbt_playbooks._plus_days(today, after - days), kind, timezone), kind, timezone) -%}
  {%- set end = dbt_playbooks._day_start(dbt_playbooks._plus_days(today, after), kind, timezone) -%}
  {{ return(
    'where ' ~ column ~ ' >= ' ~ first ~ '\n    and ' ~ column ~ ' < ' ~ end ~ ('\n    and ' ~ dbt_playbooks._enclosed(where) if where else '')
  ) }}
{% endmacro %}

{#- DuckDB takes the second of a midnight that comes twice (Havana, each autumn), and would leave out the first hour of that day. What an hour more
    holds of the day before belongs to none of the days that are shown. -#}
{% macro _not_after(start, kind, timezone) %}
  {{ return(adapter.dispatch('_not_after', 'dbt_playbooks')(start=start, kind=kind, timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___not_after(start, kind, timezone) %}
  {{ return(start if timezone == 'UTC' or kind in ('date', 'datetime', 'text', 'integer') else start ~ ' - interval 1 hour') }}
{% endmacro %}

{% macro bigquery___not_after(start, kind, timezone) %}
  {{ return(start) }}
{% endmacro %}
