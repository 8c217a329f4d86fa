{#- The names of functions whose SQL the warehouse puts into a query that calls them, in lower case: a window function or a table may hide in one. -#}
{% macro _own_functions() %}
  {{ return(adapter.dispatch('_own_functions', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___own_functions() %}
  {%- set names = [] -%}
  {%- for row in dbt_playbooks._query("select distinct lower(function_name) from duckdb_functions() where function_type in ('macro', 'table_macro') and not internal") -%}
    {%- do names.append(row[0]) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{#- Those of BigQuery work on the values that they are given, and aggregates of one's own are no windows. -#}
{% macro bigquery___own_functions() %}
  {{ return([]) }}
{% endmacro %}
