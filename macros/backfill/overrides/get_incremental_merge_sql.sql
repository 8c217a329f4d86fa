{#- DuckDB, one transaction: keys of other windows, and keys that are there twice, are refused; what the MERGE would not match
    goes; then dbt merges. Columns that the model's merge leaves alone stay as they are. -#}
{% macro duckdb__get_incremental_merge_sql(arg_dict) %}
  {%- set dbt_sql = dbt.duckdb__get_incremental_merge_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {%- set matches, keys, rows = [], dbt_playbooks._backfill_keys(), arg_dict.temp_relation -%}
  {%- for key in keys -%}
    {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
  {%- endfor -%}
  {%- set predicates = arg_dict.get('incremental_predicates') or [] -%}
  {%- set matches = matches + ([predicates] if predicates is string else predicates) -%}
  {%- set inside = dbt_playbooks._in_backfill_window(window) -%}
  {%- set condition = '(' ~ matches | join(') and (') ~ ')' -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, rows, inside)
    ~ dbt_playbooks._refuse_twice_sql(window, rows, keys)
    ~ dbt_playbooks._refuse_shared_keys_sql(window, arg_dict.target_relation, rows, keys, inside, condition if predicates else none)
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' as DBT_INTERNAL_DEST\nwhere '
    ~ inside ~ '\n  and not exists (\n    select 1 from ' ~ rows ~ ' as DBT_INTERNAL_SOURCE\n    where ' ~ condition ~ '\n  );\n' ~ dbt_sql
  ) }}
{% endmacro %}
