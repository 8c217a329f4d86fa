{#- The command that goes back, in the words of who asked. -#}
{% macro _undo_command(place) %}
  {{ return('To go back: ' ~ dbt_playbooks._operation('cutover', dict(place.asked, backup=dbt_playbooks._typed_part(place.backup.identifier), undo=true, dry_run=false))) }}
{% endmacro %}
