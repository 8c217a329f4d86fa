{#- The kind of date (see `_date_kind`) of a column or expression: what the caller says, else what the catalogue says,
    else what the warehouse says of a query without rows (expressions, and tests whose `where` makes a subquery of the model).
    'text' and 'integer' are said of the columns that are so: of two tables that are compared one may hold dates. -#}
{% macro _kind_of(table, column, data_type=none) %}
  {%- set said = none if data_type is none else dbt_playbooks._date_kind(data_type) -%}
  {%- if said is not none and said not in ('text', 'integer') or not execute -%}
    {{ return(said or 'date') }}
  {%- endif -%}
  {%- set text = column | string | lower -%}
  {%- if table is not string and '(' not in text and '.' not in text -%}
    {{ return(dbt_playbooks._column_kind(table, column, said)) }}
  {%- elif '_partition' in text and '(' not in text -%}
    {{ return(dbt_playbooks._column_kind(none, column)) }}
  {%- endif -%}
  {%- set schema = dbt.get_column_schema_from_query('select ' ~ dbt_playbooks._quote(column) ~ ' as date_column from ' ~ table) -%}
  {{ return(dbt_playbooks._stored_kind(schema[0].data_type, said, "'" ~ column ~ "'")) }}
{% endmacro %}

{#- The same for a column of the catalogue. `place` is the table, for the error. -#}
{% macro _said_or_stored(data_type, column, place) %}
  {%- set said = none if data_type is none else dbt_playbooks._date_kind(data_type) -%}
  {%- if said is not none and said not in ('text', 'integer') -%}
    {{ return(said) }}
  {%- endif -%}
  {{ return(dbt_playbooks._stored_kind(column.data_type, said, "column '" ~ column.name ~ "' of " ~ place)) }}
{% endmacro %}
