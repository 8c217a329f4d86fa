select
  database_name || '.' || schema_name || '.' || table_name as backup_name,
  database_name || '.' || schema_name || '.' || (mark ->> '$.table') as base_table,
  case
    when (mark ->> '$.replaced_by') is not null then 'table before a cutover'
    when (mark ->> '$.condition') is null then 'copy'
    else 'copy of a part'
  end as kind,
  cast(mark ->> '$.made_at' as timestamp) as made_at,
  cast(mark ->> '$.expires_at' as timestamp) as expires_at
from (
  select database_name, schema_name, table_name, try_cast(comment as json) as mark
  from duckdb_tables()
  where comment like '%"dbt_playbooks_backup"%'
) as marked
where
  lower(database_name) = lower('memory') and lower(schema_name) = lower('dbt_test')
  and starts_with(table_name, (mark ->> '$.table') || '_backup_')
  and lower(mark ->> '$.table') = lower('events')
order by made_at desc, backup_name asc;
