{#- One row, from one scan, that says what a rule makes of the values of a column: how many there are, how many of them fail, are lossy or respelled, the
    rates, and the most frequent values of each as JSON texts, arrays of {'bad_value', 'row_count'}. What is fine is one group, however many values it has. -#}
{% macro _cast_report_sql(table, column, rule, where, sample) %}
  {%- set sql -%}
with prepared as (
  select
    {{ column }} as source_value,
    {{ dbt_playbooks._prepared(column, rule) }} as prepared_value
  from {{ table }}
  {%- set condition = dbt_playbooks._where_of(table, where) %}
  {%- if condition %}
  where {{ condition }}
  {%- endif %}
),

typed as (
  select
    *,
    {{ dbt_playbooks._cast_value('prepared_value', rule) }} as typed_value
  from prepared
),

judged as (
  select
    source_value,
    case
      when prepared_value is null then 'null'
      when typed_value is null then 'failed'
      {{ dbt_playbooks._cast_verdict('prepared_value', 'typed_value', rule) }}
    end as verdict
  from typed
),

counted as (
  select
    verdict,
    case when verdict in ('failed', 'lossy', 'respelled') then {{ dbt_playbooks._beginning('source_value') }} end as bad_value,
    count(*) as row_count
  from judged
  group by 1, 2
)

select
  coalesce(sum(row_count), 0) as row_count,
  coalesce(sum(case when verdict <> 'null' then row_count end), 0) as non_null_count,
  {%- for verdict in ['failed', 'lossy', 'respelled'] %}
  coalesce(sum(case when verdict = '{{ verdict }}' then row_count end), 0) as {{ verdict }}_count,
  {%- endfor %}
  {%- for verdict in ['failed', 'lossy', 'respelled'] %}
  sum(case when verdict = '{{ verdict }}' then row_count else 0 end) / nullif(sum(case when verdict <> 'null' then row_count end), 0) as {{ verdict }}_rate,
  {%- endfor %}
  {%- for verdict in ['failed', 'lossy', 'respelled'] %}
  {{ dbt_playbooks._most_frequent(['bad_value'], "verdict = '" ~ verdict ~ "'", sample) }} as {{ verdict }}_values{{ ',' if not loop.last }}
  {%- endfor %}
from counted
  {%- endset -%}
  {{ return(sql) }}
{% endmacro %}

{#- The first 200 characters of a value as text. -#}
{% macro _beginning(value) %}
  {{ return('substr(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ '), 1, 200)') }}
{% endmacro %}
