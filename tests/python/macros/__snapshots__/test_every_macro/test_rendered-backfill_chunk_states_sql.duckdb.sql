select
  cast(date_processed as TEXT) as start_date, cast(chunk_end as TEXT) as end_date,
  status, attempt, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id
from "memory"."dbt_test"."backfill_checkpoints"
where backfill_id = 'b'
order by date_processed;
