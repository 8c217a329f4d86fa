{#- The missing days are the failing rows. A table without a date and without a range fails with one row whose missing_date is NULL. -#}
{% test no_missing_dates(model, column_name, start_date=none, end_date=none, exclude_weekends=false, exclude_dates=[],
                         timezone='UTC', data_type=none) %}
  {{ dbt_playbooks._missing_dates_sql(
    model, column_name, start_date, end_date, exclude_weekends, exclude_dates, timezone, none,
    data_type or dbt_playbooks._tested_kind(model, column_name)
  ) }}
{% endtest %}
