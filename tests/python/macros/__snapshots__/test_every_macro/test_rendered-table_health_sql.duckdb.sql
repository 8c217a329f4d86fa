with counted_1 as (
  -- days of UTC: the last 1, today until now included
  select
    cast("happened_at" as date) as day,
    count(*) as row_count,
    count(distinct "id") as distinct_keys,
    count(*) - count("id") as "id_nulls",
    count(case when (amount < 0) then 1 end) as anomalies,
    min("happened_at") as first_at,
    max("happened_at") as last_at
  from "memory"."dbt_test"."events"
  where "happened_at" >= cast(cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as timestamp)
    and "happened_at" < cast(cast(make_timestamp(epoch_us(get_current_timestamp())) as date) + 1 as timestamp)
  group by 1
),

bounds_1 as (
  select cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as first_day, cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as last_day
),

days_1 as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds_1
),

daily_1 as (
  select
    days.day,
    days.day = cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    coalesce(counted.distinct_keys, 0) as distinct_keys,
    coalesce(counted."id_nulls", 0) as "id_nulls",
    counted."id_nulls" / nullif(counted.row_count, 0) as "id_null_rate",
    coalesce(counted.anomalies, 0) as anomalies,
    counted.anomalies / nullif(counted.row_count, 0) as anomaly_rate,
    counted.first_at,
    counted.last_at
  from days_1 as days
  left join counted_1 as counted on days.day = counted.day
),

counted_2 as (
  -- days of UTC: the last 1, today until now included
  select
    "day" as day,
    count(*) as row_count,
    min("day") as first_at,
    max("day") as last_at
  from "memory"."dbt_test"."archive"
  where "day" >= cast(make_timestamp(epoch_us(get_current_timestamp())) as date)
    and "day" < cast(make_timestamp(epoch_us(get_current_timestamp())) as date) + 1
  group by 1
),

bounds_2 as (
  select cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as first_day, cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as last_day
),

days_2 as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds_2
),

daily_2 as (
  select
    days.day,
    days.day = cast(make_timestamp(epoch_us(get_current_timestamp())) as date) as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    counted.first_at,
    counted.last_at
  from days_2 as days
  left join counted_2 as counted on days.day = counted.day
)

select
  cast('events' as TEXT) as table_name,
  cast(day as date) as day,
  cast(is_partial as boolean) as is_partial,
  cast(row_count as bigint) as row_count,
  cast(distinct_keys as bigint) as distinct_keys,
  cast(anomalies as bigint) as anomalies,
  cast(anomaly_rate as double) as anomaly_rate,
  cast(greatest("id_null_rate") as double) as worst_null_rate,
  cast(json_object('id', case when isnan("id_null_rate") then to_json('NaN') when isfinite("id_null_rate") then to_json("id_null_rate") when "id_null_rate" > 0 then to_json('Infinity') when "id_null_rate" < 0 then to_json('-Infinity') end) as TEXT) as null_rates,
  cast(null as TEXT) as metrics,
  cast(first_at as timestamp) as first_at,
  cast(last_at as timestamp) as last_at,
  cast(case when sum(row_count) over () = 0 then 'no rows in the last day' when row_count = 0 and not is_partial then 'no rows on this day' end as TEXT) as problem
from daily_1
union all
select
  cast('archive' as TEXT) as table_name,
  cast(day as date) as day,
  cast(is_partial as boolean) as is_partial,
  cast(row_count as bigint) as row_count,
  cast(null as bigint) as distinct_keys,
  cast(null as bigint) as anomalies,
  cast(null as double) as anomaly_rate,
  cast(null as double) as worst_null_rate,
  cast(null as TEXT) as null_rates,
  cast(null as TEXT) as metrics,
  cast(cast(first_at as timestamp) as timestamp) as first_at,
  cast(cast(last_at as timestamp) as timestamp) as last_at,
  cast(case when sum(row_count) over () = 0 then 'no rows in the last day' when row_count = 0 and not is_partial then 'no rows on this day' end as TEXT) as problem
from daily_2
order by 1, 2;
