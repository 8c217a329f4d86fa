{#- The names of functions whose SQL the warehouse puts into a query that calls them, in lower case: a window function or a table
    may hide in one. -#}
{% macro _own_functions() %}
  {{ return(adapter.dispatch('_own_functions', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___own_functions() %}
  {%- set names = [] -%}
  {%- set found = dbt_playbooks._query(
    "select distinct lower(function_name) from duckdb_functions() where function_type in ('macro', 'table_macro') and not internal"
  ) -%}
  {%- for row in found -%}
    {%- do names.append(row[0]) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{#- BigQuery is not asked: a table that is read in a function is not seen there (docs/backfill.md, Known gaps). -#}
{% macro bigquery___own_functions() %}
  {{ return([]) }}
{% endmacro %}
