create table "memory"."dbt_test"."events_backup" as
select *
from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00'
  and (amount < 0);
comment on table "memory"."dbt_test"."events_backup" is '{"dbt_playbooks_backup": 1, "table": "events", "made_at": "2024-01-31 12:00:00.000000", "expires_at": null, "condition": "\"happened_at\" >= timestamp ''2023-12-31 15:00:00'' and \"happened_at\" < timestamp ''2024-01-31 15:00:00''\n  and (amount < 0)", "columns": ["id", "day", "happened_at", "amount"], "definition": [["create table ", "(id BIGINT, \"day\" DATE, happened_at TIMESTAMP, amount BIGINT)"]]}';

delete from "memory"."dbt_test"."events"
where "happened_at" >= timestamp '2023-12-31 15:00:00' and "happened_at" < timestamp '2024-01-31 15:00:00'
  and (amount < 0);
