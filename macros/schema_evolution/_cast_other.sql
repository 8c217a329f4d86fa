{#- A value that is no text as one of the rule's type. Half a unit is rounded away from zero, as BigQuery does; times are those of UTC. -#}
{% macro _cast_other(value, rule) %}
  {%- if rule.family not in ('date', 'timestamp') or rule.kind == 'string' -%}
    {{ return(adapter.dispatch('_cast_number', 'dbt_playbooks')(value=value, rule=rule)) }}
  {%- endif -%}
  {%- set kind = dbt_playbooks._date_kind(rule.data_type) -%}
  {%- if rule.kind == 'date' -%}
    {{ return(dbt_playbooks._day_of(value, kind)) }}
  {%- endif -%}
  {{ return(adapter.dispatch('_cast_time', 'dbt_playbooks')(value=value, kind=kind, rule=rule)) }}
{% endmacro %}

{% macro duckdb___cast_time(value, kind, rule) %}
  {%- set instant = 'cast(' ~ dbt_playbooks._instant(value, kind) ~ ' as timestamp)' -%}
  {{ return("timezone('UTC', " ~ instant ~ ')' if rule.kind == 'timestamptz' else instant) }}
{% endmacro %}

{% macro bigquery___cast_time(value, kind, rule) %}
  {%- if rule.sql == 'timestamp' -%}
    {{ return(dbt_playbooks._instant(value, kind)) }}
  {%- endif -%}
  {{ return('datetime(' ~ value ~ (", 'UTC')" if kind == 'timestamp' else ')')) }}
{% endmacro %}

{% macro duckdb___cast_number(value, rule) %}
  {%- set rounds = rule.kind == 'integer' and rule.family in ('decimal', 'float') -%}
  {{ return(dbt_playbooks._try_cast('round(' ~ value ~ ')' if rounds else value, rule.sql)) }}
{% endmacro %}

{% macro bigquery___cast_number(value, rule) %}
  {{ return(dbt_playbooks._sized_number(value, rule) if rule.kind == 'numeric' else dbt_playbooks._try_cast(value, rule.sql)) }}
{% endmacro %}
