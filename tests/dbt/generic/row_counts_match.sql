{#- The groups whose row counts differ are the failing rows. -#}
{% test row_counts_match(model, compare_model, by=none) %}
  {%- set new = dbt_playbooks._tested_model(model) -%}
  {{ dbt_playbooks._compare_row_counts_sql(compare_model, new, dbt_playbooks._counted_groups(by, compare_model, new), config.get('where'), true) }}
{% endtest %}
