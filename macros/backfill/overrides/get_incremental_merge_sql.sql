{#- DuckDB, one transaction: what the MERGE would not match goes, then dbt merges; columns that the model's merge keeps stay kept. -#}
{% macro duckdb__get_incremental_merge_sql(arg_dict) %}
  {%- set dbt_sql = dbt.duckdb__get_incremental_merge_sql(arg_dict) -%}
  {%- set window = dbt_playbooks._backfill_window() -%}
  {%- if not window -%}
    {{ return(dbt_sql) }}
  {%- endif -%}
  {%- set matches = [] -%}
  {%- set keys = config.get('merge_on_using_columns') or arg_dict.unique_key -%}
  {%- for key in ([keys] if keys is string else keys) -%}
    {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
  {%- endfor -%}
  {%- set predicates = arg_dict.get('incremental_predicates') or [] -%}
  {%- set matches = matches + ([predicates] if predicates is string else predicates) -%}
  {{ return(
    dbt_playbooks._refuse_rows_outside_sql(window, arg_dict.temp_relation)
    ~ 'delete from ' ~ arg_dict.target_relation ~ ' as DBT_INTERNAL_DEST\nwhere '
    ~ dbt_playbooks._in_backfill_window(window, 'DBT_INTERNAL_DEST')
    ~ '\n  and not exists (\n    select 1 from ' ~ arg_dict.temp_relation ~ ' as DBT_INTERNAL_SOURCE\n    where ('
    ~ matches | join(') and (') ~ ')\n  );\n' ~ dbt_sql
  ) }}
{% endmacro %}
