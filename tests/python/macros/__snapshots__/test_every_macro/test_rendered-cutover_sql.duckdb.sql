begin transaction;
alter table "memory"."dbt_test"."archive" rename to "archive_old";
alter table "memory"."dbt_test"."events" rename to "archive";
comment on table "memory"."dbt_test"."archive_old" is '{"dbt_playbooks_backup": 1, "table": "archive", "made_at": "2024-01-31 12:00:00.000000", "expires_at": null, "condition": null, "columns": ["id", "day", "happened_at", "amount"], "definition": [["create table ", "(id BIGINT, \"day\" DATE, happened_at TIMESTAMP, amount BIGINT)"]], "replaced_by": "events", "replacement": {"definition": "(id BIGINT, \"day\" DATE, happened_at TIMESTAMP, amount BIGINT)", "indexes": []}, "comment": null}';
commit;
