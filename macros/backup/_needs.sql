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
