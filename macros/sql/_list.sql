{#- A list as it is, one value as a list of one, none as an empty list. -#}
{% macro _list(value) %}
  {%- if value is none -%}
    {{ return([]) }}
  {%- elif value is string or value is not sequence -%}
    {{ return([value]) }}
  {%- endif -%}
  {{ return(value | list) }}
{% endmacro %}
