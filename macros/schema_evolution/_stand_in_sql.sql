{#- DuckDB: a temporary view in place of the table that a query makes, gone with the connection; `timestamps` are columns that it has
    beside. -#}
{% macro _stand_in_sql(name, query, timestamps=[]) %}
  {%- set beside = [] -%}
  {%- for column in timestamps -%}
    {%- do beside.append(', cast(null as timestamp) as ' ~ dbt_playbooks._quoted(column)) -%}
  {%- endfor -%}
  {{ return('create or replace temporary view ' ~ dbt_playbooks._quoted(name) ~ ' as select *' ~ beside | join('') ~ ' from (\n' ~ query
    ~ '\n) as returned') }}
{% endmacro %}
