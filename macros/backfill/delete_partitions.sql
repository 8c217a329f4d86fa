{#- A plan (`dry_run: true`), or the deletion: a backup, then one DELETE. Returns [day, rows before] of each day. -#}
{% macro delete_partitions(table, date_column, dates=none, start_date=none, end_date=none, timezone='UTC', where=none, data_type=none,
                           dry_run=true) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- if relation.type == 'view' -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.delete_partitions: " ~ relation ~ " is a view: it holds no rows. "
      ~ "Name the table that it reads.") }}
  {%- endif -%}
  {%- set days = dbt_playbooks._chosen_days(dates, start_date, end_date) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {%- set condition = dbt_playbooks._days_condition(days, date_column, kind, timezone, where) -%}
  {%- set backup = dbt_playbooks._backup_relation(relation) -%}
  {%- set statements = dbt_playbooks._delete_statements(relation, backup, condition) -%}

  {%- set counts, rows = dbt_playbooks._rows_by_day(relation, dbt_playbooks._quote(date_column), kind, condition, timezone), [] -%}
  {%- for day in days -%}
    {%- do rows.append([day | string, counts.get(day | string, 0)]) -%}
  {%- endfor -%}
  {%- set title = relation ~ ': ' ~ counts.values() | sum ~ ' rows in ' ~ days | length ~ ' days' -%}
  {%- do dbt_playbooks._print_table(['day', 'rows'], rows, title=title) -%}

  {%- set way_back = 'To go back:\n' ~ dbt_playbooks._restore_sql(relation, backup, condition, date_column) ~ ';' -%}
  {%- if dry_run -%}
    {%- do print('Nothing was changed. This would run, in this order:\n\n' ~ statements | join(';\n\n') ~ ';\n\n' ~ way_back
                 ~ '\n\nThe name of the backup is new each time. Run it with --args \'{..., dry_run: false}\'.') -%}
  {%- else -%}
    {%- set deleted = dbt_playbooks._change(statements) -%}
    {%- do print('Deleted ' ~ deleted ~ ' rows. They are kept in ' ~ backup ~ ' until you drop it.\n' ~ way_back) -%}
  {%- endif -%}
  {{ return(rows) }}
{% endmacro %}

{% macro delete_partitions_sql(table, date_column, dates=none, start_date=none, end_date=none, timezone='UTC', where=none,
                               data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set days = dbt_playbooks._chosen_days(dates, start_date, end_date) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {{ return(dbt_playbooks._delete_statements(
    relation, dbt_playbooks._backup_relation(relation), dbt_playbooks._days_condition(days, date_column, kind, timezone, where)
  )) }}
{% endmacro %}

{% macro _delete_statements(relation, backup, condition) %}
  {{ return([dbt_playbooks._backup_sql(relation, backup, condition), 'delete from ' ~ relation ~ '\nwhere ' ~ condition]) }}
{% endmacro %}
