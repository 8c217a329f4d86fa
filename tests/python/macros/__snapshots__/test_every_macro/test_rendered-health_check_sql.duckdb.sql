with counted as (
  -- days of UTC: the last 2, today until now included
  select
    cast("happened_at" as date) as day,
    count(*) as row_count,
    min("happened_at") as first_at,
    max("happened_at") as last_at,
    max(case when "happened_at" <= make_timestamp(epoch_us(get_current_timestamp())) then "happened_at" end) as newest_at
  from "memory"."dbt_test"."events"
  where "happened_at" >= cast(cast(make_timestamp(epoch_us(get_current_timestamp())) as date) - 1 as timestamp)
    and "happened_at" < cast(cast(make_timestamp(epoch_us(get_current_timestamp())) as date) + 1 as timestamp)
  group by 1
),

bounds as (
  select cast(make_timestamp(epoch_us(get_current_timestamp())) as date) - 1 as first_day, cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as last_day
),

days as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds
),

daily as (
  select
    days.day,
    days.day = cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    counted.first_at,
    counted.last_at,
    counted.newest_at
  from days
  left join counted on days.day = counted.day
)

select
  day,
  is_partial,
  row_count,
  case when not is_partial then row_count / nullif(lag(row_count) over (order by day), 0) - 1 end as row_change,
  last_at,
  cast(floor(((epoch_us(make_timestamp(epoch_us(get_current_timestamp()))) - epoch_us(max(newest_at) over ())) // 1000000) / 60) as bigint) as minutes_stale
from daily
order by 1;
