{#- A float as a text: the shortest one that is read as this float. 0.0 is the text of -0.0, too. -#}
{% macro _text_of_float() %}
  {{ return(dbt_playbooks._as_text(dbt_playbooks._nearest_float() ~ ' + 0.0')) }}
{% endmacro %}

{% macro _nearest_float() %}
  {{ return('cast({} as ' ~ adapter.dispatch('_common_type', 'dbt_playbooks')(family='float', old_type=none, new_type=none) ~ ')') }}
{% endmacro %}

{#- An exact number beside a float: no float holds all of them, so the nearest one is not enough. It is the text of the nearest float where
    that float is this number, or, below 2^53, is written like it, as 0.1 is; else its own text, which is that of no float. -#}
{% macro _exact_beside_float(data_type) %}
  {%- set float = dbt_playbooks._nearest_float() -%}
  {#- on BigQuery without a precision: what fits into a type that has one fits into the type without it -#}
  {%- set exact = adapter.dispatch('_cast_target', 'dbt_playbooks')(data_type=data_type) -%}
  {%- set as_number, as_written = dbt_playbooks._try_cast(float, exact), dbt_playbooks._try_cast(dbt_playbooks._as_text(float), exact) -%}
  {{ return(
    'case when {} = ' ~ as_number ~ ' or (' ~ float ~ ' between -9007199254740992 and 9007199254740992 and {} = ' ~ as_written ~ ') then '
    ~ dbt_playbooks._text_of_float() ~ ' else ' ~ dbt_playbooks._as_text('{}') ~ ' end'
  ) }}
{% endmacro %}

{% macro duckdb___cast_target(data_type) %}
  {{ return(data_type) }}
{% endmacro %}

{% macro bigquery___cast_target(data_type) %}
  {{ return(data_type.split('(')[0]) }}
{% endmacro %}
