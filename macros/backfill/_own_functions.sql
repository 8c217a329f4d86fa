{#- The functions whose SQL the warehouse puts into a query that calls them, each as {'name', 'parameters', 'definition'}: a window function
    or a table may hide in one. -#}
{% macro _own_functions() %}
  {{ return(adapter.dispatch('_own_functions', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___own_functions() %}
  {%- set functions = [] -%}
  {%- set found = dbt_playbooks._query(
    "select lower(function_name), array_to_string(parameters, ','), macro_definition from duckdb_functions() "
    ~ "where function_type in ('macro', 'table_macro') and not internal"
  ) -%}
  {%- for row in found -%}
    {%- do functions.append({'name': row[0], 'parameters': row[1] or '', 'definition': row[2]}) -%}
  {%- endfor -%}
  {{ return(functions) }}
{% endmacro %}

{#- BigQuery is not asked: a table that is read in a function is not seen there (docs/backfill.md, Known gaps). -#}
{% macro bigquery___own_functions() %}
  {{ return([]) }}
{% endmacro %}
