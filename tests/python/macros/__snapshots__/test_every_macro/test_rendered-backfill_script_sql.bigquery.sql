-- Fills `test-project`.`dbt_test`.`archive` from `test-project`.`dbt_test`.`events`, 2024-01-01 to 2024-01-31, in 1 steps of month.
-- The steps run one after another, never in parallel. Each replaces its days in one piece, so the script can be stopped,
-- and run again from its beginning or from any step, without losing or doubling a row.

-- Step 1 of 1: 2024-01-01 to 2024-01-31
merge into `test-project`.`dbt_test`.`archive` as target
using (
  select `id`, `day`, `happened_at`, `amount`
  from `test-project`.`dbt_test`.`events`
  where `day` >= date '2024-01-01' and `day` < date '2024-02-01'
) as source
on false
when not matched by source and target.`day` >= date '2024-01-01' and target.`day` < date '2024-02-01' then
  delete
when not matched then
  insert (`id`, `day`, `happened_at`, `amount`)
  values (source.`id`, source.`day`, source.`happened_at`, source.`amount`);
select 1 as step, 1 as steps, '2024-01-01 to 2024-01-31' as days;
