{#- Where a restore takes its rows from: {'relation' (what is restored), 'exists', 'source' (what the statements read), 'read' (what can be read now), 'first'
    (statements that make the source), 'columns' (the table's names in lower case to {'name' (the source's), 'data_type'}), 'always' (a filter that the source asks for, or none), 'label',
    'mark' (what a DuckDB backup says of itself)}. `what` is the macro that asks. -#}
{% macro _origin(table, from_backup, as_of, rename, what) %}
  {%- if (from_backup is none) == (as_of is none) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": which rows are meant? Give either from_backup, the name of a backup (dbt run-operation dbt_playbooks.list_backups shows them), or as_of, a time in the past (BigQuery): as_of: '2024-01-31T12:00:00Z'.") }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._named_relation(table) -%}
  {%- do dbt_playbooks._refuse_unless_table(relation, what) -%}
  {%- set exists = dbt_playbooks._type_of(relation) is not none -%}
  {%- if as_of is none -%}
    {%- set origin = dbt_playbooks._origin_of_backup(relation, exists, from_backup, what) -%}
  {%- else -%}
    {%- set origin = adapter.dispatch('_origin_in_the_past', 'dbt_playbooks')(relation=relation, exists=exists, as_of=as_of, what=what) -%}
  {%- endif -%}
  {{ return(dict(origin, columns=dbt_playbooks._renamed_columns(origin, rename))) }}
{% endmacro %}

{% macro _origin_of_backup(relation, exists, from_backup, what) %}
  {%- set found = dbt_playbooks._found_backup(from_backup, what) -%}
  {%- if dbt_playbooks._table_key(found.base_table) != dbt_playbooks._table_key(dbt_playbooks._full_name(relation)) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ found.name ~ " is a backup of " ~ found.base_table ~ ", not of " ~ dbt_playbooks._full_name(relation)
      ~ ". Give a backup of that table: " ~ dbt_playbooks._operation('list_backups', {'table': relation}) ~ " shows them.") }}
  {%- endif -%}
  {%- set mark = adapter.dispatch('_whole_backup', 'dbt_playbooks')(relation=relation, found=found, what=what) -%}
  {{ return({
    'relation': relation, 'exists': exists, 'source': found.relation, 'read': found.relation | string, 'first': [], 'mark': mark, 'kind': found.kind,
    'columns': dbt_playbooks._typed_columns(found.relation), 'always': dbt_playbooks._always_of(found.relation),
    'label': 'the backup ' ~ found.name ~ ' of ' ~ found.made_at
  }) }}
{% endmacro %}

{#- A backup of some rows would empty the rest of the table: only adding its rows again is safe. -#}
{% macro duckdb___whole_backup(relation, found, what) %}
  {%- set mark = dbt_playbooks._backup_mark(found.relation) -%}
  {%- if mark.condition is not none -%}
    {%- set names = dbt_playbooks._quoted_list(mark.columns) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ found.name ~ " holds only the rows that a deletion took: " ~ mark.condition
      ~ ". Restoring from it would lose the others. To put these rows back: insert into " ~ relation ~ " (" ~ names ~ ") select " ~ names ~ " from " ~ found.relation) }}
  {%- endif -%}
  {{ return(mark) }}
{% endmacro %}

{% macro bigquery___whole_backup(relation, found, what) %}
  {{ return(none) }}
{% endmacro %}

{% macro duckdb___origin_in_the_past(relation, exists, as_of, what) %}
  {%- set names = [] -%}
  {#- one of a part would be refused -#}
  {%- for row in dbt_playbooks._query(dbt_playbooks._backups_sql(relation, relation.identifier)) if row[2] != 'copy of a part' -%}
    {%- do names.append(row[0]) -%}
  {%- endfor -%}
  {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": DuckDB keeps no past of a table, so as_of works on BigQuery only. "
    ~ ("Restore from a backup: from_backup: " ~ names[:5] | join(', or ') if names else relation ~ " has no backup of all its rows; dbt run-operation dbt_playbooks.backup_table makes one for the next time") ~ ".") }}
{% endmacro %}

{#- DML reads no past of the table that it changes, so the past becomes a snapshot first. -#}
{% macro bigquery___origin_in_the_past(relation, exists, as_of, what) %}
  {%- set instant = dbt_playbooks._instant_of(as_of, 'as_of') -%}
  {%- do dbt_playbooks._refuse_out_of_window(relation, instant, what) -%}
  {%- if not exists -%}
    {#- a name that was mistyped is told from a table that is gone -#}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": there is no table " ~ relation ~ ", and SQL can't read the past of one that is gone. A backup can be restored with from_backup, and BigQuery's copy command can read the past within the time-travel window: "
      ~ dbt_playbooks._copied_past_command(relation, instant)) }}
  {%- endif -%}
  {%- set past = dbt_playbooks._past_relation(relation, instant) -%}
  {%- if dbt_playbooks._type_of(past) not in (none, 'snapshot') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": the past would become the snapshot " ~ past ~ ", and that name is taken by something else. Rename that.") }}
  {%- endif -%}
  {%- set moment = 'for system_time as of ' ~ dbt_playbooks._instant_literal(instant) -%}
  {%- set read, always = relation ~ ' ' ~ moment, dbt_playbooks._always_of(relation) -%}
  {%- set columns = {} -%}
  {%- for column in dbt.get_column_schema_from_query('select * from ' ~ read ~ ('' if always is none else ' where ' ~ always)) -%}
    {%- do columns.update({column.name | lower: {'name': column.name, 'data_type': column.data_type}}) -%}
  {%- endfor -%}
  {{ return({
    'relation': relation, 'exists': true, 'source': past, 'read': read, 'mark': none, 'kind': 'snapshot', 'columns': columns, 'always': always,
    'first': ['create snapshot table if not exists ' ~ past ~ '\nclone ' ~ relation ~ '\n' ~ moment],
    'label': 'the table as of ' ~ dbt_playbooks._instant_text(instant)[:19] ~ ' UTC'
  }) }}
{% endmacro %}

{#- What a past becomes: the same name for the same time, so that a restore that was cut off can be run again. -#}
{% macro _past_relation(relation, instant) %}
  {{ return(api.Relation.create(
    database=relation.database, schema=relation.schema, type='table',
    identifier=relation.identifier ~ '_backup_as_of_' ~ instant.strftime('%Y%m%d_%H%M%S_%f')
  )) }}
{% endmacro %}
