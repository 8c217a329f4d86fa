{#- One failing row, with some bad values, when too many values of a column can't be cast, become another value, or are written otherwise afterwards. Nothing of a table without values. -#}
{% test cast_failure_rate_below(model, column_name, to, max_rate=0.001, max_lossy_rate=none, max_respelled_rate=none, data_type=none, format=none, trim=false, blank_as_null=false,
                                sample=10) %}
  {%- do dbt_playbooks._cast_limits(max_rate, max_lossy_rate, max_respelled_rate, sample) -%}
  {%- set rule = dbt_playbooks._cast_rule(to, data_type or dbt_playbooks._tested_type(model, column_name), format, trim, blank_as_null) -%}
  {%- set problem = 'more values of ' ~ column_name ~ ' than allowed ' %}
with report as (
  {{ dbt_playbooks._cast_report_sql(model, dbt_playbooks._quote(column_name), rule, none, sample) }}
)

select
  report.*, {{ max_rate }} as max_rate, {{ 'null' if max_lossy_rate is none else max_lossy_rate }} as max_lossy_rate,
  {{ 'null' if max_respelled_rate is none else max_respelled_rate }} as max_respelled_rate,
  case
    when failed_rate > {{ max_rate }} then {{ dbt_playbooks._string_literal(problem ~ "can't be cast to " ~ to) }}
    {%- if max_lossy_rate is not none %}
    when lossy_rate > {{ max_lossy_rate }} then {{ dbt_playbooks._string_literal(problem ~ 'become another value as ' ~ to) }}
    {%- endif %}
    else {{ dbt_playbooks._string_literal(problem ~ 'are written otherwise as ' ~ to) }}
  end as problem
from report
where failed_rate > {{ max_rate }}{{ ' or lossy_rate > ' ~ max_lossy_rate if max_lossy_rate is not none }}{{ ' or respelled_rate > ' ~ max_respelled_rate if max_respelled_rate is not none }}
{% endtest %}
