with counted as (
  select cast(timezone('Asia/Tokyo', timezone('UTC', "happened_at")) as date) as day, count(*) as row_count
  from "memory"."dbt_test"."events"
  where "happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00'
    and (amount > 0)
  group by 1
),

bounds as (
  select date '2024-01-01' as first_day, date '2024-01-31' as last_day
),

days as (
  select cast(unnest(generate_series(cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day)) as date) as day from bounds
)

select days.day as missing_date
from days
left join counted on days.day = counted.day
where counted.day is null
  and not isodow(days.day) in (6, 7)
  and days.day not in (date '2024-01-02', date '2024-01-15')
order by 1;
