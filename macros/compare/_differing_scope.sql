{#- Where two tables differ: {'differs', 'old_rows', 'new_rows' (of all), 'partitions' (values of those to look at, none for all), 'old_scope' and
    'new_scope' (rows in them)}. Counts by partition cost a column; of checksums a few are tried first, because those of all partitions
    are wasted when most of them differ. -#}
{% macro _differing_scope(comparison, partition) %}
  {%- set counts = dbt_playbooks._query(dbt_playbooks._partitions_sql(comparison, partition, checksums=false)) -%}
  {%- if counts | length > 20000 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: `by` " ~ partition.label ~ " cuts the tables into " ~ counts | length ~ " partitions, more than 20000. Give a column with fewer values, a date for one.") }}
  {%- endif -%}
  {%- set all_rows = dbt_playbooks._sums_of(counts) -%}
  {%- set everything = {'differs': true, 'partitions': none, 'old_rows': all_rows[0], 'new_rows': all_rows[1],
                        'old_scope': all_rows[0], 'new_scope': all_rows[1]} -%}
  {%- if counts | length >= 32 and comparison.key -%}
    {%- set tried = [] -%}
    {%- for i in range(8) -%}
      {%- do tried.append(counts[i * counts | length // 8][0]) -%}
    {%- endfor -%}
    {%- set within = dbt_playbooks._within(comparison, partition, tried) -%}
    {%- if dbt_playbooks._query(dbt_playbooks._partitions_sql(within, partition, checksums=true)) | length > 4 -%}
      {{ return(everything) }}
    {%- endif -%}
  {%- endif -%}
  {%- set differing = dbt_playbooks._query(dbt_playbooks._partitions_sql(comparison, partition, checksums=true)) -%}
  {%- set rows = dbt_playbooks._sums_of(differing) -%}
  {%- if not differing -%}
    {%- do everything.update(differs=false, partitions=[]) -%}
  {%- elif partition and 2 * (rows[0] + rows[1]) <= all_rows[0] + all_rows[1] -%}
    {%- set values = [] -%}
    {%- for row in differing -%}
      {%- do values.append(row[0]) -%}
    {%- endfor -%}
    {%- do everything.update(partitions=values, old_scope=rows[0], new_scope=rows[1]) -%}
  {%- endif -%}
  {{ return(everything) }}
{% endmacro %}

{#- The sums of the second and third values of rows. -#}
{% macro _sums_of(rows) %}
  {%- set olds, news = [], [] -%}
  {%- for row in rows -%}
    {%- do olds.append(row[1] | int) -%}
    {%- do news.append(row[2] | int) -%}
  {%- endfor -%}
  {{ return([olds | sum, news | sum]) }}
{% endmacro %}
