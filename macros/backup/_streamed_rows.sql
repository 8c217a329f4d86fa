{#- What is said of rows that a backup would miss and DML can't touch, or none. -#}
{% macro _streamed_rows(relation) %}
  {{ return(adapter.dispatch('_streamed_rows', 'dbt_playbooks')(relation=relation) if execute else none) }}
{% endmacro %}

{% macro duckdb___streamed_rows(relation) %}
  {{ return(none) }}
{% endmacro %}

{% macro bigquery___streamed_rows(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- set buffer = table.streaming_buffer if table else none -%}
  {{ return('About ' ~ buffer.estimated_rows ~ ' rows of ' ~ relation ~ ' are still in its streaming buffer, the oldest since ' ~ buffer.oldest_entry_time ~ '.'
    if buffer else none) }}
{% endmacro %}
