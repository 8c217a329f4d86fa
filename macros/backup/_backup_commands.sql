{#- The command that puts a backup's rows back. -#}
{% macro _restore_command(relation, backup) %}
  {%- set beginning = relation.identifier ~ '_backup_' -%}
  {%- if backup.identifier.startswith(beginning) or dbt_playbooks._was_copied(backup) -%}
    {{ return(dbt_playbooks._operation('restore_table', {'table': relation, 'from_backup': backup, 'dry_run': false})) }}
  {%- endif -%}
  {%- set named = api.Relation.create(database=backup.database, schema=backup.schema, identifier=beginning ~ backup.identifier, type='table') -%}
  {{ return('first, as a backup is known by its name, ' ~ dbt_playbooks._rename_sql(backup, named) ~ '; then ' ~ dbt_playbooks._restore_command(relation, named)) }}
{% endmacro %}

{% macro _drop_command(backup) %}
  {{ return(dbt_playbooks._operation('drop_backup', {'backup': backup, 'dry_run': false})) }}
{% endmacro %}
