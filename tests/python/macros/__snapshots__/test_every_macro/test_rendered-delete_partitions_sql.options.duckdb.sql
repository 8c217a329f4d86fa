create table "memory"."dbt_test"."events_backup" as
select *
from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00'
  and (amount < 0);

delete from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00'
  and (amount < 0);
