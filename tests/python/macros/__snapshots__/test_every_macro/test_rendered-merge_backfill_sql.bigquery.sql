merge into `test-project`.`dbt_test`.`archive` as target
using (
  select *
  from `test-project`.`dbt_test`.`events`
  where `day` >= date '2024-01-01' and `day` < date '2024-02-01'
) as source
on to_json_string(target.`id`) = to_json_string(source.`id`)
when matched then
  update set `day` = source.`day`, `happened_at` = source.`happened_at`, `amount` = source.`amount`
when not matched then
  insert (`id`, `day`, `happened_at`, `amount`)
  values (source.`id`, source.`day`, source.`happened_at`, source.`amount`);
