{#- The rows of a query, each a list of values in column order; nothing at parse time. dbt's `run_query` is an agate table on dbt Core
    and something like it on Fusion: rows of lists are the same on both. -#}
{% macro _query(sql) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set rows = [] -%}
  {%- for row in run_query(sql).rows -%}
    {%- do rows.append(row.values() | list) -%}
  {%- endfor -%}
  {{ return(rows) }}
{% endmacro %}
