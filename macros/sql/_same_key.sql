{#- Whether two values are equal, NULL being equal to NULL. BigQuery takes only equalities as the condition of an outer join, which a MERGE is:
    `is not distinct from` and `or` may be refused there, so values are compared as JSON text. -#}
{% macro _same_key(left, right) %}
  {{ return(adapter.dispatch('_same_key', 'dbt_playbooks')(left=left, right=right)) }}
{% endmacro %}

{% macro duckdb___same_key(left, right) %}
  {{ return(left ~ ' is not distinct from ' ~ right) }}
{% endmacro %}

{% macro bigquery___same_key(left, right) %}
  {{ return('to_json_string(' ~ left ~ ') = to_json_string(' ~ right ~ ')') }}
{% endmacro %}
