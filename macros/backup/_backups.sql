{#- The backups that lie in a schema, as rows of `_backups_sql`, and with them the tables that a cutover renamed. -#}
{% macro _backups(schema_relation, table_name=none) %}
  {%- set rows = dbt_playbooks._query(dbt_playbooks._backups_sql(schema_relation, table_name)) -%}
  {%- set renamed = adapter.dispatch('_renamed_backups', 'dbt_playbooks')(schema_relation=schema_relation, table_name=table_name) -%}
  {%- set dated = [] -%}
  {%- for row in rows + renamed -%}
    {%- do dated.append(['' if row[3] is none else row[3] | string, row]) -%}
  {%- endfor -%}
  {{ return(dated | sort(attribute=0, reverse=true) | map(attribute=1) | list if renamed else rows) }}
{% endmacro %}

{#- They are among the marked ones. -#}
{% macro duckdb___renamed_backups(schema_relation, table_name) %}
  {{ return([]) }}
{% endmacro %}

{#- By their label (_marked_backup.sql), which its API tells of a table whose name is one of a backup. A clone of such a table may have the label, too. -#}
{% macro bigquery___renamed_backups(schema_relation, table_name) %}
  {%- set rows, place = [], schema_relation.database ~ '.' ~ schema_relation.schema ~ '.' -%}
  {%- for name in dbt_playbooks._tables_in(schema_relation.without_identifier()) if (table_name or '') ~ '_backup_' in name -%}
    {%- set table = adapter.get_bq_table(api.Relation.create(database=schema_relation.database, schema=schema_relation.schema, identifier=name)) -%}
    {%- set label = table.labels.get('dbt_playbooks_renamed', '') if table and table.table_type == 'TABLE' and not table.to_api_repr().get('cloneDefinition') else '' -%}
    {%- set parts = name.split('_backup_') -%}
    {%- for number in range(1, parts | length) -%}
      {%- set base = parts[:number] | join('_backup_') -%}
      {%- if label[16:] == local_md5(base) and table_name in (none, base) -%}
        {%- set made_at = modules.pytz.utc.localize(modules.datetime.datetime.strptime(label[:15], '%Y%m%d_%H%M%S')) -%}
        {%- do rows.append([place ~ name, place ~ base, 'table before a cutover', made_at, table.expires]) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(rows) }}
{% endmacro %}
