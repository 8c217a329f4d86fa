select
  jobs.user_email,
  count(*) as queries,
  max(jobs.creation_time) as last_read,
  sum(jobs.total_bytes_processed) as bytes_processed,
  array_agg(jobs.job_id order by jobs.creation_time desc limit 1)[offset(0)] as last_job_id
from `test-project.region-us.INFORMATION_SCHEMA.JOBS` as jobs
cross join unnest(jobs.referenced_tables) as referenced
where
  jobs.creation_time >= timestamp_sub(current_timestamp(), interval 30 day)
  and jobs.job_type = 'QUERY'
  and jobs.error_result is null
  and coalesce(jobs.statement_type, '') <> 'SCRIPT'
  and referenced.project_id = 'test-project'
  and referenced.dataset_id = 'dbt_test'
  and referenced.table_id = 'events'
group by 1
order by 2 desc, 1;
