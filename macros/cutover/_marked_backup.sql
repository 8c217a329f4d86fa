{#- What a cutover leaves behind, so that a later call knows that it was done. DuckDB: a line at the end of the comment of the backup, set in the
    transaction of the swap. BigQuery: a label that the replacement gets before the swap and takes to the table's name. -#}

{#- The backup of this very cutover, or none. `types` says which of both tables is there: a replacement beside the table is another one, unless BigQuery
    copied it. -#}
{% macro duckdb___marked_backup(place, backups, types) %}
  {%- if types.table and types.replacement -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set wanted = dbt_playbooks._string_literals([place.table.database, place.table.schema, dbt_playbooks._mark_line(place)]) -%}
  {%- set found = dbt_playbooks._query(
    'select table_name from duckdb_tables() where lower(database_name) = lower(' ~ wanted[0] ~ ') and lower(schema_name) = lower(' ~ wanted[1]
    ~ ') and ends_with(lower(comment), lower(' ~ wanted[2] ~ ')) order by table_name desc'
  ) -%}
  {{ return(api.Relation.create(database=place.table.database, schema=place.table.schema, identifier=found[0][0], type='table') if found else none) }}
{% endmacro %}

{% macro bigquery___marked_backup(place, backups, types) %}
  {%- set label = dbt_playbooks._cutover_label(place.table if types.table else place.replacement) if types.table or types.replacement else none -%}
  {%- set copied = types.table and types.replacement -%}
  {%- if not label or (copied and dbt_playbooks._cutover_label(place.replacement) != label) -%}
    {{ return(none) }}
  {%- endif -%}
  {%- for backup in backups if label == dbt_playbooks._mark_value(place.replacement, backup) -%}
    {{ return(backup) }}
  {%- endfor -%}
  {%- if copied -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ place.table ~ " is a copy of " ~ place.replacement ~ " already, as their label dbt_playbooks_cutover says, and the backup of that cutover is gone. If the replacement is to be copied once more, make it anew, as dbt run does, or take that label off it.") }}
  {%- endif -%}
  {{ return(none) }}
{% endmacro %}

{% macro _mark_line(place) %}
  {{ return('dbt_playbooks.cutover: ' ~ place.table ~ ' until ' ~ place.replacement ~ ' took its place') }}
{% endmacro %}

{#- The comment of a table without the mark. -#}
{% macro _without_mark(comment) %}
  {%- set kept = (comment or '').split('dbt_playbooks.cutover: ')[0].rstrip() -%}
  {{ return(kept or none) }}
{% endmacro %}

{#- Labels hold lower case, digits and dashes only, and no name as long as one of a table may be. -#}
{% macro _mark_value(replacement, backup) %}
  {{ return(local_md5(replacement ~ ' ' ~ backup)) }}
{% endmacro %}

{% macro _cutover_label(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {{ return(table.labels.get('dbt_playbooks_cutover') if table else none) }}
{% endmacro %}
