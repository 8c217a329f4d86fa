select
  date_trunc(date(`happened_at`, 'UTC'), day) as partition_date,
  sum(case when (amount < 0) then 1 else 0 end) as bad_rows,
  count(*) as total_rows,
  sum(case when (amount < 0) then 1 else 0 end) / nullif(count(*), 0) as bad_rate
from `test-project`.`dbt_test`.`events`
group by 1
having sum(case when (amount < 0) then 1 else 0 end) > 0
order by 1;
