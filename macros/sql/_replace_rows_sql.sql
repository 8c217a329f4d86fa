{#- Replaces a window of the target by the source's rows, all or nothing, as one text. `names` are quoted; in `target_window` the
    target is called `target`. -#}
{% macro _replace_rows_sql(source, target_relation, names, source_window, target_window) %}
  {{ return(dbt_playbooks._in_transaction(
    dbt_playbooks._replace_rows_statements(source, target_relation, names, source_window, target_window)
  )[0]) }}
{% endmacro %}

{#- The same as statements that `_change` runs: DuckDB's belong in one transaction, BigQuery's is one. `values` are what the source has for the names, the
    names themselves by default. -#}
{% macro _replace_rows_statements(source, target_relation, names, source_window, target_window, values=none) %}
  {{ return(adapter.dispatch('_replace_rows_statements', 'dbt_playbooks')(
    source=source, target_relation=target_relation, names=names, source_window=source_window, target_window=target_window, values=values or names
  )) }}
{% endmacro %}

{% macro duckdb___replace_rows_statements(source, target_relation, names, source_window, target_window, values) %}
  {{ return([
    'delete from ' ~ target_relation ~ ' as target\nwhere ' ~ target_window,
    'insert into ' ~ target_relation ~ ' (' ~ names | join(', ') ~ ')\nselect ' ~ values | join(', ') ~ '\nfrom ' ~ source ~ '\nwhere ' ~ source_window
  ]) }}
{% endmacro %}

{#- `on false` with constant filters prunes; a pseudo column can't leave a subquery under its own name. -#}
{% macro bigquery___replace_rows_statements(source, target_relation, names, source_window, target_window, values) %}
  {%- set picked, inserted = [], [] -%}
  {%- for name in names -%}
    {%- set alias = '`ingestion_time_of_row`' if dbt_playbooks._is_pseudo_column(name) else name -%}
    {%- set value = values[loop.index0] -%}
    {%- do picked.append(value ~ ' as ' ~ alias if alias != value else value) -%}
    {%- do inserted.append('source.' ~ alias) -%}
  {%- endfor -%}
  {{ return([
    'merge into ' ~ target_relation ~ ' as target\nusing (\n  select ' ~ picked | join(', ') ~ '\n  from ' ~ source ~ '\n  where ' ~ source_window
    ~ '\n) as source\non false\nwhen not matched by source and ' ~ target_window ~ ' then\n  delete\nwhen not matched then\n  insert ('
    ~ names | join(', ') ~ ')\n  values (' ~ inserted | join(', ') ~ ')'
  ]) }}
{% endmacro %}

{#- Statements as texts to be run one by one, by hand too: on DuckDB one text, which is a transaction. -#}
{% macro _in_transaction(statements) %}
  {{ return(adapter.dispatch('_in_transaction', 'dbt_playbooks')(statements=statements)) }}
{% endmacro %}

{% macro duckdb___in_transaction(statements) %}
  {{ return(['begin transaction;\n' ~ statements | join(';\n') ~ ';\ncommit']) }}
{% endmacro %}

{#- No transaction of BigQuery's takes DDL of tables that stay. -#}
{% macro bigquery___in_transaction(statements) %}
  {{ return(statements) }}
{% endmacro %}
