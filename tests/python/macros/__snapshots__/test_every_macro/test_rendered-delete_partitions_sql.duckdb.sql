create table "memory"."dbt_test"."events_backup" as
select *
from "memory"."dbt_test"."events"
where (
  ("happened_at" >= timestamp '2024-01-01 00:00:00' and "happened_at" < timestamp '2024-01-02 00:00:00')
  or ("happened_at" >= timestamp '2024-01-04 00:00:00' and "happened_at" < timestamp '2024-01-05 00:00:00')
);

delete from "memory"."dbt_test"."events"
where (
  ("happened_at" >= timestamp '2024-01-01 00:00:00' and "happened_at" < timestamp '2024-01-02 00:00:00')
  or ("happened_at" >= timestamp '2024-01-04 00:00:00' and "happened_at" < timestamp '2024-01-05 00:00:00')
);
