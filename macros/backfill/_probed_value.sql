{#- A value that is hashed or compared: as text where a type's own hash does not tell all of its values apart, or has none. -#}
{% macro _probed_value(column, as_text=false) %}
  {%- set family = dbt_playbooks._family(column.type) -%}
  {%- set plain = family in ('text', 'bool', 'date') or (family == 'integer' and 'huge' not in column.type | lower) -%}
  {%- set name = adapter.quote(column.name) -%}
  {{ return(name if plain and not as_text else adapter.dispatch('_value_text', 'dbt_playbooks')(value=name)) }}
{% endmacro %}

{% macro duckdb___value_text(value) %}
  {{ return('cast(' ~ value ~ ' as varchar)') }}
{% endmacro %}

{% macro bigquery___value_text(value) %}
  {{ return('to_json_string(' ~ value ~ ')') }}
{% endmacro %}

{% macro _probed_float(value) %}
  {{ return(adapter.dispatch('_probed_float', 'dbt_playbooks')(value=value)) }}
{% endmacro %}

{% macro duckdb___probed_float(value) %}
  {{ return('sum(case when isfinite(' ~ value ~ ') then ' ~ value ~ ' end)') }}
{% endmacro %}

{% macro bigquery___probed_float(value) %}
  {{ return('sum(if(is_nan(' ~ value ~ ') or is_inf(' ~ value ~ '), null, ' ~ value ~ '))') }}
{% endmacro %}
