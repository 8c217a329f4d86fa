{#- The kind of date (see `_date_kind`) of a column or expression: what the caller says, else what the catalogue says,
    else what the warehouse says of a query without rows (expressions, and tests whose `where` makes a subquery of the model). -#}
{% macro _kind_of(table, column, data_type=none) %}
  {%- if data_type is not none -%}
    {{ return(dbt_playbooks._date_kind(data_type)) }}
  {%- elif not execute -%}
    {{ return('date') }}
  {%- endif -%}
  {%- set text = column | string | lower -%}
  {%- if table is not string and '(' not in text and '.' not in text -%}
    {{ return(dbt_playbooks._column_kind(table, column)) }}
  {%- elif '_partition' in text and '(' not in text -%}
    {{ return(dbt_playbooks._column_kind(none, column)) }}
  {%- endif -%}
  {%- set schema = dbt.get_column_schema_from_query('select ' ~ dbt_playbooks._quote(column) ~ ' as date_column from ' ~ table) -%}
  {{ return(dbt_playbooks._date_kind(schema[0].data_type)) }}
{% endmacro %}
