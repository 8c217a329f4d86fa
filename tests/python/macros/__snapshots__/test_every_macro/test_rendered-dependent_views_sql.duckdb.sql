select
  known.database_name as view_database,
  known.schema_name as view_schema,
  known.view_name,
  'view' as kind,
  known.named_as,
  known.definition
from (
  select
    database_name,
    schema_name,
    view_name,
    sql as definition,
    case
      when lower(database_name) <> lower('memory') then regexp_extract(sql, '(?i)(?:^|[^\pL\pN_.\x22])((?:\x22memory\x22|memory)\.(?:(?:\x22dbt_test\x22|dbt_test))\.(?:\x22events\x22|events))(?:$|[^\pL\pN_.\x22])', 1)
      when regexp_matches(sql, '(?i)(?:^|[^\pL\pN_.\x22])((?:(?:\x22memory\x22|memory)\.)?(?:\x22dbt_test\x22|dbt_test)\.(?:\x22events\x22|events))(?:$|[^\pL\pN_.\x22])') then regexp_extract(sql, '(?i)(?:^|[^\pL\pN_.\x22])((?:(?:\x22memory\x22|memory)\.)?(?:\x22dbt_test\x22|dbt_test)\.(?:\x22events\x22|events))(?:$|[^\pL\pN_.\x22])', 1)
      when lower(schema_name) <> lower('dbt_test') then ''
      else regexp_extract(sql, '(?i)(?:\b(?:from|join)|,)\s+\(*((?:\x22events\x22|events))(?:$|[^\pL\pN_.(\x22])', 1)
    end as named_as
  from duckdb_views()
  where not internal
) as known
where
  known.named_as <> ''
  -- its own statement names a view, too
  and not (lower(known.database_name) = lower('memory') and lower(known.schema_name) = lower('dbt_test') and lower(known.view_name) = lower('events'))
order by 1, 2, 3;
