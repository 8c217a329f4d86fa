with counted as (
  select
    count(*) as row_count,
    count(*) - count(`id`) as nulls_1,
    count(*) - count(`amount`) as nulls_2
  from `test-project`.`dbt_test`.`events`
)

select
  column_name,
  row_count,
  null_count,
  null_count / nullif(row_count, 0) as null_rate
from counted
unpivot (null_count for column_name in (
  nulls_1 as 'id',
  nulls_2 as 'amount'
))
order by 3 desc, 1;
