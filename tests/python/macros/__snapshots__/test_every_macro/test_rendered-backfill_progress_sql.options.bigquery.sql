with sizes as (
  select backfill_id, model, chunks
  from (
    select backfill_id, model, chunks, row_number() over (partition by backfill_id order by recorded_at desc) as newest_first
    from `test-project`.`dbt_test`.`backfill_runs`
  ) as runs
  where newest_first = 1
),

begun as (
  select
    backfill_id, status, count(*) as chunks, sum(rows_processed) as rows_processed, sum(duration_seconds) as seconds
  from `test-project`.`dbt_test`.`backfill_checkpoints`
  group by backfill_id, status
),

totals as (
  select
    sizes.backfill_id, sizes.model, sizes.chunks as all_chunks,
    coalesce(sum(begun.chunks), 0) as begun_chunks,
    coalesce(sum(case when begun.status = 'completed' then begun.chunks end), 0) as completed_chunks,
    sum(case when begun.status = 'completed' then begun.seconds end) as completed_seconds
  from sizes
  left join begun on sizes.backfill_id = begun.backfill_id
  group by sizes.backfill_id, sizes.model, sizes.chunks
),

statuses as (
  select backfill_id, status, chunks, rows_processed
  from begun
  union all
  select backfill_id, 'pending' as status, all_chunks - begun_chunks as chunks, null as rows_processed
  from totals
  where all_chunks > begun_chunks
)

select
  totals.backfill_id, totals.model, statuses.status, statuses.chunks, statuses.rows_processed,
  statuses.chunks / nullif(totals.all_chunks, 0) as share,
  totals.completed_chunks / nullif(totals.all_chunks, 0) as share_done,
  totals.completed_seconds / nullif(totals.completed_chunks, 0) * (totals.all_chunks - totals.completed_chunks) as seconds_left
from totals
inner join statuses on totals.backfill_id = statuses.backfill_id
order by totals.backfill_id, statuses.status;
