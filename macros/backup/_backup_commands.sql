{#- The command that puts a backup's rows back. -#}
{% macro _restore_command(relation, backup) %}
  {{ return(dbt_playbooks._operation('restore_table', {'table': relation, 'from_backup': backup, 'dry_run': false})) }}
{% endmacro %}

{% macro _drop_command(backup) %}
  {{ return(dbt_playbooks._operation('drop_backup', {'backup': backup, 'dry_run': false})) }}
{% endmacro %}
