{#- The kind of date of a tested column, for `tested`, the `model` of a generic test: a relation, or a subquery when the test has a `where`.
    'date' as long as the table does not exist: `dbt compile` must not fail for that, and a run says it itself. -#}
{% macro _tested_kind(tested, column) %}
  {%- if not execute -%}
    {{ return('date') }}
  {%- endif -%}
  {%- set place = dbt_playbooks._tested_place() if tested is string else tested -%}
  {%- if place is none -%}
    {{ return(dbt_playbooks._kind_of(tested, column)) }}
  {%- endif -%}
  {%- set relation = adapter.get_relation(database=place.database, schema=place.schema, identifier=place.identifier) -%}
  {{ return('date' if relation is none else dbt_playbooks._kind_of(relation, column)) }}
{% endmacro %}

{#- Where the table is that the running test belongs to, or none: dbt's `model` is the test here. -#}
{% macro _tested_place() %}
  {%- for unique_id in model.depends_on.nodes -%}
    {%- set node = graph.nodes.get(unique_id) or graph.sources.get(unique_id) -%}
    {%- if node and unique_id == model.get('attached_node', model.depends_on.nodes[-1]) -%}
      {{ return({'database': node.database, 'schema': node.schema, 'identifier': node.get('identifier') or node.alias}) }}
    {%- endif -%}
  {%- endfor -%}
  {{ return(none) }}
{% endmacro %}
