{#- What a table's newest day is, read now, so that it can be written as a literal, which prunes where `(select max(...) from ...)` does not:
    {'day': none when there is no date up to today, 'later_rows': how many come after tomorrow, 'latest': the newest of all, as text}.
    A row of the future (a wrong clock, a placeholder) would hold up every run until then, so it is no newest day. One scan. -#}
{% macro _newest_day(relation, column, timezone='UTC', data_type='date') %}
  {%- set said = dbt_playbooks._date_kind(data_type) -%}
  {%- set kind = dbt_playbooks._local_kind(dbt_playbooks._column_kind(relation, column, said), said) -%}
  {%- set date = dbt_playbooks._quote(column) -%}
  {%- if kind in ('text', 'integer') -%}
    {#- what is no day must not be the newest -#}
    {%- set date, kind = dbt_playbooks._day_of(date, kind, timezone), 'date' -%}
  {%- endif -%}
  {%- set starts = [] -%}
  {%- for days in (1, 2) -%}
    {%- do starts.append(dbt_playbooks._day_start(dbt_playbooks._plus_days(dbt_playbooks._today(timezone), days), kind, timezone)) -%}
  {%- endfor -%}
  {%- set columns = [] -%}
  {%- for newest in ['max(case when ' ~ date ~ ' < ' ~ starts[0] ~ ' then ' ~ date ~ ' end)', 'max(' ~ date ~ ')'] -%}
    {%- do columns.append('cast(' ~ dbt_playbooks._day_of(newest, kind, timezone) ~ ' as ' ~ dbt.type_string() ~ ')') -%}
  {%- endfor -%}
  {%- do columns.append('count(case when ' ~ date ~ ' >= ' ~ starts[1] ~ ' then 1 end)') -%}
  {%- set found = dbt_playbooks._query('select ' ~ columns | join(', ') ~ ' from ' ~ relation)[0] -%}
  {{ return({
    'day': none if found[0] is none else dbt_playbooks._date(found[0], 'the newest date of ' ~ relation), 'latest': found[1], 'later_rows': found[2] | int
  }) }}
{% endmacro %}
