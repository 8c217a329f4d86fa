begin transaction;
create table "memory"."dbt_test"."events_backup" as
select *
from "memory"."dbt_test"."events";
comment on table "memory"."dbt_test"."events_backup" is '{"dbt_playbooks_backup": 1, "table": "events", "made_at": "2024-01-31 12:00:00.000000", "expires_at": null, "condition": null, "columns": ["id", "day", "happened_at", "amount"], "definition": [["create table ", "(id BIGINT, \"day\" DATE, happened_at TIMESTAMP, amount BIGINT)"]]}';
delete from "memory"."dbt_test"."events" as target
where target."day" >= date '2024-01-01' and target."day" < date '2024-01-03';
insert into "memory"."dbt_test"."events" ("id", "day", "happened_at", "amount")
select "id", "day", "happened_at", "amount"
from "memory"."dbt_test"."events_backup_a"
where "day" >= date '2024-01-01' and "day" < date '2024-01-03';
commit;
