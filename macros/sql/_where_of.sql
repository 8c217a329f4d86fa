{#- The condition for a table: the user's, and what a table asks for that refuses to be read without a filter on its partitions. none when there is
    neither. -#}
{% macro _where_of(table, where=none) %}
  {%- if not execute or table is string -%}
    {{ return(where) }}
  {%- endif -%}
  {%- set column = adapter.dispatch('_required_filter', 'dbt_playbooks')(relation=table) -%}
  {%- if column is none -%}
    {{ return(where) }}
  {%- endif -%}
  {#- true of every row, and of the partition column alone, as dbt-bigquery does it in a MERGE -#}
  {%- set always = '(' ~ column ~ ' is null or ' ~ column ~ ' is not null)' -%}
  {{ return('(' ~ where ~ ('\n)' if '--' in where else ')') ~ '\n  and ' ~ always if where else always) }}
{% endmacro %}

{#- The partition column that each query must filter, quoted, or none. -#}
{% macro duckdb___required_filter(relation) %}
  {{ return(none) }}
{% endmacro %}

{#- Asks the API, which is free; a view has no such rule of its own. -#}
{% macro bigquery___required_filter(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- if not table or not table.require_partition_filter -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set partitioning = table.time_partitioning or table.range_partitioning -%}
  {#- a table by ingestion time names no column -#}
  {{ return(adapter.quote(partitioning.field or '_PARTITIONTIME') if partitioning else none) }}
{% endmacro %}
