{#- The first day of the period that a DATE lies in: day, week (from Monday), month, quarter or year. -#}
{% macro _period_start(day, period) %}
  {%- set allowed = ['day', 'week', 'month', 'quarter', 'year'] -%}
  {%- if period not in allowed -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: period '" ~ period ~ "' is not known. Allowed: " ~ allowed | join(', ') ~ ".") }}
  {%- endif -%}
  {{ return(adapter.dispatch('_period_start', 'dbt_playbooks')(day=day, period=period)) }}
{% endmacro %}

{% macro duckdb___period_start(day, period) %}
  {{ return('cast(date_trunc(' ~ dbt_playbooks._string_literal(period) ~ ', ' ~ day ~ ') as date)') }}
{% endmacro %}

{% macro bigquery___period_start(day, period) %}
  {{ return('date_trunc(' ~ day ~ ', ' ~ ('isoweek' if period == 'week' else period) ~ ')') }}
{% endmacro %}

{#- Whether a DATE is a Saturday or a Sunday. -#}
{% macro _is_weekend(day) %}
  {{ return(adapter.dispatch('_is_weekend', 'dbt_playbooks')(day=day)) }}
{% endmacro %}

{% macro duckdb___is_weekend(day) %}
  {{ return('isodow(' ~ day ~ ') in (6, 7)') }}
{% endmacro %}

{% macro bigquery___is_weekend(day) %}
  {{ return('extract(dayofweek from ' ~ day ~ ') in (1, 7)') }}
{% endmacro %}
