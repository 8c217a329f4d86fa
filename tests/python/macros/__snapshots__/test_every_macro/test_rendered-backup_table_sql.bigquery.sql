create snapshot table `test-project`.`dbt_test`.`events_backup`
clone `test-project`.`dbt_test`.`events`;
