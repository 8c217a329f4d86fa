{#- What would run, in order, what is to be said of it, and how it is run. -#}
{% macro _print_plan(statements, notes='') %}
  {%- do print('Nothing was changed. This would run, in this order:\n\n' ~ statements | join(';\n\n') ~ ';\n') -%}
  {%- if notes | trim -%}
    {%- do print(notes | trim) -%}
  {%- endif -%}
  {%- do print("Run it with --args '{..., dry_run: false}'.") -%}
{% endmacro %}

{#- The command that puts a backup's rows back. -#}
{% macro _restore_command(relation, backup) %}
  {{ return(dbt_playbooks._operation('restore_table', {'table': relation, 'from_backup': backup, 'dry_run': false})) }}
{% endmacro %}

{% macro _drop_command(backup) %}
  {{ return(dbt_playbooks._operation('drop_backup', {'backup': backup, 'dry_run': false})) }}
{% endmacro %}

{#- What the account must be allowed to do, or ''. `operation` is 'snapshot', 'clone', 'restore', 'creation' or 'drop of a ' and the backup's kind. -#}
{% macro _needs(operation, expires_at=none) %}
  {{ return(adapter.dispatch('_needs', 'dbt_playbooks')(operation=operation, expires_at=expires_at)) }}
{% endmacro %}

{% macro duckdb___needs(operation, expires_at) %}
  {{ return('') }}
{% endmacro %}

{% macro bigquery___needs(operation, expires_at) %}
  {%- set snapshot = 'bigquery.tables.createSnapshot and bigquery.tables.getData on the table, and bigquery.tables.create in its dataset' -%}
  {%- set needs = {
    'snapshot': snapshot ~ ': roles/bigquery.dataEditor',
    'clone': 'bigquery.tables.getData on the table, and bigquery.tables.create and bigquery.tables.updateData in its dataset: roles/bigquery.dataEditor',
    'restore': snapshot ~ ', and to change its rows bigquery.tables.updateData: roles/bigquery.dataEditor. If it has row access policies, one must show you all rows',
    'creation': 'bigquery.tables.restoreSnapshot and bigquery.tables.getData on the backup, and bigquery.tables.create in the dataset: roles/bigquery.dataEditor',
    'drop of a snapshot': 'bigquery.tables.deleteSnapshot: roles/bigquery.dataOwner, dataEditor is not enough',
    'drop of a clone': 'bigquery.tables.delete: roles/bigquery.dataEditor',
    'drop of a table before a cutover': 'bigquery.tables.delete: roles/bigquery.dataEditor'
  } -%}
  {%- set expiry = '' if expires_at is none else '; for the expiry also bigquery.tables.delete' if operation == 'clone'
    else '; for the expiry also bigquery.tables.deleteSnapshot: roles/bigquery.dataOwner' -%}
  {{ return('It needs ' ~ needs[operation] ~ expiry ~ '.') }}
{% endmacro %}

{#- When a backup goes. -#}
{% macro _expiry_note(expires_at) %}
  {{ return(adapter.dispatch('_expiry_note', 'dbt_playbooks')(at=none if expires_at is none else dbt_playbooks._instant_text(expires_at)[:16])) }}
{% endmacro %}

{% macro duckdb___expiry_note(at) %}
  {{ return('It stays until you drop it' ~ ('.' if at is none else ': DuckDB drops nothing by itself at ' ~ at ~ ' UTC, but list_backups shows that time.')) }}
{% endmacro %}

{% macro bigquery___expiry_note(at) %}
  {{ return('It stays until you drop it, or until the default expiry of its dataset, if there is one: list_backups shows it.' if at is none
    else 'BigQuery drops it at ' ~ at ~ ' UTC.') }}
{% endmacro %}

{#- To be asked for before the backup is dropped: the way back goes through the present. -#}
{% macro _after_drop_note(backup) %}
  {{ return(adapter.dispatch('_after_drop_note', 'dbt_playbooks')(backup=backup)) }}
{% endmacro %}

{% macro duckdb___after_drop_note(backup) %}
  {{ return('There is no way back.') }}
{% endmacro %}

{% macro bigquery___after_drop_note(backup) %}
  {{ return('There is a way back for as long as its dataset keeps the past, 7 days by default: ' ~ dbt_playbooks._copied_past_command(backup, dbt_playbooks._clock())) }}
{% endmacro %}

{#- What a restore leaves as it is, and what it can't. -#}
{% macro _kept_note(relation) %}
  {{ return(adapter.dispatch('_kept_note', 'dbt_playbooks')(relation=relation)) }}
{% endmacro %}

{% macro duckdb___kept_note(relation) %}
  {{ return('Only rows are replaced, in one transaction: the table with its keys, indexes, defaults and comments stays.') }}
{% endmacro %}

{% macro bigquery___kept_note(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- set expiry = table.time_partitioning.expiration_ms if table and table.time_partitioning else none -%}
  {{ return('Only rows are replaced, by one MERGE: the table with its partitioning, clustering, options, descriptions, policy tags, row access policies and grants stays.'
    ~ (' Its partitions expire after ' ~ expiry // 86400000 ~ ' days: rows of older days go again at once.' if expiry else '')) }}
{% endmacro %}

{#- What is said of rows that a backup would miss and DML can't touch, or none. -#}
{% macro _streamed_rows(relation) %}
  {{ return(adapter.dispatch('_streamed_rows', 'dbt_playbooks')(relation=relation) if execute else none) }}
{% endmacro %}

{% macro duckdb___streamed_rows(relation) %}
  {{ return(none) }}
{% endmacro %}

{% macro bigquery___streamed_rows(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {%- set buffer = table.streaming_buffer if table else none -%}
  {{ return('About ' ~ buffer.estimated_rows ~ ' rows of ' ~ relation ~ ' are still in its streaming buffer, the oldest since ' ~ buffer.oldest_entry_time ~ '.'
    if buffer else none) }}
{% endmacro %}
