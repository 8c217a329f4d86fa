{#- The periods that hold bad rows, and how many. -#}
{% macro affected_partitions(table, date_column, condition, start_date=none, end_date=none, period='day', timezone='UTC', data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.affected_partitions_sql(
    table=relation, date_column=date_column, condition=condition, start_date=start_date, end_date=end_date, period=period,
    timezone=timezone, data_type=data_type
  )) -%}
  {%- do dbt_playbooks._print_table(
    ['partition_date', 'bad_rows', 'total_rows', 'bad_rate'], rows, title=relation ~ ': rows where ' ~ condition ~ ', by ' ~ period
  ) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro affected_partitions_sql(table, date_column, condition, start_date=none, end_date=none, period='day', timezone='UTC',
                                 data_type=none) %}
  {%- if not condition or not condition | trim -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.affected_partitions: condition is empty. "
      ~ "Write SQL that is true for a bad row, for example 'amount < 0'.") }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set kind = dbt_playbooks._kind_of(relation, date_column, data_type) -%}
  {%- set day = dbt_playbooks._day_of(dbt_playbooks._quote(date_column), kind, timezone) -%}
  {%- set where_sql = dbt_playbooks._where_sql(date_column, kind, start_date, end_date, timezone, or_null=true) -%}
  {%- set sql -%}
select
  {{ dbt_playbooks._period_start(day, period) }} as partition_date,
  sum(case when {{ dbt_playbooks._enclosed(condition) }} then 1 else 0 end) as bad_rows,
  count(*) as total_rows,
  sum(case when {{ dbt_playbooks._enclosed(condition) }} then 1 else 0 end) / nullif(count(*), 0) as bad_rate
from {{ relation }}
{%- if where_sql %}
{{ where_sql }}
{%- endif %}
group by 1
having sum(case when {{ dbt_playbooks._enclosed(condition) }} then 1 else 0 end) > 0
order by 1
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
