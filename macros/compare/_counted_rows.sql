{#- What `_counted_rows_sql` finds, as a mapping. Duplicate keys are numbered (see `_paired_rows_sql`) when there are many, when there are few rows, and
    when the counts of a plain join do not add up. -#}
{% macro _counted_rows(scope, sample) %}
  {%- set comparison = scope.within -%}
  {%- set few = scope.old_scope + scope.new_scope <= 300000 -%}
  {%- set found = dbt_playbooks._read_counts(comparison, few or dbt_playbooks._fans_out(comparison), sample) -%}
  {%- if found.matched + found.only_in_old != scope.old_scope or found.matched + found.only_in_new != scope.new_scope -%}
    {%- set found = dbt_playbooks._read_counts(comparison, true, sample) -%}
  {%- endif -%}
  {%- if found.old_without_key or found.new_without_key -%}
    {{ exceptions.raise_compiler_error(dbt_playbooks._null_keys_message(comparison, found, scope.partitions is not none)) }}
  {%- endif -%}
  {#- rows outside of the scope are the same on both sides -#}
  {%- do found.update(matched=scope.old_rows - found.only_in_old) -%}
  {{ return(found) }}
{% endmacro %}

{% macro _read_counts(comparison, numbered, sample) %}
  {%- set row = dbt_playbooks._query(dbt_playbooks._counted_rows_sql(comparison, numbered, sample))[0] -%}
  {%- set names = ['matched', 'only_in_old', 'only_in_new', 'differing', 'old_without_key', 'new_without_key'] -%}
  {%- set found, columns = {}, {} -%}
  {%- for name in names -%}
    {%- do found.update({name: row[loop.index0] | int}) -%}
  {%- endfor -%}
  {%- set begin = names | length + (1 if numbered else 0) -%}
  {%- for column in comparison.columns -%}
    {%- if row[begin + loop.index0] -%}
      {%- do columns.update({column.label: row[begin + loop.index0] | int}) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return({
    'matched': found.matched, 'only_in_old': found.only_in_old, 'only_in_new': found.only_in_new, 'differing': found.differing,
    'old_without_key': found.old_without_key, 'new_without_key': found.new_without_key,
    'duplicate_keys': row[names | length] | int if numbered else none, 'columns': columns, 'sample': dbt_playbooks._read_sample(row[-1], comparison)
  }) }}
{% endmacro %}

{#- Rows of the sample: {'key', 'status', 'columns': {name: [old, new]} of those that differ, of all where a row is on one side only}. -#}
{% macro _read_sample(text, comparison) %}
  {%- set rows = [] -%}
  {%- for row in fromjson(text or '[]', default=[]) or [] -%}
    {%- set row = fromjson(row) if row is string else row -%}
    {%- set key, columns, differing = {}, {}, row.differing.split(', ') -%}
    {%- for each in comparison.key -%}
      {%- do key.update({each.label: row['key_' ~ loop.index]}) -%}
    {%- endfor -%}
    {%- for column in comparison.columns -%}
      {%- if row.status != 'differs' or loop.index | string in differing -%}
        {%- do columns.update({column.label: [row['old_' ~ loop.index], row['new_' ~ loop.index]]}) -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do rows.append({'key': key, 'status': row.status, 'columns': columns}) -%}
  {%- endfor -%}
  {{ return(rows) }}
{% endmacro %}
