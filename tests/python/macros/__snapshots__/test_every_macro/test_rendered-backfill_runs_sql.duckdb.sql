select
  invocation_id, event, shard, host, process_id, process_started_at, started_by, model,
  cast(start_date as TEXT) as start_date, cast(end_date as TEXT) as end_date,
  chunk, chunks, generation, relations, vars_digest, code_digest, seconds_ago
from (
  select
    *,
    (epoch_us(make_timestamp(epoch_us(get_current_timestamp()))) - epoch_us(recorded_at)) // 1000000 as seconds_ago,
    min(recorded_at) over (partition by invocation_id, shard) as claimed_at,
    row_number() over (
      partition by invocation_id, shard order by case when event = 'release' then 1 else 0 end desc, recorded_at desc
    ) as newest_first
  from "memory"."dbt_test"."backfill_runs"
  where backfill_id = 'b'
) as events
where newest_first = 1
order by claimed_at, invocation_id;
