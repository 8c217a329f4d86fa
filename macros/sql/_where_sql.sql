{#- `where ...` for an inclusive range of days, open on a side whose day is none, and a condition of the user's; '' when there is neither.
    `or_null` keeps the rows whose date is NULL, or a text or an integer that is no day; `indent` is what its first line is indented by. -#}
{% macro _where_sql(column, kind, start_date=none, end_date=none, timezone='UTC', where=none, or_null=false, indent='') %}
  {%- set quoted = dbt_playbooks._quote(column) -%}
  {%- set conditions = [] -%}
  {%- if start_date is not none and end_date is not none -%}
    {%- do conditions.append(dbt_playbooks._window_predicate(quoted, kind, start_date, end_date, timezone)) -%}
  {%- elif start_date is not none -%}
    {%- do conditions.append(quoted ~ ' >= ' ~ dbt_playbooks._date_literal(dbt_playbooks._date(start_date, 'start_date'), kind, timezone)) -%}
  {%- elif end_date is not none -%}
    {%- set after = dbt_playbooks._date(end_date, 'end_date') + modules.datetime.timedelta(days=1) -%}
    {%- do conditions.append(quoted ~ ' < ' ~ dbt_playbooks._date_literal(after, kind, timezone)) -%}
  {%- endif -%}
  {%- if or_null and conditions -%}
    {%- set dated = dbt_playbooks._day_of(quoted, kind, timezone) if kind in ('text', 'integer') else quoted -%}
    {%- set conditions = ['(' ~ conditions[0] ~ ' or ' ~ dated ~ ' is null)'] -%}
  {%- endif -%}
  {%- if where -%}
    {%- do conditions.append(dbt_playbooks._enclosed(where)) -%}
  {%- endif -%}
  {{ return('where ' ~ conditions | join('\n' ~ indent ~ '  and ') if conditions else '') }}
{% endmacro %}
