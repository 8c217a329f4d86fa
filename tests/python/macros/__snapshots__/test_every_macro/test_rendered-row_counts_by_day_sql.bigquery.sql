select `day` as day, count(*) as row_count
from `test-project`.`dbt_test`.`events`
where (`day` >= date '2024-01-01' and `day` < date '2024-02-01' or `day` is null)
group by 1
order by 1;
