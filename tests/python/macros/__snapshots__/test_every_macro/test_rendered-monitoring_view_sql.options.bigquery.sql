with counted as (
  -- days of Asia/Tokyo: the last 4, today until now included
  select
    date(`happened_at`, 'Asia/Tokyo') as day,
    count(*) as row_count,
    count(distinct case when `id` is not null and `day` is not null then to_json_string(struct(`id`, `day`)) end) as distinct_keys,
    count(*) - count(`amount`) as `amount_nulls`,
    count(case when (amount < 0) then 1 end) as anomalies,
    min(`amount`) as `amount_min`,
    max(`amount`) as `amount_max`,
    avg(`amount`) as `amount_avg`,
    min(`happened_at`) as first_at,
    max(`happened_at`) as last_at
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp(date_sub(current_date('Asia/Tokyo'), interval 3 day), 'Asia/Tokyo')
    and `happened_at` < timestamp(date_add(current_date('Asia/Tokyo'), interval 1 day), 'Asia/Tokyo')
    and (id > 0)
  group by 1
),

bounds as (
  select date_sub(current_date('Asia/Tokyo'), interval 3 day) as first_day, current_date('Asia/Tokyo') as last_day
),

days as (
  select day from bounds, unnest(generate_date_array(first_day, last_day)) as day
)

select
  days.day,
  days.day = current_date('Asia/Tokyo') as is_partial,
  coalesce(counted.row_count, 0) as row_count,
  coalesce(counted.distinct_keys, 0) as distinct_keys,
  coalesce(counted.`amount_nulls`, 0) as `amount_nulls`,
  counted.`amount_nulls` / nullif(counted.row_count, 0) as `amount_null_rate`,
  coalesce(counted.anomalies, 0) as anomalies,
  counted.anomalies / nullif(counted.row_count, 0) as anomaly_rate,
  counted.`amount_min`,
  counted.`amount_max`,
  counted.`amount_avg`,
  counted.first_at,
  counted.last_at
from days
left join counted on days.day = counted.day
order by 1;
