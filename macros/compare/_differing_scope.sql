{#- Where two tables differ: {'differs', 'old_rows', 'new_rows' (of all), 'within' (the comparison of what has to be joined), 'partitions' (values of those that
    it is made of, none for all), 'old_scope' and 'new_scope' (rows in it), 'only_old' and 'only_new' (values of partitions that have rows on one
    side only)}. Checksums by partition cost one scan, which also counts the rows. -#}
{% macro _differing_scope(comparison, partition) %}
  {%- set tried = dbt_playbooks._tried(comparison, partition) -%}
  {%- set parts = dbt_playbooks._query(dbt_playbooks._partitions_sql(comparison, partition, checksums=not tried.most_differ)) -%}
  {%- set rows, differing, only_old, only_new = [0, 0], [], [], [] -%}
  {%- if parts -%}
    {%- if parts[0][5] > 20000 -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: `by` " ~ partition.label ~ " cuts the tables into " ~ parts[0][5] ~ " partitions, more than 20000. Give a column with fewer values, a date for one.") }}
    {%- endif -%}
    {%- set rows = [parts[0][3] | int, parts[0][4] | int] -%}
    {%- set differing = dbt_playbooks._that_differ(parts) -%}
    {%- for part in parts if partition -%}
      {%- if not part[2] | int -%}
        {%- do only_old.append(part[0]) -%}
      {%- elif not part[1] | int -%}
        {%- do only_new.append(part[0]) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {%- set scope = {'differs': true, 'within': comparison, 'partitions': none, 'old_rows': rows[0], 'new_rows': rows[1], 'old_scope': rows[0], 'new_scope': rows[1],
    'only_old': only_old, 'only_new': only_new} -%}
  {%- if tried.most_differ -%}
    {%- if tried.in_few_rows -%}
      {%- do dbt_playbooks._narrow_by_key(scope, comparison) -%}
    {%- endif -%}
  {%- elif not differing -%}
    {%- do scope.update(differs=false, partitions=[]) -%}
  {%- elif partition and dbt_playbooks._narrows(differing, rows) -%}
    {%- set values = dbt_playbooks._firsts_of(differing) -%}
    {%- do dbt_playbooks._narrow(scope, differing, dbt_playbooks._within(comparison, partition, values)) -%}
    {%- do scope.update(partitions=values) -%}
  {%- endif -%}
  {{ return(scope) }}
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
