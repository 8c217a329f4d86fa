{#- A value that is hashed or compared: as text where a type's own hash does not tell all of its values apart, or has none. -#}
{% macro _probed_value(column, as_text=false) %}
  {%- set family = dbt_playbooks._family(column.type) -%}
  {%- set plain = family in ('text', 'bool', 'date') or (family == 'integer' and 'huge' not in column.type | lower) -%}
  {%- set name = dbt_playbooks._quoted(column.name) -%}
  {{ return(name if plain and not as_text else adapter.dispatch('_value_text', 'dbt_playbooks')(value=name)) }}
{% endmacro %}

{% macro duckdb___value_text(value) %}
  {{ return('cast(' ~ value ~ ' as varchar)') }}
{% endmacro %}

{% macro bigquery___value_text(value) %}
  {{ return('to_json_string(' ~ value ~ ')') }}
{% endmacro %}

{#- A float as a number between 0 and 4 for what it is, as a number (NULL where it is none), and what adds numbers up. -#}
{% macro duckdb___probed_float(value) %}
  {{ return({
    'kind': 'case when ' ~ value ~ ' is null then 1 when isnan(' ~ value ~ ') then 2 when isfinite(' ~ value ~ ') then 0 when '
      ~ value ~ ' > 0 then 3 else 4 end',
    'number': 'case when isfinite(' ~ value ~ ') then cast(' ~ value ~ ' as double) end',
    'sum': 'fsum'
  }) }}
{% endmacro %}

{% macro bigquery___probed_float(value) %}
  {{ return({
    'kind': 'case when ' ~ value ~ ' is null then 1 when is_nan(' ~ value ~ ') then 2 when not is_inf(' ~ value ~ ') then 0 when '
      ~ value ~ ' > 0 then 3 else 4 end',
    'number': 'if(is_nan(' ~ value ~ ') or is_inf(' ~ value ~ '), null, ' ~ value ~ ')',
    'sum': 'sum'
  }) }}
{% endmacro %}

{#- A number between -1 and 1 that follows from a row. -#}
{% macro duckdb___probed_weight(row_hash) %}
  {{ return('(cast(' ~ row_hash ~ ' % 1000003 as double) / 1000003)') }}
{% endmacro %}

{% macro bigquery___probed_weight(row_hash) %}
  {{ return('(mod(' ~ row_hash ~ ', 1000003) / 1000003)') }}
{% endmacro %}
