{#- What a merge compares, updates, inserts and stamps, as the target spells the names; an error for what is missing on either side. -#}
{% macro _merge_columns(source, target_relation, key, update_columns, updated_at_column) %}
  {%- if not key -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.merge_backfill: key is empty. "
      ~ "Name the column, or the list of columns, that identifies a row.") }}
  {%- endif -%}
  {%- set theirs, ours = dbt_playbooks._columns_of(source), dbt_playbooks._columns_of(target_relation) -%}
  {%- do dbt_playbooks._named_columns(key, theirs, source, 'columns of the key') -%}
  {%- set key_names = dbt_playbooks._named_columns(key, ours, target_relation, 'columns of the key') -%}
  {%- set keys = [] -%}
  {%- for name in key_names -%}
    {%- set column, other = ours[name | lower], theirs[name | lower] -%}
    {%- do keys.append(dict(column, source_name=other.name, same_type=column.data_type == other.data_type)) -%}
  {%- endfor -%}
  {%- set stamp = dbt_playbooks._named_columns(
    dbt_playbooks._list(updated_at_column), ours, target_relation, 'the updated_at_column'
  ) | first -%}

  {%- set inserted, absent = [], [] -%}
  {%- for lower_name, column in ours.items() if column.name != stamp -%}
    {%- do (inserted if lower_name in theirs else absent).append(column.name) -%}
  {%- endfor -%}
  {%- if update_columns is none -%}
    {%- if absent -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks.merge_backfill: " ~ source ~ " lacks columns of " ~ target_relation ~ ": "
        ~ absent | join(', ') ~ ". Add them to the source, or name the columns to update with update_columns: the others are then "
        ~ "left as they are, and NULL in new rows.") }}
    {%- endif -%}
    {%- set updated = inserted | reject('in', key_names) | list -%}
  {%- else -%}
    {%- do dbt_playbooks._named_columns(update_columns, theirs, source, 'columns of update_columns') -%}
    {%- set updated = dbt_playbooks._named_columns(update_columns, ours, target_relation, 'columns of update_columns') -%}
  {%- endif -%}
  {{ return({
    'key': keys, 'updated': updated, 'inserted': inserted,
    'stamp': {'name': stamp, 'value': 'cast(' ~ dbt_playbooks._now() ~ ' as ' ~ ours[stamp | lower].data_type ~ ')'} if stamp else none
  }) }}
{% endmacro %}

{#- A MERGE fails on a key that its source holds twice, or takes one of the rows: such a source is refused before. -#}
{% macro _refuse_duplicate_keys(source, key, window) %}
  {%- set names = [] -%}
  {%- for name in key -%}
    {%- do names.append(dbt_playbooks._quote(name)) -%}
  {%- endfor -%}
  {%- set columns = names | join(', ') -%}
  {%- set found = dbt_playbooks._query(
    'select ' ~ columns ~ ', count(*) from ' ~ source ~ ' ' ~ window ~ ' group by ' ~ columns
    ~ ' having count(*) > 1 order by count(*) desc limit 3'
  ) -%}
  {%- if found -%}
    {%- set examples = [] -%}
    {%- for row in found -%}
      {%- do examples.append(row[:-1] | join(', ') ~ ' (' ~ row[-1] ~ ' rows)') -%}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.merge_backfill: the key (" ~ key | join(', ') ~ ") is not unique in " ~ source
      ~ " in this window, so that a merge would take any one of its rows. For example: "
      ~ examples | join('; ') ~ ". Make the source unique, or give a key that is. Nothing was changed.") }}
  {%- endif -%}
{% endmacro %}
