create table `test-project`.`dbt_test`.`events_backup`
clone `test-project`.`dbt_test`.`events`
options (expiration_timestamp = timestamp '2024-03-01 12:00:00.000000+00:00');
