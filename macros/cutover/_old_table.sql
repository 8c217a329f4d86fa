{#- Which of the tables beside a name is the old table: one that was renamed. What was made as a backup is none, it may hold a part of the rows only. -#}

{#- The one that a missing table was, or an error. -#}
{% macro _old_table(table, backups) %}
  {%- set renamed = [] -%}
  {%- for backup in backups if not adapter.dispatch('_is_made_backup', 'dbt_playbooks')(backup=backup) -%}
    {%- do renamed.append(backup) -%}
  {%- endfor -%}
  {%- if not renamed -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: there is no " ~ table ~ ", and " ~ backups[-1] ~ " was made as a backup of it: it is not the old table, renamed, and may hold a part of its rows. To make the table again from it: "
      ~ dbt_playbooks._restore_command(table, backups[-1])) }}
  {%- elif renamed | length > 1 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: there is no " ~ table ~ ", and " ~ renamed | length ~ " tables may be what it was. Say which, with backup: one of "
      ~ renamed | map(attribute='identifier') | join(', ') ~ ".") }}
  {%- endif -%}
  {{ return(renamed[0]) }}
{% endmacro %}

{#- The mark of a table that a cutover renamed says what took its place. -#}
{% macro duckdb___is_made_backup(backup) %}
  {%- set mark = dbt_playbooks._backup_mark(backup) -%}
  {{ return(true if mark and not mark.get('replaced_by') else false) }}
{% endmacro %}

{#- A snapshot or a clone is never a table that was renamed. -#}
{% macro bigquery___is_made_backup(backup) %}
  {%- set table = adapter.get_bq_table(backup) -%}
  {{ return(true if table and (table.table_type == 'SNAPSHOT' or table.to_api_repr().get('cloneDefinition')) else false) }}
{% endmacro %}

{#- The way back from a table that is there: `given` must be its old table, and where no mark says so, at least by its name. -#}
{% macro _refuse_other_backup(table, replacement, given, taken) %}
  {%- if not taken -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: there is no backup " ~ given ~ ", so there is nothing to go back to. Leave `backup` out: then the one is taken whose mark says that " ~ replacement ~ " took the place of " ~ table ~ ".") }}
  {%- elif not dbt_playbooks._table_key(given.identifier).startswith(dbt_playbooks._table_key(table.identifier ~ '_backup')) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: nothing says that " ~ given ~ " is what " ~ table ~ " was: it has no mark of this cutover, and its name does not begin with " ~ table.identifier
      ~ "_backup. Leave `backup` out, or, if you are sure, rename it first: " ~ dbt_playbooks._rename_sql(given, api.Relation.create(identifier=table.identifier ~ '_backup_' ~ given.identifier))) }}
  {%- elif adapter.dispatch('_is_marked_otherwise', 'dbt_playbooks')(backup=given) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the mark of " ~ given ~ " does not say that " ~ replacement ~ " took its place: it is a backup of another kind, or of another cutover. To put its rows back: "
      ~ dbt_playbooks._restore_command(table, given)) }}
  {%- endif -%}
{% endmacro %}

{#- It was not found by its mark: if it has one, that one says something else. -#}
{% macro duckdb___is_marked_otherwise(backup) %}
  {{ return(true if dbt_playbooks._backup_mark(backup) else false) }}
{% endmacro %}

{% macro bigquery___is_marked_otherwise(backup) %}
  {{ return(false) }}
{% endmacro %}

{#- The table would get the replacement's name, which is taken again. -#}
{% macro _refuse_rebuilt_replacement(place, backup, marked) %}
  {%- if not (marked and dbt_playbooks._was_copied(backup)) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ place.replacement ~ " is there: it was made again since the cutover that kept " ~ backup ~ ", or gone back to already. So " ~ place.table ~ " can't get that name back. If it was made again, drop or rename it first: "
      ~ dbt_playbooks._rename_sql(place.replacement, api.Relation.create(identifier=place.replacement.identifier ~ '_new')) ~ "; or put the old rows back: " ~ dbt_playbooks._restore_command(place.table, backup)) }}
  {%- endif -%}
{% endmacro %}

{#- Whether a backup is what a copy left behind: then the replacement is still there, and the way back touches the table only. -#}
{% macro _was_copied(backup) %}
  {{ return(adapter.dispatch('_was_copied', 'dbt_playbooks')(backup=backup)) }}
{% endmacro %}

{% macro duckdb___was_copied(backup) %}
  {{ return(false) }}
{% endmacro %}

{% macro bigquery___was_copied(backup) %}
  {%- set table = adapter.get_bq_table(backup) -%}
  {{ return(true if table and table.table_type == 'SNAPSHOT' else false) }}
{% endmacro %}
