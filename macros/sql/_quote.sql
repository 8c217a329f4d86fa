{#- A column as SQL: names are quoted by the adapter (`order`, `Order Date`, `order-date`, `t.order`);
    what is quoted already, and expressions (they hold a parenthesis), stay as they were given. -#}
{% macro _quote(column) %}
  {%- set name = column | string | trim -%}
  {%- if not name -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: a column name is empty. Give the name of a column, for example 'event_date'.") }}
  {%- endif -%}
  {%- if '(' in name or '"' in name or '`' in name -%}
    {{ return(name) }}
  {%- endif -%}
  {%- set parts = [] -%}
  {%- for part in name.split('.') -%}
    {%- do parts.append(dbt_playbooks._quoted(part)) -%}
  {%- endfor -%}
  {{ return(parts | join('.')) }}
{% endmacro %}

{#- One name in the adapter's quotes, whatever is in it. -#}
{% macro _quoted(name) %}
  {{ return(adapter.dispatch('_quoted', 'dbt_playbooks')(name=name)) }}
{% endmacro %}

{% macro duckdb___quoted(name) %}
  {{ return(adapter.quote(name | string | replace('"', '""'))) }}
{% endmacro %}

{#- No name on BigQuery holds a quote of it. -#}
{% macro bigquery___quoted(name) %}
  {{ return(adapter.quote(name)) }}
{% endmacro %}

{% macro _quoted_list(names) %}
  {%- set quoted = [] -%}
  {%- for name in names -%}
    {%- do quoted.append(dbt_playbooks._quoted(name)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}
