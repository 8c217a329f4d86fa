{#- The rows that differ are the failing rows. Its columns are read when it runs: at parse time it says nothing. -#}
{% test rows_match(model, compare_model, key=none, columns=none, exclude_columns=[], rename={}, tolerance=none) %}
  {%- if execute -%}
    {{ dbt_playbooks.compare_rows_sql(
      compare_model, dbt_playbooks._tested_model(model), key, columns, exclude_columns, rename, tolerance, config.get('where')
    ) }}
  {%- endif -%}
{% endtest %}
