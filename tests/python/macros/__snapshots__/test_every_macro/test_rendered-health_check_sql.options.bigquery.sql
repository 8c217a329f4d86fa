with counted as (
  -- days of Asia/Tokyo: the last 14, today until now included
  select
    date(`happened_at`, 'Asia/Tokyo') as day,
    count(*) as row_count,
    count(*) - count(`id`) as `id_nulls`,
    count(*) - count(`amount`) as `amount_nulls`,
    min(`happened_at`) as first_at,
    max(`happened_at`) as last_at,
    max(case when `happened_at` <= current_timestamp() then `happened_at` end) as newest_at
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp(date_sub(current_date('Asia/Tokyo'), interval 13 day), 'Asia/Tokyo')
    and `happened_at` < timestamp(date_add(current_date('Asia/Tokyo'), interval 1 day), 'Asia/Tokyo')
    and (amount > 0)
  group by 1
),

bounds as (
  select date_sub(current_date('Asia/Tokyo'), interval 13 day) as first_day, current_date('Asia/Tokyo') as last_day
),

days as (
  select day from bounds, unnest(generate_date_array(first_day, last_day)) as day
),

daily as (
  select
    days.day,
    days.day = current_date('Asia/Tokyo') as is_partial,
    coalesce(counted.row_count, 0) as row_count,
    coalesce(counted.`id_nulls`, 0) as `id_nulls`,
    counted.`id_nulls` / nullif(counted.row_count, 0) as `id_null_rate`,
    coalesce(counted.`amount_nulls`, 0) as `amount_nulls`,
    counted.`amount_nulls` / nullif(counted.row_count, 0) as `amount_null_rate`,
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
  `id_null_rate`,
  `amount_null_rate`,
  last_at,
  cast(floor((timestamp_diff(current_timestamp(), max(newest_at) over (), second)) / 60) as bigint) as minutes_stale
from daily
order by 1;
