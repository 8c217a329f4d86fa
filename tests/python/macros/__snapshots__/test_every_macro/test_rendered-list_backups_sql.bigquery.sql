select
  concat(made.table_catalog, '.', made.table_schema, '.', made.table_name) as backup_name,
  concat(made.base_table_catalog, '.', made.base_table_schema, '.', made.base_table_name) as base_table,
  case when made.table_type = 'SNAPSHOT' then 'snapshot' else 'clone' end as kind,
  made.snapshot_time_ms as made_at,
  safe_cast(regexp_extract(expiry.option_value, r'\x22(.+)\x22') as timestamp) as expires_at
from `test-project.dbt_test.INFORMATION_SCHEMA.TABLES` as made
left join `test-project.dbt_test.INFORMATION_SCHEMA.TABLE_OPTIONS` as expiry
on
  made.table_name = expiry.table_name and expiry.option_name = 'expiration_timestamp'
where
  made.base_table_name is not null
  and (made.table_type = 'SNAPSHOT' or starts_with(made.table_name, concat(made.base_table_name, '_backup_')))
  and made.base_table_schema = made.table_schema and made.base_table_name = 'events'
order by made_at desc, backup_name asc;
