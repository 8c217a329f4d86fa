{#- A name beside the table that no other backup has: '<table>_backup_20240131_235959_123456', in UTC. -#}
{% macro _backup_relation(relation) %}
  {%- set stamp = modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y%m%d_%H%M%S_%f') -%}
  {{ return(api.Relation.create(
    database=relation.database, schema=relation.schema, identifier=relation.identifier ~ '_backup_' ~ stamp, type='table'
  )) }}
{% endmacro %}

{#- The statement that keeps at least the rows of `condition`. BigQuery: a snapshot of the whole table, which is stored for what changes
    later only; it misses rows that are still in the streaming buffer. -#}
{% macro _backup_sql(relation, backup, condition) %}
  {{ return(adapter.dispatch('_backup_sql', 'dbt_playbooks')(relation=relation, backup=backup, condition=condition)) }}
{% endmacro %}

{% macro duckdb___backup_sql(relation, backup, condition) %}
  {{ return('create table ' ~ backup ~ ' as\nselect *\nfrom ' ~ relation ~ '\nwhere ' ~ condition) }}
{% endmacro %}

{% macro bigquery___backup_sql(relation, backup, condition) %}
  {{ return('create snapshot table ' ~ backup ~ '\nclone ' ~ relation) }}
{% endmacro %}

{#- The statement that puts the rows of `condition` back from the backup; `date_column` counts when it is a pseudo column. -#}
{% macro _restore_sql(relation, backup, condition, date_column) %}
  {%- set names = [] -%}
  {%- if dbt_playbooks._is_pseudo_column(date_column) -%}
    {%- do names.append('_PARTITIONTIME') -%}
  {%- endif -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do names.append(adapter.quote(column.name)) -%}
  {%- endfor -%}
  {{ return(
    'insert into ' ~ relation ~ ' (' ~ names | join(', ') ~ ')\nselect ' ~ names | join(', ') ~ '\nfrom ' ~ backup ~ '\nwhere ' ~ condition
  ) }}
{% endmacro %}

{#- BigQuery's columns of an ingestion-time partition: `select *` does not hold them. -#}
{% macro _is_pseudo_column(column) %}
  {{ return(column | replace('`', '') | lower in ('_partitiontime', '_partitiondate')) }}
{% endmacro %}
