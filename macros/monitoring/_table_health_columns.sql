{#- Every table has the same columns: what differs by table is in two of them, as JSON text. -#}
{% macro _table_health_columns() %}
  {{ return({
    'table_name': dbt.type_string(), 'day': 'date', 'is_partial': dbt.type_boolean(), 'row_count': dbt.type_bigint(),
    'distinct_keys': dbt.type_bigint(), 'anomalies': dbt.type_bigint(), 'anomaly_rate': dbt_playbooks._double_type(), 'worst_null_rate': dbt_playbooks._double_type(),
    'null_rates': dbt.type_string(), 'metrics': dbt.type_string(), 'first_at': dbt.type_timestamp(), 'last_at': dbt.type_timestamp(),
    'problem': dbt.type_string()
  }) }}
{% endmacro %}

{% macro _no_health_sql(name, problem, where='') %}
  {{ return('select\n  ' ~ dbt_playbooks._health_columns({
    'table_name': dbt_playbooks._string_literal(name), 'problem': dbt_playbooks._string_literal(problem)
  }) ~ where) }}
{% endmacro %}

{% macro _health_columns(shown) %}
  {%- set columns = [] -%}
  {%- for column, data_type in dbt_playbooks._table_health_columns().items() -%}
    {%- do columns.append('cast(' ~ (shown.get(column) or 'null') ~ ' as ' ~ data_type ~ ') as ' ~ column) -%}
  {%- endfor -%}
  {{ return(columns | join(',\n  ')) }}
{% endmacro %}

{#- A JSON object, as text, of pairs: a name, an expression. -#}
{% macro _json_sql(pairs) %}
  {{ return(adapter.dispatch('_json_sql', 'dbt_playbooks')(pairs=pairs)) }}
{% endmacro %}

{% macro duckdb___json_sql(pairs) %}
  {%- set parts = [] -%}
  {%- for name, expression in pairs -%}
    {%- do parts.append(dbt_playbooks._string_literal(name) ~ ', ' ~ dbt_playbooks._json_number(expression)) -%}
  {%- endfor -%}
  {{ return('json_object(' ~ parts | join(', ') ~ ')') }}
{% endmacro %}

{#- JSON has no infinity and no NaN: a text, as BigQuery writes it. -#}
{% macro _json_number(expression) %}
  {{ return(
    'case when isnan(' ~ expression ~ ") then to_json('NaN') when isfinite(" ~ expression ~ ') then to_json(' ~ expression ~ ') when ' ~ expression
    ~ " > 0 then to_json('Infinity') when " ~ expression ~ " < 0 then to_json('-Infinity') end"
  ) }}
{% endmacro %}

{% macro bigquery___json_sql(pairs) %}
  {%- set parts = [] -%}
  {%- for name, expression in pairs -%}
    {%- do parts.append(expression ~ ' as ' ~ dbt_playbooks._quoted(name)) -%}
  {%- endfor -%}
  {{ return('to_json_string(struct(' ~ parts | join(', ') ~ '))') }}
{% endmacro %}

{#- dbt's `type_float()` has 32 bits on DuckDB, where a rate of 0.05 would then be above 0.05. -#}
{% macro _double_type() %}
  {{ return(adapter.dispatch('_double_type', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___double_type() %}
  {{ return('double') }}
{% endmacro %}

{% macro bigquery___double_type() %}
  {{ return('float64') }}
{% endmacro %}
