create or replace view "memory"."dbt_test"."backfill_checkpoints" as
select backfill_id, model, date_processed, chunk_end, attempt, status, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id, processed_at
from (
  select
    backfill_id, model, date_processed, chunk_end, attempt, status, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id, processed_at,
    row_number() over (
      partition by backfill_id, date_processed
      order by attempt desc, case when status = 'running' then 0 else 1 end desc, processed_at desc
    ) as newest_first
  from "memory"."dbt_test"."backfill_log"
) as events
where newest_first = 1;
