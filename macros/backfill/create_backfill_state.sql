{#- Makes the relations of the state where they are missing, all or none where the warehouse has a transaction for it. Safe to
    call at any time and from several processes at once. -#}
{% macro create_backfill_state() %}
  {%- if execute -%}
    {%- do dbt_playbooks._state_found() -%}
    {%- do adapter.dispatch('_make_state', 'dbt_playbooks')(
      schema=dbt_playbooks._backfill_relation('backfill_log').without_identifier(), statements=dbt_playbooks.create_backfill_state_sql()
    ) -%}
  {%- endif -%}
{% endmacro %}

{% macro duckdb___make_state(schema, statements) %}
  {%- set statements = ['create schema if not exists ' ~ schema] + statements -%}
  {%- if target.disable_transactions -%}
    {%- for statement in statements -%}
      {%- do run_query(statement) -%}
    {%- endfor -%}
  {%- else -%}
    {%- do dbt_playbooks._change(statements) -%}
  {%- endif -%}
{% endmacro %}

{% macro bigquery___make_state(schema, statements) %}
  {%- do adapter.create_schema(schema) -%}
  {%- for statement in statements -%}
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
    'chunk': dbt.type_string(), 'chunks': dbt.type_bigint(), 'generation': dbt.type_bigint(), 'relations': dbt.type_string(),
    'vars_digest': dbt.type_string(), 'code_digest': dbt.type_string(),
    'accepted': dbt.type_string(),
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
