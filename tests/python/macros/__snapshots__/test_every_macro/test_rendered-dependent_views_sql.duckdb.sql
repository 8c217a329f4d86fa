with held as (

  select database_name, schema_name, view_name as held_name, 'view' as kind, sql as definition
  from duckdb_views()
  where not internal
  union all
  select database_name, schema_name, function_name as held_name, replace(function_type, '_', ' ') as kind, macro_definition as definition
  from duckdb_functions()
  where not internal and function_type in ('macro', 'table_macro')
),

named as (
  select
    held.*,
    case
      when lower(held.database_name) <> lower('memory') then regexp_extract(held.definition, '(?i)(?:^|[^\pL\pN_.\x22])((?:\x22memory\x22|memory)\.(?:(?:\x22dbt_test\x22|dbt_test))\.(?:\x22events\x22|events))(?:$|[^\pL\pN_.\x22])', 1)
      when regexp_matches(held.definition, '(?i)(?:^|[^\pL\pN_.\x22])((?:(?:\x22memory\x22|memory)\.)?(?:\x22dbt_test\x22|dbt_test)\.(?:\x22events\x22|events))(?:$|[^\pL\pN_.\x22])') then regexp_extract(held.definition, '(?i)(?:^|[^\pL\pN_.\x22])((?:(?:\x22memory\x22|memory)\.)?(?:\x22dbt_test\x22|dbt_test)\.(?:\x22events\x22|events))(?:$|[^\pL\pN_.\x22])', 1)
      when
        lower(held.schema_name) <> lower('dbt_test')
        and exists (
          select 1
          from system.information_schema.tables as near
          where
            near.table_catalog = held.database_name and near.table_schema = held.schema_name and lower(near.table_name) = lower('events')
        )
        then ''
      when regexp_matches(held.definition, '(?i)\bquery_table\(\s*(?:\[|list_value\(|main\.list_value\()?\s*(?:\x27[^\x27]*\x27,\s*)*\x27((?:\x22events\x22|events))\x27') then regexp_extract(held.definition, '(?i)\bquery_table\(\s*(?:\[|list_value\(|main\.list_value\()?\s*(?:\x27[^\x27]*\x27,\s*)*\x27((?:\x22events\x22|events))\x27', 1)
      when regexp_matches(held.definition, '(?i)(?:\bwith(?:\s+recursive)?|,)\s+(?:\x22events\x22|events)\s+as\s+(?:(?:not\s+)?materialized\s+)?\(') then ''
      else regexp_extract(held.definition, '(?i)(?:\b(?:from|join)|,)\s+\(*((?:\x22events\x22|events))(?:$|[^\pL\pN_.(\x22])', 1)
    end as named_as
  from held
)

select
  database_name as view_database,
  schema_name as view_schema,
  held_name as view_name,
  kind,
  named_as,
  definition
from named
where
  named_as <> ''
  -- its own statement names a view, too
  and not (lower(database_name) = lower('memory') and lower(schema_name) = lower('dbt_test') and lower(held_name) = lower('events'))
order by 1, 2, 3;
