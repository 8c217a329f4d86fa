{#- What `_counted_rows_sql` finds, as a mapping. Rows are numbered (see `_paired_rows_sql`) when their keys repeat, and when the counts of a plain join do not add
    up. Of few rows it is known whether their keys repeat, of many it is estimated. -#}
{% macro _counted_rows(scope, sample) %}
  {%- set comparison = scope.within -%}
  {%- set few = scope.old_scope + scope.new_scope <= 300000 -%}
  {%- set repeat = dbt_playbooks._keys_repeat(comparison) if few else dbt_playbooks._fans_out(comparison) -%}
  {%- set found = dbt_playbooks._read_counts(comparison, repeat, sample) -%}
  {%- if found.matched + found.only_in_old != scope.old_scope or found.matched + found.only_in_new != scope.new_scope -%}
    {%- set found = dbt_playbooks._read_counts(comparison, true, sample) -%}
  {%- endif -%}
  {%- if few and not repeat -%}
    {%- do found.update(duplicate_keys=0) -%}
  {%- endif -%}
  {%- if found.old_without_key or found.new_without_key -%}
    {{ exceptions.raise_compiler_error(dbt_playbooks._null_keys_message(comparison, found, scope.partitions is not none)) }}
  {%- endif -%}
  {#- rows outside of the scope are the same on both sides -#}
  {%- do found.update(matched=scope.old_rows - found.only_in_old) -%}
  {%- for stated in found.by_column.values() -%}
    {%- do stated.update(share_the_same=dbt_playbooks._share(found.matched - stated.differing, found.matched)) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{#- A part of all, from 0 to 1. -#}
{% macro _share(part, all) %}
  {{ return(part / all if all else none) }}
{% endmacro %}

{% macro _read_counts(comparison, numbered, sample) %}
  {%- set counts = dbt_playbooks._counts_of(comparison, numbered) -%}
  {%- set row = dbt_playbooks._query(dbt_playbooks._counted_rows_sql(comparison, numbered, sample, counts))[0] -%}
  {%- set read, columns, by_column = {}, {}, {} -%}
  {%- for name in counts -%}
    {%- do read.update({name: row[loop.index0] if name.startswith('distance_') else row[loop.index0] | int}) -%}
  {%- endfor -%}
  {%- for column in comparison.columns -%}
    {%- set number = loop.index -%}
    {%- if read['differing_' ~ number] -%}
      {%- do columns.update({column.label: read['differing_' ~ number]}) -%}
      {%- do by_column.update({column.label: {
        'differing': read['differing_' ~ number], 'half_null': read['half_null_' ~ number], 'greatest_distance': read['distance_' ~ number]
      }}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- set found, samples = {'duplicate_keys': none, 'columns': columns, 'by_column': by_column}, [] -%}
  {%- for name in ['matched', 'only_in_old', 'only_in_new', 'differing', 'old_without_key', 'new_without_key', 'duplicate_keys', 'within_tolerance'] if name in read -%}
    {%- do found.update({name: read[name]}) -%}
  {%- endfor -%}
  {%- for kind in dbt_playbooks._kinds_of_rows() -%}
    {%- do samples.extend(dbt_playbooks._read_sample(row[read | length + loop.index0], kind, comparison)) -%}
  {%- endfor -%}
  {%- do found.update(sample=samples) -%}
  {{ return(found) }}
{% endmacro %}

{#- The words for rows of `judged` that differ, to what is true of them. -#}
{% macro _kinds_of_rows() %}
  {{ return({'differs': 'in_old and in_new and is_different', 'only in old': 'in_new is null', 'only in new': 'in_old is null'}) }}
{% endmacro %}

{#- Rows of the sample: {'key', 'status', 'columns': {name: [old, new]} of those that differ, of all where a row is on one side only}. -#}
{% macro _read_sample(text, kind, comparison) %}
  {%- set rows = [] -%}
  {%- for row in dbt_playbooks._read_sampled(text) -%}
    {%- set key, columns, differing = {}, {}, row.differing.split(', ') -%}
    {%- for each in comparison.key -%}
      {%- do key.update({each.label: row['key_' ~ loop.index]}) -%}
    {%- endfor -%}
    {%- for column in comparison.columns -%}
      {%- if kind != 'differs' or loop.index | string in differing -%}
        {%- do columns.update({column.label: [row['old_' ~ loop.index], row['new_' ~ loop.index]]}) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do rows.append({'key': key, 'status': kind, 'columns': columns}) -%}
  {%- endfor -%}
  {{ return(rows) }}
{% endmacro %}
