{#- The days with too many anomalies are the failing rows. Under `columns:` the column is a table's date; on a model it is a monitoring view. -#}
{% test anomaly_rate_below(model, max_rate, condition=none, column_name=none, days=7, timezone='UTC', include_today=true, data_type=none) %}
  {%- do dbt_playbooks._rate(max_rate, 'max_rate') -%}
  {%- if (condition is none) != (column_name is none) -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.anomaly_rate_below: on a table write it under `columns:`, below the date column, with a condition that is true for an anomalous row. On a monitoring view write it under the model, without condition. Given: condition '"
      ~ condition ~ "', column '" ~ column_name ~ "'.") }}
  {%- endif -%}
  {%- set text = dbt_playbooks._string_literal('more anomalies than max_rate allows') -%}
  {%- if condition is none -%}
    {%- do dbt_playbooks._refuse_other_than_view(model, ['day', 'anomaly_rate'], 'anomaly_rate_below') -%}
    {%- set daily = 'daily as (select * from ' ~ model ~ ')' -%}
  {%- else -%}
    {%- set daily = dbt_playbooks._tested_days_sql(
      model, column_name, dbt_playbooks._anomaly_measures(condition), days, timezone, 1 if include_today else 0, data_type
    ) -%}
  {%- endif %}
with {{ daily }}

select daily.*, {{ max_rate }} as max_rate, {{ text }} as problem
from daily
where anomaly_rate > {{ max_rate }}
{% endtest %}
