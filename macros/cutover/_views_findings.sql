{#- Views that go on with the new table, and those that can't. 'readable': those that can be read now. -#}
{% macro _views_findings(place, removed) %}
  {%- set findings, names = [], [] -%}
  {%- for view in dbt_playbooks._views_on(place.table) -%}
    {%- do names.append(view.relation | string) -%}
    {%- for column in removed if dbt_playbooks._is_named_in(column, view.definition) -%}
      {%- do findings.append(['views', 'problem', view.relation ~ ' names ' ~ column ~ ', which goes. Change it with the cutover' ~ (': the model ' ~ view.model if view.model else '')]) -%}
    {%- endfor -%}
    {%- if view.kind != 'view' -%}
      {%- do findings.append(['views', 'problem', view.relation ~ ' is a ' ~ view.kind ~ ', which BigQuery makes from this very table: make it again after the cutover']) -%}
    {%- endif -%}
  {%- endfor -%}
  {#- a replacement that was copied stays -#}
  {%- for view in (dbt_playbooks._views_on(place.replacement) if place.swap != 'copy' else []) -%}
    {%- do findings.append(['views', 'problem', view.relation ~ ' names the replacement, whose name goes' ~ (': the model ' ~ view.model if view.model else '')]) -%}
  {%- endfor -%}
  {%- if not findings -%}
    {%- do findings.append(['views', 'fine', 'none names it' if not names else 'go on with the new table: ' ~ names | join(', ')]) -%}
  {%- endif -%}
  {{ return({'findings': findings, 'readable': adapter.dispatch('_readable_views', 'dbt_playbooks')(relation=place.table)}) }}
{% endmacro %}

{#- All views below a table, also views on views, that can be read now: the transaction reads them again before it commits. -#}
{% macro duckdb___readable_views(relation) %}
  {%- set waiting, seen, readable = [relation], [], [] -%}
  {%- for i in range(1000) -%}
    {%- for view in (dbt_playbooks._views_on(waiting[i]) if i < waiting | length else []) if view.relation | string not in seen -%}
      {%- do seen.append(view.relation | string) -%}
      {%- do waiting.append(view.relation) -%}
      {%- if adapter.get_columns_in_relation(view.relation) -%}
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
