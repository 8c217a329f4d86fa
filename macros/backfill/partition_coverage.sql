{#- How full each period is, the empty ones too. -#}
{% macro partition_coverage(table, date_column, start_date=none, end_date=none, period='month', timezone='UTC', where=none,
                            data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set rows = dbt_playbooks._query(dbt_playbooks.partition_coverage_sql(
    table=relation, date_column=date_column, start_date=start_date, end_date=end_date, period=period, timezone=timezone,
    where=where, data_type=data_type
  )) -%}
  {%- do dbt_playbooks._print_table(
    ['period_start', 'row_count', 'first_date', 'last_date', 'days_with_rows', 'days_expected'], rows,
    title=relation ~ ': coverage of ' ~ date_column ~ ' by ' ~ period
  ) -%}
  {{ return(rows) }}
{% endmacro %}

{% macro partition_coverage_sql(table, date_column, start_date=none, end_date=none, period='month', timezone='UTC', where=none,
                                data_type=none) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set sql -%}
{{ dbt_playbooks._counted_days_sql(relation, date_column, start_date, end_date, timezone, where, data_type) }}

select
  {{ dbt_playbooks._period_start('days.day', period) }} as period_start,
  coalesce(sum(counted.row_count), 0) as row_count,
  min(counted.day) as first_date,
  max(counted.day) as last_date,
  count(counted.day) as days_with_rows,
  count(*) as days_expected
from days
left join counted on days.day = counted.day
group by 1
order by 1
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
