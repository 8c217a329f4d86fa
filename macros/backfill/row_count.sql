{#- The number of rows of a table. -#}
{% macro row_count(table) %}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.row_count_sql(table=table)) -%}
  {%- do dbt_playbooks._print_table(['row_count'], rows) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro row_count_sql(table) %}
  {{ return('select count(*) as row_count from ' ~ dbt_playbooks._relation(table)) }}
{% endmacro %}
