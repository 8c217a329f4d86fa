{#- Where a backfill's state lives: one schema, named by the var `dbt_playbooks_schema` (the target's own by default).
    `backfill_log` and `backfill_runs` are only ever appended to; `backfill_checkpoints` is the view that people query. -#}
{% macro _backfill_relation(name) %}
  {{ return(api.Relation.create(
    database=target.database, schema=var('dbt_playbooks_schema', target.schema), identifier=name,
    type='view' if name == 'backfill_checkpoints' else 'table'
  )) }}
{% endmacro %}

{#- Whether a backfill has ever left state here. -#}
{% macro backfill_state_exists() %}
  {%- for name in ['backfill_log', 'backfill_runs', 'backfill_checkpoints'] -%}
    {%- set wanted = dbt_playbooks._backfill_relation(name) -%}
    {%- if adapter.get_relation(wanted.database, wanted.schema, wanted.identifier) is none -%}
      {{ return(false) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(true) }}
{% endmacro %}

{#- Makes the relations of the state where they are missing. Safe to call at any time and from several processes at once. -#}
{% macro create_backfill_state() %}
  {%- do adapter.create_schema(dbt_playbooks._backfill_relation('backfill_log').without_identifier()) -%}
  {%- for statement in dbt_playbooks.create_backfill_state_sql() -%}
    {%- do run_query(statement) -%}
  {%- endfor -%}
{% endmacro %}

{% macro create_backfill_state_sql() %}
  {{ return([
    dbt_playbooks._create_table_sql(dbt_playbooks._backfill_relation('backfill_log'), dbt_playbooks._backfill_log_columns()),
    dbt_playbooks._create_table_sql(dbt_playbooks._backfill_relation('backfill_runs'), dbt_playbooks._backfill_runs_columns()),
    dbt_playbooks.backfill_checkpoints_sql()
  ]) }}
{% endmacro %}

{#- One row an event of a chunk: it began, it ended. -#}
{% macro _backfill_log_columns() %}
  {{ return({
    'backfill_id': dbt.type_string(), 'model': dbt.type_string(),
    'date_processed': 'date', 'chunk_end': 'date', 'attempt': dbt.type_bigint(), 'status': dbt.type_string(),
    'rows_processed': dbt.type_bigint(), 'bytes_processed': dbt.type_bigint(), 'duration_seconds': dbt.type_float(),
    'error_message': dbt.type_string(), 'invocation_id': dbt.type_string(), 'processed_at': dbt.type_timestamp()
  }) }}
{% endmacro %}

{#- One row an event of a run: it claimed a backfill, it was alive, it let go. -#}
{% macro _backfill_runs_columns() %}
  {{ return({
    'backfill_id': dbt.type_string(), 'invocation_id': dbt.type_string(), 'event': dbt.type_string(),
    'shard': dbt.type_string(), 'host': dbt.type_string(), 'process_id': dbt.type_bigint(), 'process_started_at': dbt.type_string(),
    'started_by': dbt.type_string(), 'model': dbt.type_string(), 'start_date': 'date', 'end_date': 'date',
    'chunk': dbt.type_string(), 'chunks': dbt.type_bigint(), 'relations': dbt.type_string(), 'vars_digest': dbt.type_string(), 'code_digest': dbt.type_string(),
    'recorded_at': dbt.type_timestamp()
  }) }}
{% endmacro %}

{% macro _create_table_sql(relation, columns) %}
  {%- set definitions = [] -%}
  {%- for name, data_type in columns.items() -%}
    {%- do definitions.append(name ~ ' ' ~ data_type) -%}
  {%- endfor -%}
  {{ return('create table if not exists ' ~ relation ~ ' (\n  ' ~ definitions | join(',\n  ') ~ '\n)') }}
{% endmacro %}

{#- One INSERT of one row. `row` maps a column to a value; columns in `dates` hold ISO days, the column `clock` gets the warehouse's time. -#}
{% macro _insert_row_sql(relation, row, dates, clock) %}
  {%- set texts = [] -%}
  {%- for name, value in row.items() if value is string and name not in dates -%}
    {%- do texts.append(value) -%}
  {%- endfor -%}
  {%- set literals = dbt_playbooks._string_literals(texts) -%}
  {%- set names, values = [clock], [dbt_playbooks._now()] -%}
  {%- for name, value in row.items() -%}
    {%- do names.append(name) -%}
    {%- if value is none -%}
      {%- do values.append('null') -%}
    {%- elif name in dates -%}
      {%- do values.append("date '" ~ dbt_playbooks._date(value, name) ~ "'") -%}
    {%- else -%}
      {%- do values.append(literals.pop(0) if value is string else value | string) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return('insert into ' ~ relation ~ ' (' ~ names | join(', ') ~ ')\nvalues (' ~ values | join(', ') ~ ')') }}
{% endmacro %}
