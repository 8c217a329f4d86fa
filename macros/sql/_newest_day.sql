{#- The day of a table's newest date, or none when it holds no date: read now, so that it can be written as a literal,
    which prunes where `(select max(...) from ...)` does not. -#}
{% macro _newest_day(relation, column, timezone='UTC') %}
  {%- set kind = dbt_playbooks._column_kind(relation, column) -%}
  {%- set newest = dbt_playbooks._query(
    'select cast(' ~ dbt_playbooks._day_of('max(' ~ dbt_playbooks._quote(column) ~ ')', kind, timezone) ~ ' as ' ~ dbt.type_string() ~ ') from ' ~ relation
  )[0][0] -%}
  {{ return(none if newest is none else dbt_playbooks._date(newest, 'the newest date of ' ~ relation)) }}
{% endmacro %}

{#- The kind of date (see `_date_kind`) that a column of an existing table holds. -#}
{% macro _column_kind(relation, column) %}
  {%- set wanted = column | string | replace('"', '') | replace('`', '') | lower -%}
  {%- if wanted == '_partitiontime' -%}
    {{ return('timestamp') }}
  {%- elif wanted == '_partitiondate' -%}
    {{ return('date') }}
  {%- endif -%}
  {%- set columns = adapter.get_columns_in_relation(relation) -%}
  {%- for candidate in columns if candidate.name | lower == wanted -%}
    {{ return(dbt_playbooks._date_kind(candidate.data_type)) }}
  {%- endfor -%}
  {{ exceptions.raise_compiler_error(
    "dbt_playbooks: " ~ relation ~ " has no column '" ~ column ~ "'. Its columns: " ~ columns | map(attribute='name') | join(', ')
    ~ ". Name the column of this table that holds the date: config(event_time='...') in the model, or the macro's argument."
    ~ dbt_playbooks._did_you_mean(wanted, columns | map(attribute='name') | list)
  ) }}
{% endmacro %}

{#- The calendar day of a date or an instant, in a time zone. -#}
{% macro _day_of(expression, kind, timezone='UTC') %}
  {{ return(adapter.dispatch('_day_of', 'dbt_playbooks')(expression=expression, kind=kind, timezone=timezone)) }}
{% endmacro %}

{% macro duckdb___day_of(expression, kind, timezone) %}
  {%- set zone = dbt_playbooks._string_literal(timezone) -%}
  {%- if kind == 'date' -%}
    {{ return(expression) }}
  {%- elif kind == 'timestamptz' -%}
    {{ return('cast(timezone(' ~ zone ~ ', ' ~ expression ~ ') as date)') }}
  {%- elif kind == 'timestamp' and timezone != 'UTC' -%}
    {{ return('cast(timezone(' ~ zone ~ ", timezone('UTC', " ~ expression ~ ')) as date)') }}
  {%- endif -%}
  {{ return('cast(' ~ expression ~ ' as date)') }}
{% endmacro %}

{% macro bigquery___day_of(expression, kind, timezone) %}
  {%- if kind == 'date' -%}
    {{ return(expression) }}
  {%- elif kind == 'datetime' -%}
    {{ return('date(' ~ expression ~ ')') }}
  {%- endif -%}
  {{ return('date(' ~ expression ~ ', ' ~ dbt_playbooks._string_literal(timezone) ~ ')') }}
{% endmacro %}
