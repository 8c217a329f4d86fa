with counted as (
  -- days of Asia/Tokyo: the last 14, today until now included
  select
    cast(timezone('Asia/Tokyo', timezone('UTC', "happened_at")) as date) as day,
    count(*) as row_count,
    count(*) - count("id") as "id_nulls",
    count(*) - count("amount") as "amount_nulls",
    min("happened_at") as first_at,
    max("happened_at") as last_at,
    max(case when "happened_at" <= make_timestamp(epoch_us(get_current_timestamp())) then "happened_at" end) as newest_at
  from "memory"."dbt_test"."events"
  where "happened_at" >= timezone('UTC', timezone('Asia/Tokyo', cast(cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) - 13 as timestamp))) - interval 1 hour
    and "happened_at" < timezone('UTC', timezone('Asia/Tokyo', cast(cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) + 1 as timestamp)))
    and (amount > 0)
  group by 1
),

bounds as (
  select cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) - 13 as first_day, cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) as last_day
),

days as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds
),

daily as (
  select
    days.day,
    days.day = cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    coalesce(counted."id_nulls", 0) as "id_nulls",
    counted."id_nulls" / nullif(counted.row_count, 0) as "id_null_rate",
    coalesce(counted."amount_nulls", 0) as "amount_nulls",
    counted."amount_nulls" / nullif(counted.row_count, 0) as "amount_null_rate",
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
  "id_null_rate",
  "amount_null_rate",
  last_at,
  cast(floor(((epoch_us(make_timestamp(epoch_us(get_current_timestamp()))) - epoch_us(max(newest_at) over ())) // 1000000) / 60) as bigint) as minutes_stale
from daily
order by 1;
