{#- The one place where text becomes a SQL literal: quotes, backslashes and line ends of any text survive. -#}
{% macro _string_literal(text) %}
  {{ return(dbt_playbooks._string_literals([text])[0]) }}
{% endmacro %}

{#- Several at once: finding the adapter's variant costs more than writing the literal. None is `null`. -#}
{% macro _string_literals(texts) %}
  {{ return(adapter.dispatch('_string_literals', 'dbt_playbooks')(texts=texts)) }}
{% endmacro %}

{% macro default___string_literals(texts) %}
  {%- set literals = [] -%}
  {%- for text in texts -%}
    {%- set literal = 'null' if text is none else "'" ~ text | string | replace("'", "''") ~ "'" -%}
    {#- a parser ends the statement at the character 0, which error messages quote from broken data -#}
    {%- do literals.append(
      '(' ~ literal | replace('\u0000', "' || chr(0) || '") ~ ')' if text is not none and '\u0000' in text | string else literal
    ) -%}
  {%- endfor -%}
  {{ return(literals) }}
{% endmacro %}

{% macro bigquery___string_literals(texts) %}
  {%- set literals = [] -%}
  {%- for text in texts -%}
    {%- set escaped = text | string | replace('\\', '\\\\') | replace("'", "\\'") | replace('\n', '\\n') | replace('\r', '\\r') | replace('\u0000', '\\x00') -%}
    {%- do literals.append('null' if text is none else "'" ~ escaped ~ "'") -%}
  {%- endfor -%}
  {{ return(literals) }}
{% endmacro %}
