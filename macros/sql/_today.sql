{#- The calendar day that it is now in a time zone: an expression, so that a view moves on with it. -#}
{% macro _today(timezone='UTC') %}
  {{ return(adapter.dispatch('_today', 'dbt_playbooks')(timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___today(timezone) %}
  {{ return(dbt_playbooks._day_of(dbt_playbooks._now(), 'timestamp', timezone)) }}
{% endmacro %}

{% macro bigquery___today(timezone) %}
  {{ return('current_date(' ~ dbt_playbooks._string_literal(timezone) ~ ')') }}
{% endmacro %}

{#- A DATE so many days later; earlier when `days` is negative. -#}
{% macro _plus_days(day, days) %}
  {{ return(day if days == 0 else adapter.dispatch('_plus_days', 'dbt_playbooks')(day=day, days=days)) }}
{% endmacro %}

{% macro duckdb___plus_days(day, days) %}
  {{ return(day ~ (' + ' ~ days if days > 0 else ' - ' ~ -days)) }}
{% endmacro %}

{% macro bigquery___plus_days(day, days) %}
  {{ return(('date_add(' ~ day ~ ', interval ' ~ days if days > 0 else 'date_sub(' ~ day ~ ', interval ' ~ -days) ~ ' day)') }}
{% endmacro %}

{#- The midnight that begins a DATE expression, in the type of a column: `_date_literal` for a day that is not known yet. -#}
{% macro _day_start(day, kind, timezone='UTC') %}
  {{ return(adapter.dispatch('_day_start', 'dbt_playbooks')(day=day, kind=kind, timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___day_start(day, kind, timezone) %}
  {%- if kind == 'date' -%}
    {{ return(day) }}
  {%- elif kind == 'text' -%}
    {{ return('cast(' ~ day ~ ' as varchar)') }}
  {%- elif kind == 'integer' -%}
    {{ return('cast(strftime(' ~ day ~ ", '%Y%m%d') as bigint)") }}
  {%- elif kind == 'datetime' -%}
    {{ return('cast(' ~ day ~ ' as timestamp)') }}
  {%- elif kind == 'timestamptz' -%}
    {{ return('timezone(' ~ dbt_playbooks._string_literal(timezone) ~ ', cast(' ~ day ~ ' as timestamp))') }}
  {%- endif -%}
  {{ return(dbt_playbooks._instant(day, 'date', timezone)) }}
{% endmacro %}

{% macro bigquery___day_start(day, kind, timezone) %}
  {%- if kind == 'date' -%}
    {{ return(day) }}
  {%- elif kind == 'text' -%}
    {{ return('cast(' ~ day ~ ' as string)') }}
  {%- elif kind == 'integer' -%}
    {{ return("cast(format_date('%Y%m%d', " ~ day ~ ') as int64)') }}
  {%- elif kind == 'datetime' -%}
    {{ return('datetime(' ~ day ~ ')') }}
  {%- endif -%}
  {{ return(dbt_playbooks._instant(day, 'date', timezone)) }}
{% endmacro %}

{#- A date or a time as an instant, comparable with `_now()`: a DATE is its midnight, and like a DATETIME it is read in the time zone. Texts and
    integers count as their day. -#}
{% macro _instant(expression, kind, timezone='UTC') %}
  {%- if kind in ('text', 'integer') -%}
    {%- set expression, kind = dbt_playbooks._day_of(expression, kind), 'date' -%}
  {%- endif -%}
  {{ return(adapter.dispatch('_instant', 'dbt_playbooks')(expression=expression, kind=kind, timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___instant(expression, kind, timezone) %}
  {%- if kind == 'timestamp' -%}
    {{ return(expression) }}
  {%- elif kind == 'timestamptz' -%}
    {{ return('make_timestamp(epoch_us(' ~ expression ~ '))') }}
  {%- elif timezone == 'UTC' -%}
    {{ return('cast(' ~ expression ~ ' as timestamp)') }}
  {%- endif -%}
  {{ return("timezone('UTC', timezone(" ~ dbt_playbooks._string_literal(timezone) ~ ', cast(' ~ expression ~ ' as timestamp)))') }}
{% endmacro %}

{% macro bigquery___instant(expression, kind, timezone) %}
  {%- if kind == 'timestamp' -%}
    {{ return(expression) }}
  {%- endif -%}
  {{ return('timestamp(' ~ expression ~ ', ' ~ dbt_playbooks._string_literal(timezone) ~ ')') }}
{% endmacro %}
