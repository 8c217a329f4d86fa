{#- Whether rows of one partition lie together in both tables, so that a few partitions can be read without the others. -#}
{% macro _is_laid_out_by(comparison, partition) %}
  {%- if not partition -%}
    {{ return(false) }}
  {%- endif -%}
  {%- for side in ['old', 'new'] -%}
    {%- if comparison[side] is string or comparison[side].is_view or not adapter.dispatch('_has_layout', 'dbt_playbooks')(table=comparison[side], partition=partition, side=side) -%}
      {{ return(false) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(true) }}
{% endmacro %}

{#- As far as its first rows tell; of a small table any part is cheap to read. -#}
{% macro duckdb___has_layout(table, partition, side) %}
  {%- set sql -%}
select
  count(distinct part) as parts,
  count(*) as row_count
from (
  select {{ partition[side] }} as part
  from {{ table }}
  limit 10000
) as first_rows
  {%- endset -%}
  {%- set found = dbt_playbooks._query(sql)[0] -%}
  {{ return(found[0] | int <= 8 or found[1] | int < 10000) }}
{% endmacro %}

{#- Asks the API, which is free. -#}
{% macro bigquery___has_layout(table, partition, side) %}
  {%- if not partition.kinds -%}
    {{ return(false) }}
  {%- elif dbt_playbooks._is_pseudo_column(partition.names[side]) -%}
    {{ return(true) }}
  {%- endif -%}
  {%- set found = adapter.get_bq_table(table) -%}
  {{ return(found and found.time_partitioning and found.time_partitioning.field | lower == partition.names[side] | lower) }}
{% endmacro %}
