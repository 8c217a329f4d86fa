{#- Where two tables differ: {'differs', 'old_rows', 'new_rows' (of all), 'within' (the comparison of what has to be joined), 'partitions' (values of those that
    it is made of, none for all), 'old_scope' and 'new_scope' (rows in it)}. Counts by partition cost a column, checksums a scan. -#}
{% macro _differing_scope(comparison, partition) %}
  {%- set counts = dbt_playbooks._query(dbt_playbooks._partitions_sql(comparison, partition, checksums=false)) -%}
  {%- if counts | length > 20000 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: `by` " ~ partition.label ~ " cuts the tables into " ~ counts | length ~ " partitions, more than 20000. Give a column with fewer values, a date for one.") }}
  {%- endif -%}
  {%- set rows = dbt_playbooks._sums_of(counts) -%}
  {%- set scope = {'differs': true, 'within': comparison, 'partitions': none, 'old_rows': rows[0], 'new_rows': rows[1], 'old_scope': rows[0], 'new_scope': rows[1]} -%}
  {%- set tried = dbt_playbooks._tried(comparison, partition, counts) -%}
  {%- if not tried.most_differ -%}
    {%- set differing = dbt_playbooks._query(dbt_playbooks._partitions_sql(comparison, partition, checksums=true)) -%}
    {%- if not differing -%}
      {%- do scope.update(differs=false, partitions=[]) -%}
    {%- elif partition and dbt_playbooks._narrows(differing, rows) -%}
      {%- set values = dbt_playbooks._firsts_of(differing) -%}
      {%- do dbt_playbooks._narrow(scope, differing, dbt_playbooks._within(comparison, partition, values)) -%}
      {%- do scope.update(partitions=values) -%}
    {%- endif -%}
  {%- elif tried.in_few_rows -%}
    {%- do dbt_playbooks._narrow_by_key(scope, comparison) -%}
  {%- endif -%}
  {{ return(scope) }}
{% endmacro %}

{#- What four partitions tell of all: 'most_differ', so that checksums of all would be wasted, and then 'in_few_rows', as far as buckets of 600 rows tell.
    They are only tried where they can be read without the others. -#}
{% macro _tried(comparison, partition, counts) %}
  {%- if counts | length < 32 or not comparison.key or not dbt_playbooks._is_laid_out_by(comparison, partition) -%}
    {{ return({'most_differ': false}) }}
  {%- endif -%}
  {%- set tried = [] -%}
  {%- for i in range(4) -%}
    {%- do tried.append(counts[i * (counts | length) // 4]) -%}
  {%- endfor -%}
  {%- set within = dbt_playbooks._within(comparison, partition, dbt_playbooks._firsts_of(tried)) -%}
  {%- if dbt_playbooks._query(dbt_playbooks._partitions_sql(within, partition, checksums=true)) | length <= 2 -%}
    {{ return({'most_differ': false}) }}
  {%- endif -%}
  {%- if not dbt_playbooks._reads_twice_for_less() -%}
    {{ return({'most_differ': true, 'in_few_rows': false}) }}
  {%- endif -%}
  {%- set buckets = dbt_playbooks._buckets_for(dbt_playbooks._sums_of(tried)) -%}
  {%- set differing = dbt_playbooks._query(dbt_playbooks._buckets_sql(within, buckets)) if buckets > 8 else [] -%}
  {{ return({'most_differ': true, 'in_few_rows': buckets > 8 and 3 * differing | length < buckets}) }}
{% endmacro %}

{#- Parts of a table (value, old rows, new rows) are worth looking at alone when they hold at most half of its rows. -#}
{% macro _narrows(parts, rows) %}
  {%- set sums = dbt_playbooks._sums_of(parts) -%}
  {{ return(2 * (sums[0] + sums[1]) <= rows[0] + rows[1]) }}
{% endmacro %}

{% macro _narrow(scope, parts, within) %}
  {%- set sums = dbt_playbooks._sums_of(parts) -%}
  {%- do scope.update(within=within, old_scope=sums[0], new_scope=sums[1]) -%}
{% endmacro %}

{% macro _firsts_of(rows) %}
  {%- set firsts = [] -%}
  {%- for row in rows -%}
    {%- do firsts.append(row[0]) -%}
  {%- endfor -%}
  {{ return(firsts) }}
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
