with counted as (
  -- days of Asia/Tokyo: the last 4, today until now included
  select
    cast(timezone('Asia/Tokyo', timezone('UTC', "happened_at")) as date) as day,
    count(*) as row_count,
    count(distinct case when "id" is not null and "day" is not null then row("id", "day") end) as distinct_keys,
    count(*) - count("amount") as "amount_nulls",
    count(case when (amount < 0) then 1 end) as anomalies,
    min("amount") as "amount_min",
    max("amount") as "amount_max",
    avg("amount") as "amount_avg",
    min("happened_at") as first_at,
    max("happened_at") as last_at
  from "memory"."dbt_test"."events"
  where "happened_at" >= timezone('UTC', timezone('Asia/Tokyo', cast(cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) - 3 as timestamp))) - interval 1 hour
    and "happened_at" < timezone('UTC', timezone('Asia/Tokyo', cast(cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) + 1 as timestamp)))
    and (id > 0)
  group by 1
),

bounds as (
  select cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) - 3 as first_day, cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) as last_day
),

days as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds
)

select
  days.day,
  days.day = cast(timezone('Asia/Tokyo', timezone('UTC', make_timestamp(epoch_us(get_current_timestamp())))) as date) as is_partial,
  coalesce(counted.row_count, 0) as row_count,
  coalesce(counted.distinct_keys, 0) as distinct_keys,
  coalesce(counted."amount_nulls", 0) as "amount_nulls",
  counted."amount_nulls" / nullif(counted.row_count, 0) as "amount_null_rate",
  coalesce(counted.anomalies, 0) as anomalies,
  counted.anomalies / nullif(counted.row_count, 0) as anomaly_rate,
  counted."amount_min",
  counted."amount_max",
  counted."amount_avg",
  counted.first_at,
  counted.last_at
from days
left join counted on days.day = counted.day
order by 1;
