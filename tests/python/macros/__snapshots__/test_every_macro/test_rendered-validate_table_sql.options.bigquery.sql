with source_side as (
  select
    count(*) as source_rows,
    min(`day`) as source_first_date,
    max(`day`) as source_last_date,
    count(*) - count(`day`) as source_rows_without_date
  from `test-project`.`dbt_test`.`archive`
  where id > 0
),

new_side as (
  select
    count(*) as new_rows,
    date(min(`happened_at`), 'Asia/Tokyo') as new_first_date,
    date(max(`happened_at`), 'Asia/Tokyo') as new_last_date,
    count(*) - count(`happened_at`) as new_rows_without_date,
    count(distinct case when `id` is not null and abs(amount) is not null then to_json_string(struct(`id`, abs(amount))) end) as distinct_keys,
    count(case when `id` is null or abs(amount) is null then 1 end) as rows_without_key,
    count(*) - count(`amount`) as `amount_nulls`,
    (count(*) - count(`amount`)) / nullif(count(*), 0) as `amount_null_rate`
  from `test-project`.`dbt_test`.`events`
  where amount > 0
)

select source_side.*, new_side.*
from source_side
cross join new_side;
