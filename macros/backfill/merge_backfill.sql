{#- A plan (`dry_run: true`), or the upsert. Rows that the source lost stay in the target. Returns [[rows in the window, rows merged]]. -#}
{% macro merge_backfill(source_table, target_table, key, date_column, start_date, end_date, update_columns=none, updated_at_column=none,
                        timezone='UTC', data_type=none, dry_run=true) %}
  {%- set source, target_relation = dbt_playbooks._relation(source_table), dbt_playbooks._relation(target_table) -%}
  {%- set sql = dbt_playbooks.merge_backfill_sql(
    source_table=source, target_table=target_relation, key=key, date_column=date_column, start_date=start_date, end_date=end_date,
    update_columns=update_columns, updated_at_column=updated_at_column, timezone=timezone, data_type=data_type
  ) -%}
  {%- set kind = dbt_playbooks._kind_of(source, date_column, data_type) -%}
  {%- set window = dbt_playbooks._where_sql(date_column, kind, start_date, end_date, timezone) -%}
  {%- do dbt_playbooks._refuse_duplicate_keys(source, dbt_playbooks._list(key), window) -%}

  {%- set rows = dbt_playbooks._query('select count(*) from ' ~ source ~ ' ' ~ window)[0][0] -%}
  {%- do print(source ~ ': ' ~ rows ~ ' rows from ' ~ start_date ~ ' to ' ~ end_date ~ ', each key once.') -%}
  {%- set merged = none -%}
  {%- if dry_run -%}
    {%- do print('Nothing was changed. This would run:\n\n' ~ sql ~ ';\n\nRows that the source lost would stay. '
                 ~ 'Run it with --args \'{..., dry_run: false}\'.') -%}
  {%- else -%}
    {%- set merged = dbt_playbooks._change([sql]) -%}
    {%- do print('Merged ' ~ merged ~ ' rows into ' ~ target_relation ~ '. Running it again changes nothing more.') -%}
  {%- endif -%}
  {{ return([[rows, merged]]) }}
{% endmacro %}

{% macro merge_backfill_sql(source_table, target_table, key, date_column, start_date, end_date, update_columns=none, updated_at_column=none,
                            timezone='UTC', data_type=none) %}
  {%- set source, target_relation = dbt_playbooks._relation(source_table), dbt_playbooks._relation(target_table) -%}
  {%- do dbt_playbooks._date_range(start_date, end_date) -%}
  {%- set kind = dbt_playbooks._kind_of(source, date_column, data_type) -%}
  {%- set window = dbt_playbooks._where_sql(date_column, kind, start_date, end_date, timezone) -%}
  {%- set plan = dbt_playbooks._merge_columns(source, target_relation, dbt_playbooks._list(key), update_columns, updated_at_column) -%}
  {%- set matches, updates, names, values = [], [], [], [] -%}
  {%- for column in plan.key -%}
    {%- set theirs = 'source.' ~ dbt_playbooks._quote(column.source_name) -%}
    {%- set theirs = theirs if column.same_type else 'cast(' ~ theirs ~ ' as ' ~ column.data_type ~ ')' -%}
    {%- do matches.append(dbt_playbooks._same_key('target.' ~ dbt_playbooks._quoted(column.name), theirs)) -%}
    {%- if column.name | lower == date_column | lower -%}
      {#- the date is part of the key, so a row can only match one of its own window: let the warehouse prune the target too -#}
      {%- set ours = dbt_playbooks._kind_of(target_relation, column.name, kind if kind in ('text', 'integer') else none) -%}
      {%- do matches.append(dbt_playbooks._window_predicate(
        'target.' ~ dbt_playbooks._quoted(column.name), ours, start_date, end_date, timezone
      )) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for name in plan.updated -%}
    {%- do updates.append(dbt_playbooks._quoted(name) ~ ' = source.' ~ dbt_playbooks._quoted(name)) -%}
  {%- endfor -%}
  {%- for name in plan.inserted -%}
    {%- do names.append(dbt_playbooks._quoted(name)) -%}
    {%- do values.append('source.' ~ dbt_playbooks._quoted(name)) -%}
  {%- endfor -%}
  {%- if plan.stamp -%}
    {%- do updates.append(dbt_playbooks._quoted(plan.stamp.name) ~ ' = ' ~ plan.stamp.value) -%}
    {%- do names.append(dbt_playbooks._quoted(plan.stamp.name)) -%}
    {%- do values.append(plan.stamp.value) -%}
  {%- endif -%}
  {%- set sql -%}
merge into {{ target_relation }} as target
using (
  select *
  from {{ source }}
  {{ window }}
) as source
on {{ matches | join('\n  and ') }}
{%- if updates %}
when matched then
  update set {{ updates | join(', ') }}
{%- endif %}
when not matched then
  insert ({{ names | join(', ') }})
  values ({{ values | join(', ') }})
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
