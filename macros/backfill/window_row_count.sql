{% macro window_row_count_sql(table, column, start_date, end_date, timezone='UTC', data_type=none) %}
  {%- set kind = data_type or dbt_playbooks._column_kind(table, column) -%}
  {{ return(
    'select count(*) as row_count from ' ~ table ~ ' where '
    ~ dbt_playbooks._window_predicate(dbt_playbooks._quote(column), kind, start_date, end_date, timezone)
  ) }}
{% endmacro %}
