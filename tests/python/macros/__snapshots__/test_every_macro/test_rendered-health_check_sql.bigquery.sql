with counted as (
  -- days of UTC: the last 2, today until now included
  select
    date(`happened_at`, 'UTC') as day,
    count(*) as row_count,
    min(`happened_at`) as first_at,
    max(`happened_at`) as last_at,
    max(case when `happened_at` <= current_timestamp() then `happened_at` end) as newest_at
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp(date_sub(current_date('UTC'), interval 1 day), 'UTC')
    and `happened_at` < timestamp(date_add(current_date('UTC'), interval 1 day), 'UTC')
  group by 1
),

bounds as (
  select date_sub(current_date('UTC'), interval 1 day) as first_day, current_date('UTC') as last_day
),

days as (
  select day from bounds, unnest(generate_date_array(first_day, last_day)) as day
),

daily as (
  select
    days.day,
    days.day = current_date('UTC') as is_partial,
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
  cast(floor((timestamp_diff(current_timestamp(), max(newest_at) over (), second)) / 60) as bigint) as minutes_stale
from daily
order by 1;
