{#- A relation as a name that the macros take: database.schema.name. -#}
{% macro _full_name(relation) %}
  {{ return(relation.database ~ '.' ~ relation.schema ~ '.' ~ relation.identifier) }}
{% endmacro %}

{#- A relation as a word for BigQuery's command line; `at` follows it. -#}
{% macro _bq_name(relation, at='') %}
  {{ return(dbt_playbooks._shell_word(relation.database ~ ':' ~ relation.schema ~ '.' ~ relation.identifier ~ at)) }}
{% endmacro %}
