{#- The backups that lie in a schema, of one table if its name is given, the newest first: 'backup_name' and 'base_table' (database.schema.name, as the warehouse spells them), 'kind', 'made_at'
    and 'expires_at' (UTC). Never an ordinary table: a backup's name begins with its table's, and the warehouse or its own mark says what it was made of. -#}
{% macro _backups_sql(schema_relation, table_name=none) %}
  {{ return(adapter.dispatch('_backups_sql', 'dbt_playbooks')(schema_relation=schema_relation, table_name=table_name)) }}
{% endmacro %}

{#- The mark alone is not enough: a backup that was renamed to be the table keeps it. -#}
{% macro duckdb___backups_sql(schema_relation, table_name) %}
  {%- set place = dbt_playbooks._string_literals([schema_relation.database, schema_relation.schema]) -%}
  {%- set sql -%}
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
  lower(database_name) = lower({{ place[0] }}) and lower(schema_name) = lower({{ place[1] }})
  and starts_with(table_name, (mark ->> '$.table') || '_backup_')
  {%- if table_name is not none %}
  and lower(mark ->> '$.table') = lower({{ dbt_playbooks._string_literal(table_name) }})
  {%- endif %}
order by made_at desc, backup_name asc
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- A snapshot can be nothing else, whoever made it; a clone may be a table of its own, unless its name says otherwise. -#}
{% macro bigquery___backups_sql(schema_relation, table_name) %}
  {%- set sql -%}
select
  concat(made.table_catalog, '.', made.table_schema, '.', made.table_name) as backup_name,
  concat(made.base_table_catalog, '.', made.base_table_schema, '.', made.base_table_name) as base_table,
  case when made.table_type = 'SNAPSHOT' then 'snapshot' else 'clone' end as kind,
  made.snapshot_time_ms as made_at,
  safe_cast(regexp_extract(expiry.option_value, {{ dbt_playbooks._pattern('\\x22(.+)\\x22') }}) as timestamp) as expires_at
from {{ dbt_playbooks._information_schema(schema_relation, 'TABLES') }} as made
left join {{ dbt_playbooks._information_schema(schema_relation, 'TABLE_OPTIONS') }} as expiry
on
  made.table_name = expiry.table_name and expiry.option_name = 'expiration_timestamp'
where
  made.base_table_name is not null
  and (made.table_type = 'SNAPSHOT' or starts_with(made.table_name, concat(made.base_table_name, '_backup_')))
  {%- if table_name is not none %}
  and made.base_table_schema = made.table_schema and made.base_table_name = {{ dbt_playbooks._string_literal(table_name) }}
  {%- endif %}
order by made_at desc, backup_name asc
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}
