-- Fills "memory"."dbt_test"."archive" from "memory"."dbt_test"."events", 2024-01-01 to 2024-01-31, in 3 steps of 2 weeks.
-- The steps run one after another, never in parallel. Each replaces its days in one piece, so the script can be stopped,
-- and run again from its beginning or from any step, without losing or doubling a row.

-- Step 1 of 3: 2024-01-01 to 2024-01-14
begin transaction;
delete from "memory"."dbt_test"."archive" as target
where target."happened_at" >= timestamp '2023-12-31 15:00:00' and target."happened_at" < timestamp '2024-01-14 15:00:00';
insert into "memory"."dbt_test"."archive" ("id", "happened_at")
select "id", "happened_at"
from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-14 15:00:00';
commit;
select 1 as step, 3 as steps, '2024-01-01 to 2024-01-14' as days;

-- Step 2 of 3: 2024-01-15 to 2024-01-28
begin transaction;
delete from "memory"."dbt_test"."archive" as target
where target."happened_at" >= timestamp '2024-01-14 15:00:00' and target."happened_at" < timestamp '2024-01-28 15:00:00';
insert into "memory"."dbt_test"."archive" ("id", "happened_at")
select "id", "happened_at"
from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2024-01-14 15:00:00' and "happened_at" < timestamp '2024-01-28 15:00:00';
commit;
select 2 as step, 3 as steps, '2024-01-15 to 2024-01-28' as days;

-- Step 3 of 3: 2024-01-29 to 2024-01-31
begin transaction;
delete from "memory"."dbt_test"."archive" as target
where target."happened_at" >= timestamp '2024-01-28 15:00:00' and target."happened_at" < timestamp '2024-01-31 15:00:00';
insert into "memory"."dbt_test"."archive" ("id", "happened_at")
select "id", "happened_at"
from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2024-01-28 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00';
commit;
select 3 as step, 3 as steps, '2024-01-29 to 2024-01-31' as days;
