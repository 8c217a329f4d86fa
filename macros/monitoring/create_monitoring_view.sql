{#- Creates the view, and shows what it made. Returns [view, 'created' or 'replaced']. -#}
{% macro create_monitoring_view(table, date_column, view, key=none, columns=none, metrics=none, condition=none, days=7, timezone='UTC',
                                include_today=true, where=none, data_type=none) %}
  {%- if not execute -%}
    {{ return([]) }}
  {%- endif -%}
  {%- set relation = dbt_playbooks._view_relation(view) -%}
  {%- set sql = dbt_playbooks.create_monitoring_view_sql(
    table=table, date_column=date_column, view=view, key=key, columns=columns, metrics=metrics, condition=condition, days=days,
    timezone=timezone, include_today=include_today, where=where, data_type=data_type
  ) -%}
  {%- if relation | string == dbt_playbooks._relation(table) | string -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.create_monitoring_view: " ~ relation ~ " is the table that the view would read. Give another name, for example view: " ~ view ~ "_health.") }}
  {%- endif -%}
  {%- set before = dbt_playbooks._type_of(relation) -%}
  {%- if before not in (none, 'view') -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks.create_monitoring_view: " ~ relation ~ " exists and is a " ~ before
      ~ ", so it is not replaced. Only a view is: give another name, for example view: " ~ view ~ "_health.") }}
  {%- endif -%}
  {%- do adapter.create_schema(relation.without_identifier()) -%}
  {%- do run_query(sql) -%}
  {%- set done = 'replaced' if before else 'created' -%}
  {%- do print('The view ' ~ relation ~ ' was ' ~ done ~ ':\n\n' ~ sql ~ ';') -%}
  {{ return([[relation | string, done]]) }}
{% endmacro %}

{% macro create_monitoring_view_sql(table, date_column, view, key=none, columns=none, metrics=none, condition=none, days=7, timezone='UTC',
                                    include_today=true, where=none, data_type=none) %}
  {%- set sql = dbt_playbooks.monitoring_view_sql(
    table=table, date_column=date_column, key=key, columns=columns, metrics=metrics, condition=condition, days=days, timezone=timezone,
    include_today=include_today, where=where, data_type=data_type
  ) -%}
  {{ return('create or replace view ' ~ dbt_playbooks._view_relation(view) ~ ' as\n' ~ sql) }}
{% endmacro %}

{#- Where the view is to be. dbt replaces the views of its models by itself, so the name of one is refused. -#}
{% macro _view_relation(view) %}
  {%- if view is not string or not view | trim -%}
    {{ exceptions.raise_compiler_error("dbt_playbooks: view is '" ~ view ~ "', which is no name. Give the view's own: 'view', 'schema.view' or 'database.schema.view'.") }}
  {%- endif -%}
  {%- set place = dbt_playbooks._place(view) -%}
  {%- set relation = api.Relation.create(database=place.database, schema=place.schema, identifier=place.identifier, type='view') -%}
  {%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') and (
      node.database, node.schema, node.alias
    ) == (place.database, place.schema, place.identifier) -%}
      {{ exceptions.raise_compiler_error("dbt_playbooks: " ~ relation ~ " belongs to the " ~ node.resource_type ~ " '" ~ node.name
        ~ "'. Give the view a name of its own, or make a model whose body is dbt_playbooks.monitoring_view(...).") }}
    {%- endfor -%}
  {%- endif -%}
  {{ return(relation) }}
{% endmacro %}
