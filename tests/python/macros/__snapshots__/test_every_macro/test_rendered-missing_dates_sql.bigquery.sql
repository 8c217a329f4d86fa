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

select days.day as missing_date
from days
left join counted on days.day = counted.day
where counted.day is null
union all
select cast(null as date)
from bounds
where bounds.first_day is null or bounds.last_day is null
order by 1;
