{#- A name alone is beside the table. -#}
{% macro _given_backup(backup, table) %}
  {%- set parts = dbt_playbooks._name_parts(backup) if backup is string else [] -%}
  {%- if parts | length not in (1, 2, 3) or '' in parts -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: backup is '" ~ backup ~ "', which is no name of a table. Give a name that is free, for example backup: " ~ table.identifier ~ "_backup, or none.") }}
  {%- endif -%}
  {%- set given = api.Relation.create(
    database=parts[0] if parts | length == 3 else table.database, schema=parts[-2] if parts | length > 1 else table.schema, identifier=parts[-1], type='table'
  ) -%}
  {%- if (given.database | lower, given.schema | lower) != (table.database | lower, table.schema | lower) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the backup " ~ given ~ " would be in another schema than " ~ table ~ ". Give its name alone: backup: " ~ given.identifier ~ ".") }}
  {%- endif -%}
  {{ return(given) }}
{% endmacro %}

{#- Tables whose names say that they are backups of this one, also of the recipe that is typed by hand. -#}
{% macro _backups_beside(table) %}
  {%- set found, beginning = [], (table.identifier ~ '_backup') | lower -%}
  {%- for name in dbt_playbooks._tables_in(table.without_identifier()) | sort if (name | lower).startswith(beginning) -%}
    {%- do found.append(api.Relation.create(database=table.database, schema=table.schema, identifier=name, type='table')) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{#- The same table twice, and tables that no statement can swap. -#}
{% macro _refuse_same_place(place, given) %}
  {%- set names = {} -%}
  {%- for side, relation in {'table': place.table, 'replacement': place.replacement, 'backup': given}.items() if relation -%}
    {%- set name = dbt_playbooks._table_key(relation) -%}
    {%- if name in names -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: the " ~ names[name] ~ " and the " ~ side ~ " are the same: " ~ relation ~ ". Name another table as the " ~ side ~ ".") }}
    {%- endif -%}
    {%- do names.update({name: side}) -%}
  {%- endfor -%}
  {%- do adapter.dispatch('_refuse_far_replacement', 'dbt_playbooks')(table=place.table, replacement=place.replacement) -%}
{% endmacro %}

{% macro duckdb___refuse_far_replacement(table, replacement) %}
  {%- if (table.database | lower, table.schema | lower) != (replacement.database | lower, replacement.schema | lower) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.cutover: " ~ table ~ " and " ~ replacement ~ " are in two schemas, and DuckDB renames no table into another. Build the replacement in "
      ~ table.database ~ "." ~ table.schema ~ ", or copy it there: create table " ~ table.schema ~ "." ~ replacement.identifier ~ " as from " ~ replacement) }}
  {%- endif -%}
{% endmacro %}

{#- Another dataset is refused only where tables are renamed. -#}
{% macro bigquery___refuse_far_replacement(table, replacement) %}
  {%- do dbt_playbooks._refuse_two_locations(table, replacement) -%}
{% endmacro %}
