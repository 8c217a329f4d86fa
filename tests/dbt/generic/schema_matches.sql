{#- The columns that differ are the failing rows. Its condition `where` is about rows, and says nothing of a schema. -#}
{% test schema_matches(model, compare_model, rename={}) %}
  {%- if execute -%}
    {{ dbt_playbooks.compare_schemas_sql(compare_model, dbt_playbooks._tested_model(model), rename) }}
  {%- endif -%}
{% endtest %}
