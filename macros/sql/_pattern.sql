{#- A regular expression as a literal that keeps its backslashes. It holds no quote: \x22 is one. -#}
{% macro _pattern(pattern) %}
  {{ return(adapter.dispatch('_pattern', 'dbt_playbooks')(pattern=pattern)) }}
{% endmacro %}

{% macro duckdb___pattern(pattern) %}
  {{ return("'" ~ pattern ~ "'") }}
{% endmacro %}

{% macro bigquery___pattern(pattern) %}
  {{ return("r'" ~ pattern ~ "'") }}
{% endmacro %}
