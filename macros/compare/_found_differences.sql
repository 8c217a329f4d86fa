{#- What `compare_rows` returns. -#}
{% macro _found_differences(asked, sample) %}
  {%- set comparison, partition = asked.comparison, asked.partition -%}
  {%- set scope = dbt_playbooks._differing_scope(comparison, partition) -%}
  {%- set found = {
    'old_table': comparison.old | string, 'new_table': comparison.new | string, 'old_rows': scope.old_rows, 'new_rows': scope.new_rows,
    'matched': scope.old_rows, 'only_in_old': 0, 'only_in_new': 0, 'differing': 0, 'within_tolerance': 0, 'duplicate_keys': none, 'columns': {}, 'by_column': {},
    'sample': [], 'partitions': scope.partitions, 'only_old_partitions': scope.only_old, 'only_new_partitions': scope.only_new,
    'only_old_columns': comparison.only_old, 'only_new_columns': comparison.only_new
  } -%}
  {%- if scope.differs -%}
    {%- do found.update(dbt_playbooks._counted_rows(scope, sample) if comparison.key else dbt_playbooks._counted_copies(scope, sample)) -%}
  {%- endif -%}
  {%- set retyped = {} -%}
  {%- for column in comparison.key + comparison.columns if column.old_type != column.new_type -%}
    {%- do retyped.update({column.label: [column.old_type, column.new_type]}) -%}
  {%- endfor -%}
  {%- set same_rows = found.only_in_old + found.only_in_new + found.differing == 0 -%}
  {%- set has_tolerance = comparison.columns | map(attribute='tolerance') | select | list | length > 0 -%}
  {%- set all_rows = found.matched + found.only_in_old + found.only_in_new -%}
  {%- do found.update(share_the_same=dbt_playbooks._share(found.matched - found.differing, all_rows), look_alike=dbt_playbooks._look_alike(found.sample)) -%}
  {%- do found.update(has_key=comparison.key | length > 0, has_tolerance=has_tolerance, retyped_columns=retyped, same_rows=same_rows, same=same_rows and not comparison.only_old and not comparison.only_new) -%}
  {{ return(found) }}
{% endmacro %}

{#- The arguments of `compare_rows`, looked up: 'comparison' (see `_comparison`) and 'partition' (see `_partitions_of`; none without `by`). -#}
{% macro _asked_comparison(old_table, new_table, key=none, by=none, columns=none, exclude_columns=[], rename={}, tolerance=none, where=none, since=none, timezone='UTC') %}
  {%- do dbt_playbooks._timezone(timezone) -%}
  {%- set old, new = dbt_playbooks._relation(old_table), dbt_playbooks._relation(new_table) -%}
  {%- do dbt_playbooks._refuse_two_locations(old, new) -%}
  {%- set comparison = dbt_playbooks._comparison(old, new, key, columns, exclude_columns, rename, tolerance, where) -%}
  {%- set partition = dbt_playbooks._partitions_of(by, comparison.sides, rename, timezone) if by is not none else none -%}
  {{ return({'comparison': dbt_playbooks._since(comparison, partition, since), 'partition': partition}) }}
{% endmacro %}

{#- What a comparison may send, for dry runs: 'always', and 'when_different' at most. Four partitions are tried before checksums of all, or in place of
    them; a join is sent again when its counts do not add up. The query that says whether keys repeat reads what the one for many rows reads. -#}
{% macro _statements_of_comparison(asked, sample=10) %}
  {%- set comparison, partition = asked.comparison, asked.partition -%}
  {%- set checksums = dbt_playbooks._partitions_sql(comparison, partition, checksums=true) -%}
  {%- if not comparison.key -%}
    {{ return({'always': [checksums], 'when_different': [dbt_playbooks._counted_copies_sql(comparison, sample)]}) }}
  {%- endif -%}
  {%- set join = dbt_playbooks._counted_rows_sql(comparison, true, sample) -%}
  {%- set first, tried = [], [] -%}
  {%- if partition -%}
    {#- which partitions are tried: the days between two, or one of all values -#}
    {%- do first.append(dbt_playbooks._ends_sql(comparison, partition) if partition.kinds else dbt_playbooks._partitions_sql(comparison, partition, checksums=false)) -%}
    {%- do tried.append(checksums) -%}
  {%- endif -%}
  {{ return({'always': first + [checksums], 'when_different': tried + [dbt_playbooks._key_counts_sql(comparison), join, join]}) }}
{% endmacro %}
