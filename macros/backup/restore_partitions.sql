{#- A plan (`dry_run: true`), or some days of a table as they were: a backup of the present, then one replacement of these days. Returns [day, rows before,
    rows after] of each day. -#}
{% macro restore_partitions(table, date_column, dates=none, from_backup=none, as_of=none, start_date=none, end_date=none, timezone='UTC', data_type=none, rename={},
                            dry_run=true) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set days = dbt_playbooks._chosen_days(dates, start_date, end_date) -%}
  {%- set origin = dbt_playbooks._origin(table, from_backup, as_of, rename, 'restore_partitions') -%}
  {%- set window = dbt_playbooks._restored_window(origin, date_column, days, timezone, data_type, 'restore_partitions') -%}
  {%- set before = dbt_playbooks._rows_by_day(origin.relation, window.column, window.kind, window.here, timezone) -%}
  {%- set after = dbt_playbooks._rows_by_day(origin.read, window.source_column, window.source_kind, window.source, timezone) -%}
  {%- set rows, emptied = [], [] -%}
  {%- for day in days -%}
    {%- do rows.append([day | string, before.get(day | string, 0), after.get(day | string, 0)]) -%}
    {%- if rows[-1][1] and not rows[-1][2] -%}
      {%- do emptied.append(rows[-1][0]) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do dbt_playbooks._print_table(['day', 'rows now', 'rows restored'], rows, title=origin.relation ~ ' from ' ~ origin.label) -%}
  {%- if emptied -%}
    {%- do print('Of these days there is no row to restore, so their rows go: ' ~ emptied | join(', ')) -%}
  {%- endif -%}
  {%- set plan = dbt_playbooks._restore_plan(origin, 'restore_partitions', window) -%}
  {%- do dbt_playbooks._restored(origin, plan, none, dry_run) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro restore_partitions_sql(table, date_column, dates=none, from_backup=none, as_of=none, start_date=none, end_date=none, timezone='UTC', data_type=none,
                                rename={}) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set what = 'restore_partitions_sql' -%}
  {%- set days = dbt_playbooks._chosen_days(dates, start_date, end_date) -%}
  {%- set origin = dbt_playbooks._origin(table, from_backup, as_of, rename, what) -%}
  {%- set window = dbt_playbooks._restored_window(origin, date_column, days, timezone, data_type, what) -%}
  {{ return(dbt_playbooks._in_transaction(dbt_playbooks._restore_plan(origin, what, window).statements)) }}
{% endmacro %}

{#- The days as conditions on the table ('here', and 'target' in the replacement) and on the origin ('source'), by the 'column' and 'kind' that each side has. -#}
{% macro _restored_window(origin, date_column, days, timezone, data_type, what) %}
  {%- if not origin.exists -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ origin.relation ~ " is gone, so no days can be put back into it. restore_table makes it again.") }}
  {%- endif -%}
  {%- if dbt_playbooks._is_pseudo_column(date_column) -%}
    {%- set ours, theirs, kind = dbt_playbooks._quoted(date_column), dbt_playbooks._quoted(date_column), dbt_playbooks._column_kind(none, date_column) -%}
    {%- set source_kind = kind -%}
  {%- else -%}
    {%- set known = dbt_playbooks._columns_of(origin.relation) -%}
    {%- set name = dbt_playbooks._named_columns([date_column], known, origin.relation, 'the date column')[0] -%}
    {%- do dbt_playbooks._named_columns([date_column], origin.columns, origin.label, 'the date column') -%}
    {%- set source_column = origin.columns[name | lower] -%}
    {%- set ours, theirs = dbt_playbooks._quoted(name), dbt_playbooks._quoted(source_column.name) -%}
    {%- set kind = dbt_playbooks._said_or_stored(data_type, known[name | lower], origin.relation) -%}
    {%- set source_kind = dbt_playbooks._said_or_stored(data_type, source_column, origin.label) -%}
  {%- endif -%}
  {{ return({
    'column': ours, 'source_column': theirs, 'kind': kind, 'source_kind': source_kind,
    'here': dbt_playbooks._and_always(dbt_playbooks._days_condition(days, ours, kind, timezone, none), dbt_playbooks._always_of(origin.relation)),
    'target': dbt_playbooks._and_always(
      dbt_playbooks._days_condition(days, 'target.' ~ ours, kind, timezone, none), dbt_playbooks._always_of(origin.relation, 'target.')
    ),
    'source': dbt_playbooks._and_always(dbt_playbooks._days_condition(days, theirs, source_kind, timezone, none), origin.always)
  }) }}
{% endmacro %}

{#- A table may ask for a filter on another column than that of the days. -#}
{% macro _and_always(condition, always) %}
  {{ return('(' ~ condition ~ ')\n  and ' ~ always if always else condition) }}
{% endmacro %}
