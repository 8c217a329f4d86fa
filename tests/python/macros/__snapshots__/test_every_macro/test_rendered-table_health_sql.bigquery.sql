with counted_1 as (
  -- days of UTC: the last 1, today until now included
  select
    date(`happened_at`, 'UTC') as day,
    count(*) as row_count,
    count(distinct `id`) as distinct_keys,
    count(*) - count(`id`) as `id_nulls`,
    count(case when (amount < 0) then 1 end) as anomalies,
    min(`happened_at`) as first_at,
    max(`happened_at`) as last_at
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp(current_date('UTC'), 'UTC')
    and `happened_at` < timestamp(date_add(current_date('UTC'), interval 1 day), 'UTC')
  group by 1
),

bounds_1 as (
  select current_date('UTC') as first_day, current_date('UTC') as last_day
),

days_1 as (
  select day from bounds_1, unnest(generate_date_array(first_day, last_day)) as day
),

daily_1 as (
  select
    days.day,
    days.day = current_date('UTC') as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    coalesce(counted.distinct_keys, 0) as distinct_keys,
    coalesce(counted.`id_nulls`, 0) as `id_nulls`,
    counted.`id_nulls` / nullif(counted.row_count, 0) as `id_null_rate`,
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
    `day` as day,
    count(*) as row_count,
    min(`day`) as first_at,
    max(`day`) as last_at
  from `test-project`.`dbt_test`.`archive`
  where `day` >= current_date('UTC')
    and `day` < date_add(current_date('UTC'), interval 1 day)
  group by 1
),

bounds_2 as (
  select current_date('UTC') as first_day, current_date('UTC') as last_day
),

days_2 as (
  select day from bounds_2, unnest(generate_date_array(first_day, last_day)) as day
),

daily_2 as (
  select
    days.day,
    days.day = current_date('UTC') as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    counted.first_at,
    counted.last_at
  from days_2 as days
  left join counted_2 as counted on days.day = counted.day
)

select
  cast('events' as string) as table_name,
  cast(day as date) as day,
  cast(is_partial as boolean) as is_partial,
  cast(row_count as bigint) as row_count,
  cast(distinct_keys as bigint) as distinct_keys,
  cast(anomalies as bigint) as anomalies,
  cast(anomaly_rate as float64) as anomaly_rate,
  cast(greatest(`id_null_rate`) as float64) as worst_null_rate,
  cast(to_json_string(struct(`id_null_rate` as `id`)) as string) as null_rates,
  cast(null as string) as metrics,
  cast(first_at as timestamp) as first_at,
  cast(last_at as timestamp) as last_at,
  cast(case when sum(row_count) over () = 0 then 'no rows in the last day' when row_count = 0 and not is_partial then 'no rows on this day' end as string) as problem
from daily_1
union all
select
  cast('archive' as string) as table_name,
  cast(day as date) as day,
  cast(is_partial as boolean) as is_partial,
  cast(row_count as bigint) as row_count,
  cast(null as bigint) as distinct_keys,
  cast(null as bigint) as anomalies,
  cast(null as float64) as anomaly_rate,
  cast(null as float64) as worst_null_rate,
  cast(null as string) as null_rates,
  cast(null as string) as metrics,
  cast(timestamp(first_at, 'UTC') as timestamp) as first_at,
  cast(timestamp(last_at, 'UTC') as timestamp) as last_at,
  cast(case when sum(row_count) over () = 0 then 'no rows in the last day' when row_count = 0 and not is_partial then 'no rows on this day' end as string) as problem
from daily_2
order by 1, 2;
