{#- What makes a chunk exact. Around the strategy that dbt runs for the model, in the same statement or transaction, rows of the chunk's
    window that the source no longer has go too. These stand in for dbt's macros of the same name (dispatch); they change nothing
    unless the runner put `backfill_window` into the model's config, and then add to what dbt's own macro says. -#}

{% macro _backfill_window() %}
  {{ return(config.get('backfill_window')) }}
{% endmacro %}

{#- The rows of the chunk's window; `table` is the alias of the target in the statement. -#}
{% macro _in_backfill_window(window, table=none) %}
  {%- set column = dbt_playbooks._quote(window.column) -%}
  {{ return(dbt_playbooks._window_predicate(
    table ~ '.' ~ column if table else column, window.data_type, window.start_date, window.end_date, window.timezone
  )) }}
{% endmacro %}

{#- What is wrong when a chunk's rows are not of its window: the SQL of the model means another window than its table shows. -#}
{% macro _outside_window_message(window) %}
  {{ return(dbt_playbooks._string_literal(
    "the model returned rows outside of the window " ~ window.start_date ~ " to " ~ window.end_date ~ " by its column '" ~ window.column
    ~ "', so the window cannot be replaced. The window of its SQL is another one: see config(event_time), data_type and timezone."
  )) }}
{% endmacro %}

{#- DuckDB: a statement that fails, and with it the transaction, when the rows to load are not all in the window. -#}
{% macro _refuse_rows_outside_sql(window, rows) %}
  {{ return(
    'select error(' ~ dbt_playbooks._outside_window_message(window) ~ ')\nfrom ' ~ rows ~ '\nwhere ('
    ~ dbt_playbooks._in_backfill_window(window) ~ ') is not true\nlimit 1;\n'
  ) }}
{% endmacro %}

{#- BigQuery: the rows to load, failing in the same scan when one is not in the window. The column of an ingestion time is not among them. -#}
{% macro _rows_inside_sql(window, rows) %}
  {%- if window.column | upper | replace('`', '') in ('_PARTITIONTIME', '_PARTITIONDATE') -%}
    {{ return(rows) }}
  {%- endif -%}
  {{ return(
    '(\nselect * from ' ~ rows ~ ' as backfill_rows\nwhere if(coalesce(' ~ dbt_playbooks._in_backfill_window(window, 'backfill_rows')
    ~ ', false), true, error(' ~ dbt_playbooks._outside_window_message(window) ~ '))\n)'
  ) }}
{% endmacro %}

{#- DuckDB, one transaction: the window is emptied, then dbt deletes by key (rows that moved in from another date) and inserts. -#}
{% macro duckdb__get_incremental_delete_insert_sql(arg_dict) %}
  {%- set dbt_sql = dbt.default__get_incremental_delete_insert_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, arg_dict.temp_relation)
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' where ' ~ dbt_playbooks._in_backfill_window(window) ~ ';\n' ~ dbt_sql
  ) }}
{% endmacro %}

{#- DuckDB, one transaction: what the MERGE would not match goes, then dbt merges; columns that the model's merge keeps stay kept. -#}
{% macro duckdb__get_incremental_merge_sql(arg_dict) %}
  {%- set dbt_sql = dbt.duckdb__get_incremental_merge_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {%- set matches = [] -%}
  {%- set keys = config.get('merge_on_using_columns') or arg_dict.unique_key -%}
  {%- for key in ([keys] if keys is string else keys) -%}
    {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
  {%- endfor -%}
  {%- set predicates = arg_dict.get('incremental_predicates') or [] -%}
  {%- set matches = matches + ([predicates] if predicates is string else predicates) -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, arg_dict.temp_relation)
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' as DBT_INTERNAL_DEST\nwhere '
    ~ dbt_playbooks._in_backfill_window(window, 'DBT_INTERNAL_DEST')
    ~ '\n  and not exists (\n    select 1 from ' ~ arg_dict.temp_relation ~ ' as DBT_INTERNAL_SOURCE\n    where ('
    ~ matches | join(') and (') ~ ')\n  );\n' ~ dbt_sql
  ) }}
{% endmacro %}

{#- DuckDB: dbt's own delete and insert are exact; they leave out rows that are not of the window, which must not go unsaid. -#}
{% macro duckdb__get_incremental_microbatch_sql(arg_dict) %}
  {%- set dbt_sql = dbt.duckdb__get_incremental_microbatch_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {{ return(dbt_playbooks._refuse_rows_outside_sql(window, arg_dict.temp_relation) ~ dbt_sql if window else dbt_sql) }}
{% endmacro %}

{#- BigQuery, one MERGE. -#}
{% macro bigquery__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt.default__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates)) }}
  {%- endif -%}
  {%- set rows = dbt_playbooks._rows_inside_sql(window, source) -%}
  {{ return(
    dbt.default__get_merge_sql(target, rows, unique_key, dest_columns, incremental_predicates) ~ '\n    when not matched by source and '
    ~ dbt_playbooks._in_backfill_window(window, 'DBT_INTERNAL_DEST') ~ '\n        then delete\n'
  ) }}
{% endmacro %}

{#- BigQuery, one MERGE for insert_overwrite and microbatch: the window itself is replaced, whatever the size of a partition.
    A table that requires a partition filter gets dbt's, for a window in another column. -#}
{% macro bigquery__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header=false) %}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if window -%}
    {%- set source = dbt_playbooks._rows_inside_sql(window, source) -%}
    {%- set filter = predicate_for_avoid_require_partition_filter() -%}
    {%- set predicates = [dbt_playbooks._in_backfill_window(window, 'DBT_INTERNAL_DEST')] + ([filter] if filter else []) -%}
  {%- endif -%}
  {{ return(dbt.default__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header)) }}
{% endmacro %}
