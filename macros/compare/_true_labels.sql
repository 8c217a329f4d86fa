{#- The labels whose conditions are true, with commas between, as a text. The conditions are columns: prefix_1, prefix_2 ... -#}
{% macro _true_labels(labels, prefix) %}
  {%- set cases = [] -%}
  {%- for literal in dbt_playbooks._string_literals(labels) -%}
    {%- do cases.append('case when ' ~ prefix ~ loop.index ~ ' then ' ~ literal ~ ' end') -%}
  {%- endfor -%}
  {{ return(adapter.dispatch('_joined_texts', 'dbt_playbooks')(texts=cases) if cases else "''") }}
{% endmacro %}

{% macro duckdb___joined_texts(texts) %}
  {{ return("concat_ws(', ', " ~ texts | join(', ') ~ ')') }}
{% endmacro %}

{% macro bigquery___joined_texts(texts) %}
  {{ return('coalesce(array_to_string([' ~ texts | join(', ') ~ "], ', '), '')") }}
{% endmacro %}
