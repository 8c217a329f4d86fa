{#- The CTE `daily` for a generic test, and those before it: `model` is a relation, or a subquery when the test has a `where`. -#}
{% macro _tested_days_sql(model, date_column, measures, days, timezone, after, data_type) %}
  {%- do dbt_playbooks._whole_number(days, 'days', 3660) -%}
  {%- do dbt_playbooks._timezone(timezone) -%}
  {%- set kind = dbt_playbooks._date_kind(data_type or dbt_playbooks._tested_kind(model, date_column)) -%}
  {{ return(dbt_playbooks._daily_ctes(dbt_playbooks._daily_sql(
    model, date_column, kind, [['row_count', 'count(*)', 'coalesce(counted.row_count, 0)']] + measures, days, timezone, after, none
  ))) }}
{% endmacro %}

{#- A test on a model itself reads a monitoring view. A subquery, and a table that is not there yet, say by themselves what they lack. -#}
{% macro _refuse_other_than_view(model, wanted, test) %}
  {%- if execute and model is not string -%}
    {%- set known, missing = [], [] -%}
    {%- for column in adapter.get_columns_in_relation(model) -%}
      {%- do known.append(column.name | lower) -%}
    {%- endfor -%}
    {%- for name in wanted if name not in known -%}
      {%- do missing.append(name) -%}
    {%- endfor -%}
    {%- if known and missing -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks." ~ test ~ ": " ~ model ~ " lacks " ~ missing | join(', ')
        ~ ", which a monitoring view has" ~ (" when it was given a condition" if 'anomaly_rate' in missing else "")
        ~ ". To test a table itself, write the test under `columns:`, below its date column.") }}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
