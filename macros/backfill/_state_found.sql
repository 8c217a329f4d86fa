{#- The names of the state's relations that are there. An error, before anything is made or read, when one of them is not ours: a
    table of the user's own under that name, or the state of another version. -#}
{% macro _state_found() %}
  {%- set found, wrong = [], [] -%}
  {%- for name, columns in dbt_playbooks._state_columns().items() if execute -%}
    {%- set relation = dbt_playbooks._backfill_relation(name) -%}
    {%- set there = dbt_playbooks._kind_and_columns(relation) -%}
    {%- if there is not none -%}
      {%- do found.append(name) -%}
      {%- set difference = dbt_playbooks._no_state_of_ours(relation, columns, there) -%}
      {%- if difference -%}
        {%- do wrong.append(difference) -%}
      {%- endif -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if wrong -%}
    {%- set schema = dbt_playbooks._backfill_relation('backfill_log').without_identifier() -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: the state of backfills can't be kept in " ~ schema
      ~ ", and nothing was made there:\n  " ~ wrong | join('\n  ') ~ "\nKeep the state in another schema, in dbt_project.yml: "
      ~ "vars: {dbt_playbooks_schema: playbooks}. Or rename what stands there.") }}
  {%- endif -%}
  {{ return(found) }}
{% endmacro %}

{#- The relations of the state, in the order in which they are made, with their columns. -#}
{% macro _state_columns() %}
  {%- set log = dbt_playbooks._backfill_log_columns().keys() | list -%}
  {{ return({'backfill_log': log, 'backfill_runs': dbt_playbooks._backfill_runs_columns().keys() | list, 'backfill_checkpoints': log}) }}
{% endmacro %}

{#- What tells a relation from that of our state, as a sentence; none when nothing does. -#}
{% macro _no_state_of_ours(relation, columns, there) %}
  {%- set missing = columns | reject('in', there.columns) | list -%}
  {%- set more = there.columns | reject('in', columns) | list -%}
  {%- set needed = 'view' if relation.is_view else 'table' -%}
  {%- set differences = [] -%}
  {%- if there.kind != needed -%}
    {%- do differences.append('it is a ' ~ there.kind ~ ', not a ' ~ needed) -%}
  {%- endif -%}
  {%- if missing -%}
    {%- do differences.append('it lacks the columns ' ~ missing | join(', ')) -%}
  {%- endif -%}
  {%- if more -%}
    {%- do differences.append('it has columns that are not of the state: ' ~ more | join(', ')) -%}
  {%- endif -%}
  {%- if not differences -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set ours = there.kind == needed and 'backfill_id' in there.columns and 'invocation_id' in there.columns -%}
  {%- set origin = ' is of another version of dbt_playbooks: ' if ours else ' is not made by dbt_playbooks: ' -%}
  {{ return(relation ~ origin ~ differences | join('; ')) }}
{% endmacro %}

{#- What a name stands for now: {'kind': 'table' or 'view' ..., 'columns': names in lower case}, or none. -#}
{% macro _kind_and_columns(relation) %}
  {{ return(adapter.dispatch('_kind_and_columns', 'dbt_playbooks')(relation=relation)) }}
{% endmacro %}

{% macro duckdb___kind_and_columns(relation) %}
  {%- set kind, columns = dbt_playbooks._type_of(relation), [] -%}
  {%- for row in dbt_playbooks._query(
    'select lower(column_name) from duckdb_columns() where ' ~ dbt_playbooks._in_catalogue(relation) ~ ' order by column_index'
  ) if kind -%}
    {%- do columns.append(row[0]) -%}
  {%- endfor -%}
  {{ return({'kind': kind, 'columns': columns} if kind else none) }}
{% endmacro %}

{% macro bigquery___kind_and_columns(relation) %}
  {%- set found, columns = adapter.get_relation(relation.database, relation.schema, relation.identifier), [] -%}
  {%- if found is none -%}
    {{ return(none) }}
  {%- endif -%}
  {%- for column in adapter.get_columns_in_relation(found) -%}
    {%- do columns.append(column.name | lower) -%}
  {%- endfor -%}
  {{ return({'kind': found.type | string | replace('_', ' '), 'columns': columns}) }}
{% endmacro %}
