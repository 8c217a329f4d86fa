{#- The views of the warehouse, each as {'path' (database, schema, name), 'definition' (the statement that made it)}. -#}
{% macro _own_views() %}
  {{ return(adapter.dispatch('_own_views', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___own_views() %}
  {%- set views = [] -%}
  {%- for row in dbt_playbooks._query("select database_name, schema_name, view_name, sql from duckdb_views() where not internal") -%}
    {%- do views.append({'path': [row[0], row[1], row[2]], 'definition': row[3]}) -%}
  {%- endfor -%}
  {{ return(views) }}
{% endmacro %}

{#- BigQuery is not asked, as for functions. -#}
{% macro bigquery___own_views() %}
  {{ return([]) }}
{% endmacro %}
