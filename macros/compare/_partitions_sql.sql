{#- By partition: its value as text, rows of each side, and with `checksums` only those whose rows differ. -#}
{% macro _partitions_sql(comparison, partition, checksums) %}
  {%- set sql -%}
with counted as (
{%- for side in ['old', 'new'] %}
  select
    {{ partition[side] if partition else 'null' }} as part,
    {{ 'true' if loop.first else 'false' }} as is_old,
    count(*) as row_count
    {%- if checksums %},
    {{ dbt_playbooks._checksum((comparison.key + comparison.columns) | map(attribute=side) | list) }} as checksum
    {%- endif %}
  from {{ comparison[side] }}
  {%- if comparison.where[side] %}
  where {{ comparison.where[side] }}
  {%- endif %}
  group by 1
  {%- if loop.first %}
  union all
  {%- endif %}
{%- endfor %}
)

select
  cast(part as {{ dbt.type_string() }}) as part,
  sum(case when is_old then row_count else 0 end) as old_rows,
  sum(case when is_old then 0 else row_count end) as new_rows
from counted
group by 1
{%- if checksums %}
having max(case when is_old then checksum end) is distinct from max(case when not is_old then checksum end)
{%- endif %}
order by 1 nulls first
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
