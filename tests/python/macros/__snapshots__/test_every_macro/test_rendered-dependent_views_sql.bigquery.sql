select
  known.table_catalog as view_database,
  known.table_schema as view_schema,
  known.table_name as view_name,
  lower(known.table_type) as kind,
  regexp_extract(replace(known.ddl, '`', ''), r'(?:^|[^\pL\pN_.-])((?:test\-project[.:])?dbt_test\.events)(?:$|[^\pL\pN_-])') as named_as,
  known.ddl as definition
from `test-project.region-us.INFORMATION_SCHEMA.TABLES` as known
where
  known.table_type in ('VIEW', 'MATERIALIZED VIEW')
  and regexp_contains(replace(known.ddl, '`', ''), r'(?:^|[^\pL\pN_.-])((?:test\-project[.:])?dbt_test\.events)(?:$|[^\pL\pN_-])')
  -- its own statement names a view, too
  and not (known.table_schema = 'dbt_test' and known.table_name = 'events')
order by 1, 2, 3;
