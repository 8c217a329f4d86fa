drop snapshot table `test-project`.`dbt_test`.`events_backup_a`;
