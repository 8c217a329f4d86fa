with counted as (
  select "day" as day, count(*) as row_count
  from "memory"."dbt_test"."events"
  group by 1
),

bounds as (
  select min(day) as first_day, max(day) as last_day
  from counted
),

days as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds
)

select
  cast(date_trunc('month', days.day) as date) as period_start,
  coalesce(sum(counted.row_count), 0) as row_count,
  min(counted.day) as first_date,
  max(counted.day) as last_date,
  count(counted.day) as days_with_rows,
  count(*) as days_expected
from days
left join counted on days.day = counted.day
group by 1
order by 1;
