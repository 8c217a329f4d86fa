{#- The time zone in which the warehouse takes days of a moment. -#}
{% macro _session_timezone() %}
  {{ return(adapter.dispatch('_session_timezone', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___session_timezone() %}
  {{ return(dbt_playbooks._query("select current_setting('TimeZone')")[0][0]) }}
{% endmacro %}

{% macro bigquery___session_timezone() %}
  {{ return('UTC') }}
{% endmacro %}
