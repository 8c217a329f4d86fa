{#- All views below a table, also views on views and by way of macros, that can be read now: the transaction reads them again before it
    commits. -#}
{% macro duckdb___readable_views(relation) %}
  {%- set waiting, seen, readable = [{'relation': relation, 'kind': 'table'}], [], [] -%}
  {%- for i in range(1000) -%}
    {%- for view in (dbt_playbooks._views_on(waiting[i].relation, waiting[i].kind) if i < waiting | length else []) if view.relation | string not in seen -%}
      {%- do seen.append(view.relation | string) -%}
      {%- do waiting.append(view) -%}
      {%- if view.kind == 'view' and adapter.get_columns_in_relation(view.relation) -%}
        {%- do readable.append(view.relation) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(readable) }}
{% endmacro %}

{#- No transaction holds a change of tables there. -#}
{% macro bigquery___readable_views(relation) %}
  {{ return([]) }}
{% endmacro %}
