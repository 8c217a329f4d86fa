begin transaction;
alter table "memory"."dbt_test"."archive" rename to "archive_old";
alter table "memory"."dbt_test"."events" rename to "archive";
comment on table "memory"."dbt_test"."archive_old" is 'dbt_playbooks.cutover: "memory"."dbt_test"."archive" until "memory"."dbt_test"."events" took its place';
commit;
