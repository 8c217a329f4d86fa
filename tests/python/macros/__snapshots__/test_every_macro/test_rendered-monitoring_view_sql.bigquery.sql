with counted as (
  -- days of UTC: the last 4, today until now included
  select
    date(`happened_at`, 'UTC') as day,
    count(*) as row_count,
    min(`happened_at`) as first_at,
    max(`happened_at`) as last_at
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp(date_sub(current_date('UTC'), interval 3 day), 'UTC')
    and `happened_at` < timestamp(date_add(current_date('UTC'), interval 1 day), 'UTC')
  group by 1
),

bounds as (
  select date_sub(current_date('UTC'), interval 3 day) as first_day, current_date('UTC') as last_day
),

days as (
  select day from bounds, unnest(generate_date_array(first_day, last_day)) as day
)

select
  days.day,
  days.day = current_date('UTC') as is_partial,
  coalesce(counted.row_count, 0) as row_count,
  counted.first_at,
  counted.last_at
from days
left join counted on days.day = counted.day
order by 1;
