{#- Runs statements in one transaction where the warehouse has one around DDL (DuckDB), else one after the other (BigQuery); a failing one
    ends it. The number of rows that the last one changed, or none where the warehouse does not say. Without the commit,
    `dbt run-operation` rolls back on DuckDB. -#}
{% macro _change(statements) %}
  {%- if not execute -%}
    {{ return(none) }}
  {%- endif -%}
  {%- do adapter.dispatch('_refuse_without_transactions', 'dbt_playbooks')() -%}
  {%- for sql in statements -%}
    {%- call statement('dbt_playbooks_change', fetch_result=true, auto_begin=true) -%}
      {{ sql }}
    {%- endcall -%}
  {%- endfor -%}
  {%- set changed = adapter.dispatch('_changed_rows', 'dbt_playbooks')(result=load_result('dbt_playbooks_change')) -%}
  {%- do adapter.commit() -%}
  {{ return(changed) }}
{% endmacro %}

{% macro duckdb___changed_rows(result) %}
  {{ return(result.data[0][0] if result.data else none) }}
{% endmacro %}

{% macro bigquery___changed_rows(result) %}
  {{ return(result.response.rows_affected) }}
{% endmacro %}

{% macro duckdb___refuse_without_transactions() %}
  {%- if target.disable_transactions -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: the profile's target '" ~ target.name ~ "' sets disable_transactions, so a change that stops half-way would stay half done. Remove it from profiles.yml. Nothing was changed.") }}
  {%- endif -%}
{% endmacro %}

{% macro bigquery___refuse_without_transactions() %}
{% endmacro %}
