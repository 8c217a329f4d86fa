{#- The column that holds a row's partition where it is none of the table's own, in a list; else an empty list. -#}
{% macro duckdb___ingestion_time(relation) %}
  {{ return([]) }}
{% endmacro %}

{% macro bigquery___ingestion_time(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {{ return(['`_PARTITIONTIME`'] if table and table.time_partitioning and not table.time_partitioning.field else []) }}
{% endmacro %}
