{#- A backup belongs to the last cutover of its table only: after a later one the way back would mix up the names. -#}

{% macro _refuse_later_cutover(place, backup, later) %}
  {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ backup ~ " is not what " ~ place.table ~ " was last: " ~ later.replacement ~ " took its place" ~ (" at " ~ later.made_at ~ " UTC" if later.made_at else "")
    ~ ", as the " ~ later.said_by ~ " says, and " ~ later.backup ~ " is what it was then. Go back from that one first: "
    ~ dbt_playbooks._operation('cutover', {'table': place.asked.table, 'replacement': later.replacement, 'backup': dbt_playbooks._typed_part(later.backup.identifier), 'undo': true, 'dry_run': false})
    ~ ". To put only the rows of " ~ backup ~ " back: " ~ dbt_playbooks._restore_command(place.table, backup)) }}
{% endmacro %}

{#- DuckDB: the cutovers of a table as the marks of its backups tell them, the newest first. -#}
{% macro _marked_cutovers(table) %}
  {%- set cutovers = [] -%}
  {%- for row in dbt_playbooks._query(
    "select table_name, mark ->> '$.replaced_by', left(mark ->> '$.made_at', 19) from ("
    ~ "select *, try_cast(comment as json) as mark from duckdb_tables() where comment like '%\"dbt_playbooks_backup\"%') as marked where "
    ~ dbt_playbooks._in_catalogue(table, ['database_name', 'schema_name', "mark ->> '$.table'"])
    ~ " and (mark ->> '$.replaced_by') is not null order by mark ->> '$.made_at' desc"
  ) -%}
    {%- set beside = {} -%}
    {%- for side, name in [('backup', row[0]), ('replacement', row[1])] -%}
      {%- do beside.update({side: api.Relation.create(database=table.database, schema=table.schema, identifier=name, type='table')}) -%}
    {%- endfor -%}
    {%- do cutovers.append(dict(beside, made_at=row[2], said_by='mark of ' ~ beside.backup)) -%}
  {%- endfor -%}
  {{ return(cutovers) }}
{% endmacro %}

{#- Whether the table still is what took its place, by the columns that the mark remembers of both: 'no', 'yes', or 'unknown' where these are alike or have changed. -#}
{% macro _made_again(table, mark) %}
  {%- set was, became, is_now = mark.definition[0][1], mark.get('replacement', {}).get('definition'), dbt_playbooks._definition(table)[0][1] -%}
  {{ return('unknown' if became in (none, was) or is_now not in (was, became) else 'yes' if is_now == was else 'no') }}
{% endmacro %}

{#- An error for a `backup` that no mark or label of this cutover names, where one of another cutover does. -#}
{% macro duckdb___refuse_other_cutover(place, backup) %}
  {%- set cutovers = dbt_playbooks._marked_cutovers(place.table) -%}
  {%- if cutovers -%}
    {%- do dbt_playbooks._refuse_later_cutover(place, backup, cutovers[0]) -%}
  {%- endif -%}
{% endmacro %}

{#- A table that was made again has no label any more; a copy's way back renames nothing, so that it may be asked for all the same. -#}
{% macro bigquery___refuse_other_cutover(place, backup) %}
  {%- set label, kept = dbt_playbooks._cutover_label(place.table), adapter.get_bq_table(backup) -%}
  {%- if label -%}
    {%- set beside = dbt_playbooks._backups_beside(place.table) -%}
    {%- set later = dbt_playbooks._labelled_cutover(place.table, label, beside) -%}
    {%- if later -%}
      {%- do dbt_playbooks._refuse_later_cutover(place, backup, later) -%}
    {%- endif -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ place.table ~ " is what another cutover made it, not that of " ~ place.replacement ~ " and " ~ backup ~ ": its label dbt_playbooks_cutover says so. The tables of before are: "
      ~ beside | join(', ') ~ ". Go back from that one first, by the command that it printed. To put only the rows of " ~ backup ~ " back: " ~ dbt_playbooks._restore_command(place.table, backup)) }}
  {%- elif kept and kept.labels.get('dbt_playbooks_renamed') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ dbt_playbooks._made_again_message(place, backup, 'it lacks the label dbt_playbooks_cutover')) }}
  {%- endif -%}
{% endmacro %}

{#- The label is a hash of two names, so it is looked for among those of the dataset and of the project. -#}
{% macro _labelled_cutover(table, label, backups) %}
  {%- set places = [] -%}
  {%- for name in dbt_playbooks._tables_in(table.without_identifier()) -%}
    {%- do places.append(api.Relation.create(database=table.database, schema=table.schema, identifier=name, type='table')) -%}
  {%- endfor -%}
  {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') -%}
    {%- do places.append(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias, type='table')) -%}
  {%- endfor -%}
  {%- for backup in backups -%}
    {%- for replacement in places if dbt_playbooks._mark_value(replacement, backup) == label -%}
      {{ return({'replacement': replacement, 'backup': backup, 'made_at': none, 'said_by': 'label dbt_playbooks_cutover'}) }}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(none) }}
{% endmacro %}

{% macro _made_again_message(place, backup, sign) %}
  {{ return(place.table ~ ' was made again since ' ~ place.replacement ~ ' took its place, as dbt run does it from its old SQL: ' ~ sign ~ '. So it is not to get the name ' ~ place.replacement
    ~ '. To put the rows of before back: ' ~ dbt_playbooks._restore_command(place.table, backup) ~ '. For the replacement to take its place again make it anew, and call cutover once more.') }}
{% endmacro %}
