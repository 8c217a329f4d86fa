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

{#- DuckDB: a statement that fails, and with it the transaction, when the rows to load are not all in the window, of which
    `inside` is the predicate. -#}
{% macro _refuse_rows_outside_sql(window, rows, inside) %}
  {{ return(
    'select error(' ~ dbt_playbooks._outside_window_message(window) ~ ')\nfrom ' ~ rows ~ '\nwhere (' ~ inside ~ ') is not true\nlimit 1;\n'
  ) }}
{% endmacro %}

{#- BigQuery: the rows to load, failing in the same scan when one is not in the window. The column of an ingestion time is not
    among them. -#}
{% macro _rows_inside_sql(window, rows) %}
  {%- if window.column | upper | replace('`', '') in ('_PARTITIONTIME', '_PARTITIONDATE') -%}
    {{ return(rows) }}
  {%- endif -%}
  {{ return(
    '(\nselect * from ' ~ rows ~ ' as backfill_rows\nwhere if(coalesce(' ~ dbt_playbooks._in_backfill_window(window, 'backfill_rows')
    ~ ', false), true, error(' ~ dbt_playbooks._outside_window_message(window) ~ '))\n)'
  ) }}
{% endmacro %}

{#- Those rows of a query that lie in the window. -#}
{% macro _kept_rows_sql(query, window) %}
  {{ return('select * from (\n' ~ query ~ '\n) as returned\nwhere ' ~ dbt_playbooks._in_backfill_window(window)) }}
{% endmacro %}
