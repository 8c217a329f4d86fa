{#- The days, of the last `days`, whose rows are too many or too few beside the median of the same weekdays before, which one odd day does not move. Under `columns:` the column is a table's date; on a model it
    is a monitoring view. Today is never judged: it is not over. -#}
{% test volume_within(model, max_change, column_name=none, days=1, weeks=4, by=none, timezone='UTC', data_type=none) %}
  {%- if max_change is not number or max_change is boolean or max_change <= 0 -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.volume_within: max_change is '" ~ max_change ~ "', which is no number above 0. Half as many or half as many again is max_change: 0.5.") }}
  {%- endif -%}
  {%- do dbt_playbooks._whole_number(weeks, 'weeks', 104) -%}
  {%- set days = dbt_playbooks._whole_number(days, 'days', 366) -%}
  {%- set last_day = dbt_playbooks._plus_days(dbt_playbooks._today(timezone), -1) -%}
  {%- set first_day = dbt_playbooks._plus_days(dbt_playbooks._today(timezone), -days) -%}
  {%- if column_name is none -%}
    {%- do dbt_playbooks._refuse_other_than_view(model, ['day', 'row_count', 'is_partial'], 'volume_within') -%}
    {%- set daily = 'daily as (select * from ' ~ model ~ ')' -%}
  {%- else -%}
    {#- a week more than is compared: a row in it shows that the table had begun, so that an empty day counts as one -#}
    {%- set daily = dbt_playbooks._tested_days_sql(model, column_name, [], days + 7 * (weeks + 1), timezone, 0, data_type) -%}
  {%- endif -%}
  {%- set own = dbt_playbooks._quote(by) ~ ', ' if by else '' -%}
  {%- set each = 'partition by ' ~ dbt_playbooks._quote(by) if by else '' %}
with {{ daily }},

begun as (
  select
    {{ own }}day, row_count, sum(row_count) over ({{ each }}) as all_rows,
    min(case when row_count > 0 then day end) over ({{ each }}) as first_day_with_rows,
    min(day) over ({{ each }}) as first_day
  from daily
  where day <= {{ last_day }}
),

-- every day has a row, so those of its weekday before it are the rows before it; days before the first row do not count as empty
compared as (
  select
    {{ own }}day, row_count, all_rows, first_day,
    {{ dbt_playbooks._listed('case when day >= first_day_with_rows then row_count end') }} over (
      partition by {{ own }}extract(dayofweek from day) order by day rows between {{ weeks }} preceding and 1 preceding
    ) as usual_days
  from begun
),

judged as (
  select {{ own }}day, row_count, all_rows, first_day, {{ dbt_playbooks._median_of('usual_days') }} as usual_rows
  from compared
)

select
  {{ own }}day, row_count, usual_rows, row_count / nullif(usual_rows, 0) - 1 as change, {{ max_change }} as max_change,
  case
    when all_rows = 0 then {{ dbt_playbooks._string_literal('no rows at all in the days that are compared') }}
    when first_day > {{ dbt_playbooks._plus_days('day', -7) }} then {{ dbt_playbooks._string_literal('the view does not go back a week: give it more days') }}
    when row_count < usual_rows then {{ dbt_playbooks._string_literal('fewer rows than on the same weekday before') }}
    else {{ dbt_playbooks._string_literal('more rows than on the same weekday before') }}
  end as problem
from judged
where day >= {{ first_day }}
  and (
    all_rows = 0 or first_day > {{ dbt_playbooks._plus_days('day', -7) }}
    or abs(row_count - usual_rows) > {{ max_change }} * usual_rows
  )
{%- if column_name is none %}
union all
select
  {% if by %}max({{ dbt_playbooks._quote(by) }}), {% endif %}max(day), max(row_count), max(usual_rows), null, {{ max_change }},
  {{ dbt_playbooks._string_literal('the view has none of the days to judge: build it again') }}
from judged
where day >= {{ first_day }}
having count(*) = 0
{%- endif %}
{% endtest %}
