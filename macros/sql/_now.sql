{#- The warehouse's clock in UTC: `timestamp` on both (on DuckDB without a zone, and without needing its ICU extension). -#}
{% macro _now() %}
  {{ return(adapter.dispatch('_now', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro duckdb___now() %}
  {{ return('make_timestamp(epoch_us(get_current_timestamp()))') }}
{% endmacro %}

{% macro bigquery___now() %}
  {{ return('current_timestamp()') }}
{% endmacro %}

{#- Whole seconds since a timestamp of the warehouse's clock. -#}
{% macro _seconds_since(timestamp) %}
  {{ return(adapter.dispatch('_seconds_since', 'dbt_playbooks')(timestamp=timestamp)) }}
{% endmacro %}

{% macro duckdb___seconds_since(timestamp) %}
  {{ return('(epoch_us(' ~ dbt_playbooks._now() ~ ') - epoch_us(' ~ timestamp ~ ')) // 1000000') }}
{% endmacro %}

{% macro bigquery___seconds_since(timestamp) %}
  {{ return('timestamp_diff(' ~ dbt_playbooks._now() ~ ', ' ~ timestamp ~ ', second)') }}
{% endmacro %}
