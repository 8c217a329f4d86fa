{#- The groups whose aggregates differ are the failing rows. -#}
{% test aggregates_match(model, compare_model, by=none, metrics='count(*)', tolerance=none) %}
  {%- set new = dbt_playbooks._tested_model(model) -%}
  {{ dbt_playbooks._compare_aggregates_sql(
    compare_model, new, dbt_playbooks._asked_aggregates(by, metrics, tolerance, compare_model, new), config.get('where'), true
  ) }}
{% endtest %}
