{#- The table of a generic test that compares: with the config `where` dbt gives a subquery of it, but the condition is for both tables. -#}
{% macro _tested_model(tested) %}
  {%- if tested is not string or not execute -%}
    {{ return(tested) }}
  {%- endif -%}
  {%- set place = dbt_playbooks._tested_place() -%}
  {{ return(api.Relation.create(database=place.database, schema=place.schema, identifier=place.identifier)) }}
{% endmacro %}
