{#- What four partitions tell of all: 'most_differ', so that checksums of all would be wasted, and then 'in_few_rows', as far as buckets of 600 rows tell. -#}
{% macro _tried(comparison, partition) %}
  {%- set values = dbt_playbooks._values_to_try(comparison, partition) if comparison.key else [] -%}
  {%- if not values -%}
    {{ return({'most_differ': false}) }}
  {%- endif -%}
  {%- set within = dbt_playbooks._within(comparison, partition, values) -%}
  {%- set differing = dbt_playbooks._that_differ(dbt_playbooks._query(dbt_playbooks._partitions_sql(within, partition, checksums=true))) -%}
  {%- if differing | length <= 2 -%}
    {{ return({'most_differ': false}) }}
  {%- elif not dbt_playbooks._reads_twice_for_less() -%}
    {{ return({'most_differ': true, 'in_few_rows': false}) }}
  {%- endif -%}
  {%- set buckets = dbt_playbooks._buckets_for(dbt_playbooks._sums_of(differing)) -%}
  {%- set other = dbt_playbooks._that_differ(dbt_playbooks._query(dbt_playbooks._buckets_sql(within, buckets))) if buckets > 8 else [] -%}
  {{ return({'most_differ': true, 'in_few_rows': buckets > 8 and 3 * other | length < buckets}) }}
{% endmacro %}

{#- Four partitions, as texts; none where there are few, or where they can't be read without the others. -#}
{% macro _values_to_try(comparison, partition) %}
  {%- set values = [] -%}
  {%- if not dbt_playbooks._is_laid_out_by(comparison, partition) -%}
    {{ return([]) }}
  {%- elif partition.kinds -%}
    {%- set ends = dbt_playbooks._query(dbt_playbooks._ends_sql(comparison, partition))[0] -%}
    {%- if dbt_playbooks._is_plain_day(ends[0]) and dbt_playbooks._is_plain_day(ends[1]) -%}
      {%- set first = dbt_playbooks._date(ends[0], 'the first day of ' ~ partition.label) -%}
      {%- set days = (dbt_playbooks._date(ends[1], 'the last day of ' ~ partition.label) - first).days + 1 -%}
      {%- for number in range(4) if days >= 32 -%}
        {%- do values.append((first + modules.datetime.timedelta(days=number * days // 4)) | string) -%}
      {%- endfor -%}
    {%- endif -%}
    {{ return(values) }}
  {%- endif -%}
  {%- set known = dbt_playbooks._firsts_of(dbt_playbooks._query(dbt_playbooks._partitions_sql(comparison, partition, checksums=false))) -%}
  {%- for number in range(4) if known | length >= 32 -%}
    {%- do values.append(known[number * (known | length) // 4]) -%}
  {%- endfor -%}
  {{ return(values) }}
{% endmacro %}

{#- The first day and the last one of the old side, as texts: DuckDB has them in its statistics. -#}
{% macro _ends_sql(comparison, partition) %}
  {%- set sql -%}
select
  {{ dbt_playbooks._as_text('min(' ~ partition.old ~ ')') }} as first_day,
  {{ dbt_playbooks._as_text('max(' ~ partition.old ~ ')') }} as last_day
from {{ comparison.old }}
{%- if comparison.where.old %}
where {{ comparison.where.old }}
{%- endif %}
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
