{#- The rows of each day that has any, and those whose date is NULL. -#}
{% macro row_counts_by_day(table, date_column, start_date, end_date, timezone='UTC', where=none, data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.row_counts_by_day_sql(
    table=relation, date_column=date_column, start_date=start_date, end_date=end_date, timezone=timezone, where=where, data_type=data_type
  )) -%}
  {%- do dbt_playbooks._print_table(['day', 'row_count'], rows, title=relation ~ ': rows by day of ' ~ date_column) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro row_counts_by_day_sql(table, date_column, start_date, end_date, timezone='UTC', where=none, data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {%- do dbt_playbooks._date_range(start_date, end_date) -%}
  {%- set sql -%}
select {{ dbt_playbooks._day_of(dbt_playbooks._quote(date_column), kind, timezone) }} as day, count(*) as row_count
from {{ relation }}
{{ dbt_playbooks._where_sql(date_column, kind, start_date, end_date, timezone, where, or_null=true) }}
group by 1
order by 1
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
