{#- Views that go on with the new table, and those that can't. 'readable': those that can be read now. -#}
{% macro _views_findings(place, removed) %}
  {%- set findings, names, views = [], [], dbt_playbooks._views_on(place.table) -%}
  {%- for broken in dbt_playbooks._broken_views(views, removed) -%}
    {%- do findings.append(['views', 'problem', broken.view.relation ~ ' names ' ~ broken.column ~ ', which goes' ~ (' from ' ~ broken.from if broken.from else '') ~ '. Change it with the cutover'
      ~ (': the model ' ~ broken.view.model if broken.view.model else '')]) -%}
  {%- endfor -%}
  {%- for view in views -%}
    {%- do names.append(view.relation | string) -%}
    {%- if view.kind == 'materialized view' -%}
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

{#- Views and macros that name a column which goes: 'view', 'column', 'from' (the view that passes it on by a star, none of the table itself). `views` are those on the table. One that has the
    column and does not name it passes it on, and those below it are looked at, too; of a macro it is not known. -#}
{% macro _broken_views(views, removed) %}
  {%- set waiting, broken, seen = [{'views': views, 'columns': removed, 'from': none}] if removed else [], [], [] -%}
  {%- for i in range(1000) if i < waiting | length -%}
    {%- for view in waiting[i]['views'] if view.relation | string not in seen -%}
      {%- do seen.append(view.relation | string) -%}
      {%- set passed = [] -%}
      {%- for column in waiting[i]['columns'] -%}
        {%- if dbt_playbooks._is_named_in(column, view.definition) -%}
          {%- do broken.append({'view': view, 'column': column, 'from': waiting[i]['from']}) -%}
        {%- else -%}
          {%- do passed.append(column) -%}
        {%- endif -%}
      {%- endfor -%}
      {%- set on = dbt_playbooks._passed_on(view, passed) if passed else [] -%}
      {%- if on -%}
        {%- do waiting.append({'views': dbt_playbooks._views_on(view.relation, view.kind), 'columns': on, 'from': view.relation}) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(broken) }}
{% endmacro %}

{#- Those of the columns that a view has itself. -#}
{% macro _passed_on(view, columns) %}
  {%- if view.kind in ('macro', 'table macro') -%}
    {{ return(columns) }}
  {%- endif -%}
  {%- set has, passed = adapter.dispatch('_names_of_view', 'dbt_playbooks')(relation=view.relation), [] -%}
  {%- for column in columns if column | lower in has -%}
    {%- do passed.append(column) -%}
  {%- endfor -%}
  {{ return(passed) }}
{% endmacro %}

{% macro duckdb___names_of_view(relation) %}
  {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list) }}
{% endmacro %}

{#- As they were when the view was made: BigQuery's API is free. -#}
{% macro bigquery___names_of_view(relation) %}
  {%- set view, names = adapter.get_bq_table(relation), [] -%}
  {%- for field in (view.schema if view else []) -%}
    {%- do names.append(field.name | lower) -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}
