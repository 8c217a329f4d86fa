create snapshot table `test-project`.`dbt_test`.`events_backup`
clone `test-project`.`dbt_test`.`events`;

merge into `test-project`.`dbt_test`.`events` as target
using (
  select `id`, `day`, `happened_at`, `amount`
  from `test-project`.`dbt_test`.`events_backup_a`
  where `day` >= date '2024-01-01' and `day` < date '2024-01-03'
) as source
on false
when not matched by source and target.`day` >= date '2024-01-01' and target.`day` < date '2024-01-03' then
  delete
when not matched then
  insert (`id`, `day`, `happened_at`, `amount`)
  values (source.`id`, source.`day`, source.`happened_at`, source.`amount`);
