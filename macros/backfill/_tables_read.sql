{#- The tables that a query reads, as the warehouse resolves views, its own macros and names that are put together as text: names
    in full, in lower case. None where the warehouse can't be asked. Errors: those of the query. -#}
{% macro _tables_read(query) %}
  {{ return(adapter.dispatch('_tables_read', 'dbt_playbooks')(query=query)) }}
{% endmacro %}

{% macro bigquery___tables_read(query) %}
  {{ return(none) }}
{% endmacro %}

{% macro duckdb___tables_read(query) %}
  {%- set plan = dbt_playbooks._query('explain (format json) ' ~ query)[0][1] -%}
  {{ return(dbt_playbooks._tables_of_plan(fromjson(plan))) }}
{% endmacro %}

{% macro _tables_of_plan(steps) %}
  {%- set tables = [] -%}
  {%- for step in steps -%}
    {%- set table = step.extra_info.get('Table') -%}
    {%- if table -%}
      {%- do tables.append(table | lower) -%}
    {%- elif step.extra_info.get('Function') -%}
      {%- do tables.append(step.extra_info.Function | lower ~ '()') -%}
    {%- endif -%}
    {%- do tables.extend(dbt_playbooks._tables_of_plan(step.children)) -%}
  {%- endfor -%}
  {{ return(tables) }}
{% endmacro %}

{#- Lets a plan show tables that hold no row for the query today. Returns what was set before, to be set again afterwards. -#}
{% macro _plan_with_empty_tables() %}
  {{ return(adapter.dispatch('_plan_with_empty_tables', 'dbt_playbooks')()) }}
{% endmacro %}

{% macro bigquery___plan_with_empty_tables() %}
{% endmacro %}

{% macro duckdb___plan_with_empty_tables() %}
  {%- set before = dbt_playbooks._query("select current_setting('disabled_optimizers')")[0][0] -%}
  {%- do dbt_playbooks._disable_optimizers('statistics_propagation' if before == '' else before ~ ',statistics_propagation') -%}
  {{ return(before) }}
{% endmacro %}

{% macro _disable_optimizers(names) %}
  {%- do run_query("set disabled_optimizers = '" ~ names ~ "'") -%}
{% endmacro %}

{#- A model's table without rows, for as long as the transaction lasts. -#}
{% macro _empty_table(relation, query) %}
  {%- do run_query('create table ' ~ relation ~ ' as select * from (\n' ~ query ~ '\n) as returned limit 0') -%}
{% endmacro %}

{#- All of a table or a view, of which the name is given by its parts. -#}
{% macro _all_of_sql(parts) %}
  {%- set quoted = [] -%}
  {%- for part in parts -%}
    {%- do quoted.append(dbt_playbooks._quoted(part)) -%}
  {%- endfor -%}
  {{ return('select * from ' ~ quoted | join('.')) }}
{% endmacro %}

{#- DuckDB: what stands in the place of `(describe a_table)` where that is not looked at: the same columns, of no table. -#}
{% macro _any_columns_sql() %}
  {{ return(
    '(select column_name, data_type as column_type, \'\' as "null", \'\' as "key", column_default as "default", \'\' as extra '
    ~ 'from duckdb_columns())'
  ) }}
{% endmacro %}
