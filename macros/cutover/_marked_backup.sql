{#- What a cutover leaves behind, so that a later call knows that it was done. DuckDB: what marks each backup (_backup_mark.sql) also says what took the
    table's place. BigQuery: a label that the replacement gets before the swap and takes to the table's name, and where the old table is renamed one of its
    own, by which list_backups knows it. -#}

{#- The backup of a cutover that was done, or none. Where the replacement is there all the same, it is another one, unless BigQuery copied it. -#}
{% macro duckdb___marked_backup(place, backups, given, has_replacement, undo) %}
  {%- if has_replacement and not undo -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set wanted = dbt_playbooks._string_literals([place.table.database, place.table.schema, place.table.identifier, place.replacement.identifier]) -%}
  {%- set found = dbt_playbooks._query(
    "select table_name from (select *, try_cast(comment as json) as mark from duckdb_tables() where comment like '%\"dbt_playbooks_backup\"%') as marked"
    ~ ' where lower(database_name) = lower(' ~ wanted[0] ~ ') and lower(schema_name) = lower(' ~ wanted[1]
    ~ ") and lower(mark ->> '$.table') = lower(" ~ wanted[2] ~ ") and lower(mark ->> '$.replaced_by') = lower(" ~ wanted[3] ~ ")"
    ~ (' and lower(table_name) = lower(' ~ dbt_playbooks._string_literal(given.identifier) ~ ')' if given else '')
    ~ " order by mark ->> '$.made_at' desc"
  ) -%}
  {{ return(api.Relation.create(database=place.table.database, schema=place.table.schema, identifier=found[0][0], type='table') if found else none) }}
{% endmacro %}

{% macro bigquery___marked_backup(place, backups, given, has_replacement, undo) %}
  {%- set label = dbt_playbooks._cutover_label(place.table) -%}
  {%- set is_copied = label and has_replacement and dbt_playbooks._cutover_label(place.replacement) == label -%}
  {%- if label and (undo or is_copied or not has_replacement) -%}
    {%- for backup in backups if label == dbt_playbooks._mark_value(place.replacement, backup) -%}
      {{ return(backup) }}
    {%- endfor -%}
    {%- if is_copied -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ place.table ~ " is a copy of " ~ place.replacement ~ " already, as their label dbt_playbooks_cutover says, and the backup of that cutover is gone. If the replacement is to be copied once more, make it anew, as dbt run does, or take that label off it.") }}
    {%- endif -%}
  {%- endif -%}
  {{ return(none) }}
{% endmacro %}

{#- The comment that a table had, of one that a cutover may have marked. -#}
{% macro _without_mark(comment) %}
  {%- if '"dbt_playbooks_backup"' not in (comment or '') -%}
    {{ return(comment) }}
  {%- endif -%}
  {{ return(fromjson(comment).get('comment')) }}
{% endmacro %}

{#- Labels hold lower case, digits and dashes only, and no name as long as one of a table may be. -#}
{% macro _mark_value(replacement, backup) %}
  {{ return(local_md5(replacement ~ ' ' ~ backup)) }}
{% endmacro %}

{#- When, and of which table: what is marked before it is renamed, and then is not, is no backup. -#}
{% macro _renamed_value(table) %}
  {{ return(dbt_playbooks._clock().strftime('%Y%m%d_%H%M%S_') ~ local_md5(table.identifier)) }}
{% endmacro %}

{% macro _cutover_label(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {{ return(table.labels.get('dbt_playbooks_cutover') if table else none) }}
{% endmacro %}
