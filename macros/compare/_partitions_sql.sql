{#- By partition: its value as text, rows of each side; of all partitions together the rows of each side and how many they are; and whether its rows differ.
    With `checksums` only partitions that differ, and the first; `_that_differ` takes those apart. -#}
{% macro _partitions_sql(comparison, partition, checksums) %}
  {%- set sql -%}
with counted as (
{%- for side in ['old', 'new'] %}
  select
    {{ partition[side] if partition else 'null' }} as part,
    {{ 'true' if loop.first else 'false' }} as is_old,
    count(*) as row_count
    {%- if checksums %},
    {{ dbt_playbooks._checksum(dbt_playbooks._hashed(comparison.key + comparison.columns, side)) }} as checksum
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
),

by_part as (
  select
    cast(part as {{ dbt.type_string() }}) as part,
    sum(case when is_old then row_count else 0 end) as old_rows,
    sum(case when is_old then 0 else row_count end) as new_rows,
    {{ 'max(case when is_old then checksum end) is distinct from max(case when not is_old then checksum end)' if checksums else 'false' }} as is_different
  from counted
  group by 1
)

select *
from (
  select
    part, old_rows, new_rows,
    sum(old_rows) over () as all_old_rows,
    sum(new_rows) over () as all_new_rows,
    count(*) over () as parts,
    is_different,
    row_number() over (order by part nulls first) as part_number
  from by_part
) as numbered
{%- if checksums %}
where is_different or part_number = 1
{%- endif %}
order by part_number
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- The partitions that differ, of those that a query with checksums found: value, rows of each side. -#}
{% macro _that_differ(parts) %}
  {%- set differing = [] -%}
  {%- for row in parts if row[6] -%}
    {%- do differing.append([row[0], row[1], row[2]]) -%}
  {%- endfor -%}
  {{ return(differing) }}
{% endmacro %}
