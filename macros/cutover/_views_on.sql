{#- `dependent_views` as mappings: 'relation', 'kind', 'model', 'named_as', 'definition'. What depends on a macro calls it. -#}
{% macro _views_on(relation, kind='table') %}
  {%- set views = [] -%}
  {%- for row in dbt_playbooks._query(dbt_playbooks._duckdb_callers_sql(relation) if kind in ('macro', 'table macro') else dbt_playbooks.dependent_views_sql(relation)) -%}
    {%- set view = api.Relation.create(database=row[0], schema=row[1], identifier=row[2], type='view') -%}
    {%- set node = dbt_playbooks._node_at(view) -%}
    {%- do views.append({'relation': view, 'kind': row[3], 'model': node.name if node else none, 'named_as': row[4], 'definition': row[5]}) -%}
  {%- endfor -%}
  {{ return(views) }}
{% endmacro %}

{#- The model, seed or snapshot of the project whose table is there, or none. -#}
{% macro _node_at(relation) %}
  {%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') and node.alias | lower == relation.identifier | lower -%}
      {%- if node.schema | lower == relation.schema | lower and node.database | lower == relation.database | lower -%}
        {{ return(node) }}
      {%- endif -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(none) }}
{% endmacro %}
