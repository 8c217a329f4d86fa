-- Fills `test-project`.`dbt_test`.`archive` from `test-project`.`dbt_test`.`events`, 2024-01-01 to 2024-01-31, in 3 steps of 2 weeks.
-- The steps run one after another, never in parallel. Each replaces its days in one piece, so the script can be stopped,
-- and run again from its beginning or from any step, without losing or doubling a row.

-- Step 1 of 3: 2024-01-01 to 2024-01-14
merge into `test-project`.`dbt_test`.`archive` as target
using (
  select `id`, `happened_at`
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp '2023-12-31 15:00:00+00:00' and `happened_at` < timestamp '2024-01-14 15:00:00+00:00'
) as source
on false
when not matched by source and target.`happened_at` >= timestamp '2023-12-31 15:00:00+00:00' and target.`happened_at` < timestamp '2024-01-14 15:00:00+00:00' then
  delete
when not matched then
  insert (`id`, `happened_at`)
  values (source.`id`, source.`happened_at`);
select 1 as step, 3 as steps, '2024-01-01 to 2024-01-14' as days;

-- Step 2 of 3: 2024-01-15 to 2024-01-28
merge into `test-project`.`dbt_test`.`archive` as target
using (
  select `id`, `happened_at`
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp '2024-01-14 15:00:00+00:00' and `happened_at` < timestamp '2024-01-28 15:00:00+00:00'
) as source
on false
when not matched by source and target.`happened_at` >= timestamp '2024-01-14 15:00:00+00:00' and target.`happened_at` < timestamp '2024-01-28 15:00:00+00:00' then
  delete
when not matched then
  insert (`id`, `happened_at`)
  values (source.`id`, source.`happened_at`);
select 2 as step, 3 as steps, '2024-01-15 to 2024-01-28' as days;

-- Step 3 of 3: 2024-01-29 to 2024-01-31
merge into `test-project`.`dbt_test`.`archive` as target
using (
  select `id`, `happened_at`
  from `test-project`.`dbt_test`.`events`
  where `happened_at` >= timestamp '2024-01-28 15:00:00+00:00' and `happened_at` < timestamp '2024-01-31 15:00:00+00:00'
) as source
on false
when not matched by source and target.`happened_at` >= timestamp '2024-01-28 15:00:00+00:00' and target.`happened_at` < timestamp '2024-01-31 15:00:00+00:00' then
  delete
when not matched then
  insert (`id`, `happened_at`)
  values (source.`id`, source.`happened_at`);
select 3 as step, 3 as steps, '2024-01-29 to 2024-01-31' as days;
