{#- How old the newest row is, the rows of each day and the rates of NULL, in one query. -#}
{% macro health_check(table, timestamp_column, columns=none, days=7, timezone='UTC', where=none, data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set check = dbt_playbooks._health_check(relation, timestamp_column, columns, days, timezone, where, data_type) -%}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set rows = dbt_playbooks._query(check.sql) -%}
  {%- set headers, counts = ['day', 'is_partial', 'row_count', 'row_change'], [] -%}
  {%- for name, rate in check.null_rates -%}
    {%- do headers.append(name ~ '_null_rate') -%}
  {%- endfor -%}
  {%- for row in rows -%}
    {%- do counts.append(row[2]) -%}
  {%- endfor -%}
  {%- set total, minutes = counts | sum, rows[0][-1] -%}
  {%- set span = 'the last ' ~ (days ~ ' days' if days > 1 else 'day') ~ ' of ' ~ timezone ~ ', today until now included' -%}
  {%- if not total -%}
    {%- set title = relation ~ ' is empty' ~ (' where ' ~ where if where else '') ~ ' in ' ~ span ~ '. For older rows give more days, for example days: ' ~ days * 4 ~ '.' -%}
  {%- else -%}
    {%- set age = 'no row that is not of the future' if minutes is none else minutes ~ ' minutes stale' -%}
    {%- set title = relation ~ ': ' ~ age ~ ' in ' ~ timestamp_column ~ '; ' ~ total ~ ' rows in ' ~ span -%}
  {%- endif -%}
  {%- do dbt_playbooks._print_table(headers + ['last_at', 'minutes_stale'], rows, title=title) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro health_check_sql(table, timestamp_column, columns=none, days=7, timezone='UTC', where=none, data_type=none) %}
  {{ return(dbt_playbooks._health_check(
    dbt_playbooks._relation(table), timestamp_column, columns, days, timezone, where, data_type
  ).sql) }}
{% endmacro %}

{#- The query, and which column each of its rates is of. -#}
{% macro _health_check(relation, timestamp_column, columns, days, timezone, where, data_type) %}
  {%- do dbt_playbooks._whole_number(days, 'days', 3660) -%}
  {%- do dbt_playbooks._timezone(timezone) -%}
  {%- if not execute -%}
    {{ return({'sql': '', 'null_rates': []}) }}
  {%- endif -%}
  {%- set known = dbt_playbooks._columns_of(relation) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, timestamp_column, data_type) -%}
  {%- set measures = dbt_playbooks._measures(relation, known, timestamp_column, none, dbt_playbooks._list(columns), none, none) -%}
  {%- set newest = dbt_playbooks._newest_measure(timestamp_column, kind, timezone) -%}
  {%- set daily = dbt_playbooks._daily_sql(relation, timestamp_column, kind, measures.all + [newest], days, timezone, 1, where) -%}
  {%- set sql -%}
with {{ dbt_playbooks._daily_ctes(daily) }}

select
  day,
  is_partial,
  row_count,
  case when not is_partial then row_count / nullif(lag(row_count) over (order by day), 0) - 1 end as row_change
{%- for name, rate in measures.null_rates %},
  {{ rate }}
{%- endfor %},
  last_at,
  {{ dbt_playbooks._minutes_since('max(newest_at) over ()') }} as minutes_stale
from daily
order by 1
  {%- endset -%}
  {{ return({'sql': sql, 'null_rates': measures.null_rates}) }}
{% endmacro %}

{#- The newest instant that has come: a row whose time is still to come (a wrong clock) does not make a table fresh. -#}
{% macro _newest_measure(date_column, kind, timezone) %}
  {%- set instant = dbt_playbooks._instant(dbt_playbooks._quote(date_column), kind, timezone) -%}
  {{ return(['newest_at', 'max(case when ' ~ instant ~ ' <= ' ~ dbt_playbooks._now() ~ ' then ' ~ instant ~ ' end)', 'counted.newest_at']) }}
{% endmacro %}

{% macro _minutes_since(instant) %}
  {{ return('cast(floor((' ~ dbt_playbooks._seconds_since(instant) ~ ') / 60) as ' ~ dbt.type_bigint() ~ ')') }}
{% endmacro %}
