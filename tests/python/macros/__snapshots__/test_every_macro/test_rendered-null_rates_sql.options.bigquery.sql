with counted as (
  select
    extract(month from day) as group_1,
    count(*) as row_count,
    count(*) - count(`id`) as nulls_1,
    count(*) - count(`day`) as nulls_2,
    count(*) - count(`happened_at`) as nulls_3,
    count(*) - count(`amount`) as nulls_4
  from `test-project`.`dbt_test`.`events`
  where amount > 0
  group by 1
)

select
  group_1 as `month`,
  column_name,
  row_count,
  null_count,
  null_count / nullif(row_count, 0) as null_rate
from counted
unpivot (null_count for column_name in (
  nulls_1 as 'id',
  nulls_2 as 'day',
  nulls_3 as 'happened_at',
  nulls_4 as 'amount'
))
order by 1 nulls first, 4 desc, 2;
