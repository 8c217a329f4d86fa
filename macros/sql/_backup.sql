{#- A name beside the table that no other backup has: '<table>_backup_20240131_235959_123456', in UTC; with a suffix of the caller's
    '<table>_backup_<suffix>'. By that beginning, among other things, a backup is recognized (_backups_sql.sql). -#}
{% macro _backup_relation(relation, suffix=none) %}
  {{ return(api.Relation.create(
    database=relation.database, schema=relation.schema, type='table',
    identifier=relation.identifier ~ '_backup_' ~ (suffix or dbt_playbooks._clock().strftime('%Y%m%d_%H%M%S_%f'))
  )) }}
{% endmacro %}

{#- The text that keeps at least the rows of `condition`, to be run as it is. BigQuery: a snapshot (or a clone) of the whole table, which is stored for
    what changes later only; it misses rows that are still in the streaming buffer. DuckDB: a copy, and a comment that marks it. `expires_at` is an instant. -#}
{% macro _backup_sql(relation, backup, condition='true', kind='snapshot', expires_at=none) %}
  {{ return(adapter.dispatch('_backup_sql', 'dbt_playbooks')(
    relation=relation, backup=backup, condition=condition, kind=kind, expires_at=expires_at
  )) }}
{% endmacro %}

{% macro duckdb___backup_sql(relation, backup, condition, kind, expires_at) %}
  {{ return(
    'create table ' ~ backup ~ ' as\nselect *\nfrom ' ~ relation ~ ('' if condition == 'true' else '\nwhere ' ~ condition) ~ ';\n'
    ~ dbt_playbooks._backup_mark_sql(relation, backup, condition, expires_at)
  ) }}
{% endmacro %}

{% macro bigquery___backup_sql(relation, backup, condition, kind, expires_at) %}
  {%- set options = '' if expires_at is none else '\noptions (expiration_timestamp = ' ~ dbt_playbooks._instant_literal(expires_at) ~ ')' -%}
  {{ return('create ' ~ ('snapshot table ' if kind == 'snapshot' else 'table ') ~ backup ~ '\nclone ' ~ relation ~ options) }}
{% endmacro %}

{#- BigQuery's literal of an instant. -#}
{% macro _instant_literal(instant) %}
  {{ return("timestamp '" ~ dbt_playbooks._instant_text(instant) ~ "+00:00'") }}
{% endmacro %}

{#- The statement that puts the rows of `condition` back from the backup; `date_column` counts when it is a pseudo column. -#}
{% macro _restore_sql(relation, backup, condition, date_column) %}
  {%- set names = [] -%}
  {%- if dbt_playbooks._is_pseudo_column(date_column) -%}
    {%- do names.append('_PARTITIONTIME') -%}
  {%- endif -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do names.append(dbt_playbooks._quoted(column.name)) -%}
  {%- endfor -%}
  {{ return(
    'insert into ' ~ relation ~ ' (' ~ names | join(', ') ~ ')\nselect ' ~ names | join(', ') ~ '\nfrom ' ~ backup ~ '\nwhere ' ~ condition
  ) }}
{% endmacro %}

{#- BigQuery's columns of an ingestion-time partition: `select *` does not hold them. -#}
{% macro _is_pseudo_column(column) %}
  {{ return(column | replace('`', '') | lower in ('_partitiontime', '_partitiondate')) }}
{% endmacro %}
