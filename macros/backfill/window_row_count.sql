{#- The number of rows between two days, both included. -#}
{% macro window_row_count(table, date_column, start_date, end_date, timezone='UTC', data_type=none) %}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.window_row_count_sql(
    table=table, date_column=date_column, start_date=start_date, end_date=end_date, timezone=timezone, data_type=data_type
  )) -%}
  {%- do dbt_playbooks._print_table(['row_count'], rows) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro window_row_count_sql(table, date_column, start_date, end_date, timezone='UTC', data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {{ return(
    'select count(*) as row_count\nfrom ' ~ relation ~ '\nwhere '
    ~ dbt_playbooks._window_predicate(dbt_playbooks._quote(date_column), kind, start_date, end_date, timezone)
  ) }}
{% endmacro %}
