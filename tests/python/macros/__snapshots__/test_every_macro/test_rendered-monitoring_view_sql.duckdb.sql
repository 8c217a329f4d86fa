with counted as (
  -- days of UTC: the last 4, today until now included
  select
    cast("happened_at" as date) as day,
    count(*) as row_count,
    min("happened_at") as first_at,
    max("happened_at") as last_at
  from "memory"."dbt_test"."events"
  where "happened_at" >= cast(cast(make_timestamp(epoch_us(get_current_timestamp())) as date) - 3 as timestamp)
    and "happened_at" < cast(cast(make_timestamp(epoch_us(get_current_timestamp())) as date) + 1 as timestamp)
  group by 1
),

bounds as (
  select cast(make_timestamp(epoch_us(get_current_timestamp())) as date) - 3 as first_day, cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as last_day
),

days as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds
)

select
  days.day,
  days.day = cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as is_partial,
  coalesce(counted.row_count, 0) as row_count,
  counted.first_at,
  counted.last_at
from days
left join counted on days.day = counted.day
order by 1;
