{#- The calendar day of a date or an instant, in a time zone. Of texts and integers NULL where they are no day: 20241399, 'n/a', '20240115'. -#}
{% macro _day_of(expression, kind, timezone='UTC') %}
  {{ return(adapter.dispatch('_day_of', 'dbt_playbooks')(expression=expression, kind=kind, timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___day_of(expression, kind, timezone) %}
  {%- set zone = dbt_playbooks._string_literal(timezone) -%}
  {%- if kind == 'date' -%}
    {{ return(expression) }}
  {%- elif kind == 'timestamptz' -%}
    {{ return('cast(timezone(' ~ zone ~ ', ' ~ expression ~ ') as date)') }}
  {%- elif kind == 'text' -%}
    {{ return('case when ' ~ dbt_playbooks._matches(expression, dbt_playbooks._iso_day_pattern()) ~ ' then try_cast(left(' ~ expression ~ ', 10) as date) end') }}
  {%- elif kind == 'integer' -%}
    {{ return('case when ' ~ expression ~ " between 10000101 and 99991231 then cast(try_strptime(cast(" ~ expression ~ " as varchar), '%Y%m%d') as date) end") }}
  {%- elif kind == 'timestamp' and timezone != 'UTC' -%}
    {{ return('cast(timezone(' ~ zone ~ ", timezone('UTC', " ~ expression ~ ')) as date)') }}
  {%- endif -%}
  {{ return('cast(' ~ expression ~ ' as date)') }}
{% endmacro %}

{% macro bigquery___day_of(expression, kind, timezone) %}
  {%- if kind == 'date' -%}
    {{ return(expression) }}
  {%- elif kind == 'datetime' -%}
    {{ return('date(' ~ expression ~ ')') }}
  {%- elif kind == 'text' -%}
    {{ return('case when ' ~ dbt_playbooks._matches(expression, dbt_playbooks._iso_day_pattern()) ~ ' then safe_cast(substr(' ~ expression ~ ', 1, 10) as date) end') }}
  {%- elif kind == 'integer' -%}
    {{ return('case when ' ~ expression ~ " between 10000101 and 99991231 then safe.parse_date('%Y%m%d', cast(" ~ expression ~ ' as string)) end') }}
  {%- endif -%}
  {{ return('date(' ~ expression ~ ', ' ~ dbt_playbooks._string_literal(timezone) ~ ')') }}
{% endmacro %}

{#- A text that begins with an ISO day and goes on, if at all, with a time. -#}
{% macro _iso_day_pattern() %}
  {{ return('^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]|$)') }}
{% endmacro %}
