select count(*) as row_count from `test-project`.`dbt_test`.`events`;
