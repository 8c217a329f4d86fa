{#- Rows from the first day to the last, both included: half-open, with literals of the column's type. -#}
{% macro _window_predicate(column, data_type, start_date, end_date, timezone='UTC') %}
  {%- set window = dbt_playbooks._date_range(start_date, end_date) -%}
  {%- set after = window.end + modules.datetime.timedelta(days=1) -%}
  {{ return(
    column ~ ' >= ' ~ dbt_playbooks._date_literal(window.start, data_type, timezone)
    ~ ' and ' ~ column ~ ' < ' ~ dbt_playbooks._date_literal(after, data_type, timezone)
  ) }}
{% endmacro %}
