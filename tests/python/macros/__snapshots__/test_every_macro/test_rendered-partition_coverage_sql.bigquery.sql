with counted as (
  select `day` as day, count(*) as row_count
  from `test-project`.`dbt_test`.`events`
  group by 1
),

bounds as (
  select min(day) as first_day, max(day) as last_day
  from counted
),

days as (
  select day from bounds, unnest(generate_date_array(first_day, last_day)) as day
)

select
  date_trunc(days.day, month) as period_start,
  coalesce(sum(counted.row_count), 0) as row_count,
  min(counted.day) as first_date,
  max(counted.day) as last_date,
  count(counted.day) as days_with_rows,
  count(*) as days_expected
from days
left join counted on days.day = counted.day
group by 1
order by 1;
