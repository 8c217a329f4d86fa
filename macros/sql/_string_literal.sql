{#- The one place where text becomes a SQL literal: quotes, backslashes and line ends of any text survive. -#}
{% macro _string_literal(text) %}
  {%- if text is none -%}
    {{ return('null') }}
  {%- endif -%}
  {{ return(adapter.dispatch('_string_literal', 'dbt_playbooks')(text=text | string)) }}
{% endmacro %}

{% macro default___string_literal(text) %}
  {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{% endmacro %}

{% macro bigquery___string_literal(text) %}
  {%- set escaped = text | replace('\\', '\\\\') | replace("'", "\\'") | replace('\n', '\\n') | replace('\r', '\\r') -%}
  {{ return("'" ~ escaped ~ "'") }}
{% endmacro %}
