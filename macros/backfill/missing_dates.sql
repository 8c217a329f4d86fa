{#- Every calendar day without a row, in order. `fail: true` makes a missing day an error. -#}
{% macro missing_dates(table, date_column, start_date=none, end_date=none, exclude_weekends=false, exclude_dates=[],
                       timezone='UTC', where=none, data_type=none, fail=false) %}
  {%- set relation = dbt_playbooks._relation(table) -%}
  {%- set days = dbt_playbooks._query(dbt_playbooks.missing_dates_sql(
    table=relation, date_column=date_column, start_date=start_date, end_date=end_date, exclude_weekends=exclude_weekends,
    exclude_dates=exclude_dates, timezone=timezone, where=where, data_type=data_type
  )) -%}
  {%- set unknown = days | length == 1 and days[0][0] is none -%}
  {%- set count = "no date at all, and no start_date and end_date that say which are missing" if unknown
                  else (days | length or 'no') ~ " missing date" ~ ('' if days | length == 1 else 's') -%}
  {%- set title = relation ~ ": " ~ count ~ " in " ~ date_column -%}
  {%- if unknown or not days -%}
    {%- do print(title) -%}
  {%- else -%}
    {%- do dbt_playbooks._print_table(['missing_date'], days, title=title) -%}
  {%- endif -%}
  {%- if fail and days -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.missing_dates: " ~ title ~ ("" if unknown else ", the first on " ~ days[0][0])
      ~ ". Load them (dbt-playbooks backfill), or leave them out with exclude_dates, exclude_weekends or another range.") }}
  {%- endif -%}
  {{ return(days) }}
{% endmacro %}

{% macro missing_dates_sql(table, date_column, start_date=none, end_date=none, exclude_weekends=false, exclude_dates=[],
                           timezone='UTC', where=none, data_type=none) %}
  {{ return(dbt_playbooks._missing_dates_sql(
    dbt_playbooks._relation(table), date_column, start_date, end_date, exclude_weekends, exclude_dates, timezone, where, data_type
  )) }}
{% endmacro %}

{#- `relation` may be a subquery, as the `where` of a generic test makes one. -#}
{% macro _missing_dates_sql(relation, date_column, start_date, end_date, exclude_weekends, exclude_dates, timezone, where, data_type) %}
  {%- set spine = dbt_playbooks._counted_days_sql(relation, date_column, start_date, end_date, timezone, where, data_type) -%}
  {%- set excluded = [] -%}
  {%- for day in dbt_playbooks._list(exclude_dates) -%}
    {%- do excluded.append(dbt_playbooks._date_literal(dbt_playbooks._date(day, 'a day of exclude_dates'), 'date')) -%}
  {%- endfor -%}
  {%- set sql -%}
{{ spine }}

select days.day as missing_date
from days
left join counted on days.day = counted.day
where counted.day is null
{%- if exclude_weekends %}
  and not {{ dbt_playbooks._is_weekend('days.day') }}
{%- endif %}
{%- if excluded %}
  and days.day not in ({{ excluded | join(', ') }})
{%- endif %}
{%- if start_date is none or end_date is none %}
union all
select cast(null as date)
from bounds
where bounds.first_day is null or bounds.last_day is null
{%- endif %}
order by 1
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
