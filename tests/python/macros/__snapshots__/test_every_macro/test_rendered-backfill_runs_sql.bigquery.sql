select
  invocation_id, event, shard, host, process_id, process_started_at, started_by, model,
  cast(start_date as string) as start_date, cast(end_date as string) as end_date,
  chunk, chunks, generation, relations, vars_digest, code_digest, seconds_ago
from (
  select
    *,
    timestamp_diff(current_timestamp(), recorded_at, second) as seconds_ago,
    min(recorded_at) over (partition by invocation_id, shard) as claimed_at,
    row_number() over (
      partition by invocation_id, shard order by case when event = 'release' then 1 else 0 end desc, recorded_at desc
    ) as newest_first
  from `test-project`.`dbt_test`.`backfill_runs`
  where backfill_id = 'b'
) as events
where newest_first = 1
order by claimed_at, invocation_id;
