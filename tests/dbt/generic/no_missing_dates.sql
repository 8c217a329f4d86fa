{#- The missing days are the failing rows. A table without a date and without a range fails with one row whose missing_date is NULL. -#}
{% test no_missing_dates(model, column_name, start_date=none, end_date=none, exclude_weekends=false, exclude_dates=[],
                         timezone='UTC', data_type=none) %}
  {%- if execute and data_type is none and model is not string
        and adapter.get_relation(database=model.database, schema=model.schema, identifier=model.identifier) is none -%}
    {#- nothing is built yet: `dbt compile` must not fail for that, and a run says it itself -#}
    {%- set data_type = 'date' -%}
  {%- endif -%}
  {{ dbt_playbooks._missing_dates_sql(
    model, column_name, start_date, end_date, exclude_weekends, exclude_dates, timezone, none, data_type
  ) }}
{% endtest %}
