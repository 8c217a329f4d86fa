{#- How a table that is gone is made again, as `_restore_plan` says it. DuckDB: by the statements that its backup keeps, and the rows. -#}
{% macro duckdb___creation_plan(origin) %}
  {%- set names = dbt_playbooks._quoted_list(origin.mark.columns) -%}
  {%- set statements = [] -%}
  {%- for parts in origin.mark.definition -%}
    {%- do statements.append(parts[0] ~ origin.relation ~ parts[1]) -%}
    {%- if loop.first -%}
      {%- do statements.append('insert into ' ~ origin.relation ~ ' (' ~ names ~ ')\nselect ' ~ names ~ '\nfrom ' ~ origin.source) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return({'statements': statements, 'backup': none, 'back': 'drop table ' ~ origin.relation, 'needs': '', 'notes': [
    'It is made again as it was defined when the backup was made, with its keys, defaults, indexes and comments, in one transaction. Foreign keys of other tables to it do not come back.'
  ]}) }}
{% endmacro %}

{% macro bigquery___creation_plan(origin) %}
  {{ return({
    'statements': ['create table ' ~ origin.relation ~ '\nclone ' ~ origin.source], 'backup': none, 'back': 'drop table ' ~ origin.relation,
    'needs': dbt_playbooks._needs('creation'), 'notes': [
      'It is made again from the backup, which keeps its columns, partitioning and clustering. Grants on the table went with it, and whether row access policies, labels, tags and'
      ~ ' its expiry come back was never tried: set them again, or look at them, before you let people read it.'
    ]
  }) }}
{% endmacro %}

{% macro _quoted_list(names) %}
  {%- set quoted = [] -%}
  {%- for name in names -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}

{#- Tables that hold foreign keys to this one, and rows. -#}
{% macro duckdb___referring_tables(relation) %}
  {%- set place = dbt_playbooks._string_literals([relation.database, relation.schema, relation.identifier]) -%}
  {%- set referring = [] -%}
  {%- for row in dbt_playbooks._query(
    "select distinct table_name from duckdb_constraints() where constraint_type = 'FOREIGN KEY' and lower(database_name) = lower(" ~ place[0]
    ~ ') and lower(schema_name) = lower(' ~ place[1] ~ ') and lower(referenced_table) = lower(' ~ place[2] ~ ') order by 1'
  ) -%}
    {%- set other = api.Relation.create(database=relation.database, schema=relation.schema, identifier=row[0]) -%}
    {%- if dbt_playbooks._query('select 1 from ' ~ other ~ ' limit 1') -%}
      {%- do referring.append(other | string) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(referring) }}
{% endmacro %}

{#- BigQuery enforces no foreign keys. -#}
{% macro bigquery___referring_tables(relation) %}
  {{ return([]) }}
{% endmacro %}

{#- The column that holds a row's partition where it is none of the table's own, in a list; else an empty list. -#}
{% macro duckdb___ingestion_time(relation) %}
  {{ return([]) }}
{% endmacro %}

{% macro bigquery___ingestion_time(relation) %}
  {%- set table = adapter.get_bq_table(relation) -%}
  {{ return(['`_PARTITIONTIME`'] if table and table.time_partitioning and not table.time_partitioning.field else []) }}
{% endmacro %}
