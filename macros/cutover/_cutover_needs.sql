{#- What the account must be allowed to do for the steps. -#}
{% macro duckdb___cutover_needs(strategy, steps) %}
  {{ return('') }}
{% endmacro %}

{% macro bigquery___cutover_needs(strategy, steps) %}
  {%- set grants = 'grant ' in (steps | map(attribute='statements') | map('join', ' ') | join(' ')) -%}
  {{ return('\n' ~ (dbt_playbooks._needs('snapshot') if strategy.name == 'copy' else 'To rename and to label it needs roles/bigquery.dataEditor on the dataset.')
    ~ (' To replace the table and to label the replacement also bigquery.tables.update and bigquery.tables.updateData: roles/bigquery.dataEditor.' if strategy.name == 'copy' else '')
    ~ (' To grant also bigquery.tables.setIamPolicy: roles/bigquery.dataOwner.' if grants else '')) }}
{% endmacro %}
