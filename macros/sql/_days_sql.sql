{#- A query of one column `day`, every day from `first` to `last`, both included; they are DATE expressions over the columns of `source`,
    a relation of one row. No days when one of them is NULL. -#}
{% macro _days_sql(first, last, source) %}
  {{ return(adapter.dispatch('_days_sql', 'dbt_playbooks')(first=first, last=last, source=source)) }}
{% endmacro %}

{% macro duckdb___days_sql(first, last, source) %}
  {{ return('select cast(unnest(generate_series(cast(' ~ first ~ ' as timestamp), cast(' ~ last ~ ' as timestamp), interval 1 day)) as date) as day from ' ~ source) }}
{% endmacro %}

{% macro bigquery___days_sql(first, last, source) %}
  {{ return('select day from ' ~ source ~ ', unnest(generate_date_array(' ~ first ~ ', ' ~ last ~ ')) as day') }}
{% endmacro %}
