select count(*) as row_count
from `test-project`.`dbt_test`.`events`
where `day` >= date '2024-01-01' and `day` < date '2024-02-01';
