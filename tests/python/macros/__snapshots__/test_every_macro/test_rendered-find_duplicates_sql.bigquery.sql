select
  `day`,
  count(*) as row_count
from `test-project`.`dbt_test`.`events`
where
  `day` is not null
group by 1
having count(*) > 1
order by 2 desc, 1;
