{#- A plan (`dry_run: true`), or the end of a backup, which must be given by its exact name. Nothing else is ever dropped. Returns [[backup, table, rows]]. -#}
{% macro drop_backup(backup, dry_run=true) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set found = dbt_playbooks._found_backup(backup, 'drop_backup') -%}
  {%- set size = dbt_playbooks._backup_size(found.relation) -%}
  {%- do print(found.name ~ ' is a ' ~ found.kind ~ ' of ' ~ found.base_table ~ ', made at ' ~ found.made_at ~ ': ' ~ size.rows ~ ' rows. '
    ~ ('The table has ' ~ found.others | length ~ ' others.' if found.others else 'It is the only backup of that table.')) -%}
  {%- set statements, way_back = [dbt_playbooks._drop_backup_sql(found)], dbt_playbooks._after_drop_note(found.relation) -%}
  {%- if dry_run -%}
    {%- do dbt_playbooks._print_plan(statements, [way_back, dbt_playbooks._needs('drop of a ' ~ found.kind)] | join('\n')) -%}
  {%- else -%}
    {%- do dbt_playbooks._change(statements) -%}
    {%- do print('Dropped ' ~ found.name ~ '. ' ~ way_back) -%}
  {%- endif -%}
  {{ return([[found.name, found.base_table, size.rows]]) }}
{% endmacro %}

{% macro drop_backup_sql(backup) %}
  {{ return([dbt_playbooks._drop_backup_sql(dbt_playbooks._found_backup(backup, 'drop_backup_sql'))] if execute else []) }}
{% endmacro %}

{% macro _drop_backup_sql(found) %}
  {{ return(('drop snapshot table ' if found.kind == 'snapshot' else 'drop table ') ~ found.relation) }}
{% endmacro %}
