{#- The days that are meant, in order and each once: a list of ISO days, or all days from start_date to end_date. -#}
{% macro _chosen_days(dates, start_date, end_date) %}
  {%- set given = dbt_playbooks._list(dates) -%}
  {%- if (given | length > 0) == (start_date is not none or end_date is not none) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: which days are meant? Give either dates, a list of ISO days that is not empty "
      ~ "(dates: [2024-01-15, 2024-01-17]), or start_date and end_date, both included.") }}
  {%- endif -%}
  {%- set days = [] -%}
  {%- if given -%}
    {%- for day in given -%}
      {%- do days.append(dbt_playbooks._date(day, 'a day of dates') | string) -%}
    {%- endfor -%}
    {#- as texts, because for Fusion all dates are one to `unique` and `sort` -#}
    {%- set in_order = [] -%}
    {%- for day in days | unique | sort -%}
      {%- do in_order.append(dbt_playbooks._date(day, 'a day of dates')) -%}
    {%- endfor -%}
    {{ return(in_order) }}
  {%- endif -%}
  {%- set window = dbt_playbooks._date_range(start_date, end_date) -%}
  {%- for i in range((window.end - window.start).days + 1) -%}
    {%- do days.append(window.start + modules.datetime.timedelta(days=i)) -%}
  {%- endfor -%}
  {{ return(days) }}
{% endmacro %}

{#- Rows of these days: a half-open window a run of neighbouring days, so that the warehouse sees whole partitions. Texts and
    integers that are no day lie between days (20241399), and belong to none. -#}
{% macro _days_condition(days, date_column, kind, timezone, where) %}
  {%- set one_day = modules.datetime.timedelta(days=1) -%}
  {%- set runs, windows = [], [] -%}
  {%- for day in days -%}
    {%- if runs and runs[-1].end + one_day == day -%}
      {%- do runs[-1].update(end=day) -%}
    {%- else -%}
      {%- do runs.append({'start': day, 'end': day}) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- for run in runs -%}
    {%- do windows.append(dbt_playbooks._window_predicate(dbt_playbooks._quote(date_column), kind, run.start, run.end, timezone)) -%}
  {%- endfor -%}
  {%- set condition = windows[0] if windows | length == 1 else '(\n  (' ~ windows | join(')\n  or (') ~ ')\n)' -%}
  {%- if kind in ('text', 'integer') -%}
    {%- set condition = condition ~ '\n  and ' ~ dbt_playbooks._day_of(dbt_playbooks._quote(date_column), kind) ~ ' is not null' -%}
  {%- endif -%}
  {{ return(condition ~ ('\n  and ' ~ dbt_playbooks._enclosed(where) if where else '')) }}
{% endmacro %}

{#- The rows of each day that has any, among those that meet the condition: ISO days to numbers. `column` is quoted, or an expression. -#}
{% macro _rows_by_day(table, column, kind, condition, timezone) %}
  {%- set counts = {} -%}
  {%- for row in dbt_playbooks._query('select cast(' ~ dbt_playbooks._day_of(column, kind, timezone) ~ ' as ' ~ dbt.type_string()
                                      ~ ') as day, count(*) from ' ~ table ~ ' where ' ~ condition ~ ' group by 1') -%}
    {%- do counts.update({row[0]: row[1]}) -%}
  {%- endfor -%}
  {{ return(counts) }}
{% endmacro %}
