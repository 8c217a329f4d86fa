select
  database_name || '.' || schema_name || '.' || table_name as backup_name,
  database_name || '.' || schema_name || '.' || made_of as base_table,
  case
    when mark is null then 'table before a cutover'
    when (mark ->> '$.condition') is null then 'copy'
    else 'copy of a part'
  end as kind,
  coalesce(cast(mark ->> '$.made_at' as timestamp), try_strptime(right(table_name, 22), '%Y%m%d_%H%M%S_%f')) as made_at,
  cast(mark ->> '$.expires_at' as timestamp) as expires_at
from (
  select
    database_name,
    schema_name,
    table_name,
    try_cast(comment as json) as mark,
    coalesce(
      try_cast(comment as json) ->> '$.table',
      regexp_extract(comment, 'dbt_playbooks\.cutover: .*\x22([^\x22]+)\x22 until ', 1)
    ) as made_of
  from duckdb_tables()
  where comment like '%"dbt_playbooks_backup"%' or comment like '%dbt_playbooks.cutover: %'
) as marked
where
  lower(database_name) = lower('memory') and lower(schema_name) = lower('dbt_test')
  and made_of <> '' and starts_with(table_name, made_of || '_backup')
  and lower(made_of) = lower('events')
order by made_at desc, backup_name asc;
