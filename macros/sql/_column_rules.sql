{#- What an INSERT must know of a table's columns: their names in lower case to {'name', 'computed' (it takes no value), 'needed' (NOT NULL, without a default)}. -#}
{% macro _column_rules(relation) %}
  {{ return(adapter.dispatch('_column_rules', 'dbt_playbooks')(relation=relation)) }}
{% endmacro %}

{#- DuckDB says of a generated column only in the text of the table that it is one. -#}
{% macro duckdb___column_rules(relation) %}
  {%- set here = dbt_playbooks._in_catalogue(relation) -%}
  {%- set sql -%}
select
  column_name,
  -- a name follows the parenthesis or a comma
  contains(made_by, replace('(' || column_name || ' ' || data_type || ' GENERATED ALWAYS AS(', '(', ', '))
  or contains(made_by, replace('("' || replace(column_name, '"', '""') || '" ' || data_type || ' GENERATED ALWAYS AS(', '(', ', ')) as is_computed,
  not is_nullable and column_default is null as is_needed
from duckdb_columns(), (select replace(sql, '(', ', ') as made_by from duckdb_tables() where {{ here }}) as made
where {{ here }}
order by column_index
  {%- endset -%}
  {%- set rules = {} -%}
  {%- for row in dbt_playbooks._query(sql) -%}
    {%- do rules.update({row[0] | lower: {'name': row[0], 'computed': row[1], 'needed': row[2] and not row[1]}}) -%}
  {%- endfor -%}
  {{ return(rules) }}
{% endmacro %}

{#- Asks the API, which is free. -#}
{% macro bigquery___column_rules(relation) %}
  {%- set rules = {} -%}
  {%- set table = adapter.get_bq_table(relation) if execute else none -%}
  {%- for field in (table.schema if table else []) -%}
    {%- do rules.update({field.name | lower: {
      'name': field.name, 'computed': false, 'needed': field.mode == 'REQUIRED' and not field.default_value_expression
    }}) -%}
  {%- endfor -%}
  {{ return(rules) }}
{% endmacro %}

{% macro _insertable_columns(relation) %}
  {%- set names = [] -%}
  {%- for rule in dbt_playbooks._column_rules(relation).values() if not rule.computed -%}
    {%- do names.append(rule.name) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}
