{#- What a copy that died after its snapshot left behind, where the name of the backup was given: {'backup', 'taken_at' (text), 'is_behind' (whether the
    table has changed since)}, or none. The label of the replacement names it. -#}
{% macro duckdb___left_snapshot(place, given) %}
  {{ return(none) }}
{% endmacro %}

{#- Both times are the API's; as texts the one without a fraction comes first, so that in doubt the table has changed. -#}
{% macro bigquery___left_snapshot(place, given) %}
  {%- set label, table = dbt_playbooks._cutover_label(place.replacement), adapter.get_bq_table(place.table) -%}
  {%- for backup in [given] + dbt_playbooks._backups_beside(place.table) if label and label == dbt_playbooks._mark_value(place.replacement, backup) -%}
    {%- set snapshot = adapter.get_bq_table(backup) -%}
    {%- set made_of = snapshot.to_api_repr().get('snapshotDefinition', {}) if snapshot else {} -%}
    {%- set base = made_of.get('baseTableReference', {}) -%}
    {%- if (base.get('projectId'), base.get('datasetId'), base.get('tableId')) == (place.table.database, place.table.schema, place.table.identifier) -%}
      {%- set taken_at = made_of.get('snapshotTime', '').rstrip('Z') -%}
      {{ return({'backup': backup, 'taken_at': taken_at, 'is_behind': not table.modified or table.modified.strftime('%Y-%m-%dT%H:%M:%S.%f') > taken_at}) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(none) }}
{% endmacro %}

{% macro _refuse_taken(table, given, taken) %}
  {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the name of the backup is taken: " ~ given ~ " is a " ~ taken
    ~ ". Give another, or none: then it is " ~ table.identifier ~ "_backup_ and the time.") }}
{% endmacro %}

{#- What is said of it. -#}
{% macro _note_of_left(place) %}
  {%- if not place.get('left') -%}
    {{ return('') }}
  {%- endif -%}
  {%- set made = place.left.backup ~ ', a snapshot of ' ~ place.left.taken_at | replace('T', ' ') ~ ' UTC' -%}
  {{ return(
    ' An earlier run made ' ~ made ~ '. The table has changed since, so another one is made, ' ~ place.backup ~ ', and that one stays until you drop it: ' ~ dbt_playbooks._drop_command(place.left.backup)
    if place.left.is_behind else ' An earlier run made ' ~ made ~ ', and the table has not changed since: it is the backup.'
  ) }}
{% endmacro %}
