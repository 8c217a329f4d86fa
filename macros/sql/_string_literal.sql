{#- The one place where text becomes a SQL literal: quotes, backslashes and line ends of any text survive. -#}
{% macro _string_literal(text) %}
  {%- if text is none -%}
    {{ return('null') }}
  {%- endif -%}
  {{ return(adapter.dispatch('_string_literal', 'dbt_playbooks')(text=text | string)) }}
{% endmacro %}

{% macro default___string_literal(text) %}
  {%- set literal = "'" ~ text | replace("'", "''") ~ "'" -%}
  {%- if '\u0000' not in text -%}
    {{ return(literal) }}
  {%- endif -%}
  {#- a parser ends the statement at the character 0, which error messages quote from broken data -#}
  {{ return('(' ~ literal | replace('\u0000', "' || chr(0) || '") ~ ')') }}
{% endmacro %}

{% macro bigquery___string_literal(text) %}
  {%- set escaped = text | replace('\\', '\\\\') | replace("'", "\\'") | replace('\n', '\\n') | replace('\r', '\\r') | replace('\u0000', '\\x00') -%}
  {{ return("'" ~ escaped ~ "'") }}
{% endmacro %}
