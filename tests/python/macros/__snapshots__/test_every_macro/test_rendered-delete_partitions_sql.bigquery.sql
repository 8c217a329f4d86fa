create snapshot table `test-project`.`dbt_test`.`events_backup`
clone `test-project`.`dbt_test`.`events`;

delete from `test-project`.`dbt_test`.`events`
where (
  (`happened_at` >= timestamp '2024-01-01 00:00:00+00:00' and `happened_at` < timestamp '2024-01-02 00:00:00+00:00')
  or (`happened_at` >= timestamp '2024-01-04 00:00:00+00:00' and `happened_at` < timestamp '2024-01-05 00:00:00+00:00')
);
