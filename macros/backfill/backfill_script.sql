{#- Prints a script for a console: each step replaces one window of the target by the source's rows, all of it or nothing. -#}
{% macro backfill_script(source_table, target_table, date_column, start_date, end_date, chunk='day', columns=none, timezone='UTC',
                         data_type=none) %}
  {%- set script = dbt_playbooks.backfill_script_sql(
    source_table=source_table, target_table=target_table, date_column=date_column, start_date=start_date, end_date=end_date, chunk=chunk,
    columns=columns, timezone=timezone, data_type=data_type
  ) -%}
  {%- do print(script) -%}
  {{ return(script) }}
{% endmacro %}

{% macro backfill_script_sql(source_table, target_table, date_column, start_date, end_date, chunk='day', columns=none, timezone='UTC',
                             data_type=none) %}
  {%- set source, target_relation = dbt_playbooks._relation(source_table), dbt_playbooks._relation(target_table) -%}
  {%- set chunks = dbt_playbooks.backfill_chunks(start_date=start_date, end_date=end_date, chunk=chunk) -%}
  {%- set source_kind = dbt_playbooks._kind_of(source, date_column, data_type) -%}
  {%- set target_kind = dbt_playbooks._kind_of(target_relation, date_column, data_type) -%}
  {%- set column = dbt_playbooks._quote(date_column) -%}
  {%- set names = [] -%}
  {%- for name in columns or dbt_playbooks._shared_columns(source, target_relation) -%}
    {%- do names.append(dbt_playbooks._quote(name)) -%}
  {%- endfor -%}
  {%- if dbt_playbooks._is_pseudo_column(date_column) -%}
    {%- do names.append(column) -%}
  {%- endif -%}

  {%- set longest = 1000000 -%}
  {%- set steps = [
    '-- Fills ' ~ target_relation ~ ' from ' ~ source ~ ', ' ~ chunks[0].start_date ~ ' to ' ~ chunks[-1].end_date
    ~ ', in ' ~ chunks | length ~ ' steps of ' ~ chunk ~ '.\n'
    ~ '-- The steps run one after another, never in parallel. Each replaces its days in one piece, so the script can be stopped,\n'
    ~ '-- and run again from its beginning or from any step, without losing or doubling a row.'
  ] -%}
  {%- for window in chunks -%}
    {%- set label = window.start_date ~ ' to ' ~ window.end_date -%}
    {%- set step -%}
-- Step {{ loop.index }} of {{ loop.length }}: {{ label }}
{{ dbt_playbooks._replace_rows_sql(
  source, target_relation, names,
  dbt_playbooks._window_predicate(column, source_kind, window.start_date, window.end_date, timezone),
  dbt_playbooks._window_predicate('target.' ~ column, target_kind, window.start_date, window.end_date, timezone)
) }};
select {{ loop.index }} as step, {{ loop.length }} as steps, {{ dbt_playbooks._string_literal(label) }} as days;
    {%- endset -%}
    {%- if step | length * loop.length > longest -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks.backfill_script_sql: " ~ loop.length ~ " steps make a script of more than "
        ~ longest ~ " characters, which BigQuery does not take. Use a larger chunk than '" ~ chunk ~ "', or several scripts.") }}
    {%- endif -%}
    {%- do steps.append(step) -%}
  {%- endfor -%}
  {{ return(steps | join('\n\n') ~ '\n') }}
{% endmacro %}

{#- The columns of the target, all of which the source must have. -#}
{% macro _shared_columns(source, target_relation) %}
  {%- set wanted = dbt_playbooks._columns_of(target_relation).values() | map(attribute='name') | list -%}
  {%- do dbt_playbooks._named_columns(wanted, dbt_playbooks._columns_of(source), source, 'columns of ' ~ target_relation) -%}
  {{ return(wanted) }}
{% endmacro %}
