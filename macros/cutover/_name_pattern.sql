{#- Regular expressions for a table's name in SQL. Their text is RE2's, which both warehouses read; it holds no quote (see `_pattern`). -#}

{#- Text that stands for itself. -#}
{% macro _escaped(text) %}
  {%- set safe = [] -%}
  {%- for character in text | string -%}
    {%- do safe.append('\\x27' if character == "'" else '\\' ~ character if character in '\\.^$*+?()[]{}|-"` ' else character) -%}
  {%- endfor -%}
  {{ return(safe | join) }}
{% endmacro %}

{#- A name as DuckDB writes it: in quotes where it must be. -#}
{% macro _escaped_name(name) %}
  {{ return('(?:\\x22' ~ dbt_playbooks._escaped(name | replace('"', '""')) ~ '\\x22|' ~ dbt_playbooks._escaped(name) ~ ')') }}
{% endmacro %}

{#- A pattern as a whole word; what it matched is its only group. -#}
{% macro _as_word(pattern, before='(?:^|[^\\pL\\pN_.\\x22])', after='(?:$|[^\\pL\\pN_.\\x22])') %}
  {{ return(before ~ '(' ~ pattern ~ ')' ~ after) }}
{% endmacro %}
