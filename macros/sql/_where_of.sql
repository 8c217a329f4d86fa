{#- The condition for a table: the user's, and what a table asks for that refuses to be read without a filter on its partitions. none when there is
    neither. -#}
{% macro _where_of(table, where=none) %}
  {%- set always = none if table is string else dbt_playbooks._always_of(table) -%}
  {%- if always is none -%}
    {{ return(where) }}
  {%- endif -%}
  {{ return(dbt_playbooks._enclosed(where) ~ '\n  and ' ~ always if where else always) }}
{% endmacro %}

{#- What is true of every row, and a filter on the partition column, of a table that asks for one; none of others. `prefix` is 'target.' in a MERGE. -#}
{% macro _always_of(relation, prefix='') %}
  {%- set column = adapter.dispatch('_required_filter', 'dbt_playbooks')(relation=relation) if execute else none -%}
  {#- of the partition column alone, as dbt-bigquery does it in a MERGE -#}
  {{ return(none if column is none else '(' ~ prefix ~ column ~ ' is null or ' ~ prefix ~ column ~ ' is not null)') }}
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
  {{ return(dbt_playbooks._quoted(partitioning.field or '_PARTITIONTIME') if partitioning else none) }}
{% endmacro %}

{#- A condition of the user's in parentheses, also when a comment ends it. -#}
{% macro _enclosed(condition) %}
  {%- set text = condition | string -%}
  {{ return('(' ~ text ~ ('\n)' if '--' in text or '#' in text else ')')) }}
{% endmacro %}
