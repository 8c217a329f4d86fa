{#- A snapshot is what a copy left behind, a table what was renamed. -#}
{% macro bigquery___undo_steps(place) %}
  {%- if place.state != 'done' -%}
    {%- set statement = dbt_playbooks._rename_sql(place.backup, place.table) -%}
  {%- elif not dbt_playbooks._was_copied(place.backup) -%}
    {%- set statement = dbt_playbooks._rename_script(place.table, place.replacement, place.backup) -%}
  {%- else -%}
    {{ return(dbt_playbooks._copy_undo_steps(place)) }}
  {%- endif -%}
  {{ return([{'title': 'give the old table its name back', 'statements': [statement], 'then': 'To finish, run the same again.'}]) }}
{% endmacro %}

{#- A clone replaces all rows, so those of the present are kept first. -#}
{% macro _copy_undo_steps(place) %}
  {%- set present, grants = dbt_playbooks._present_kept(place), dbt_playbooks._grant_statements(place.table, dbt_playbooks._grants_of(place.table)) -%}
  {%- set steps = [{
    'title': 'keep the present', 'statements': [dbt_playbooks._backup_sql(place.table, present, 'true')],
    'then': 'Readers still read the new table. Run the same again, which makes a snapshot of its own, or leave it: drop snapshot table ' ~ present
  }, {
    'title': 'replace the table by a clone of the old one', 'statements': [dbt_playbooks._clone_back_sql(place)],
    'then': 'Readers read the old table.' ~ (' To finish, run the statements of the next step.' if grants else '') ~ ' The rows of before are in ' ~ present
  }] -%}
  {%- if grants -%}
    {%- do steps.append({'title': 'grant what was granted', 'statements': grants, 'then': 'It is done.'}) -%}
  {%- endif -%}
  {{ return(steps) }}
{% endmacro %}

{#- When a table goes is a matter of its name: it stays as it is now. -#}
{% macro _clone_back_sql(place) %}
  {{ return('create or replace table ' ~ place.table ~ '\nclone ' ~ place.backup ~ '\noptions (expiration_timestamp = ' ~ dbt_playbooks._expiry_literal(adapter.get_bq_table(place.table)) ~ ')') }}
{% endmacro %}

{#- When a table of the API expires, or null. -#}
{% macro _expiry_literal(table) %}
  {{ return(dbt_playbooks._instant_literal(table.expires) if table and table.expires else 'null') }}
{% endmacro %}

{#- The name of the snapshot of the present: one in a call. -#}
{% macro _present_kept(place) %}
  {%- if 'present' not in place -%}
    {%- do place.update(present=dbt_playbooks._backup_relation(place.table)) -%}
  {%- endif -%}
  {{ return(place.present) }}
{% endmacro %}
