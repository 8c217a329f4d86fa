{#- Replaces a window of the target by the source's rows, all or nothing. `names` are quoted; in `target_window` the
    target is called `target`. -#}
{% macro _replace_rows_sql(source, target_relation, names, source_window, target_window) %}
  {{ return(adapter.dispatch('_replace_rows_sql', 'dbt_playbooks')(
    source=source, target_relation=target_relation, names=names, source_window=source_window, target_window=target_window
  )) }}
{% endmacro %}

{% macro duckdb___replace_rows_sql(source, target_relation, names, source_window, target_window) %}
  {%- set columns = names | join(', ') -%}
  {{ return(
    'begin transaction;\ndelete from ' ~ target_relation ~ ' as target\nwhere ' ~ target_window
    ~ ';\ninsert into ' ~ target_relation ~ ' (' ~ columns ~ ')\nselect ' ~ columns ~ '\nfrom ' ~ source ~ '\nwhere ' ~ source_window ~ ';\ncommit'
  ) }}
{% endmacro %}

{#- `on false` with constant filters prunes; a pseudo column can't leave a subquery under its own name. -#}
{% macro bigquery___replace_rows_sql(source, target_relation, names, source_window, target_window) %}
  {%- set picked, values = [], [] -%}
  {%- for name in names -%}
    {%- set alias = '`ingestion_time_of_row`' if dbt_playbooks._is_pseudo_column(name) else name -%}
    {%- do picked.append(name ~ ' as ' ~ alias if alias != name else name) -%}
    {%- do values.append('source.' ~ alias) -%}
  {%- endfor -%}
  {{ return(
    'merge into ' ~ target_relation ~ ' as target\nusing (\n  select ' ~ picked | join(', ') ~ '\n  from ' ~ source ~ '\n  where ' ~ source_window
    ~ '\n) as source\non false\nwhen not matched by source and ' ~ target_window ~ ' then\n  delete\nwhen not matched then\n  insert ('
    ~ names | join(', ') ~ ')\n  values (' ~ values | join(', ') ~ ')'
  ) }}
{% endmacro %}
