select count(*) as row_count from "memory"."dbt_test"."events";
