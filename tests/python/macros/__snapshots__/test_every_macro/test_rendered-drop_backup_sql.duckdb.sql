drop table "memory"."dbt_test"."events_backup_a";
