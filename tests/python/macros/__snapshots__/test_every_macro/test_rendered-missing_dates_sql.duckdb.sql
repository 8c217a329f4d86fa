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

select days.day as missing_date
from days
left join counted on days.day = counted.day
where counted.day is null
union all
select cast(null as date)
from bounds
where bounds.first_day is null or bounds.last_day is null
order by 1;
