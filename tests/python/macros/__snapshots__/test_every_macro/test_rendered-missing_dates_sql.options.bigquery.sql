with counted as (
  select date(`happened_at`, 'Asia/Tokyo') as day, count(*) as row_count
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp '2023-12-31 15:00:00+00:00' and `happened_at` < timestamp '2024-01-31 15:00:00+00:00'
    and (amount > 0)
  group by 1
),

bounds as (
  select date '2024-01-01' as first_day, date '2024-01-31' as last_day
),

days as (
  select day from bounds, unnest(generate_date_array(first_day, last_day)) as day
)

select days.day as missing_date
from days
left join counted on days.day = counted.day
where counted.day is null
  and not extract(dayofweek from days.day) in (1, 7)
  and days.day not in (date '2024-01-02', date '2024-01-15')
order by 1;
