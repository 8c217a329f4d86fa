-- Fills "memory"."dbt_test"."archive" from "memory"."dbt_test"."events", 2024-01-01 to 2024-01-31, in 1 steps of month.
-- The steps run one after another, never in parallel. Each replaces its days in one piece, so the script can be stopped,
-- and run again from its beginning or from any step, without losing or doubling a row.

-- Step 1 of 1: 2024-01-01 to 2024-01-31
begin transaction;
delete from "memory"."dbt_test"."archive" as target
where target."day" >= date '2024-01-01' and target."day" < date '2024-02-01';
insert into "memory"."dbt_test"."archive" ("id", "day", "happened_at", "amount")
select "id", "day", "happened_at", "amount"
from "memory"."dbt_test"."events"
where "day" >= date '2024-01-01' and "day" < date '2024-02-01';
commit;
select 1 as step, 1 as steps, '2024-01-01 to 2024-01-31' as days;
