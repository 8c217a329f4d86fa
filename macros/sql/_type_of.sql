{#- What a name stands for in the warehouse now ('table', 'view', 'snapshot' ...), or none: dbt's cache is not asked. -#}
{% macro _type_of(relation) %}
  {{ return(adapter.dispatch('_type_of', 'dbt_playbooks')(relation=relation)) }}
{% endmacro %}

{% macro duckdb___type_of(relation) %}
  {%- set found = dbt_playbooks._query(
    'select table_type from system.information_schema.tables where ' ~ dbt_playbooks._in_catalogue(relation, ['table_catalog', 'table_schema', 'table_name'])
  ) -%}
  {{ return(found[0][0] | lower | replace('base ', '') if found else none) }}
{% endmacro %}

{#- The API says it at once, where a list of the dataset would have to be read to its end. -#}
{% macro bigquery___type_of(relation) %}
  {%- set found = adapter.get_bq_table(relation) -%}
  {{ return(found.table_type | lower if found else none) }}
{% endmacro %}

{#- An error for what holds no rows of its own, or may not be changed. `what` is the macro that asks. A name that stands for nothing passes. -#}
{% macro _refuse_unless_table(relation, what) %}
  {%- set kind = dbt_playbooks._type_of(relation) -%}
  {%- if kind not in (none, 'table', 'clone') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks." ~ what ~ ": " ~ relation ~ " is " ~ ("an external table" if kind == 'external' else "a " ~ kind | replace('_', ' ')) ~ ", and a table is needed: one that holds rows of its own. "
      ~ ("Name the table that it reads." if 'view' in kind else "Name the table that it was made of." if kind == 'snapshot' else "Load its rows into a table first.")) }}
  {%- endif -%}
{% endmacro %}
