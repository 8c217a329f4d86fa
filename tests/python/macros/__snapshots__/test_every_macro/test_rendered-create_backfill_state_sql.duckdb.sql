create table if not exists "memory"."dbt_test"."backfill_log" (
  backfill_id TEXT,
  model TEXT,
  date_processed date,
  chunk_end date,
  attempt bigint,
  status TEXT,
  rows_processed bigint,
  bytes_processed bigint,
  duration_seconds float,
  error_message TEXT,
  invocation_id TEXT,
  processed_at timestamp
);

create table if not exists "memory"."dbt_test"."backfill_runs" (
  backfill_id TEXT,
  invocation_id TEXT,
  event TEXT,
  shard TEXT,
  host TEXT,
  process_id bigint,
  process_started_at TEXT,
  started_by TEXT,
  model TEXT,
  start_date date,
  end_date date,
  chunk TEXT,
  chunks bigint,
  generation bigint,
  relations TEXT,
  vars_digest TEXT,
  code_digest TEXT,
  accepted TEXT,
  recorded_at timestamp
);

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
