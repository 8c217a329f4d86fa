{#- What a cutover leaves behind, so that a later call knows that it was done. DuckDB: what marks each backup (_backup_mark.sql) also says what took the
    table's place. BigQuery: a label that the replacement gets before the swap and takes to the table's name, and where the old table is renamed one of its
    own, by which list_backups knows it. -#}

{#- The backup of a cutover that was done, or none. Where the replacement is there all the same, it is another one, unless BigQuery copied it. -#}
{% macro duckdb___marked_backup(place, backups, given, has_replacement, undo) %}
  {%- if has_replacement and not undo -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set cutovers, found = dbt_playbooks._marked_cutovers(place.table), [] -%}
  {%- for cutover in cutovers if dbt_playbooks._table_key(cutover.replacement) == dbt_playbooks._table_key(place.replacement)
    and (not given or dbt_playbooks._table_key(cutover.backup) == dbt_playbooks._table_key(given)) -%}
    {%- do found.append(cutover.backup) -%}
  {%- endfor -%}
  {%- if not found or (not undo and found[0] != cutovers[0].backup) -%}
    {{ return(none) }}
  {%- elif found[0] != cutovers[0].backup -%}
    {%- do dbt_playbooks._refuse_later_cutover(place, found[0], cutovers[0]) -%}
  {%- elif dbt_playbooks._made_again(place.table, dbt_playbooks._backup_mark(found[0])) == 'yes' -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ dbt_playbooks._made_again_message(place, found[0], 'it has the columns of before, as the mark of ' ~ found[0] ~ ' tells them')) }}
  {%- endif -%}
  {{ return(found[0]) }}
{% endmacro %}

{% macro bigquery___marked_backup(place, backups, given, has_replacement, undo) %}
  {%- set label = dbt_playbooks._cutover_label(place.table) -%}
  {%- set is_copied = label and has_replacement and dbt_playbooks._cutover_label(place.replacement) == label -%}
  {%- if label and (undo or is_copied or not has_replacement) -%}
    {#- the name that was given may not be the one it got: a run that was broken off had taken it -#}
    {%- for backup in backups + ([] if undo or not given else dbt_playbooks._backups_beside(place.table)) if label == dbt_playbooks._mark_value(place.replacement, backup) -%}
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
