{#- The backups of a table, or of all tables of the target's schema, the newest first. -#}
{% macro list_backups(table=none) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set place = dbt_playbooks._place_of_backups(table) -%}
  {%- set beginning = place.database ~ '.' ~ place.schema ~ '.' -%}
  {%- set rows = [] -%}
  {%- for row in dbt_playbooks._backups(place, none if table is none else place.identifier) -%}
    {%- set backup = api.Relation.create(database=place.database, schema=place.schema, identifier=row[0][beginning | length:]) -%}
    {%- set size = dbt_playbooks._backup_size(backup) -%}
    {%- do rows.append(row + [size.rows, size.bytes]) -%}
  {%- endfor -%}
  {%- if not rows and table is not none -%}
    {#- a name that was mistyped is told from a table without backups -#}
    {%- do dbt_playbooks._relation(table) -%}
  {%- endif -%}
  {%- do dbt_playbooks._print_table(
    ['backup', 'table', 'kind', 'made_at', 'expires_at', 'rows', 'bytes'], rows,
    title='backups of ' ~ ('the tables of ' ~ beginning.rstrip('.') if table is none else place) ~ ', the newest first, in UTC'
  ) -%}
  {{ return(rows) }}
{% endmacro %}

{#- `backup_name` and `base_table` (whole names), `kind`, `made_at` and `expires_at`. -#}
{% macro list_backups_sql(table=none) %}
  {%- set place = dbt_playbooks._place_of_backups(table) -%}
  {{ return(dbt_playbooks._backups_sql(place, none if table is none else place.identifier)) }}
{% endmacro %}

{#- Of a table, or of all tables of the target's schema. -#}
{% macro _place_of_backups(table) %}
  {{ return(api.Relation.create(database=target.database, schema=target.schema) if table is none else dbt_playbooks._named_relation(table)) }}
{% endmacro %}
