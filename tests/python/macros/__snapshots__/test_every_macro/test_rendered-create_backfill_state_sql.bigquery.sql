create table if not exists `test-project`.`dbt_test`.`backfill_log` (
  backfill_id string,
  model string,
  date_processed date,
  chunk_end date,
  attempt bigint,
  status string,
  rows_processed bigint,
  bytes_processed bigint,
  duration_seconds FLOAT64,
  error_message string,
  invocation_id string,
  processed_at timestamp
);

create table if not exists `test-project`.`dbt_test`.`backfill_runs` (
  backfill_id string,
  invocation_id string,
  event string,
  shard string,
  host string,
  process_id bigint,
  process_started_at string,
  started_by string,
  model string,
  start_date date,
  end_date date,
  chunk string,
  chunks bigint,
  generation bigint,
  relations string,
  vars_digest string,
  code_digest string,
  accepted string,
  recorded_at timestamp
);

create or replace view `test-project`.`dbt_test`.`backfill_checkpoints` as
select backfill_id, model, date_processed, chunk_end, attempt, status, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id, processed_at
from (
  select
    backfill_id, model, date_processed, chunk_end, attempt, status, rows_processed, bytes_processed, duration_seconds, error_message, invocation_id, processed_at,
    row_number() over (
      partition by backfill_id, date_processed
      order by attempt desc, case when status = 'running' then 0 else 1 end desc, processed_at desc
    ) as newest_first
  from `test-project`.`dbt_test`.`backfill_log`
) as events
where newest_first = 1;
