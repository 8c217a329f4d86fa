merge into `test-project`.`dbt_test`.`archive` as target
using (
  select *
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp '2024-01-01 00:00:00+00:00' and `happened_at` < timestamp '2024-02-01 00:00:00+00:00'
) as source
on to_json_string(target.`id`) = to_json_string(source.`id`)
  and to_json_string(target.`happened_at`) = to_json_string(source.`happened_at`)
  and target.`happened_at` >= timestamp '2024-01-01 00:00:00+00:00' and target.`happened_at` < timestamp '2024-02-01 00:00:00+00:00'
when matched then
  update set `amount` = source.`amount`, `day` = cast(current_timestamp() as DATE)
when not matched then
  insert (`id`, `happened_at`, `amount`, `day`)
  values (source.`id`, source.`happened_at`, source.`amount`, cast(current_timestamp() as DATE));
