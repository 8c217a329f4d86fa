{#- A plan (`dry_run: true`), or a table's rows as they were: a backup of the present, then one replacement of all rows. A table that is gone is made again.
    Returns [[rows before, rows after]]. -#}
{% macro restore_table(table, from_backup=none, as_of=none, rename={}, dry_run=true) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set origin = dbt_playbooks._origin(table, from_backup, as_of, rename, 'restore_table') -%}
  {%- set plan = dbt_playbooks._restore_plan(origin, 'restore_table') -%}
  {%- set before = dbt_playbooks._rows_of(origin.relation, dbt_playbooks._always_of(origin.relation)) if origin.exists else none -%}
  {%- set after = dbt_playbooks._rows_of(origin.read, origin.always) -%}
  {%- do print(origin.relation ~ (' has ' ~ before ~ ' rows' if origin.exists else ' is gone') ~ '; ' ~ origin.label ~ ' has ' ~ after ~ '.') -%}
  {{ return([[before, dbt_playbooks._restored(origin, plan, after, dry_run)]]) }}
{% endmacro %}

{% macro restore_table_sql(table, from_backup=none, as_of=none, rename={}) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set origin = dbt_playbooks._origin(table, from_backup, as_of, rename, 'restore_table_sql') -%}
  {{ return(dbt_playbooks._in_transaction(dbt_playbooks._restore_plan(origin, 'restore_table_sql').statements)) }}
{% endmacro %}

{#- {'statements', 'backup' (of the present, none when there is none), 'back' (how to go back), 'notes', 'needs'}. `windows` ({'source', 'target'}) are all rows by default. -#}
{% macro _restore_plan(origin, what, windows=none) %}
  {%- if not origin.exists -%}
    {{ return(adapter.dispatch('_creation_plan', 'dbt_playbooks')(origin=origin)) }}
  {%- endif -%}
  {%- set streamed = dbt_playbooks._streamed_rows(origin.relation) -%}
  {%- if streamed and windows is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ streamed ~ " They can't be changed, and a backup would miss them. Stop the stream, wait up to 90 minutes, and run this again. Nothing was changed.") }}
  {%- endif -%}
  {%- set referring = adapter.dispatch('_referring_tables', 'dbt_playbooks')(relation=origin.relation) -%}
  {%- if referring and windows is none -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": foreign keys of " ~ referring | join(', ') ~ " point to rows of " ~ origin.relation
      ~ ", and DuckDB lets no such row go, not even to come back at once. " ~ ("Drop the table, and run this again: it is made anew then, without the foreign key to itself" if referring == [origin.relation | string]
        else "Empty those tables first, or drop them, and fill them again afterwards") ~ ". Nothing was changed.") }}
  {%- endif -%}
  {%- set backup = dbt_playbooks._backup_relation(origin.relation) -%}
  {%- set columns = dbt_playbooks._restored_columns(origin, what) -%}
  {%- set ingestion = adapter.dispatch('_ingestion_time', 'dbt_playbooks')(relation=origin.relation) -%}
  {%- set whole = {'source': origin.always or 'true', 'target': dbt_playbooks._always_of(origin.relation, 'target.') or 'true'} -%}
  {{ return({
    'statements': origin.first + [dbt_playbooks._backup_sql(origin.relation, backup)] + dbt_playbooks._replace_rows_statements(
      origin.source, origin.relation, ingestion + columns.names, (windows or whole).source, (windows or whole).target, ingestion + columns.expressions
    ),
    'backup': backup, 'back': dbt_playbooks._restore_command(origin.relation, backup), 'needs': dbt_playbooks._needs('restore'),
    'notes': columns.notes + ([streamed ~ ' The backup of the present misses them, and BigQuery refuses the MERGE if days that are restored hold any.'] if streamed else [])
      + (['Foreign keys of ' ~ referring | join(', ') ~ ' point to rows of this table: DuckDB refuses to replace those that are pointed to.'] if referring else [])
      + (dbt_playbooks._price_of_keys(origin) if windows is none else []) + [dbt_playbooks._kept_note(origin.relation)]
  }) }}
{% endmacro %}

{#- Prints the plan, or runs it and says how to go back. The number of rows that the table then has, or would have. -#}
{% macro _restored(origin, plan, after, dry_run) %}
  {%- for note in plan.notes -%}
    {%- do print(note) -%}
  {%- endfor -%}
  {%- set back = 'To go back: ' ~ plan.back -%}
  {%- set left = '' if not origin.first else dbt_playbooks._full_name(origin.source) ~ ' stays, too. To drop it: ' ~ dbt_playbooks._drop_command(origin.source) -%}
  {%- if dry_run -%}
    {%- do dbt_playbooks._print_plan(dbt_playbooks._in_transaction(plan.statements), [
      back, 'The name of the backup is new each time.' if plan.backup is not none else '', left, plan.needs
    ] | select | join('\n')) -%}
    {{ return(after) }}
  {%- endif -%}
  {%- do dbt_playbooks._change(plan.statements) -%}
  {%- set rows = dbt_playbooks._rows_of(origin.relation, dbt_playbooks._always_of(origin.relation)) -%}
  {%- do print('Done: ' ~ origin.relation ~ ' has ' ~ rows ~ ' rows.'
    ~ (' Something else wrote to it meanwhile: ' ~ after ~ ' came from the backup.' if after is not none and after != rows else '')
    ~ ('' if plan.backup is none else ' What it had is kept in ' ~ dbt_playbooks._full_name(plan.backup) ~ ' until you drop it.') ~ '\n' ~ [back, left] | select | join('\n')) -%}
  {{ return(rows) }}
{% endmacro %}
